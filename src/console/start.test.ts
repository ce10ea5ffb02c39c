import { describe, expect, it } from 'vitest'
import {
  aConsole,
  aConversationView,
  anAccountDetail,
  aPostView,
  aSession,
  at,
  PUBLIC_URL,
} from '#tests/support/console.ts'

type Options = Parameters<typeof aConsole>[0]

/** Somebody with one browser, which keeps its cookies. */
function aVisitor(options: Options = {}, role = 'admin') {
  // The same person each time.
  const here = aSession(role)
  const sessionOf = async ({ access }: { access?: string }) => (access === role ? here : undefined)
  const { app, calls } = aConsole({ ...options, signIn: { sessionOf } })
  const jar = new Map([['countersign', role]])
  const ask = async (path: string, form?: Record<string, string>) => {
    const cookie = [...jar].map(([name, value]) => `${name}=${value}`).join('; ')
    const headers = { cookie, origin: PUBLIC_URL, 'sec-fetch-site': 'same-origin' }
    const init = form ? { method: 'POST', headers, body: new URLSearchParams(form) } : { headers }
    const answer = await app.request(path, init)
    for (const line of answer.headers.getSetCookie()) {
      const [, name = '', value = ''] = /^([^=]+)=([^;]*)/.exec(line) ?? []
      jar.set(name, value)
    }
    return { status: answer.status, to: answer.headers.get('location'), html: await answer.text() }
  }
  return { ask, calls }
}

const nothing = {
  accounts: async () => [],
  queue: async () => ({ items: [], next: null }),
  posts: async () => ({ items: [], next: null }),
}
const doneIn = (html: string) => />\s*(\d) of 5 done/.exec(html)?.[1]

describe('the first steps', () => {
  it('follow on the one-time link', async () => {
    const { ask } = aVisitor({}, 'nobody')
    const form = { token: 'open', name: 'Ada', email: 'ada@example.com', password: 'correct horse battery' }
    expect(await ask('/setup', form)).toMatchObject({ status: 303, to: '/start' })
  })

  it('are for whoever may set the house up', async () => {
    for (const role of ['viewer', 'approver', 'auditor']) {
      const { ask } = aVisitor({}, role)
      expect((await ask('/start')).status, role).toBe(403)
      expect((await ask('/start', { end: '1' })).status, role).toBe(403)
      expect((await ask('/help')).html).not.toContain('href="/start"')
    }
  })

  it('say at each step what is there, by what is there', async () => {
    const before = await aVisitor({ reads: nothing }).ask('/start')
    expect(before.html).toContain('No account is connected')
    expect(before.html).toContain('nobody knows yet whether it answers')
    const reads = { ...nothing, accounts: async () => [anAccountDetail({ voice: '' })] }
    const connected = await aVisitor({ reads }).ask('/start')
    const view = aConversationView()
    const drafted = await aVisitor({ view, reads: { posts: async () => ({ items: [], next: null }) } }).ask('/start')
    const whole = await aVisitor({ reads: { posts: async () => ({ items: [aPostView()], next: null }) } }).ask('/start')
    const counts = [before, connected, drafted, whole].map(({ html }) => Number(doneIn(html)))
    const [first = 0] = counts
    expect(counts).toEqual([first, first + 1, first + 3, first + 4])
    expect(drafted.html).toContain('Do you ship to Graz?')
    expect(drafted.html).toContain('claude-haiku-5-5')
  })

  it('take Claude for silent while an alert says that its key is refused', async () => {
    const alert = { id: 'alr_1', kind: 'claude_rejected_key', severity: 'critical', accountId: null, accountName: null }
    const rest = { text: 'Claude refused the API key', count: 1, createdAt: at, lastAt: at, resolvedAt: null }
    const alerts = async () => [{ ...alert, ...rest }] as never
    const { html } = await aVisitor({ reads: { alerts } }).ask('/start')
    expect(html).toContain('Claude refused the API key')
    expect(Number(doneIn(html))).toBe(Number(doneIn((await aVisitor().ask('/start')).html)) - 1)
  })

  it('can each wait, and be taken up again', async () => {
    const { ask } = aVisitor({ reads: nothing })
    await ask('/start')
    expect(await ask('/start', { skip: 'voice', back: '/start#step-voice' })).toMatchObject({ to: '/start#step-voice' })
    expect((await ask('/start')).html).toContain('Take it up again')
    await ask('/start', { again: 'voice' })
    expect((await ask('/start')).html).not.toContain('Take it up again')
  })

  it('are spoken of elsewhere from the first visit until somebody sends them away', async () => {
    const { ask } = aVisitor()
    const isSpokenOf = async () => (await ask('/outbox')).html.includes('go on where you left off')
    expect(await isSpokenOf()).toBe(false)
    await ask('/start')
    expect(await isSpokenOf()).toBe(true)
    await ask('/start', { end: '1', back: '/outbox' })
    expect(await isSpokenOf()).toBe(false)
    expect((await ask('/start')).status).toBe(200)
    expect(await isSpokenOf()).toBe(false)
  })

  it('ask Claude by the way drafts are asked for, and come back', async () => {
    const { ask, calls } = aVisitor()
    const view = /action="(\/conversations\/[^"]+\/drafts)"/.exec((await ask('/start')).html)?.[1] ?? ''
    const { to } = await ask(view, { back: '/start#step-claude' })
    expect(to).toBe('/start?done=redraft#step-claude')
    expect(calls.map(([verb]) => verb)).toEqual(['redraft'])
  })

  it('come back from the second factor', async () => {
    const { ask } = aVisitor()
    const { html } = await ask('/me/second-factor?to=/start')
    expect(html).toContain('name="to" value="/start"')
    expect((await ask('/me/second-factor?to=//evil.example')).html).toContain('name="to" value="/me"')
    expect((await ask('/me/second-factor', { seed: 's', code: '1', to: '/start' })).html).toContain('href="/start"')
  })
})
