import { describe, expect, it } from 'vitest'
import { createHealth } from './health.ts'

const works = async () => true
const here = (): boolean => true
const gone = (): boolean => false
const away = async () => {
  throw new Error('ECONNREFUSED 10.0.0.7')
}
const hangs = () => new Promise<boolean>(() => undefined)

async function look(path: string, checks: Parameters<typeof createHealth>[0]) {
  const answer = await createHealth(checks).request(path)
  return { status: answer.status, body: await answer.text() }
}

describe('readiness', () => {
  it.each([
    ['both stores work', { mysql: works, redis: works }, 200, 'ok'],
    ['MySQL is away but Redis would keep a webhook', { mysql: away, redis: works }, 200, 'degraded'],
    ['Redis is away but MySQL would keep a webhook', { mysql: works, redis: away }, 200, 'degraded'],
    ['the sign-in service is away', { mysql: works, redis: works, signIn: gone, secrets: here }, 200, 'degraded'],
    ['the backend of the secrets is away', { mysql: works, redis: works, secrets: gone }, 200, 'degraded'],
    ['no store would keep a webhook', { mysql: away, redis: away }, 503, 'down'],
    ['a store hangs and the other is away', { mysql: hangs, redis: away }, 503, 'down'],
  ])('when %s', async (_case, checks, status, word) => {
    const answer = await look('/readyz', checks)
    expect(answer.status).toBe(status)
    expect(answer.body).toContain(`"status":"${word}"`)
    expect(answer.body).not.toContain('10.0.0.7')
  })
})

it.each([
  ['every part works', { signIn: here, secrets: here }, 200, 'ok'],
  ['the sign-in service is away', { signIn: gone }, 503, 'degraded'],
])('the health of the whole, when %s', async (_case, others, status, word) => {
  const answer = await look('/health', { mysql: works, redis: works, ...others })
  expect(answer.status).toBe(status)
  const checks = Object.fromEntries(Object.entries(others).map(([name, check]) => [name, check()]))
  expect(JSON.parse(answer.body)).toEqual({
    service: 'countersign',
    status: word,
    checks: { mysql: true, redis: true, ...checks },
  })
})

it('is alive although no store is', async () => {
  expect((await look('/livez', { mysql: away, redis: away })).status).toBe(200)
})
