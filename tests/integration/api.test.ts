import { eq } from 'drizzle-orm'
import { describe, expect, it } from 'vitest'
import { raiseAlert } from '#db/alerts.ts'
import { verifyAudit } from '#db/audit.ts'
import { alerts } from '#db/schema/alerts.ts'
import { apiKeys, apiKeyUses } from '#db/schema/api-keys.ts'
import { auditEntries } from '#db/schema/audit-entries.ts'
import { sessions } from '#db/schema/sessions.ts'
import { AuditEntry } from '#src/api/shapes/audit.ts'
import { Account, Alert, Post, Status } from '#src/api/shapes/house.ts'
import { Key, OwnKey } from '#src/api/shapes/keys.ts'
import { Conversation, Draft, Mention, Message } from '#src/api/shapes/threads.ts'
import { pageOf } from '#src/api/shapes/words.ts'
import { type Scope, scopes } from '#src/domain/identity.ts'
import { newId } from '#src/domain/ids.ts'
import { createApiKeys } from '#src/flow/api-keys.ts'
import { createKeyUses } from '#src/flow/key-uses.ts'
import { Secret } from '#src/vault/secret.ts'
import { aQueuedPost } from '#tests/support/posts.ts'
import { anAccount, aThread } from '#tests/support/threads.ts'
import { aWeb } from '#tests/support/web.ts'

const { app, db, keys, parts, lines, signIn } = await aWeb()
const by = { kind: 'process' as const, id: 'test' }
const now = () => new Date()

async function aKey(given: readonly Scope[] = ['read', 'monitor', 'acknowledge', 'audit'], more = {}) {
  const made = await keys.create({ name: 'reports', scopes: given, by, ...more })
  const ask = (path: string, init: RequestInit = {}) =>
    app.request(`/api/v1${path}`, { ...init, headers: { 'x-api-key': made.key, ...(init.headers as object) } })
  return { ...made, ask }
}

const ISO = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/
/** An answer as its shape knows it: times are times. */
const revived = async (answer: Response) =>
  JSON.parse(await answer.text(), (_name, value) =>
    typeof value === 'string' && ISO.test(value) ? new Date(value) : value,
  )
const bodyOf = async (answer: Response) => JSON.parse(await answer.text())
const idsIn = async (answer: Response) => ((await bodyOf(answer)).data as { id: string }[]).map(({ id }) => id)
const post = (body: unknown) => ({
  method: 'POST',
  headers: { 'content-type': 'application/json' },
  body: typeof body === 'string' ? body : JSON.stringify(body),
})

describe('a key', () => {
  it('is shown once and kept nowhere', async () => {
    const { key, ask } = await aKey()
    expect((await ask('/api-keys/self')).status).toBe(200)
    const kept = JSON.stringify([await db.select().from(apiKeys), await db.select().from(auditEntries), lines])
    expect(key).toMatch(/^cs_test_[\w-]{54}$/)
    expect(kept).not.toContain(key.slice(14))
  })

  it('tells whose it is', async () => {
    const { id, ask } = await aKey(['read'])
    expect(OwnKey.parse(await revived(await ask('/api-keys/self')))).toMatchObject({ id, scopes: ['read'] })
  })

  it.each([
    ['one of production', `cs_live_${'a'.repeat(54)}`, 'wrong_environment'],
    ['one nobody made', `cs_test_${'a'.repeat(54)}`, 'unknown'],
    ['an empty one', '', 'malformed'],
    ['a long one', 'x'.repeat(10_000), 'malformed'],
    ['two at once', `cs_test_${'a'.repeat(54)}, cs_test_${'a'.repeat(54)}`, 'malformed'],
    ['one with odd letters', 'cs_test_\u00e9', 'malformed'],
  ])('is refused when it is %s, and the log tells why without it', async (_what, offered, reason) => {
    lines.length = 0
    const answer = await app.request('/api/v1/drafts', { headers: { 'x-api-key': offered } })
    expect([answer.status, answer.headers.get('content-type')]).toEqual([401, 'application/problem+json'])
    const told = lines.filter((line) => line.includes('auth.api_key.rejected'))
    expect(told).toHaveLength(1)
    expect(JSON.parse(told[0] ?? '')).toMatchObject({
      reason,
      route: 'GET /api/v1/drafts',
      offered: expect.any(String),
    })
    if (offered !== '') expect(told.join()).not.toContain(offered.slice(0, 20))
  })

  it('of a test installation opens nothing in production', async () => {
    const { key } = await aKey()
    const production = createApiKeys({ db, pepper: parts.config.sessionSecret, environment: 'live', now })
    expect(await production.check(key)).toMatchObject({ refused: 'wrong_environment' })
    const other = createApiKeys({
      db,
      pepper: new Secret('another pepper of many characters'),
      environment: 'test',
      now,
    })
    expect(await other.check(key)).toMatchObject({ refused: 'unknown' })
  })

  it('that was revoked is refused at the next request, by every process', async () => {
    const { id, key, ask } = await aKey()
    const elsewhere = createApiKeys({ db, pepper: parts.config.sessionSecret, environment: 'test', now })
    expect([(await ask('/drafts')).status, await elsewhere.check(key)]).toEqual([200, { key: expect.anything() }])
    await keys.revoke({ id, by })
    expect((await ask('/drafts')).status).toBe(401)
    expect(await elsewhere.check(key)).toMatchObject({ refused: 'revoked' })
    await keys.revoke({ id, by })
    const entries = await db.select().from(auditEntries).where(eq(auditEntries.subjectId, id))
    expect(entries.map(({ action }) => action)).toEqual(['key.created', 'key.revoked'])
    expect((await verifyAudit(db)).ok).toBe(true)
  })

  it('ends when it expires', async () => {
    const clock = { at: new Date() }
    const timed = createApiKeys({ db, pepper: parts.config.sessionSecret, environment: 'test', now: () => clock.at })
    const expiresAt = new Date(clock.at.getTime() + 1000)
    const { key } = await timed.create({ name: 'short', scopes: ['read'], expiresAt, by })
    expect(await timed.check(key)).toHaveProperty('key')
    clock.at = expiresAt
    expect(await timed.check(key)).toMatchObject({ refused: 'expired' })
  })

  it('is replaced by one like it; both work until the old one is revoked or the overlap is over', async () => {
    const clock = { at: new Date() }
    const timed = createApiKeys({ db, pepper: parts.config.sessionSecret, environment: 'test', now: () => clock.at })
    const old = await timed.create({ name: 'old', scopes: ['audit'], by })
    const fresh = await timed.rotate({ id: old.id, overlapHours: 1, by })
    expect(await timed.check(old.key)).toHaveProperty('key')
    expect(await timed.check(fresh.key)).toMatchObject({ key: { name: 'old', scopes: ['audit'] } })
    await expect(timed.rotate({ id: old.id, overlapHours: 1, by })).rejects.toThrow('replaced already')
    clock.at = new Date(clock.at.getTime() + 3_600_000)
    expect(await timed.check(old.key)).toMatchObject({ refused: 'expired' })
    expect(await timed.check(fresh.key)).toHaveProperty('key')
  })

  it('is made and revoked by an admin, over the API too', async () => {
    const { headers } = await signIn('admin')
    const wish = post({ name: 'warehouse', scopes: ['read'] })
    const made = await app.request('/api/v1/api-keys', { ...wish, headers: { ...wish.headers, ...headers } })
    const { id, key } = (await made.json()) as { id: string; key: string }
    expect([made.status, (await app.request('/api/v1/drafts', { headers: { 'x-api-key': key } })).status]).toEqual([
      201, 200,
    ])
    const listed = await app.request('/api/v1/api-keys', { headers })
    const text = await listed.clone().text()
    expect(
      pageOf(Key)
        .parse(await revived(listed))
        .data.map((one) => one.id),
    ).toContain(id)
    expect(text).not.toContain(key.slice(14))
    const foreign = { ...headers, origin: 'https://evil.example' }
    const gone = (with_: typeof headers) => app.request(`/api/v1/api-keys/${id}`, { method: 'DELETE', headers: with_ })
    expect([(await gone(foreign)).status, (await gone(headers)).status]).toEqual([403, 204])
    expect((await app.request('/api/v1/drafts', { headers: { 'x-api-key': key } })).status).toBe(401)
  })
})

it('no key is made in a session that was left open: somebody has to prove once more who they are', async () => {
  const { headers, operator } = await signIn('admin')
  const long = { confirmedAt: new Date(Date.now() - 3_600_000) }
  await db.update(sessions).set(long).where(eq(sessions.operatorId, operator.id))
  const wish = post({ name: 'warehouse', scopes: ['read'] })
  const made = await app.request('/api/v1/api-keys', { ...wish, headers: { ...wish.headers, ...headers } })
  expect([made.status, await made.json()]).toMatchObject([403, { code: 'reauthentication_required' }])
  expect((await app.request('/api/v1/api-keys', { headers })).status).toBe(200)
})

it('programs are counted by their keys, wherever they come from, and strangers by their address', async () => {
  const { from, keys: own } = await aWeb({ env: { RATE_LIMIT_PER_MINUTE: '2' } })
  const by = { kind: 'process' as const, id: 'test' }
  const [one, two] = [
    await own.create({ name: '1', scopes: ['read'], by }),
    await own.create({ name: '2', scopes: ['read'], by }),
  ]
  const ask = async (headers: Record<string, string> = {}) =>
    (await from('198.51.100.7', '/api/v1/drafts', { headers })).status
  const of = ({ key }: typeof one) => ({ 'x-api-key': key })
  expect([await ask(of(one)), await ask(of(one)), await ask(of(one)), await ask(of(two))]).toEqual([200, 200, 429, 200])
  expect([await ask(), await ask(), await ask()]).toEqual([401, 401, 429])
})

describe('the uses of a key', () => {
  it('are counted for each route: the first at once, the others with the minute, all in the end', async () => {
    const [one, two] = [newId('key', now()), newId('key', now())]
    const uses = createKeyUses({ db, now, everyMs: 3_600_000 })
    const counts = async () =>
      (await db.select().from(apiKeyUses)).filter(({ keyId }) => [one, two].includes(keyId)).map(({ uses }) => uses)
    uses.note(one, 'GET /a')
    await expect.poll(counts).toEqual([1])
    for (let i = 0; i < 24; i++) uses.note(one, i % 2 === 0 ? 'GET /a' : 'GET /b')
    uses.note(two, 'GET /a')
    await expect.poll(async () => (await counts()).sort()).toEqual([1, 1])
    await uses.close()
    expect((await counts()).sort((a, b) => a - b)).toEqual([1, 12, 13])
  })
})

describe('what programs read', async () => {
  const mine = await anAccount(db, { name: 'Mine', sealedToken: 'sealed-canary' })
  const other = await anAccount(db, { name: 'Other', sealedToken: 'sealed-canary' })
  const threads = [await aThread(db, { account: mine }), await aThread(db, { account: mine, text: 'And to Linz?' })]
  const elsewhere = await aThread(db, { account: other })
  const queued = await aQueuedPost(db)
  await raiseAlert(db, {
    kind: 'account_stopped',
    subject: 'x',
    severity: 'info',
    accountId: other.id,
    text: 'o',
    at: now(),
  })
  await raiseAlert(db, { kind: 'queue_tampered', subject: 'y', severity: 'critical', text: 'house', at: now() })
  const { ask } = await aKey()
  const kept = await aKey(['read', 'monitor', 'acknowledge'], { accountIds: [mine.id] })

  it.each([
    ['/conversations', Conversation],
    ['/messages', Message],
    ['/mentions', Mention],
    ['/drafts', Draft],
    ['/outbox', Post],
    ['/accounts', Account],
    ['/alerts', Alert],
    ['/audit', AuditEntry],
  ])('%s is as the document describes it, with no secret in it', async (path, shape) => {
    const answer = await ask(path)
    const text = await answer.clone().text()
    expect(answer.status, text).toBe(200)
    const page = pageOf(shape as typeof Post).parse(await revived(answer))
    expect(page.data.length).toBeGreaterThan(0)
    expect(text).not.toContain('sealed-canary')
    expect(answer.headers.get('cache-control')).toBe('no-store')
  })

  it('one thing is as in its list', async () => {
    const ids = {
      conversations: threads[0]?.conversation.id,
      drafts: threads[0]?.draft?.id,
      accounts: mine.id,
      outbox: queued.id,
    }
    for (const [room, id] of Object.entries(ids)) {
      const [one, list] = [await bodyOf(await ask(`/${room}/${id}`)), (await bodyOf(await ask(`/${room}`))).data]
      expect(list, room).toContainEqual(one)
    }
    expect(Status.parse(await revived(await ask('/status')))).toMatchObject({ status: 'ok' })
  })

  it('a list is read to its end by its cursors, each thing once', async () => {
    for (const path of ['/conversations', '/messages', '/drafts', '/audit']) {
      const whole = JSON.parse(await (await ask(`${path}?limit=100`)).text()).data
      const read: unknown[] = []
      for (let next: string | null = ''; next !== null; ) {
        const answer = await ask(`${path}?limit=2${next && `&cursor=${next}`}`)
        const page = JSON.parse(await answer.text())
        read.push(...page.data)
        next = page.nextCursor
        expect(answer.headers.has('link')).toBe(next !== null)
      }
      expect(read, path).toEqual(whole)
    }
  })

  it('a list is filtered', async () => {
    expect(await idsIn(await ask(`/conversations?accountId=${other.id}`))).toEqual([elsewhere.conversation.id])
    expect(await idsIn(await ask(`/messages?conversationId=${elsewhere.conversation.id}&direction=inbound`))).toEqual([
      elsewhere.message.id,
    ])
    expect(await idsIn(await ask('/mentions?platform=messenger'))).toEqual([])
    expect(await idsIn(await ask('/mentions?since=2100-01-01T00:00:00Z'))).toEqual([])
    expect(await idsIn(await ask('/drafts?status=rejected'))).toEqual([])
  })

  it.each([
    '/drafts?color=red',
    '/drafts?limit=0',
    '/drafts?limit=101',
    '/drafts?limit=1&limit=2',
    '/drafts?status=nonsense',
    '/drafts?cursor=nonsense',
    '/drafts?accountId=1',
    '/messages?since=yesterday',
    '/accounts?x=1',
    '/accounts/nonsense?x=1',
    '/drafts?__proto__=1',
  ])('%s is refused, not guessed at', async (path) => {
    const answer = await ask(path)
    expect([answer.status, (await bodyOf(answer)).code]).toEqual([422, 'invalid_input'])
  })

  it('of other accounts does not exist for a key that is kept to some', async () => {
    const foreign = [
      `/conversations/${elsewhere.conversation.id}`,
      `/drafts/${elsewhere.draft?.id}`,
      `/accounts/${other.id}`,
      `/outbox/${queued.id}`,
    ]
    for (const path of foreign) {
      expect((await ask(path)).status, path).toBe(200)
      expect((await kept.ask(path)).status, path).toBe(404)
    }
    for (const path of ['/conversations', '/messages', '/mentions', '/drafts', '/outbox', '/accounts', '/alerts']) {
      const text = await (await kept.ask(path)).text()
      expect(text, path).not.toMatch(new RegExp([other.id, queued.id, elsewhere.conversation.id].join('|')))
    }
    expect(await idsIn(await kept.ask('/conversations'))).toEqual(
      threads.map(({ conversation }) => conversation.id).reverse(),
    )
    expect((await kept.ask('/audit')).status).toBe(403)
  })

  it('of an alert is noted by the first who takes note of it', async () => {
    const rows = await db.select().from(alerts)
    const [foreign, house] = [
      rows.find(({ accountId }) => accountId === other.id),
      rows.find(({ text }) => text === 'house'),
    ]
    expect((await kept.ask(`/alerts/${foreign?.id}/acknowledgement`, { method: 'POST' })).status).toBe(404)
    const first = await kept.ask(`/alerts/${house?.id}/acknowledgement`, { method: 'POST' })
    expect(Alert.parse(await revived(first))).toMatchObject({ acknowledgedBy: kept.id, resolvedAt: null })
    const second = await ask(`/alerts/${house?.id}/acknowledgement`, { method: 'POST' })
    expect(await second.json()).toMatchObject({ acknowledgedBy: kept.id })
    const entries = await db.select().from(auditEntries).where(eq(auditEntries.action, 'alert.acknowledged'))
    expect(entries).toMatchObject([{ actorKind: 'key', actorId: kept.id, subjectId: house?.id }])
  })
})

describe('the document', () => {
  it('names every route, and no route that is not there', async () => {
    const { ask } = await aKey(['monitor'])
    const document = (await (await ask('/openapi.json')).json()) as { openapi: string; paths: Record<string, object> }
    const described = Object.entries(document.paths).flatMap(([path, methods]) =>
      Object.keys(methods).map((method) => `${method.toUpperCase()} /api/v1${path.replace(/\{(\w+)\}/g, ':$1')}`),
    )
    const routes = app.routes.filter(({ method, path }) => method !== 'ALL' && path.startsWith('/api/v1/'))
    expect(document.openapi).toBe('3.1.0')
    expect(described.sort()).toEqual([...new Set(routes.map(({ method, path }) => `${method} ${path}`))].sort())
    expect(described.length).toBeGreaterThan(15)
  })
})

describe('a body', async () => {
  const { headers } = await signIn('admin')
  const send = (body: string, type = 'application/json') =>
    app.request('/api/v1/api-keys', { method: 'POST', body, headers: { ...headers, 'content-type': type } })

  it.each([
    ['a prototype', '{"__proto__":{"scopes":["read"]},"name":"x","scopes":["read"]}', 422],
    ['a name twice', '{"name":"a","name":"b","scopes":["read"]}', 422],
    ['nesting without end', `${'[{"a":'.repeat(1000)}1${'}]'.repeat(1000)}`, 422],
    ['an unknown field', '{"name":"x","scopes":["read"],"admin":true}', 422],
    ['a scope that no key has', '{"name":"x","scopes":["keys"]}', 422],
    ['half of it', '{"name":', 400],
    ['no JSON', 'name=x', 400],
    ['too much', `{"name":"${'x'.repeat(70_000)}"}`, 413],
  ])('with %s is refused, and nothing is made', async (_what, body, status) => {
    const before = (await db.select().from(apiKeys)).length
    const answer = await send(body)
    expect([answer.status, answer.headers.get('content-type')]).toEqual([status, 'application/problem+json'])
    expect((await db.select().from(apiKeys)).length).toBe(before)
  })

  it('of another type is refused', async () => {
    expect((await send('{"name":"x","scopes":["read"]}', 'text/plain')).status).toBe(415)
  })
})

it('no key is made by a key, whatever its scopes', async () => {
  const { ask } = await aKey(scopes)
  expect((await ask('/api-keys', post({ name: 'x', scopes: ['read'] }))).status).toBe(403)
})
