import { createHmac, randomUUID } from 'node:crypto'
import { createServer, type Server } from 'node:http'
import { type AddressInfo, connect as connectTo } from 'node:net'
import { serve } from '@hono/node-server'
import { eq } from 'drizzle-orm'
import type { Hono } from 'hono'
import { afterAll, describe, expect, it } from 'vitest'
import { verifyAudit } from '#db/audit.ts'
import { connect, type Database } from '#db/client.ts'
import { accounts } from '#db/schema/accounts.ts'
import { alerts } from '#db/schema/alerts.ts'
import { auditEntries } from '#db/schema/audit-entries.ts'
import { deletionRequests } from '#db/schema/deletion-requests.ts'
import { outboxPosts } from '#db/schema/outbox-posts.ts'
import { readConfig } from '#src/config.ts'
import { createConnect } from '#src/flow/connect.ts'
import { createErase } from '#src/flow/erase.ts'
import { createRenew } from '#src/flow/renew.ts'
import { createLogger } from '#src/observability/logger.ts'
import { createInstagramAdapter } from '#src/platforms/instagram/index.ts'
import { createBell } from '#src/queues/bell.ts'
import { createRedisLook } from '#src/queues/facts.ts'
import { generateApprovalKeys } from '#src/vault/approvals.ts'
import { generateFernetKey } from '#src/vault/keyring.ts'
import { Secret } from '#src/vault/secret.ts'
import { createWeb } from '#src/web.ts'
import { createCompliance } from '#src/webhooks/compliance.ts'
import { canaries } from '#tests/support/canaries.ts'
import { aFakeGraph } from '#tests/support/fake-graph.ts'
import { aText } from '#tests/support/instagram.ts'
import { aKeeper } from '#tests/support/media.ts'
import { aLife, aPerson } from '#tests/support/person.ts'
import { aConnectedAccount, aSender, keyring } from '#tests/support/posts.ts'
import { aDatabase, aRedis } from '#tests/support/stores.ts'
import { anAccount } from '#tests/support/threads.ts'
import { everyRow, wordsIn } from '#tests/support/traces.ts'

const INSTAGRAM = 'canaryInstagramAppSecret0123456789'
const META = 'canaryMetaAppSecret0123456789abcdef'
const PUBLIC_URL = 'https://desk.example'
const { db, url } = await aDatabase()
const { redis, prefix } = aRedis()
const graph = await aFakeGraph()
const { bell, close } = createBell(redis, prefix)
const lines: string[] = []
const log = createLogger({ level: 'debug', pretty: false, process: 'web', write: (line) => lines.push(line) })
const folder = aKeeper(db, undefined, { atEnd: afterAll })
afterAll(close)

/** The web process over real HTTP. */
async function aWeb(database: Database = db): Promise<string> {
  const config = readConfig(
    {
      DATABASE_URL: url,
      REDIS_URL: 'redis://127.0.0.1',
      MEDIA_DIR: '/nowhere',
      APP_SECRET_KEY: generateFernetKey(),
      SESSION_SECRET: canaries.sessionSecret,
      APPROVAL_SIGNING_KEY: generateApprovalKeys().privateKey,
      AUDIT_SIGNING_KEY: generateApprovalKeys().privateKey,
      WEBHOOK_VERIFY_TOKEN: 'verify-token-0123456789',
      INSTAGRAM_APP_SECRET: INSTAGRAM,
      META_APP_SECRET: META,
      PUBLIC_URL,
    },
    'web',
  )
  return served(
    createWeb({
      config,
      db: database,
      bell,
      lanes: { add: async () => undefined },
      publish: () => undefined,
      live: () => () => undefined,
      ping: () => redis.ping(),
      redisLook: createRedisLook(redis),
      isRedisHere: () => true,
      log,
      now: () => new Date(),
    }),
  )
}

async function served(app: Hono): Promise<string> {
  const server = serve({ fetch: app.fetch, port: 0, hostname: '127.0.0.1', createServer }) as Server
  await new Promise<void>((resolve) => (server.listening ? resolve() : server.once('listening', resolve)))
  afterAll(() => {
    server.closeAllConnections()
    server.close()
  })
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`
}

const web = await aWeb()
const kinds = ['deauthorize', 'data-deletion'] as const
type Kind = (typeof kinds)[number]

function aSignedRequest(userRef: string, { secret = INSTAGRAM, at = Date.now(), ...rest } = {}): string {
  const said = { algorithm: 'HMAC-SHA256', issued_at: Math.floor(at / 1000), user_id: userRef, ...rest }
  const payload = Buffer.from(JSON.stringify(said)).toString('base64url')
  return `${createHmac('sha256', secret).update(payload).digest('base64url')}.${payload}`
}

const post = (kind: Kind, body: string, { to = web, type = 'application/x-www-form-urlencoded' } = {}) =>
  fetch(`${to}/compliance/meta/${kind}`, { method: 'POST', body, headers: { 'content-type': type } })
const call = (kind: Kind, signed: string, to = web) =>
  post(kind, new URLSearchParams({ signed_request: signed }).toString(), { to })
const later = () => new Date(Date.now() + 5000)

async function eraseAll() {
  const hasKeptBodies = async () => false
  const erase = createErase({ db, hasKeptBodies, publish: () => undefined, now: later, holder: randomUUID() })
  for (let looks = 0; looks < 4; looks++) {
    await erase()
    await folder.sweep()
  }
}

async function pageOf(address: string) {
  const answer = await fetch(address.replace(PUBLIC_URL, web))
  return { answer, text: (await answer.text()).replace(/\s+/g, ' ') }
}

const rowOf = async (id: string) => (await db.select().from(accounts)).find((row) => row.id === id)!

describe('a data deletion request', () => {
  it.each([INSTAGRAM, META])(
    'is written down, answered with a page and a code, and done (secret %#)',
    async (secret) => {
      const person = aPerson()
      const life = aLife(db, await anAccount(db))
      await life.deliver(aText({ from: person.ref, to: life.us, text: person.says('hello') }))
      const answer = await call('data-deletion', aSignedRequest(person.ref, { secret }))
      expect(answer.status).toBe(200)
      expect(answer.headers.get('content-type')).toContain('application/json')
      const said = (await answer.json()) as { url: string; confirmation_code: string }
      expect(said).toEqual({
        url: `${PUBLIC_URL}/compliance/deletions/${said.confirmation_code}`,
        confirmation_code: expect.stringMatching(/^[0-9a-z]{32}$/),
      })
      const [row] = await db.select().from(deletionRequests).where(eq(deletionRequests.code, said.confirmation_code))
      expect(row).toMatchObject({ status: 'received', origin: 'meta', personRef: person.ref })

      expect((await pageOf(said.url)).text).toContain('It has not begun yet.')
      await eraseAll()
      const { answer: page, text } = await pageOf(said.url)
      expect(page.status).toBe(200)
      expect(text).toContain('What was kept of you here has been deleted')
      expect((await everyRow(db)).filter((line) => wordsIn(line, [person.word, person.ref]).length > 0)).toEqual([])
      expect(await verifyAudit(db)).toMatchObject({ ok: true })
    },
  )

  it('that comes again is answered with the same code, also when it comes many times at once', async () => {
    const signed = aSignedRequest(aPerson().ref)
    const answers = await Promise.all(
      Array.from({ length: 6 }, async () => (await call('data-deletion', signed)).json()),
    )
    expect(new Set(answers.map((said) => JSON.stringify(said))).size).toBe(1)
    await eraseAll()
    expect(await (await call('data-deletion', signed)).json()).toEqual(answers[0])
  })

  it('about somebody unknown is answered too, and its page says that nothing is kept', async () => {
    const said = (await (await call('data-deletion', aSignedRequest('99999999999999'))).json()) as { url: string }
    await eraseAll()
    const { text } = await pageOf(said.url)
    expect(text).toContain('Nothing of you was found here')
    expect(text).not.toContain('deleted')
  })

  it('of somebody who connected an account takes the permission, and the page says what stays', async () => {
    const { id } = await aConnectedAccount(db, { ownerRef: '55501' })
    const said = (await (await call('data-deletion', aSignedRequest('55501'))).json()) as { url: string }
    await eraseAll()
    expect(await rowOf(id)).toMatchObject({ sealedToken: '', credentialStatus: 'revoked', ownerRef: null })
    const { text } = await pageOf(said.url)
    expect(text).toContain('The permission you had given for your account has been deleted')
    expect(text).not.toContain('What was kept of you here has been deleted')
  })

  it('is under way on its page while something still waits, and never says done before it is', async () => {
    const person = aPerson()
    const life = aLife(db, await aConnectedAccount(db))
    await life.writes(person)
    const postId = await life.isApproved(person, 'uncertain')
    await db.update(outboxPosts).set({ status: 'uncertain' }).where(eq(outboxPosts.id, postId))
    const said = (await (await call('data-deletion', aSignedRequest(person.ref))).json()) as { url: string }
    await eraseAll()
    expect((await pageOf(said.url)).text).toContain('It is under way.')
    await db.update(outboxPosts).set({ status: 'failed' }).where(eq(outboxPosts.id, postId))
    await eraseAll()
    expect((await pageOf(said.url)).text).toContain('It was done on')
  })

  it('is not promised while the database is away: Meta is told to come again', async () => {
    const away = connect('mysql://app@127.0.0.1:1/countersign')
    const answer = await call('data-deletion', aSignedRequest(aPerson().ref), await aWeb(away.db))
    expect(answer.status).toBe(503)
    expect(answer.headers.get('retry-after')).not.toBeNull()
    expect(await answer.text()).not.toContain('ECONNREFUSED')
    await away.close()
  })
})

describe('the page of a deletion', () => {
  it('has the strict headers of the console and tells nothing about anybody', async () => {
    const person = aPerson()
    const life = aLife(db, await anAccount(db, { name: 'Secretive Shop' }))
    await life.writes(person)
    const said = (await (await call('data-deletion', aSignedRequest(person.ref))).json()) as { url: string }
    for (const isDone of [false, true]) {
      if (isDone) await eraseAll()
      const { answer, text } = await pageOf(said.url)
      expect(answer.headers.get('content-security-policy')).toMatch(/^default-src 'none'; script-src 'self'/)
      expect(answer.headers.get('referrer-policy')).toBe('no-referrer')
      expect(answer.headers.get('cache-control')).toBe('no-store')
      expect(answer.headers.get('x-frame-options')).toBe('DENY')
      expect(text).toMatch(/^<!doctype html><html lang="en">/)
      expect(wordsIn(text, [person.ref, person.word, 'Secretive', life.us])).toEqual([])
      expect(text).not.toMatch(/<script|<style|style=/)
    }
  })

  it.each(['0'.repeat(32), 'x', 'A'.repeat(32), encodeURIComponent("' or 1=1 --"), `${'0'.repeat(31)}%00`])(
    'is not there for the code %s',
    async (code) => {
      const { answer, text } = await pageOf(`${web}/compliance/deletions/${code}`)
      expect(answer.status).toBe(404)
      expect(answer.headers.get('content-security-policy')).toMatch(/^default-src 'none'/)
      expect(text).toContain('There is no deletion with this code.')
    },
  )
})

describe('a deauthorization', () => {
  it('takes the token at once, holds the posts, says so, and keeps what contacts write', async () => {
    const account = await aConnectedAccount(db, { ownerRef: '77701' })
    const other = await aConnectedAccount(db, { ownerRef: '77702' })
    const life = aLife(db, account)
    const person = aPerson()
    await life.writes(person)
    const queued = await life.isApproved(person, 'queued')
    expect((await call('deauthorize', aSignedRequest('77701'))).status).toBe(200)

    expect(await rowOf(account.id)).toMatchObject({
      sealedToken: '',
      credentialStatus: 'revoked',
      tokenError: 'deauthorized',
      stoppedReason: expect.stringContaining('took back the permission'),
      stoppedAt: expect.any(Date),
    })
    expect(await rowOf(other.id)).toMatchObject({
      credentialStatus: 'valid',
      sealedToken: other.sealedToken,
      stoppedAt: null,
    })
    const raised = await db.select().from(alerts).where(eq(alerts.accountId, account.id))
    expect(raised).toMatchObject([{ kind: 'account_deauthorized', severity: 'critical', resolvedAt: null }])
    const entries = await db.select().from(auditEntries).where(eq(auditEntries.subjectId, account.id))
    expect(entries).toMatchObject([{ action: 'account.deauthorized', actorKind: 'platform' }])
    expect(await verifyAudit(db)).toMatchObject({ ok: true })

    const { send } = await aSender({ db, redis, prefix, graphUrl: graph.url })
    expect((await send(queued)).waitUntil).toBeInstanceOf(Date)
    expect(graph.arrivals).toEqual([])
    await life.deliver(aText({ from: person.ref, to: life.us, text: person.says('afterwards') }))
    expect(wordsIn((await everyRow(db)).join('\n'), [person.says('afterwards')])).toHaveLength(1)
  })

  it('leaves nothing that the renewal would ask the platform with', async () => {
    const { id } = await aConnectedAccount(db, { ownerRef: '77703' })
    await call('deauthorize', aSignedRequest('77703'))
    const adapters = { instagram: createInstagramAdapter({ graphUrl: graph.url, graphApiVersion: 'v26.0' }) }
    const rest = { limiter: { pause: async () => undefined }, lanes: { add: async () => undefined } }
    const before = graph.arrivals.length
    const in2Hours = () => new Date(Date.now() + 7_200_000)
    await createRenew({ db, keyring, adapters, publish: () => undefined, now: in2Hours, ...rest } as never).renew(id)
    expect(graph.arrivals).toHaveLength(before)
    expect(await rowOf(id)).toMatchObject({ credentialStatus: 'revoked', tokenError: 'deauthorized' })
  })

  it('that is delivered once more does not end the connection that was made since', async () => {
    const { id, accountRef, name } = await aConnectedAccount(db, { ownerRef: '77704' })
    const signed = aSignedRequest('77704')
    await call('deauthorize', signed)
    const reconnect = createConnect({ db, keyring, now: () => new Date() })
    const expiresAt = new Date(Date.now() + 5_000_000_000)
    const token = new Secret('IGAAagain0123456789')
    await reconnect({
      platform: 'instagram',
      accountRef,
      name,
      ownerRef: '77704',
      token,
      expiresAt,
      by: { kind: 'process', id: 'test' },
    })
    expect((await call('deauthorize', signed)).status).toBe(200)
    expect(await rowOf(id)).toMatchObject({ credentialStatus: 'valid' })
    expect((await rowOf(id)).sealedToken).not.toBe('')
    const open = await db.select().from(alerts).where(eq(alerts.accountId, id))
    expect(open).toMatchObject([{ kind: 'account_deauthorized', count: 1, resolvedAt: expect.any(Date) }])

    await call('deauthorize', aSignedRequest('77704', { at: Date.now() + 2000 }))
    expect(await rowOf(id)).toMatchObject({ credentialStatus: 'revoked', sealedToken: '' })
  })

  it('of somebody unknown is answered and changes nothing', async () => {
    const before = await everyRow(db)
    expect((await call('deauthorize', aSignedRequest('31337'))).status).toBe(200)
    expect(await everyRow(db)).toEqual(before)
  })
})

describe.each(kinds)('a forged or spoilt %s', (kind) => {
  const good = aSignedRequest('424242')
  const forged: Record<string, () => Promise<Response>> = {
    'a wrong secret': () => call(kind, aSignedRequest('424242', { secret: 'wrong' })),
    'a changed person': () => call(kind, `${good.slice(0, 44)}${aSignedRequest('424243').slice(44)}`),
    'an end that has come': () => call(kind, aSignedRequest('424242', { expires: 1 } as never)),
    'another algorithm': () => call(kind, aSignedRequest('424242', { algorithm: 'none' } as never)),
    'no field': () => post(kind, ''),
    'an empty field': () => post(kind, 'signed_request='),
    'the field twice': () => post(kind, `signed_request=${good}&signed_request=${good}`),
    'a field beside it': () => post(kind, `signed_request=${good}&user_id=1`),
    'another type': () => post(kind, `signed_request=${good}`, { type: 'application/json' }),
    'bytes that are no text': () => post(kind, 'signed_request=%ff%fe%00'),
    'far more than it may hold': () => post(kind, `signed_request=${'A'.repeat(16_000)}`),
  }

  it.each(Object.keys(forged))(
    'with %s is refused without a word why, noted once, and leaves nothing',
    async (name) => {
      const [before, told] = [await everyRow(db), lines.length]
      const answer = await forged[name]!()
      expect(answer.status).toBe(400)
      expect(await answer.text()).toBe('{"type":"about:blank","title":"Bad Request","status":400}')
      expect(await everyRow(db)).toEqual(before)
      const said = lines.slice(told).map((line) => JSON.parse(line))
      expect(said.filter(({ event }) => event === 'compliance.request_refused')).toHaveLength(1)
      expect(wordsIn(lines.slice(told).join(''), ['424242', good.slice(0, 43)])).toEqual([])
    },
  )

  it('that is too large is cut off', async () => {
    const answer = await post(kind, `signed_request=${'A'.repeat(17_000)}`)
    expect(answer.status).toBe(413)
    expect(answer.headers.get('connection')).toBe('close')
  })

  it('that does not come is cut off', async () => {
    const app = createCompliance({
      readSignedRequest: () => undefined,
      deauthorize: async () => undefined,
      requestDeletion: async () => ({ code: '' }),
      deletionState: async () => undefined,
      publicUrl: PUBLIC_URL,
      log,
      bodyDeadlineMs: 200,
    })
    const { port } = new URL(await served(app as never))
    const head = [
      `POST /meta/${kind} HTTP/1.1`,
      'Host: x',
      'Content-Type: application/x-www-form-urlencoded',
      'Content-Length: 100',
    ].join('\r\n')
    expect(await talk(Number(port), `${head}\r\n\r\nsigned_req`)).toMatch(/^HTTP\/1.1 408 /)
  })

  it('by another method is refused', async () => {
    const answer = await fetch(`${web}/compliance/meta/${kind}?signed_request=${good}`)
    expect([answer.status, answer.headers.get('allow')]).toEqual([405, 'POST'])
  })
})

/** Says something to the port, and answers what it heard until the other side hung up. */
function talk(port: number, words: string): Promise<string> {
  return new Promise((resolve) => {
    const socket = connectTo(port, '127.0.0.1', () => socket.write(words))
    let heard = ''
    socket.on('data', (chunk) => {
      heard += chunk
    })
    socket.on('close', () => resolve(heard))
    socket.on('error', () => resolve(heard))
  })
}
