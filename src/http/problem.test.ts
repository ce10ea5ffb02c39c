import { Hono } from 'hono'
import { bodyLimit } from 'hono/body-limit'
import { HTTPException } from 'hono/http-exception'
import { describe, expect, it } from 'vitest'
import { AppError } from '#src/domain/errors.ts'
import { createLogger } from '#src/observability/logger.ts'
import { answerError, answerNotFound } from './problem.ts'
import { logRequests } from './request-log.ts'

function setUp(thrown: unknown = undefined) {
  const lines: Record<string, unknown>[] = []
  const log = createLogger({
    level: 'debug',
    pretty: false,
    process: 'web',
    write: (line) => lines.push(JSON.parse(line)),
  })
  const app = new Hono()
    .use(logRequests(log))
    .get('/things/:id', (c) => {
      if (thrown) throw thrown
      return c.text('fine')
    })
    .post('/things', bodyLimit({ maxSize: 3 }), async (c) => c.text(await c.req.text()))
  app.onError(answerError)
  app.notFound(answerNotFound)
  return { app, lines }
}

describe('an error answer', () => {
  it.each([
    [
      new AppError('conflict', 'A newer message has arrived', { field: 'head' }),
      409,
      { code: 'conflict', detail: 'A newer message has arrived', field: 'head', title: 'Conflict' },
    ],
    [new AppError('invalid_input', 'Too long'), 422, { detail: 'Too long' }],
    [new HTTPException(413, { message: 'inside' }), 413, { title: 'Payload Too Large' }],
  ])('says what we said', async (thrown, status, body) => {
    const answer = await setUp(thrown).app.request('/things/1')
    expect(answer.status).toBe(status)
    expect(answer.headers.get('content-type')).toBe('application/problem+json')
    expect(await answer.json()).toMatchObject({ type: 'about:blank', status, ...body })
  })

  it.each([
    new Error('SELECT secret-canary FROM accounts'),
    new AppError('internal', 'secret-canary'),
    new HTTPException(500, { message: 'secret-canary' }),
    Object.assign(new Error('x'), { cause: 'secret-canary' }),
  ])('never tells anything from inside', async (thrown) => {
    const { app, lines } = setUp(thrown)
    const answer = await app.request('/things/1')
    expect(answer.status).toBe(500)
    expect(await answer.text()).not.toContain('secret-canary')
    expect(JSON.stringify(lines)).not.toContain('SELECT')
  })

  it('says when to come back', async () => {
    const later = new Date('2026-11-22T12:00:00Z')
    const limited = await setUp(new AppError('rate_limited', 'Wait', { until: later })).app.request('/things/1')
    expect(limited.headers.get('retry-after')).toBe('Sun, 22 Nov 2026 12:00:00 GMT')
    const away = await setUp(new AppError('platform_unavailable', 'Away')).app.request('/things/1')
    expect(away.headers.get('retry-after')).toBe('5')
  })

  it('leaves the answers of the framework their status', async () => {
    const { app } = setUp()
    expect(
      (await app.request('/things', { method: 'POST', body: 'long', headers: { 'content-length': '4' } })).status,
    ).toBe(413)
    expect((await app.request('/nowhere')).status).toBe(404)
  })
})

describe('the request log', () => {
  it('has one line per request, with the route and not the address', async () => {
    const { app, lines } = setUp()
    await app.request('/things/anna?token=canary')
    await app.request('/nowhere/anna?token=canary')
    expect(lines).toMatchObject([
      { method: 'GET', route: '/things/:id', status: 200, ms: expect.any(Number) },
      { method: 'GET', route: '(none)', status: 404 },
    ])
    expect(JSON.stringify(lines)).not.toMatch(/anna|canary/)
  })

  it('takes over a sane request id and replaces any other', async () => {
    const { app, lines } = setUp()
    const ask = async (id: string) =>
      (await app.request('/things/1', { headers: { 'x-request-id': id } })).headers.get('x-request-id')
    expect(await ask('req-12345678')).toBe('req-12345678')
    expect(await ask('a b"c')).toMatch(/^[0-9a-f-]{36}$/)
    expect(await ask('x'.repeat(65))).toMatch(/^[0-9a-f-]{36}$/)
    expect(lines[0]?.['requestId']).toBe('req-12345678')
  })

  it('names the code of what went wrong, and puts the same id into the answer', async () => {
    const { app, lines } = setUp(new Error('boom'))
    const answer = await app.request('/things/1')
    expect(lines).toMatchObject([{ level: 'error', status: 500, error: { code: 'internal' } }])
    expect(await answer.json()).toMatchObject({ requestId: lines[0]?.['requestId'] })
  })
})
