import { createHmac } from 'node:crypto'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { eq } from 'drizzle-orm'
import { afterAll, describe, expect, it } from 'vitest'
import { auditEntries } from '#db/schema/audit-entries.ts'
import { operators } from '#db/schema/operators.ts'
import { aBody, aText } from '#tests/support/instagram.ts'
import { anOperator } from '#tests/support/threads.ts'
import { aWeb } from '#tests/support/web.ts'

/** The service of somebody who runs Countersign: it knows these tokens, or is out of order. */
const people = new Map<string, object>()
const state = { isAway: false }
const service = createServer((request, response) => {
  let body = ''
  request.on('data', (chunk) => {
    body += chunk
  })
  request.on('end', () => {
    const token = new URLSearchParams(body).get('token') ?? ''
    response.writeHead(state.isAway ? 500 : 200, { 'content-type': 'application/json' })
    response.end(JSON.stringify(people.get(token) ?? { active: false }))
  })
})
await new Promise<void>((resolve) => service.listen(0, '127.0.0.1', resolve))
afterAll(() => {
  service.closeAllConnections()
  service.close()
})

const url = `http://127.0.0.1:${(service.address() as AddressInfo).port}/introspect`
const { app, db, signIn, keys } = await aWeb({ env: { AUTH_MODE: 'external', AUTH_SERVICE_URL: url } })
let serial = 0

function aToken(said: object): string {
  const token = `token-${++serial}`
  people.set(token, { active: true, sub: `sub-${serial}`, name: 'Ada', email: `${serial}@example.com`, ...said })
  return token
}

const ask = (path: string, authorization?: string, init: RequestInit = {}) =>
  app.request(path, { ...init, headers: { ...(init.headers as object), ...(authorization && { authorization }) } })
const rowsOf = (subject: string) => db.select().from(operators).where(eq(operators.subjectRef, subject))

describe('while another service signs people in', () => {
  it('whoever comes with a token that it vouches for is in, in the console and at the API', async () => {
    const bearer = `Bearer ${aToken({ sub: 'ada', role: 'admin' })}`
    for (const path of ['/queue', '/keys', '/api/v1/drafts', '/api/v1/api-keys']) {
      expect((await ask(path, bearer)).status, path).toBe(200)
    }
    expect((await ask('/queue', bearer.replace('Bearer', 'bearer'))).status).toBe(200)
    const [ada] = await rowsOf('ada')
    expect(ada).toMatchObject({ name: 'Ada', role: 'admin', passwordHash: 'external' })
    const entries = await db
      .select()
      .from(auditEntries)
      .where(eq(auditEntries.subjectId, ada?.id ?? ''))
    expect(entries.map(({ action, detail }) => [action, detail])).toEqual([
      ['operator.vouched', { role: 'admin', isNew: true }],
    ])
    expect(await (await ask('/queue', bearer)).text()).not.toContain('/sign-out')
  })

  it('a role that it changes is changed here', async () => {
    await ask('/queue', `Bearer ${aToken({ sub: 'bob', role: 'admin', email: 'bob@example.com' })}`)
    const demoted = `Bearer ${aToken({ sub: 'bob', role: 'viewer', email: 'bob@example.com' })}`
    expect((await ask('/keys', demoted)).status).toBe(403)
    expect(await rowsOf('bob')).toMatchObject([{ role: 'viewer' }])
  })

  it('ten first requests at once make one operator', async () => {
    const bearer = `Bearer ${aToken({ sub: 'eve', role: 'viewer' })}`
    const other = `Bearer ${aToken({ sub: 'eve', role: 'viewer', email: `${serial}@example.com` })}`
    const answers = await Promise.all(Array.from({ length: 10 }, (_, i) => ask('/queue', i % 2 === 0 ? bearer : other)))
    expect(answers.map(({ status }) => status).filter((status) => status !== 200)).toEqual([])
    expect(await rowsOf('eve')).toHaveLength(1)
  })

  it('an operator from before is the same one, known by the address, and keeps what was done', async () => {
    const before = await anOperator(db, { role: 'viewer', name: 'Old' })
    await ask('/queue', `Bearer ${aToken({ sub: 'old', role: 'viewer', email: before.email })}`)
    expect(await rowsOf('old')).toMatchObject([{ id: before.id, name: 'Ada' }])
    const thief = await ask('/queue', `Bearer ${aToken({ sub: 'thief', role: 'admin', email: before.email })}`)
    expect([thief.status, await rowsOf('thief')]).toEqual([409, []])
  })

  it.each([
    ['nothing', undefined],
    ['a token that it does not vouch for', 'Bearer nobody'],
    ['another scheme', `Basic ${Buffer.from('a:b').toString('base64')}`],
    ['two tokens', 'Bearer a, Bearer b'],
    ['an endless token', `Bearer ${'x'.repeat(5000)}`],
  ])('whoever comes with %s is told to bring a token', async (_what, authorization) => {
    for (const path of ['/queue', '/api/v1/drafts']) {
      const answer = await ask(path, authorization)
      expect(answer.status, path).toBe(401)
      expect(answer.headers.get('www-authenticate'), path).toContain('Bearer realm="countersign"')
    }
  })

  it('a session of before opens nothing, and a token in the address does not either', async () => {
    const { headers } = await signIn('admin')
    const token = aToken({ role: 'admin' })
    for (const path of ['/queue', '/api/v1/drafts']) {
      expect([
        (await ask(path, undefined, { headers })).status,
        (await ask(`${path}?access_token=${token}`)).status,
      ]).toEqual([401, 401])
    }
  })

  it('a key opens what it did, and with a token beside it nothing', async () => {
    const { key } = await keys.create({ name: 'x', scopes: ['read'], by: { kind: 'process', id: 'test' } })
    const headers = { 'x-api-key': key }
    expect((await ask('/api/v1/drafts', undefined, { headers })).status).toBe(200)
    expect((await ask('/api/v1/drafts', `Bearer ${aToken({ role: 'admin' })}`, { headers })).status).toBe(401)
  })

  it('nobody signs in here', async () => {
    for (const path of ['/sign-in', '/setup', '/setup?token=x']) expect((await ask(path)).status, path).toBe(404)
    const form = {
      method: 'POST',
      headers: { origin: 'http://localhost:3000' },
      body: new URLSearchParams({ email: 'a' }),
    }
    for (const path of ['/sign-in', '/setup', '/sign-out']) expect((await ask(path, undefined, form)).status).toBe(404)
  })

  it('a role that is none of ours makes nobody, and one who was disabled here stays out', async () => {
    expect((await ask('/queue', `Bearer ${aToken({ sub: 'owner', role: 'owner' })}`)).status).toBe(403)
    expect(await rowsOf('owner')).toEqual([])
    const bearer = `Bearer ${aToken({ sub: 'gone', role: 'admin' })}`
    expect((await ask('/queue', bearer)).status).toBe(200)
    await db.update(operators).set({ disabledAt: new Date() }).where(eq(operators.subjectRef, 'gone'))
    expect([(await ask('/queue', bearer)).status, (await ask('/api/v1/drafts', bearer)).status]).toEqual([403, 403])
  })
})

describe('while that service is away', () => {
  it('people are told to come back, and messages are taken as ever', async () => {
    const token = aToken({ role: 'admin' })
    state.isAway = true
    for (const path of ['/queue', '/api/v1/drafts']) {
      const answer = await ask(path, `Bearer ${token}`)
      expect([answer.status, answer.headers.has('retry-after')], path).toEqual([503, true])
    }
    const body = aBody('17841400000000001', [aText({ from: '1001', to: '17841400000000001' })])
    const signature = createHmac('sha256', 'instagram_app_secret').update(body).digest('hex')
    const headers = { 'content-type': 'application/json', 'x-hub-signature-256': `sha256=${signature}` }
    expect((await ask('/webhooks/instagram', undefined, { method: 'POST', body, headers })).status).toBe(200)
    expect([(await ask('/livez')).status, (await ask('/readyz')).status]).toEqual([200, 200])
    const health = await ask('/health')
    expect([health.status, await health.json()]).toMatchObject([503, { status: 'degraded', checks: { signIn: false } }])
    state.isAway = false
  })
})
