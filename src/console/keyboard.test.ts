import { expect, it } from 'vitest'
import { chooseKeys } from '#src/domain/keys.ts'
import { aConsole, aForm, aSession, signedInAs } from '#tests/support/console.ts'

/** Somebody who approves with Y, has no key for notes, and goes with V. */
function aConsoleWithOwnKeys() {
  const keys = chooseKeys({ approve: 'y', note: '', go: 'v' }, true)
  const found = aSession('approver')
  const signIn = { sessionOf: async () => found && { session: { ...found.session, keys } } }
  return aConsole({ signIn, preferences: { saveKeys: async ({ typed, on }) => void chooseKeys(typed, on) } })
}

it('shows on buttons and in the help the keys that the operator chose, and tells the script the same', async () => {
  const { app } = aConsoleWithOwnKeys()
  const html = await (await app.request('/queue', signedInAs('approver'))).text()
  expect(html).toContain('data-key="approve"')
  expect(html).toMatch(/Approve and send <kbd>Y<\/kbd>/)
  expect(html).toMatch(/Note\s*<\/summary>/)
  expect(html).toMatch(/<kbd>V Q<\/kbd><\/dt><dd>To the queue/)
  expect(html).toMatch(/none<\/span><\/dt><dd>Write a note/)
  const bindings = JSON.parse(/data-bindings="([^"]+)"/.exec(html)?.[1]?.replaceAll('&quot;', '"') ?? '{}')
  expect(bindings.single).toMatchObject({ y: 'approve', v: 'go', j: 'next' })
  expect(Object.values(bindings.single)).not.toContain('note')
  expect(bindings.going).toMatchObject({ q: 'go-queue' })
})

it.each(['/me', '/help'])(
  'refuses two actions for one key by their names on %s, and keeps what was typed',
  async (back) => {
    const { app } = aConsoleWithOwnKeys()
    const form = aForm({ approve: 'e', edit: 'E', snooze: 'x', back }, { as: 'approver' })
    const answer = await app.request('/preferences/keys', form)
    const html = await answer.text()
    expect(answer.status).toBe(422)
    expect(html).toContain('E is taken twice: “Approve and send what the editor shows” and “Edit the reply”.')
    expect(html).toMatch(/id="key-snooze"[^>]*value="X"/)
    expect(html).toMatch(/id="key-edit"[^>]*aria-invalid="true"/)
    expect(html).toContain(back === '/me' ? 'Where you are signed in' : 'Your own keys')
  },
)

it('goes back with the keys kept, and turns them off without forgetting them', async () => {
  const { app, calls } = aConsole({
    signIn: {
      sessionOf: async () => ({ session: { ...aSession('viewer')!.session, keys: { on: true, own: { next: 'x' } } } }),
    },
  })
  const kept = await app.request('/preferences/keys', aForm({ next: 'x', on: 'yes', back: '/help' }, { as: 'viewer' }))
  expect(kept.headers.get('location')).toBe('/help?done=saved')
  await app.request('/preferences', aForm({ keys: 'off', back: '/help' }, { as: 'viewer' }))
  expect(calls.map(([, input]) => input)).toMatchObject([
    { typed: { next: 'x' }, on: true },
    { typed: { next: 'x' }, on: false },
  ])
})

it('offers each role only the pages it may open, with its views, and contacts once somebody is asked for', async () => {
  const views = [{ id: 'view_1', name: 'Rush', query: 'risk=flagged' }]
  const facets = async () => ({ accounts: [], languages: [], colleagues: [], views }) as never
  const { app, view } = aConsole({ reads: { facets } })
  const linksOf = async (role: string, q = '') => {
    const html = await (await app.request(`/palette?q=${q}`, signedInAs(role))).text()
    const main = /<main[\s\S]*<\/main>/.exec(html)?.[0] ?? ''
    return [...main.matchAll(/href="([^"]+)"/g)].map(([, href]) => href)
  }
  const forViewer = await linksOf('viewer')
  expect(forViewer).toEqual(expect.arrayContaining(['/queue', '/queue?risk=flagged', '/help']))
  for (const link of await linksOf('admin')) {
    const { status } = await app.request(link ?? '', signedInAs('viewer'))
    expect(forViewer.includes(link), `${link} for a viewer`).toBe(status === 200)
  }
  expect(forViewer).not.toContain(`/conversations/${view.id}`)
  expect(await linksOf('viewer', 'Mar')).toContain(`/conversations/${view.id}`)
})

it.each(['viewer', 'admin'])('names every page that the menu of a %s does', async (role) => {
  const { app } = aConsole()
  const html = await (await app.request('/palette', signedInAs(role))).text()
  const [main = ''] = /<main[\s\S]*<\/main>/.exec(html) ?? []
  const pagesIn = (part: string) => [...part.matchAll(/<a [^>]*href="(\/[a-z-]+)"/g)].map(([, href]) => href)
  const menu = pagesIn(html.replace(main, '')).filter((href) => href !== '/palette')
  expect(menu.length).toBeGreaterThan(6)
  expect(menu.filter((href) => !pagesIn(main).includes(href))).toEqual([])
})

it('leads who was signed out while writing back to the same draft, with the words on the page and nothing done', async () => {
  const { app, view, calls } = aConsole()
  const back = '/queue?risk=calm'
  const form = aForm({ verdict: 'approve', text: 'My words.', conversation: view.id, back })
  const answer = await app.request(`/drafts/${view.draft?.id}/decision`, form)
  const html = await answer.text()
  expect(answer.status).toBe(401)
  expect(html).toContain('My words.')
  expect(html).toContain(`href="/sign-in?to=${encodeURIComponent(`${back}&c=${view.id}`)}"`)
  const alone = aForm({ text: 'My words.', back: '//evil.example' })
  expect(await (await app.request(`/conversations/${view.id}/replies`, alone)).text()).toContain(
    `href="/sign-in?to=${encodeURIComponent(`/queue?c=${view.id}`)}"`,
  )
  expect(calls).toEqual([])
})
