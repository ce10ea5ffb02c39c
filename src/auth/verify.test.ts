import { createServer, type RequestListener } from 'node:http'
import type { AddressInfo } from 'node:net'
import { describe, expect, it, onTestFinished } from 'vitest'
import { AppError } from '#src/domain/errors.ts'
import { Secret } from '#src/vault/secret.ts'
import { createVerify } from './verify.ts'

const ada = { active: true, sub: 'u-17', role: 'approver', name: 'Ada', email: 'ada@example.com' }

/** A service that signs people in, and answers each question with the next of these; the last one stays. */
async function aService(...answers: RequestListener[]) {
  const asked: { at: number; body: string; authorization: string | undefined }[] = []
  const server = createServer((request, response) => {
    let body = ''
    request.on('data', (chunk) => {
      body += chunk
    })
    request.on('end', () => {
      asked.push({ at: performance.now(), body, authorization: request.headers.authorization })
      answers[Math.min(asked.length, answers.length) - 1]?.(request, response)
    })
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  onTestFinished(() => {
    server.closeAllConnections()
    server.close()
  })
  return { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/verify`, asked }
}

const says =
  (answer: unknown, status = 200): RequestListener =>
  (_request, response) =>
    response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(answer))
const text =
  (words: string, status = 200): RequestListener =>
  (_request, response) =>
    response.writeHead(status).end(words)
const hangs: RequestListener = () => undefined
const drops: RequestListener = (request) => void request.socket.destroy()
const trickles: RequestListener = (_request, response) => {
  response.writeHead(200).write('{')
}

async function setUp(...answers: RequestListener[]) {
  const service = await aService(...answers)
  const clock = { at: new Date('2026-11-24T12:00:00Z') }
  // Only a service that hangs is waited for this long, and a busy machine needs some of it.
  const quick = { tryMs: 500, overallMs: 10_000, backoffMs: 10, openMs: 10_000 }
  const now = () => clock.at
  const { verify, isHere } = createVerify({ url: service.url, secret: new Secret('service-secret'), now, ...quick })
  const codeOf = (token = 'token') =>
    verify(token).then(
      (claims) => (claims ? claims.role : 'refused'),
      (error: unknown) => AppError.from(error).code,
    )
  const pass = (ms: number) => {
    clock.at = new Date(clock.at.getTime() + ms)
  }
  return { ...service, verify, isHere, codeOf, pass }
}

describe('the sign-in service', () => {
  it('is asked who a token stands for, with the secret that it knows us by', async () => {
    const { verify, asked } = await setUp(says(ada))
    expect(await verify('a.b-c')).toEqual({ subject: 'u-17', role: 'approver', name: 'Ada', email: 'ada@example.com' })
    expect(asked).toMatchObject([
      { body: 'token=a.b-c&token_type_hint=access_token', authorization: 'Bearer service-secret' },
    ])
  })

  it.each([
    ['a token that is not active', says({ active: false })],
    ['401', says({}, 401)],
    ['403', says({}, 403)],
  ])('is asked once, and believed, when it refuses with %s', async (_how, answer) => {
    const { codeOf, asked } = await setUp(answer)
    expect([await codeOf(), asked.length]).toEqual(['refused', 1])
  })

  it.each(['owner', 'service', '', undefined])('makes nobody of the role %j', async (role) => {
    const { codeOf, asked } = await setUp(says({ ...ada, role }))
    expect([await codeOf(), asked.length]).toEqual(['forbidden', 1])
  })

  it('is asked three times, with longer and longer pauses, when it stumbles', async () => {
    const { codeOf, asked } = await setUp(says({}, 500), says({}, 429), says(ada))
    expect(await codeOf()).toBe('approver')
    const [first = 0, second = 0, third = 0] = asked.map(({ at }) => at)
    expect(asked).toHaveLength(3)
    expect(second - first).toBeGreaterThanOrEqual(9)
    expect(third - second).toBeGreaterThanOrEqual(18)
  })

  it.each([
    ['says 500', says({}, 500)],
    ['hangs', hangs],
    ['drops the connection', drops],
    ['never ends its answer', trickles],
    ['answers with a page', text('<html>')],
    ['answers with something else', says({ hello: 'world' })],
    ['names nobody', says({ active: true, role: 'admin' })],
    ['answers without end', text(`"${'x'.repeat(100_000)}"`)],
  ])('is away, for three tries and no more, when it %s', async (_how, answer) => {
    const { codeOf, asked } = await setUp(answer)
    expect([await codeOf(), asked.length]).toEqual(['platform_unavailable', 3])
  })

  it.each([400, 404])('is not asked again when it answers %i', async (status) => {
    const { codeOf, asked } = await setUp(says({}, status))
    expect([await codeOf(), asked.length]).toEqual(['platform_unavailable', 1])
  })

  it('leads nowhere else', async () => {
    const other = await aService(says(ada))
    const { codeOf } = await setUp((_request, response) => response.writeHead(307, { location: other.url }).end())
    expect([await codeOf(), other.asked.length]).toEqual(['platform_unavailable', 0])
  })

  it('is believed for a second, and not longer', async () => {
    const { codeOf, asked, pass } = await setUp(says(ada), says({ active: false }))
    expect([await codeOf(), await codeOf(), asked.length]).toEqual(['approver', 'approver', 1])
    pass(1000)
    expect([await codeOf(), asked.length]).toEqual(['refused', 2])
  })

  it('is asked once by everybody who comes with the same token at the same time', async () => {
    const { codeOf, asked } = await setUp(says(ada))
    const codes = await Promise.all(Array.from({ length: 20 }, () => codeOf()))
    expect([new Set(codes), asked.length]).toEqual([new Set(['approver']), 1])
  })

  it('is left alone once it has failed five times in a row, and looked at by one call after ten seconds', async () => {
    const { codeOf, asked, pass, verify } = await setUp(
      ...Array.from({ length: 5 }, () => says({}, 500)),
      hangs,
      says(ada),
    )
    await codeOf('one')
    await codeOf('two')
    expect(asked).toHaveLength(5)
    await expect(verify('three')).rejects.toMatchObject({ field: 'auth', until: new Date('2026-11-24T12:00:10Z') })
    expect(asked).toHaveLength(5)
    pass(10_000)
    await Promise.all(['four', 'five', 'six'].map(codeOf))
    expect(asked).toHaveLength(6)
    pass(10_000)
    expect([await codeOf('seven'), await codeOf('eight')]).toEqual(['approver', 'approver'])
  })

  it('is known to be away without being asked, and to be back without anybody signing in', async () => {
    const down = Array.from({ length: 6 }, () => says({}, 500))
    const { codeOf, asked, pass, isHere } = await setUp(...down, says({ active: false }))
    expect(isHere()).toBe(true)
    await codeOf('one')
    await codeOf('two')
    expect([isHere(), isHere(), asked.length]).toEqual([false, false, 5])
    pass(10_000)
    expect([isHere(), isHere()]).toEqual([false, false])
    const lookLater = () => {
      pass(10_000)
      return isHere()
    }
    await expect.poll(() => [isHere(), asked.length]).toEqual([false, 6])
    await expect.poll(lookLater).toBe(true)
    expect(asked).toHaveLength(7)
  })
})
