import { Hono } from 'hono'
import { describe, expect, it } from 'vitest'
import { AppError } from '#src/domain/errors.ts'
import { may, type Role, roles } from '#src/domain/identity.ts'
import { newId } from '#src/domain/ids.ts'
import type { Access } from '#src/http/guard.ts'
import { aConsole, aConversationView, aForm, at, signedInAs } from '#tests/support/console.ts'
import { access } from './access.ts'

const routes = Object.entries(access).map(([route, asked]) => {
  const [method = '', path = ''] = route.split(' ')
  return { route, method, path, asked }
})

/** A path of the table with ids in it, and a form that every route of it takes. */
function fill(path: string): string {
  const kinds = {
    drafts: 'draft',
    posts: 'post',
    accounts: 'account',
    contacts: 'contact',
    logins: 'login',
    media: 'media',
    'me/passkeys': 'passkey',
    me: 'session',
    'people/invitations': 'invitation',
    people: 'operator',
  } as const
  const kind = Object.entries(kinds).find(([room]) => path.startsWith(`/${room}`))?.[1] ?? 'conversation'
  return path
    .replace(':id', newId(path.startsWith('/keys') ? 'key' : kind, at))
    .replace(':entry', newId('entry', at))
    .replace(':view', newId('view', at))
    .replace(':note', newId('note', at))
    .replace(':template', newId('template', at))
    .replace(':rule', newId('rule', at))
    .replace(':platform', 'instagram')
    .replace(':version', 'v')
    .replace(':name', 'base.css')
}

const outcomes = { 'what it asked for': [200, 303], 'a way to sign in': [303, 401], 'a refusal': [403] }

/** What somebody should get: the access table against the table of roles. */
function expectedFor(who: 'nobody' | Role, asked: Access): keyof typeof outcomes {
  if (asked === 'anyone') return 'what it asked for'
  if (who === 'nobody') return 'a way to sign in'
  return asked === 'operator' || may(who, asked) ? 'what it asked for' : 'a refusal'
}

// An event stream has no end; set-up, invitations, and what a login's own browser may do, have tests of their own.
const everyCase = routes
  .filter(
    ({ path }) => path !== '/events' && path !== '/setup' && path !== '/invitation' && !path.startsWith('/logins'),
  )
  .flatMap(({ asked, ...route }) =>
    (['nobody', ...roles] as const).map((who) => ({ ...route, who, expected: expectedFor(who, asked) })),
  )

const everyField = {
  kind: 'hide',
  verdict: 'approve',
  text: 'Yes.',
  textHash: 'a'.repeat(64),
  headMessageId: 'msg_1',
  arrived: 'yes',
  hours: '1',
  sure: 'yes',
  keys: 'on',
  tab: 'tab123',
  reason: 'x',
  voice: '',
  seenVoice: '',
  quietSeconds: '4',
  undoSeconds: '10',
  budgetDollars: '5',
  disclosureHours: '24',
  title: 'T',
  phrases: 'refund',
  move: 'up',
  body: 'B',
  email: 'a@b.c',
  password: 'x',
  name: 'Ada',
  scope: 'read',
  days: '',
  overlapHours: '1',
  token: 'open',
  accessToken: 'IGAAcanary',
  code: '123456',
  seed: 'sealed',
  current: 'x',
  role: 'viewer',
  proof: 'x',
  passkey: '{}',
  credential: '{}',
}

describe('who may do what', () => {
  it('declares every route of the console in the access table, and no route that is not there', () => {
    const { app } = aConsole()
    const registered = app.routes
      .filter(({ method }) => method !== 'ALL')
      .map(({ method, path }) => `${method} ${path}`)
    expect([...new Set(registered)].sort()).toEqual(Object.keys(access).sort())
  })

  it.each(everyCase)('answers $who, who asks for $route, with $expected', async ({ who, method, path, expected }) => {
    const request = method === 'POST' ? aForm(everyField, { as: who }) : signedInAs(who)
    const { status } = await aConsole().app.request(fill(path), request)
    expect(outcomes[expected]).toContain(status)
  })

  it.each([
    ['viewer', ['removeView', 'saveKeys', 'saveView']],
    ['auditor', ['export', 'removeView', 'saveKeys', 'saveView']],
    [
      'approver',
      [
        ...[
          'answer',
          'approveMany',
          'assign',
          'bringBack',
          'decide',
          'dismiss',
          'moderate',
          'note',
          'optOut',
          'redraft',
          'removeNote',
        ],
        ...['removeView', 'saveKeys', 'saveView', 'settle', 'snooze', 'undo'],
      ],
    ],
  ])('lets nothing but their own sign-in be changed by a %s, and %j', async (who, verbs) => {
    const { app, calls } = aConsole()
    for (const { path, method } of routes) {
      if (method === 'POST' && path !== '/sign-out') await app.request(fill(path), aForm(everyField, { as: who }))
    }
    const own = ['signOut', 'confirm', 'changePassword', 'endOwnSessions', 'addPasskey', 'removePasskey']
    const done = calls.map(([verb]) => verb).filter((verb) => !own.includes(verb))
    expect([...new Set(done)].sort()).toEqual(verbs)
  })

  it('refuses a route that somebody forgot to declare, even to an admin', async () => {
    const { app } = aConsole()
    app.get('/forgotten', (c) => c.text('secret'))
    expect((await app.request('/forgotten', signedInAs('admin'))).status).toBe(404)
  })

  it('leads a visitor who is not signed in to the sign-in page and back, but never to another site', async () => {
    const { app } = aConsole()
    const asked = await app.request('/outbox?show=failed')
    expect(asked.headers.get('location')).toBe('/sign-in?to=%2Foutbox%3Fshow%3Dfailed')
    for (const to of ['//evil.example', 'https://evil.example', '/\\evil.example', '/\t/evil.example']) {
      const answer = await app.request('/sign-in', aForm({ email: 'a@b.c', password: 'x', to }))
      expect(answer.headers.get('location'), to).toBe('/queue')
    }
  })
})

describe('erasing a person', () => {
  const page = `/conversations/${newId('conversation', at)}`

  it('is offered to an admin, who has to tick that nothing brings it back', async () => {
    const { app, calls, view } = aConsole()
    expect(await (await app.request(page, signedInAs('admin'))).text()).toContain('Erase this person')
    const unsure = await app.request(`${page}/erasure`, aForm({}, { as: 'admin' }))
    expect([unsure.status, calls]).toEqual([422, []])
    const sure = await app.request(`${page}/erasure`, aForm({ sure: 'yes' }, { as: 'admin' }))
    expect([sure.status, sure.headers.get('location')]).toEqual([303, `${page}?done=erasing`])
    expect(calls).toEqual([['eraseContact', { contactId: view.contactId, operatorId: expect.any(String) }]])
  })

  it.each(['viewer', 'approver', 'auditor'])('is not offered to %s', async (role) => {
    const { app } = aConsole()
    expect(await (await app.request(page, signedInAs(role))).text()).not.toContain('Erase this person')
  })

  it('is told once it is done, and then nothing can be said to them', async () => {
    const view = aConversationView({ erasedAt: at, draft: null, attention: 'none', contactName: null })
    const text = await (await aConsole({ view }).app.request(page, signedInAs('admin'))).text()
    expect(text).toContain('This person was erased; nothing of them is kept.')
    expect(text).not.toContain('Erase this person')
    expect(text).not.toContain('<textarea')
  })
})

describe('changes from elsewhere', () => {
  const decision = { verdict: 'approve', text: 'Yes.', textHash: 'a'.repeat(64), headMessageId: 'msg_1' }
  const path = `/drafts/${newId('draft', at)}/decision`

  it.each([
    ['another site', { 'sec-fetch-site': 'cross-site' }],
    ['a sibling host', { 'sec-fetch-site': 'same-site' }],
    ['another origin', { 'sec-fetch-site': '', origin: 'https://evil.example' }],
    ['nowhere', { 'sec-fetch-site': '', origin: '' }],
  ])('does nothing for a form that comes from %s', async (_from, headers) => {
    const { app, calls } = aConsole()
    const answer = await app.request(path, aForm(decision, { as: 'admin', headers }))
    expect(answer.status).toBe(403)
    expect(calls).toEqual([])
  })

  it('takes the origin’s word where a browser sends no fetch metadata', async () => {
    const { app, calls } = aConsole()
    const answer = await app.request(path, aForm(decision, { as: 'admin', headers: { 'sec-fetch-site': '' } }))
    expect(answer.status).toBe(303)
    expect(calls).toHaveLength(1)
  })

  it.each(['GET', 'HEAD'])('never decides by %s', async (method) => {
    const { app, calls } = aConsole()
    for (const { path: other, method: own } of routes) {
      if (own === 'POST') await app.request(fill(other), { method, ...signedInAs('admin') })
    }
    expect(calls).toEqual([])
  })

  it('refuses JSON where a form belongs', async () => {
    const { app, calls } = aConsole()
    const form = aForm(decision, { as: 'admin', headers: { 'content-type': 'application/json' } })
    expect((await app.request(path, { ...form, body: JSON.stringify(decision) })).status).toBe(422)
    expect(calls).toEqual([])
  })
})

describe('every answer', () => {
  const broken = () =>
    aConsole({
      reads: {
        health: () => Promise.reject(new Error('token IGQsecret of Lena')),
        alerts: () => Promise.reject(Object.assign(new Error('connect'), { code: 'ECONNREFUSED' })),
      },
      review: {
        decide: () =>
          Promise.reject(new AppError('conflict', 'A newer message has arrived', { field: 'headMessageId' })),
      },
    })

  it.each([
    ['a page', 200, '/queue', signedInAs('admin')],
    ['a page outside', 200, '/sign-in', {}],
    ['a redirect', 303, '/queue', {}],
    ['a file', 200, '/assets/x/base.css', {}],
    ['a missing page', 404, '/nowhere', signedInAs('admin')],
    ['a missing file', 404, '/assets/x/nothing.css', {}],
    ['a missing right', 403, `/sending/stop`, aForm({}, { as: 'viewer' })],
    ['a fault', 500, '/status', signedInAs('admin')],
    ['a store that is away', 503, '/alerts', signedInAs('admin')],
    ['a conflict', 409, `/drafts/${newId('draft', at)}/decision`, aForm(everyField, { as: 'admin' })],
    ['a form too large', 413, '/sign-in', aForm({ email: 'x'.repeat(600_000), password: 'x' })],
    ['a bad form', 422, `/posts/${newId('post', at)}/settlement`, aForm({}, { as: 'admin' })],
  ])('carries the strict headers: %s', async (_what, status, path, request) => {
    const answer = await broken().app.request(path, request)
    expect(answer.status).toBe(status)
    const csp = answer.headers.get('content-security-policy') ?? ''
    expect(csp).toMatch(/^default-src 'none'; script-src 'self'; style-src 'self';/)
    expect(csp).toContain("frame-ancestors 'none'")
    expect(csp).not.toContain('unsafe')
    expect(answer.headers.get('x-content-type-options')).toBe('nosniff')
    expect(answer.headers.get('referrer-policy')).toBe('no-referrer')
    expect(answer.headers.get('cross-origin-opener-policy')).toBe('same-origin')
    expect(answer.headers.get('cache-control')).toBe('no-store')
  })

  it('is the same when the console is one door among others', async () => {
    const house = new Hono().get('/livez', (c) => c.text('ok')).route('/', broken().app)
    for (const [path, status] of Object.entries({ '/nowhere': 404, '/status': 500, '/queue': 200, '/livez': 200 })) {
      const answer = await house.request(path, signedInAs('admin'))
      expect(answer.status).toBe(status)
      if (path !== '/livez') expect(answer.headers.get('content-security-policy')).toContain("default-src 'none'")
    }
  })

  it('says nothing about the inside of a fault, and reports it', async () => {
    const { app, errors } = broken()
    const text = await (await app.request('/status', signedInAs('admin'))).text()
    expect(text).not.toContain('IGQsecret')
    expect(text).toContain('Back to the queue')
    expect(errors).toHaveLength(1)
  })

  it('says in plain words that the database is away, and that messages are kept', async () => {
    const text = await (await broken().app.request('/alerts', signedInAs('admin'))).text()
    expect(text).toContain('The database does not answer')
    expect(text).toContain('still being kept')
  })

  it('names no inline script, no inline style and no other host', async () => {
    const { app } = aConsole()
    for (const path of ['/queue', '/conversations', '/outbox', '/accounts', '/alerts', '/status', '/help']) {
      const html = await (await app.request(path, signedInAs('admin'))).text()
      expect(html).not.toMatch(/<script(?![^>]*src="\/assets\/)/)
      expect(html).not.toMatch(/<style|\sstyle=|\son\w+=|javascript:/i)
      expect(html).not.toMatch(/(src|href)="https?:/)
    }
  })

  it('lets a browser keep our files for ever under their present address only', async () => {
    const { app } = aConsole()
    const html = await (await app.request('/sign-in')).text()
    const [url = ''] = /\/assets\/[0-9a-f]+\/console\.js/.exec(html) ?? []
    expect((await app.request(url)).headers.get('cache-control')).toContain('immutable')
  })
})

describe('what a contact writes', () => {
  const markup = '<img src=x onerror=alert(1)></textarea><script>alert(2)</script>'

  it('stays text, in the name, the message, the draft and the reason', async () => {
    const view = aConversationView({ contactName: `"><b>${markup}`, contactUsername: `' onmouseover='alert(3)` })
    for (const message of view.messages) {
      Object.assign(message, {
        text: markup,
        attachments: [{ type: `image"${markup}`, url: 'javascript:alert(4)', title: markup }],
      })
    }
    Object.assign(view.draft ?? {}, {
      text: markup,
      rationale: markup,
      flags: [markup],
      sources: [{ id: 'knw_1', title: markup, body: markup }],
    })
    const { app } = aConsole({ view })
    const html = await (await app.request('/queue', signedInAs('admin'))).text()
    expect(html).not.toContain('<img')
    expect(html).not.toContain('<script>')
    expect(html).not.toContain('<b>')
    expect(html).not.toContain('href="javascript')
    expect(html).not.toMatch(/<[^>]*\sonmouseover=/)
    expect(html.match(/<\/textarea>/g)).toHaveLength(html.match(/<textarea/g)?.length ?? 0)
  })

  it('shows what it hides: invisible characters and letters that look like others', async () => {
    const view = aConversationView({ contactName: 'Lena\u202Egnp' })
    Object.assign(view.messages[0] ?? {}, { text: 'my p\u0430ypal\u200B' })
    const html = await (await aConsole({ view }).app.request('/queue', signedInAs('admin'))).text()
    expect(html).toContain('U+202E')
    expect(html).toContain('U+200B')
    expect(html).toContain('letter of another script (U+0430)')
    expect(html).not.toMatch(/<title>[^<]*\u202E/)
  })
})

describe('a decision', () => {
  const fields = {
    verdict: 'approve',
    text: 'My own words\r\nin two lines',
    textHash: 'a'.repeat(64),
    headMessageId: 'msg_1',
  }
  const path = `/drafts/${newId('draft', at)}/decision`

  it('carries exactly what the operator saw', async () => {
    const { app, calls } = aConsole()
    await app.request(path, aForm(fields, { as: 'approver' }))
    expect(calls).toMatchObject([
      [
        'decide',
        {
          decision: {
            verdict: 'approve',
            text: fields.text,
            seen: { textHash: fields.textHash, headMessageId: 'msg_1' },
          },
          givenBy: 'console',
        },
      ],
    ])
  })

  it('goes on to the next of the queue, with a way to undo that needs no script', async () => {
    const next = newId('conversation', at)
    const postId = newId('post', at)
    const { app } = aConsole({
      reads: { nextInQueue: async () => next },
      review: { decide: async () => [{ postId, sendsAt: at }] },
    })
    const answer = await app.request(path, aForm({ ...fields, back: '/queue' }, { as: 'approver' }))
    expect(answer.status).toBe(303)
    expect(answer.headers.get('location')).toBe(`/queue?c=${next}&approved=${postId}#composer`)
    const html = await (await app.request(`/queue?c=${next}&approved=${postId}`, signedInAs('approver'))).text()
    expect(html).toContain(`action="/posts/${postId}/cancellation"`)
  })

  it.each([
    ['conflict', 'status', 409, 'This draft is already approved by Ben'],
    ['conflict', 'headMessageId', 409, 'A newer message has arrived in this conversation'],
    ['conflict', 'textHash', 409, 'The draft has changed since it was shown'],
    ['conflict', 'reply_window', 409, 'The reply window has closed'],
    ['invalid_input', 'text_limit', 422, 'The reply has 1004 bytes; Instagram takes at most 1000'],
  ] as const)(
    'that comes too late (%s %s) shows what changed and keeps the operator’s words',
    async (code, field, status, words) => {
      const { app } = aConsole({ review: { decide: () => Promise.reject(new AppError(code, words, { field })) } })
      const answer = await app.request(path, aForm({ ...fields, back: '/queue' }, { as: 'approver' }))
      expect(answer.status).toBe(status)
      const html = await answer.text()
      expect(html).toContain(words)
      expect(html).toContain('My own words')
      expect(html).toContain('The draft now reads')
      expect(html).toContain('Nothing was sent')
    },
  )

  it('keeps the operator’s words when the session ended meanwhile', async () => {
    const answer = await aConsole().app.request(path, aForm(fields, { as: 'ended' }))
    expect(answer.status).toBe(401)
    expect(await answer.text()).toContain('My own words')
  })

  it('is not offered to who may only read', async () => {
    const html = await (await aConsole().app.request('/queue', signedInAs('viewer'))).text()
    expect(html).not.toContain('/decision')
    expect(html).toContain('Do you ship to Graz?')
  })

  it('is not offered while the reply window is closed', async () => {
    const view = aConversationView({ windowExpiresAt: new Date(at.getTime() - 1) })
    const html = await (await aConsole({ view }).app.request('/queue', signedInAs('approver'))).text()
    expect(html).toContain('The reply window has closed')
    expect(html).toMatch(/<button[^>]*form="reply"[^>]*disabled/)
  })

  it('is offered for a person’s words for seven days where Meta grants them, counted down', async () => {
    const closed = { windowExpiresAt: new Date(at.getTime() - 1) }
    const { policy } = aConversationView(closed)
    const granted = { ...policy, account: { humanAgent: true }, lastMessageAt: new Date(at.getTime() - 86_400_000) }
    const view = aConversationView({ ...closed, policy: granted })
    const html = await (await aConsole({ view }).app.request('/queue', signedInAs('approver'))).text()
    expect(html).toContain('as the')
    expect(html).toContain(`data-until="${at.getTime() + 6 * 86_400_000}"`)
    expect(html).not.toMatch(/<button[^>]*form="reply"[^>]*disabled/)
  })
})

describe('approving several', () => {
  const drafts = [1, 2].map((n) => ({
    draftId: newId('draft', at),
    conversationId: newId('conversation', at),
    text: `Reply ${n}`,
    textHash: String(n).repeat(64),
    headMessageId: newId('message', at),
    headText: 'Hello',
    windowExpiresAt: null,
    contactName: 'Lena',
    contactUsername: null,
  }))

  it('lists each with its words, ticks none, and passes on only what was ticked with what was seen', async () => {
    const { app, calls } = aConsole({ reads: { calmDrafts: async () => drafts } })
    const html = await (await app.request('/queue/bulk', signedInAs('approver'))).text()
    expect(html).toContain('Reply 2')
    expect(html).not.toMatch(/<input[^>]*checked/)
    const [pick = ''] = [...html.matchAll(/name="pick" value="([^"]+)"/g)].map(([, value]) => value ?? '')
    await app.request('/queue/bulk', aForm({ pick }, { as: 'approver' }))
    const [{ draftId, textHash, headMessageId }] = drafts as [(typeof drafts)[0]]
    const picks = [{ draftId, seen: { textHash, headMessageId } }]
    expect(calls).toEqual([['approveMany', { picks, operatorId: expect.any(String) }]])
  })

  it('says what became of each, with a way to undo', async () => {
    const [a, b] = drafts as [(typeof drafts)[0], (typeof drafts)[0]]
    const postId = newId('post', at)
    const outcomes = [
      { draftId: a.draftId, postId },
      { draftId: b.draftId, refusal: 'A newer message has arrived in this conversation' },
    ]
    const { app } = aConsole({ review: { approveMany: async () => outcomes } })
    const html = await (await app.request('/queue/bulk', aForm({}, { as: 'approver' }))).text()
    expect(html).toContain('1 of 2 approved')
    expect(html).toContain('A newer message has arrived in this conversation')
    expect(html).toContain(`action="/posts/${postId}/cancellation"`)
  })

  it('is told when many approvals come very quickly', async () => {
    const postId = newId('post', at)
    const { app } = aConsole({ reads: { approvalsSince: async () => 14 } })
    const html = await (await app.request(`/queue?approved=${postId}`, signedInAs('approver'))).text()
    expect(html).toContain('You approved 14 replies within a minute')
  })
})

describe('a view of the queue', () => {
  it('is kept without what was searched for, so without anybody’s name', async () => {
    const { app, calls } = aConsole()
    const back = '/queue?risk=flagged&assignee=me&q=Lena'
    const answer = await app.request('/views', aForm({ name: 'Hot', back }, { as: 'viewer' }))
    expect(answer.headers.get('location')).toBe('/queue?risk=flagged&assignee=me&done=saved')
    expect(calls).toEqual([
      ['saveView', { operatorId: expect.any(String), name: 'Hot', query: 'risk=flagged&assignee=me' }],
    ])
  })

  it('stays chosen from one decision to the next', async () => {
    const next = newId('conversation', at)
    const looks: unknown[] = []
    const nextInQueue = async (look: unknown) => {
      looks.push(look)
      return next
    }
    const { app } = aConsole({ reads: { nextInQueue } })
    const form = { verdict: 'approve', text: 'Yes.', textHash: 'a'.repeat(64), headMessageId: 'msg_1' }
    const back = '/queue?risk=calm&q=boots'
    const answer = await app.request(
      `/drafts/${newId('draft', at)}/decision`,
      aForm({ ...form, back }, { as: 'approver' }),
    )
    expect(answer.headers.get('location')).toMatch(`/queue?risk=calm&q=boots&c=${next}`)
    expect(looks).toMatchObject([{ choice: { risk: 'calm', search: 'boots' } }])
  })
})

describe('looking at the words before they leave', () => {
  const template = { id: newId('template', at), accountId: null, title: 'Thanks', body: 'Thank you!', version: 1 }
  const view = aConversationView({ templates: [template] })
  const path = `/conversations/${view.id}/preview`
  const show = async (fields: Record<string, string>) => {
    const { app, calls } = aConsole({ view })
    const answer = await app.request(path, aForm({ back: '/queue', ...fields }, { as: 'approver' }))
    expect([answer.status, calls]).toEqual([200, []])
    return answer.text()
  }

  it('decides nothing, shows what was changed, and what a rule says to exactly these words', async () => {
    const html = await show({ text: 'Yes, we ship. http://x' })
    expect(html).toMatch(/<del>.*do.*<\/del>/)
    expect(html).toMatch(/<ins>.*ship.*<\/ins>/)
    expect(html).toContain('22 of 1000 bytes')
    expect(html).toContain('class="check-bad"')
    expect(await show({ text: 'Yes, we ship.' })).not.toContain('class="check-bad"')
  })

  it('puts a template behind what was written', async () => {
    const html = await show({ text: 'Hello', template: template.id })
    expect(html).toContain('Hello\n\nThank you!</textarea>')
  })
})

describe('the session’s cookies', () => {
  const cookiesOf = (answer: Response) => answer.headers.getSetCookie().filter((line) => !line.includes('Max-Age=0'))

  it('are out of reach of scripts and of other sites', async () => {
    const answer = await aConsole().app.request('/sign-in', aForm({ email: 'a@b.c', password: 'x' }))
    expect(cookiesOf(answer)).toEqual([
      'countersign=admin; Max-Age=600; Path=/; HttpOnly; SameSite=Lax',
      'countersign-refresh=admin-next; Max-Age=604800; Path=/; HttpOnly; SameSite=Lax',
    ])
  })

  it('are bound to their host and to https where there is https', async () => {
    const { app } = aConsole({ publicUrl: 'https://console.example' })
    const answer = await app.request('https://console.example/sign-in', aForm({ email: 'a@b.c', password: 'x' }))
    const cookies = cookiesOf(answer)
    expect(cookies).toHaveLength(2)
    for (const cookie of cookies)
      expect(cookie).toMatch(/^__Host-countersign[\w-]*=.*; Path=\/; HttpOnly; Secure; SameSite=Lax$/)
    expect(answer.headers.get('strict-transport-security')).toContain('max-age=31536000')
  })

  it('answers who tries too often with when to try again', async () => {
    const until = new Date(at.getTime() + 5000)
    const signIn = { signIn: () => Promise.reject(new AppError('rate_limited', 'Too many tries', { until })) }
    const answer = await aConsole({ signIn }).app.request('/sign-in', aForm({ email: 'a@b.c', password: 'x' }))
    expect(answer.status).toBe(429)
    expect(answer.headers.get('retry-after')).toBe('5')
    expect(await answer.text()).toContain('wait 5 s')
  })
})
