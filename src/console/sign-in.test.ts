import { describe, expect, it } from 'vitest'
import { AppError } from '#src/domain/errors.ts'
import type { Access } from '#src/http/guard.ts'
import { aConsole, aForm, aSession, at, signedInAs } from '#tests/support/console.ts'
import { access } from './access.ts'
import { recent } from './recent.ts'

const MINUTE_MS = 60_000

function cookiesOf(answer: Response): string[] {
  return answer.headers.getSetCookie().map((line) => line.split(';')[0] ?? '')
}

describe('a session that is renewed', () => {
  /** The access ticket is over; what is left is the refresh token. */
  const signIn = {
    sessionOf: async ({ refresh }: { refresh?: string }) => {
      const found = refresh === 'old' ? aSession('admin') : undefined
      return found && { ...found, renewed: { access: 'admin', refresh: 'next' } }
    },
  }
  const headers = { cookie: 'countersign-refresh=old' }

  it.each([
    ['a page', '/queue', { headers }, 200],
    ['a form', '/preferences', aForm({ keys: 'on' }, { headers }), 303],
    ['a page that is not there', '/conversations/cnv_none', { headers }, 404],
  ])('brings new cookies with %s, and the operator notices nothing', async (_what, path, request, status) => {
    const answer = await aConsole({ signIn }).app.request(path, request)
    expect(answer.status).toBe(status)
    expect(cookiesOf(answer)).toEqual(expect.arrayContaining(['countersign=admin', 'countersign-refresh=next']))
  })

  it('is none with a token that is not ours', async () => {
    const answer = await aConsole({ signIn }).app.request('/events', { headers: { cookie: 'countersign-refresh=x' } })
    expect(answer.status).toBe(401)
  })
})

describe('the second step', () => {
  const step = (kind: string) => ({ headers: { cookie: `countersign-step=${kind}` } })

  it.each([
    ['code', '/sign-in/code'],
    ['enrol', '/sign-in/second-factor'],
  ] as const)('leads whoever gave the password to %s, and remembers where they were going', async (kind, path) => {
    const { app } = aConsole({ signIn: { signIn: async () => ({ kind, ticket: kind }) } })
    const form = { email: 'a@b.c', password: 'x', to: '/outbox' }
    const answer = await app.request('/sign-in', aForm(form))
    expect(answer.headers.get('location')).toBe(`${path}?to=%2Foutbox`)
    expect(cookiesOf(answer)).toEqual([`countersign-step=${kind}`])
    const shown = await app.request(`${path}?to=/outbox`, step(kind))
    expect(await shown.text()).toContain('name="to" value="/outbox"')
  })

  it.each(['/queue', '/me', '/people', '/me/second-factor'])('opens nothing else: %s', async (path) => {
    for (const kind of ['code', 'enrol']) {
      const answer = await aConsole().app.request(path, step(kind))
      expect(answer.headers.get('location')).toBe(`/sign-in?to=${encodeURIComponent(path)}`)
    }
  })

  it('is not there for whoever is not in front of it', async () => {
    const { app } = aConsole()
    for (const [path, kind] of [
      ['/sign-in/code', 'enrol'],
      ['/sign-in/second-factor', 'code'],
      ['/sign-in/code', 'made-up'],
    ] as const) {
      expect((await app.request(path, step(kind))).headers.get('location')).toBe('/sign-in')
    }
  })

  it('says when a code was wrong, and when to try again', async () => {
    const until = new Date(at.getTime() + 5000)
    const wrong = new AppError('unauthenticated', 'This code is not right, or was used before', { field: 'code' })
    for (const [error, status, words] of [
      [wrong, 401, 'was used before'],
      [new AppError('rate_limited', 'Too many tries', { until }), 429, 'wait 5 s'],
    ] as const) {
      const { app } = aConsole({ signIn: { enterCode: () => Promise.reject(error) } })
      const answer = await app.request('/sign-in/code', aForm({ code: '000000' }, step('code')))
      expect(answer.status).toBe(status)
      expect(await answer.text()).toContain(words)
    }
  })

  it('shows the key to scan and to type, and the recovery codes once it took', async () => {
    const { app } = aConsole()
    const html = await (await app.request('/sign-in/second-factor', step('enrol'))).text()
    expect(html).toContain('GEZD GNBV GY3T QOJQ')
    expect(html).toContain('otpauth://totp/')
    expect(html).toContain('<svg class="qr"')
    const done = await app.request('/sign-in/second-factor', aForm({ seed: 'sealed', code: '123456' }, step('enrol')))
    expect(await done.text()).toContain('abcde-fghjk')
    expect(cookiesOf(done)).toEqual(expect.arrayContaining(['countersign=admin']))
  })
})

describe('what asks for a fresh proof', () => {
  const stale = { session: { ...aSession('admin')!.session, confirmedAt: new Date(at.getTime() - 10 * MINUTE_MS) } }
  const signIn = { sessionOf: async () => stale }
  const as = { as: 'admin' }

  it('names routes of the console only', () => {
    for (const route of recent) expect(Object.keys(access)).toContain(route)
  })

  it('is every change that concerns people, keys, switches, what is taken out, and what is erased', () => {
    const grave: Access[] = ['people', 'keys', 'stop', 'export', 'audit']
    const named = /\/(erasure|exports|second|second-factor|recovery-codes)(\/confirmation)?$/
    const expected = Object.entries(access).filter(
      ([route, asks]) =>
        !route.startsWith('GET ') && (grave.includes(asks) || (asks !== 'anyone' && named.test(route))),
    )
    expect(expected.length).toBeGreaterThan(18)
    expect(expected.map(([route]) => route).filter((route) => !recent.has(route))).toEqual([])
  })

  it('does nothing at first, and goes on with the same form once the proof is in it', async () => {
    const { app, calls } = aConsole({ signIn })
    const asked = await app.request('/people/invitations', aForm({ email: 'b@c.d', role: 'viewer' }, as))
    expect([asked.status, calls]).toEqual([403, []])
    const html = await asked.text()
    expect(html).toContain('action="/people/invitations"')
    expect(html).toContain('name="email" value="b@c.d"')
    const form = { email: 'b@c.d', role: 'viewer', proof: 'my password' }
    expect((await app.request('/people/invitations', aForm(form, as))).status).toBe(200)
    expect(calls.map(([verb]) => verb)).toEqual(['confirm', 'invite'])
  })

  it('says what was wrong with a proof, keeps the form and not the proof', async () => {
    const confirm = () => Promise.reject(new AppError('invalid_input', 'This is neither', { field: 'proof' }))
    const { app, calls } = aConsole({ signIn: { ...signIn, confirm } })
    const answer = await app.request('/sending/stop', aForm({ proof: 'guess', note: 'x' }, as))
    const html = await answer.text()
    expect([answer.status, calls]).toEqual([403, []])
    expect(html).toContain('This is neither')
    expect(html).toContain('name="note" value="x"')
    expect(html).not.toContain('guess')
  })

  it('leads over a page of its own to what was only visited', async () => {
    const { app } = aConsole({ signIn })
    const asked = await app.request('/me/second-factor', signedInAs('admin'))
    expect(asked.headers.get('location')).toBe('/confirmation?to=%2Fme%2Fsecond-factor')
    const done = await app.request('/confirmation', aForm({ to: '/me/second-factor', proof: 'x' }, as))
    expect(done.headers.get('location')).toBe('/me/second-factor')
    const away = await app.request('/confirmation', aForm({ to: '//evil.example', proof: 'x' }, as))
    expect(away.headers.get('location')).toBe('/queue')
  })

  it('does not ask whoever proved it within ten minutes', async () => {
    const { app, calls } = aConsole()
    expect((await app.request('/sending/stop', aForm({}, as))).status).toBe(303)
    expect(calls.map(([verb]) => verb)).toEqual(['stopSending'])
  })
})

describe('an invitation', () => {
  it('shows its link in the answer and nowhere else', async () => {
    const { app } = aConsole()
    const answer = await app.request('/people/invitations', aForm({ email: 'b@c.d', role: 'viewer' }, { as: 'admin' }))
    expect(await answer.text()).toContain('/invitation?token=canaryLink')
    expect(await (await app.request('/people', signedInAs('admin'))).text()).not.toContain('canaryLink')
  })

  it('is answered by whoever has the link, and opens nothing else', async () => {
    const { app } = aConsole()
    const shown = await app.request('/invitation?token=open')
    expect(await shown.text()).toContain('You are invited as approver')
    expect((await app.request('/invitation?token=used')).status).toBe(403)
    const joined = await app.request('/invitation', aForm({ token: 'open', name: 'Ben', password: 'x' }))
    expect(joined.headers.get('location')).toBe('/queue')
  })
})
