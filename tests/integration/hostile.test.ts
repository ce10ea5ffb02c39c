import { createHmac } from 'node:crypto'
import { connect } from 'node:net'
import { eq } from 'drizzle-orm'
import { Redis } from 'ioredis'
import { describe, expect, it } from 'vitest'
import { addressBlocks } from '#db/schema/address-blocks.ts'
import { auditEntries } from '#db/schema/audit-entries.ts'
import { access } from '#src/console/access.ts'
import { serverOptions } from '#src/http/server-options.ts'
import { createRates } from '#src/limits/rates.ts'
import { command } from '#tests/support/command.ts'
import { aBody, aText } from '#tests/support/instagram.ts'
import { aDatabase, aRedis } from '#tests/support/stores.ts'
import { APP_SECRET, served, webOver } from '#tests/support/web.ts'

const { db, url } = await aDatabase()
const { redis, prefix } = aRedis()
const open = (env: Record<string, string> = {}) => webOver({ db, redis, prefix, env })
/** Its first page takes so long to be drawn that Redis would seem silent meanwhile. */
async function opened(env: Record<string, string>) {
  const web = open(env)
  await web.from(anAddress(), '/sign-in')
  return web
}

let serial = 0
const anAddress = () => `203.0.113.${++serial}`

const webhook = (secret = APP_SECRET) => {
  const body = aBody('17841400000000001', [aText({ from: '1001', to: '17841400000000001' })])
  const digest = createHmac('sha256', secret).update(body).digest('hex')
  return {
    method: 'POST',
    body,
    headers: { 'content-type': 'application/json', 'x-hub-signature-256': `sha256=${digest}` },
  }
}

/** What the command line says. */
const run = (line: string) => command({ DATABASE_URL: url, BLOCKED_ADDRESSES: '198.51.100.0/24' }, line)

describe('how often an address may ask', () => {
  it('is counted over two web processes, and a restart forgets nothing', async () => {
    const peer = anAddress()
    const env = { RATE_LIMIT_PER_MINUTE: '5' }
    const [one, other] = [await opened(env), await opened(env)]
    const statuses: number[] = []
    for (const web of [one, other, one, other, one, other, await opened(env)]) {
      statuses.push((await web.from(peer, '/sign-in')).status)
    }
    expect(statuses).toEqual([200, 200, 200, 200, 200, 429, 429])
    expect((await one.from(anAddress(), '/sign-in')).status).toBe(200)
  })

  it('is still counted while Redis is away, and nobody waits for it', async () => {
    const gone = new Redis({ port: 1, lazyConnect: true, enableOfflineQueue: false })
    gone.on('error', () => undefined)
    const web = webOver({ db, redis: gone, prefix, env: { RATE_LIMIT_PER_MINUTE: '2' } })
    const peer = anAddress()
    const statuses = []
    for (let i = 0; i < 3; i++) statuses.push((await web.from(peer, '/sign-in')).status)
    expect(statuses).toEqual([200, 200, 429])
    gone.disconnect()
  })

  it('costs a webhook no call to Redis', async () => {
    const web = open()
    const peer = anAddress()
    const called: string[] = []
    const { sendCommand } = redis
    redis.sendCommand = (command, ...rest) => {
      called.push([command.name, ...command.args].join(' '))
      return sendCommand.call(redis, command, ...rest)
    }
    try {
      expect((await web.from(peer, '/webhooks/instagram', webhook())).status).toBe(200)
      expect(called.filter((call) => call.includes(':rate:'))).toEqual([])
      await web.from(peer, '/sign-in')
      expect(called.filter((call) => call.includes(':rate:'))).toHaveLength(1)
    } finally {
      redis.sendCommand = sendCommand
    }
  })

  it('never holds a webhook or a health check back at sixty a minute', async () => {
    const web = open({ RATE_LIMIT_PER_MINUTE: '1' })
    const peer = anAddress()
    for (let i = 0; i < 3; i++) {
      expect((await web.from(peer, '/webhooks/instagram', webhook())).status).toBe(200)
      expect((await web.from(peer, '/livez')).status).toBe(200)
    }
  })

  it('costs no call once it is used up', async () => {
    const counter = createRates(redis, prefix)({ name: 'cheap', max: 1, windowS: 60 })
    for (let i = 0; i < 3; i++) await counter.take('k')
    const { sendCommand } = redis
    let calls = 0
    redis.sendCommand = (...given) => {
      calls++
      return sendCommand.apply(redis, given)
    }
    expect(await counter.take('k')).toMatchObject({ allowed: false })
    redis.sendCommand = sendCommand
    expect(calls).toBe(0)
  })
})

describe('an address that shows wrong signatures', () => {
  it('is blocked for every process, stands in the list, and may come again when a person says so', async () => {
    const peer = anAddress()
    const [one, other] = [open(), open()]
    const wrong = () => one.from(peer, '/webhooks/instagram', webhook('another_app_secret'))
    for (let i = 0; i < 20; i++) expect((await wrong()).status).toBe(401)
    await expect.poll(async () => (await one.from(peer, '/sign-in')).status).toBe(403)
    expect((await other.from(peer, '/sign-in')).status).toBe(403)
    expect(one.lines.filter((line) => line.includes('address.blocked'))).toHaveLength(1)

    const { out } = await run('addresses list')
    expect(out).toMatch(new RegExp(`^${peer}\\s+signatures`, 'm'))
    expect(out).toContain('198.51.100.0/24')
    expect(await run(`addresses unblock ${peer}`)).toMatchObject({ code: 0 })
    expect((await run(`addresses unblock ${peer}`)).code).toBe(3)
    expect((await open().from(peer, '/sign-in')).status).toBe(200)
    const entries = await db.select().from(auditEntries).where(eq(auditEntries.subjectKind, 'address'))
    expect(entries.map(({ action }) => action)).toEqual(['address.blocked', 'address.unblocked'])
    expect(JSON.stringify(entries)).not.toContain(peer)
  })

  it('that a person blocked is refused by a process that was running, at the webhook too, and the while is kept', async () => {
    const peer = '2001:db8:5:6::7'
    const web = open()
    expect((await web.from(peer, '/livez')).status).toBe(200)
    expect((await run(`addresses block ${peer} --hours 2`)).err).toBe('2001:db8:5:6::/64 is refused for 2 hours\n')
    await expect.poll(async () => (await web.from(peer, '/livez')).status, { timeout: 10_000 }).toBe(403)
    expect((await web.from('2001:db8:5:6:9::1', '/webhooks/instagram', webhook())).status).toBe(403)
    const [row] = await db.select().from(addressBlocks).where(eq(addressBlocks.network, '2001:db8:5:6::/64'))
    expect((row?.until.getTime() ?? 0) - (row?.createdAt.getTime() ?? 0)).toBe(7_200_000)
    expect((await run('addresses block nowhere')).code).toBe(5)
  })
})

describe('every answer', () => {
  const hardened = [
    'content-security-policy',
    'cross-origin-opener-policy',
    'cross-origin-resource-policy',
    'permissions-policy',
    'referrer-policy',
    'strict-transport-security',
    'x-content-type-options',
    'x-request-id',
  ]
  const paths = [
    ...Object.keys(access).map((route) => route.split(' ')),
    ...['/livez', '/readyz', '/health', '/webhooks/instagram', '/compliance/meta/deauthorize', '/nowhere'].flatMap(
      (path) => ['GET', 'POST', 'PUT'].map((method) => [method, path]),
    ),
    ['GET', '/compliance/deletions/0123456789abcdefghjkmnpqrstvwxyz'],
    ['GET', '/.well-known/security.txt'],
    ['GET', '/api/v1/anything'],
  ] as [string, string][]

  it('is hardened, whatever its door and status: no frame, no sniffing, https only, nothing unsafe', async () => {
    const web = open({ PUBLIC_URL: 'https://reply.example.org', RATE_LIMIT_PER_MINUTE: '1000' })
    const peer = anAddress()
    for (const [method, path] of paths) {
      const { headers, status } = await web.from(peer, path.replaceAll(/:(\w+)/g, 'x$1'), { method })
      const what = `${method} ${path} ${status}`
      expect(
        hardened.filter((name) => !headers.has(name)),
        what,
      ).toEqual([])
      const policy = headers.get('content-security-policy') ?? ''
      expect(policy, what).toContain("default-src 'none'")
      expect(policy, what).toContain("frame-ancestors 'none'")
      expect(policy, what).not.toContain('unsafe')
      expect(headers.has('x-powered-by') || headers.has('server'), what).toBe(false)
    }
  })

  it('names its request by an id of a safe shape only', async () => {
    const { from } = open()
    const idFor = async (id: string) =>
      (await from(anAddress(), '/livez', { headers: { 'x-request-id': id } })).headers.get('x-request-id')
    expect(await idFor('req-0123456789.abc')).toBe('req-0123456789.abc')
    for (const id of ['short', '<script>alert(1)</script>', 'a'.repeat(65), 'with a space']) {
      expect(await idFor(id)).toMatch(/^[0-9a-f-]{36}$/)
    }
  })

  it('tells a finder of a hole where to report it, or that nobody said', async () => {
    const told = await open({ SECURITY_CONTACT: 'mailto:security@example.org' }).from(
      anAddress(),
      '/.well-known/security.txt',
    )
    expect(await told.text()).toMatch(/^Contact: mailto:security@example\.org\nExpires: 202\d-\d\d-\d\dT/)
    expect((await open().from(anAddress(), '/.well-known/security.txt')).status).toBe(404)
  })
})

describe('on a raw socket', async () => {
  const port = await served(open().app, { ...serverOptions, headersTimeout: 300, connectionsCheckingInterval: 50 })
  /** All that comes back until the other side closes. */
  const send = (...pieces: string[]) =>
    new Promise<string>((resolve) => {
      const socket = connect(port, '127.0.0.1')
      let text = ''
      socket.on('data', (chunk) => {
        text += chunk
      })
      socket.on('close', () => resolve(text))
      socket.on('error', () => undefined)
      for (const piece of pieces) socket.write(piece)
    })
  const post = 'POST /webhooks/instagram HTTP/1.1\r\nHost: x\r\n'

  it.each([
    ['a length and chunks at once', `${post}Content-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n`],
    ['two lengths', `${post}Content-Length: 5\r\nContent-Length: 6\r\n\r\nhello`],
    ['a length that is none', `${post}Content-Length: +5\r\n\r\nhello`],
    ['a chunk size that is none', `${post}Transfer-Encoding: chunked\r\n\r\nzz\r\nhello\r\n0\r\n\r\n`],
    ['an encoding that is not chunked last', `${post}Transfer-Encoding: chunked, identity\r\n\r\n0\r\n\r\n`],
    ['a bare line feed between headers', 'GET /livez HTTP/1.1\nHost: x\nX: y\n\n'],
    ['no host', 'GET /livez HTTP/1.1\r\n\r\n'],
    ['headers of 20 kB', `GET /livez HTTP/1.1\r\nHost: x\r\nX-Long: ${'a'.repeat(20_000)}\r\n\r\n`],
  ])('%s is refused and the connection closed', async (_what, bytes) => {
    expect(await send(bytes)).toMatch(/^HTTP\/1\.1 (400|431) /)
  })

  it('headers that never end are cut off', async () => {
    expect(await send('GET /livez HTTP/1.1\r\nHost: x\r\nX-Slow: ')).toMatch(/^(HTTP\/1\.1 408 |$)/)
  })
})
