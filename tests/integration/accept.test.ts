import { createHmac } from 'node:crypto'
import { createServer, type Server } from 'node:http'
import { type AddressInfo, connect as connectTo, createServer as createTcpServer } from 'node:net'
import { serve } from '@hono/node-server'
import { eq } from 'drizzle-orm'
import { Hono } from 'hono'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { connect, type Database } from '#db/client.ts'
import { storeDeliveries } from '#db/deliveries.ts'
import { inboundEvents } from '#db/schema/inbound-events.ts'
import { webhookDeliveries } from '#db/schema/webhook-deliveries.ts'
import { createReceive } from '#src/flow/receive.ts'
import { answerError, answerNotFound } from '#src/http/problem.ts'
import { logRequests } from '#src/http/request-log.ts'
import { createLogger } from '#src/observability/logger.ts'
import { isVerifyToken, matchSignature } from '#src/platforms/meta/signature.ts'
import { createBell } from '#src/queues/bell.ts'
import { InboxJob } from '#src/queues/jobs.ts'
import { connectProducer } from '#src/queues/redis.ts'
import { Secret } from '#src/vault/secret.ts'
import { createAcceptor } from '#src/webhooks/acceptor.ts'
import { createReceiver } from '#src/webhooks/receiver.ts'
import { aBell, aBody, aText } from '#tests/support/instagram.ts'
import { aDatabase, aRedis } from '#tests/support/stores.ts'
import { anAccount } from '#tests/support/threads.ts'

const SECRET = 'test_app_secret'
const VERIFY_TOKEN = 'verify-token-canary'
const secrets = [{ label: 'instagram', secret: new Secret(SECRET) }]

let db: Database
let mysqlUrl: string
beforeAll(async () => {
  ;({ db, url: mysqlUrl } = await aDatabase())
})

const closers: (() => Promise<unknown> | unknown)[] = []
afterAll(async () => {
  for (const close of closers.reverse()) await close()
})

/** A port that accepts connections and never says a word, as a network that swallows everything. */
async function aBlackHole(): Promise<number> {
  const server = createTcpServer(() => undefined)
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  closers.push(() => server.close())
  return (server.address() as AddressInfo).port
}

/** A port that nothing listens on. */
async function aClosedPort(): Promise<number> {
  const server = createTcpServer()
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const { port } = server.address() as AddressInfo
  await new Promise((resolve) => server.close(resolve))
  return port
}

interface Options {
  mysqlPort?: number
  redisPort?: number
  bodyDeadlineMs?: number
  store?: typeof storeDeliveries
}

/** The door over real HTTP, with real stores or with ports where none answers. */
async function setUp({ mysqlPort, redisPort, bodyDeadlineMs, store = storeDeliveries }: Options = {}) {
  const mysql = mysqlPort ? connect(mysqlUrl.replace(/:\d+\//, `:${mysqlPort}/`)) : { db, close: async () => undefined }
  const { url: redisUrl, prefix, redis } = aRedis()
  const producer = connectProducer(redisPort ? `redis://127.0.0.1:${redisPort}` : redisUrl)
  const { bell, queues, close: closeBell } = createBell(producer, prefix)
  if (!redisPort) await expect.poll(() => producer.status).toBe('ready')
  const lines: string[] = []
  const log = createLogger({ level: 'debug', pretty: false, process: 'web', write: (line) => lines.push(line) })
  const now = () => new Date()
  const receiver = createReceiver({
    source: 'instagram',
    matchSignature: (body, header) => matchSignature(body, header, secrets),
    isVerifyToken: (given) => isVerifyToken(given, new Secret(VERIFY_TOKEN)),
    accept: createAcceptor({
      storeDeliveries: (rows) => store(mysql.db, rows),
      ring: bell.inbox,
      keepBodies: bell.keepBodies,
      log,
      now,
    }),
    log,
    now,
    ...(bodyDeadlineMs && { bodyDeadlineMs }),
  })
  const app = new Hono().use(logRequests(log)).route('/webhooks/instagram', receiver)
  app.onError(answerError)
  app.notFound(answerNotFound)
  const server = serve({ fetch: app.fetch, port: 0, hostname: '127.0.0.1', createServer }) as Server
  await new Promise<void>((resolve) => (server.listening ? resolve() : server.once('listening', resolve)))
  const { port } = server.address() as AddressInfo
  const address = `http://127.0.0.1:${port}/webhooks/instagram`
  closers.push(async () => {
    server.closeAllConnections()
    server.close()
    producer.disconnect()
    await Promise.race([
      Promise.allSettled([closeBell(), mysql.close()]),
      new Promise((resolve) => setTimeout(resolve, 500)),
    ])
  })
  const post = (body: string | Uint8Array<ArrayBuffer>, headers: Record<string, string> = {}) =>
    fetch(address, { method: 'POST', body, headers: { 'content-type': 'application/json', ...sign(body), ...headers } })
  const jobs = async () => {
    const found = await queues[0]?.getJobs(['waiting', 'delayed', 'active'])
    return (found ?? []).map(({ data }) => InboxJob.parse(data))
  }
  return { address, port, post, jobs, lines, redis }
}

const sign = (body: string | Uint8Array, secret = SECRET) => ({
  'x-hub-signature-256': `sha256=${createHmac('sha256', secret).update(body).digest('hex')}`,
})

let serial = 0
const aSmallBody = () =>
  aBody('17841400000000001', [aText({ from: '1', to: '17841400000000001', text: `hello ${++serial}` })])
const stored = async (body: string | Uint8Array) => {
  const digest = createHmac('sha256', SECRET).update(body).digest('hex')
  return db.select().from(webhookDeliveries).where(eq(webhookDeliveries.digest, digest))
}

describe('a signed body', () => {
  it('is stored byte for byte before the 200, and the bell is rung', async () => {
    const { post, jobs, lines } = await setUp()
    const body = `${aSmallBody()} \n\t`
    const answer = await post(body)
    expect([answer.status, await answer.text()]).toEqual([200, 'EVENT_RECEIVED'])
    const [row] = await stored(body)
    expect(row).toMatchObject({ source: 'instagram', secretLabel: 'instagram', status: 'stored' })
    expect(row?.body.toString()).toBe(body)
    await expect.poll(jobs).toEqual([{ deliveryIds: [row?.id] }])
    expect(lines.map((line) => JSON.parse(line))).toMatchObject([
      { method: 'POST', route: '/webhooks/instagram', status: 200, signedWith: 'instagram', bytes: body.length },
    ])
  })

  it.each([
    ['that is not JSON', 'hello'],
    ['that is empty', ''],
    ['of emoji and escapes', '{"text":"\\u00e9 👋"}'],
    ['of one mebibyte', `[${'1,'.repeat(512 * 1024)}1]`],
  ])('%s is stored just the same: nobody reads it here', async (_name, body) => {
    const { post } = await setUp()
    expect((await post(body)).status).toBe(200)
    expect((await stored(body))[0]?.body.equals(Buffer.from(body))).toBe(true)
  })

  it('of almost 8 MiB fits into the database’s packet', async () => {
    const { post } = await setUp()
    const body = new Uint8Array(8 * 1024 * 1024).fill(0xff)
    expect((await post(body)).status).toBe(200)
    expect((await stored(body))[0]?.body).toHaveLength(8 * 1024 * 1024)
  })

  it('delivered fifty times at once is one row, and one event once received', async () => {
    const { post, jobs } = await setUp()
    const account = await anAccount(db)
    const body = aBody(account.accountRef, [aText({ from: '77', to: account.accountRef })])
    const answers = await Promise.all(Array.from({ length: 50 }, () => post(body)))
    expect(answers.map(({ status }) => status)).toEqual(Array(50).fill(200))
    expect(await stored(body)).toHaveLength(1)
    await expect.poll(async () => (await jobs()).length).toBeGreaterThan(0)
    const receive = createReceive({ ...aBell(), db, now: () => new Date() })
    for (const job of await jobs()) await receive(job)
    expect(await db.select().from(inboundEvents).where(eq(inboundEvents.accountId, account.id))).toHaveLength(1)
  })

  it('among many forms groups: one statement and one job for all that came meanwhile', async () => {
    const sizes: number[] = []
    const { post, jobs } = await setUp({
      store: (database, rows) => {
        sizes.push(rows.length)
        return storeDeliveries(database, rows)
      },
    })
    const bodies = Array.from({ length: 200 }, aSmallBody)
    const answers = await Promise.all(bodies.map((body) => post(body)))
    expect(answers.every(({ status }) => status === 200)).toBe(true)
    expect(sizes.reduce((sum, size) => sum + size, 0)).toBe(200)
    // How many come meanwhile is the machine's business; that some do is ours.
    expect(sizes.length).toBeLessThan(200)
    const ids = (await Promise.all(bodies.map(stored))).map(([row]) => row?.id ?? 0)
    const rung = async () =>
      (await jobs()).flatMap((job) => ('deliveryIds' in job ? job.deliveryIds : [])).sort((a, b) => a - b)
    await expect.poll(rung).toEqual(ids.sort((a, b) => a - b))
    expect((await jobs()).length).toBeLessThanOrEqual(sizes.length)
  })
})

describe('what is not signed by Meta', () => {
  it('is refused with the same body whatever is wrong, is not stored, and is one security event', async () => {
    const { post, lines } = await setUp()
    const body = aSmallBody()
    const sha1 = { 'x-hub-signature': `sha1=${createHmac('sha1', SECRET).update(body).digest('hex')}` }
    const attempts: Record<string, string>[] = [
      { 'x-hub-signature-256': '' },
      { 'x-hub-signature-256': 'sha256=abc' },
      sign(body, 'another_secret'),
      sign(`${body} `),
      { 'x-hub-signature-256': sign(body)['x-hub-signature-256'].slice('sha256='.length) },
      sha1['x-hub-signature'] ? { 'x-hub-signature-256': sha1['x-hub-signature'] } : {},
    ]
    const answers = await Promise.all(attempts.map((headers) => post(body, headers)))
    const texts = await Promise.all(answers.map((answer) => answer.text()))
    expect(answers.map(({ status }) => status)).toEqual(attempts.map(() => 401))
    expect(new Set(texts)).toEqual(new Set(['{"type":"about:blank","title":"Unauthorized","status":401}']))
    expect(await stored(body)).toEqual([])
    const events = lines.map((line) => JSON.parse(line)).filter(({ event }) => event === 'webhook.signature_refused')
    expect(events).toHaveLength(attempts.length)
  })

  it.each([
    ['no signature at all', {}, 'missing'],
    ['SHA-1 only', { 'x-hub-signature': 'sha1=2f83f9e6980bfb0d1894a5cc6ecf5221bc2f0b8f' }, 'sha1_only'],
  ])('is refused: %s', async (_name, headers, reason) => {
    const { address, lines } = await setUp()
    const sent = { 'content-type': 'application/json', ...headers }
    const answer = await fetch(address, {
      method: 'POST',
      body: '{"object":"instagram","entry":[]}',
      headers: sent as Record<string, string>,
    })
    expect(answer.status).toBe(401)
    expect(lines.map((line) => JSON.parse(line))).toContainEqual(
      expect.objectContaining({ event: 'webhook.signature_refused', reason }),
    )
  })
})

describe('a request that cannot be a delivery', () => {
  it.each([
    ['text/plain', 415],
    ['application/x-www-form-urlencoded', 415],
    ['application/jsonp', 415],
    ['application/json; charset=utf-8', 200],
    ['Application/JSON;charset="UTF-8"', 200],
  ])('is judged by its type: %s', async (type, status) => {
    const { post } = await setUp()
    const answer = await post(aSmallBody(), { 'content-type': type })
    expect(answer.status).toBe(status)
    if (status === 415) expect(answer.headers.get('content-type')).toBe('application/problem+json')
  })

  it('is refused when it is compressed, for nobody signed that', async () => {
    const { post } = await setUp()
    expect((await post(aSmallBody(), { 'content-encoding': 'gzip' })).status).toBe(415)
  })

  it.each(['PUT', 'PATCH', 'DELETE', 'OPTIONS'])('is refused for its method: %s', async (method) => {
    const { address } = await setUp()
    const answer = await fetch(address, { method })
    expect([answer.status, answer.headers.get('allow')]).toEqual([405, 'GET, HEAD, POST'])
  })

  it('is refused when it says that it is too long, before it is read', async () => {
    const { port } = await setUp()
    const head = `POST /webhooks/instagram HTTP/1.1\r\nhost: x\r\ncontent-type: application/json\r\ncontent-length: ${8 * 1024 * 1024 + 1}\r\n\r\n`
    expect(await talk(port, head)).toMatch(/^HTTP\/1.1 413 [\s\S]*connection: close/i)
  })

  it('is refused when it is too long without saying so', async () => {
    const { port } = await setUp()
    const head =
      'POST /webhooks/instagram HTTP/1.1\r\nhost: x\r\ncontent-type: application/json\r\ntransfer-encoding: chunked\r\n\r\n'
    const chunk = `100000\r\n${'x'.repeat(0x100000)}\r\n`
    expect(await talk(port, head, ...Array(9).fill(chunk))).toMatch(/^HTTP\/1.1 413 /)
  })

  it('is cut off when its body does not come', async () => {
    const { port } = await setUp({ bodyDeadlineMs: 200 })
    const head =
      'POST /webhooks/instagram HTTP/1.1\r\nhost: x\r\ncontent-type: application/json\r\ncontent-length: 100\r\n\r\n{'
    const started = performance.now()
    expect(await talk(port, head)).toMatch(/^HTTP\/1.1 408 /)
    expect(performance.now() - started).toBeLessThan(5000)
  })
})

/** Says something over a bare connection and answers all that is heard until it is closed. */
function talk(port: number, ...parts: string[]): Promise<string> {
  return new Promise((resolve) => {
    let heard = ''
    const socket = connectTo(port, '127.0.0.1', () => {
      for (const part of parts) socket.write(part)
    })
    socket.on('data', (data) => {
      heard += data
    })
    socket.on('error', () => undefined)
    socket.on('close', () => resolve(heard))
  })
}

describe('the handshake', () => {
  const query = (params: Record<string, string>) => `?${new URLSearchParams(params)}`
  const right = { 'hub.mode': 'subscribe', 'hub.verify_token': VERIFY_TOKEN, 'hub.challenge': '1158201444' }

  it('is answered with the challenge as plain text, and the token is in no log line', async () => {
    const { address, lines } = await setUp()
    const answer = await fetch(address + query(right))
    expect([answer.status, await answer.text()]).toEqual([200, '1158201444'])
    expect(answer.headers.get('content-type')).toMatch(/^text\/plain/)
    expect(lines.join('')).toContain('/webhooks/instagram')
    expect(lines.join('')).not.toContain(VERIFY_TOKEN)
  })

  it.each([
    ['a wrong token', { ...right, 'hub.verify_token': 'wrong-canary' }, 403],
    ['another mode', { ...right, 'hub.mode': 'unsubscribe' }, 403],
    ['markup for a challenge', { ...right, 'hub.challenge': '<script>alert(1)</script>' }, 400],
    ['an empty challenge', { ...right, 'hub.challenge': '' }, 400],
    ['nothing', {}, 400],
  ])('is refused with %s', async (_name, params, status) => {
    const { address, lines } = await setUp()
    const answer = await fetch(address + query(params))
    const text = await answer.text()
    expect([answer.status, answer.headers.get('content-type')]).toEqual([status, 'application/problem+json'])
    expect(text + lines.join('')).not.toMatch(/canary|script/)
  })
})

describe('while a store is away', () => {
  it.each([
    ['stopped', aClosedPort],
    ['silent', aBlackHole],
  ])('MySQL %s: Redis keeps the bytes themselves', async (_how, aPort) => {
    const { post, jobs } = await setUp({ mysqlPort: await aPort() })
    const bodies = Array.from({ length: 5 }, aSmallBody)
    const started = performance.now()
    const answers = await Promise.all(bodies.map((body) => post(body)))
    expect(answers.map(({ status }) => status)).toEqual([200, 200, 200, 200, 200])
    expect(performance.now() - started).toBeLessThan(5000)
    const kept = (await jobs()).flatMap((job) => ('bodies' in job ? job.bodies : []))
    expect(kept.map(({ bodyBase64 }) => Buffer.from(bodyBase64, 'base64').toString()).sort()).toEqual(bodies.sort())

    const receive = createReceive({ ...aBell(), db, now: () => new Date() })
    for (const job of await jobs()) await receive(job)
    for (const body of bodies) expect(await stored(body)).toMatchObject([{ status: 'received' }])
  })

  it.each([
    ['stopped', aClosedPort],
    ['silent', aBlackHole],
  ])('Redis %s: the row alone is enough, and the answer does not wait for the bell', async (_how, aPort) => {
    const { post } = await setUp({ redisPort: await aPort() })
    const body = aSmallBody()
    const started = performance.now()
    expect((await post(body)).status).toBe(200)
    expect(performance.now() - started).toBeLessThan(1500)
    expect(await stored(body)).toMatchObject([{ status: 'stored' }])
  })

  it.each([
    ['stopped', aClosedPort],
    ['silent', aBlackHole],
  ])('both %s: the platform is asked to deliver again', async (_how, aPort) => {
    const { post, lines } = await setUp({ mysqlPort: await aPort(), redisPort: await aPort() })
    const started = performance.now()
    const answers = await Promise.all([aSmallBody(), aSmallBody()].map((body) => post(body)))
    expect(answers.map(({ status, headers }) => [status, headers.get('retry-after')])).toEqual([
      [503, '5'],
      [503, '5'],
    ])
    expect(performance.now() - started).toBeLessThan(5000)
    expect(lines.join('')).not.toContain('hello')
  })
})

describe('a group', () => {
  it('that fails for one member keeps all others, and Redis keeps that one', async () => {
    const poison = aSmallBody()
    let open: () => void = () => undefined
    const gate = new Promise<void>((resolve) => {
      open = resolve
    })
    const sizes: number[] = []
    const { post, jobs } = await setUp({
      store: async (database, rows) => {
        sizes.push(rows.length)
        if (sizes.length === 1) await gate
        const values = rows.map((row) =>
          Buffer.from(row.body).equals(Buffer.from(poison)) ? { ...row, secretLabel: 'x'.repeat(99) } : row,
        )
        return storeDeliveries(database, values)
      },
    })
    const first = post(aSmallBody())
    await expect.poll(() => sizes).toEqual([1])
    const bodies = Array.from({ length: 4 }, aSmallBody)
    const answers = [...bodies, poison].map((body) => post(body))
    open()
    for (const answer of await Promise.all([first, ...answers])) expect(answer.status).toBe(200)
    for (const body of bodies) expect(await stored(body)).toHaveLength(1)
    expect(await stored(poison)).toEqual([])
    const kept = (await jobs()).flatMap((job) => ('bodies' in job ? job.bodies : []))
    expect(kept.map(({ bodyBase64 }) => Buffer.from(bodyBase64, 'base64').toString())).toEqual([poison])
  })
})
