import { Hono } from 'hono'
import { expect, it } from 'vitest'
import { createRates } from '#src/limits/rates.ts'
import { clientAddress, knowAddress } from './address.ts'
import { answerError } from './problem.ts'
import { limitRate } from './rate.ts'

function aDoor(max: number) {
  const counter = createRates(undefined, 'test')({ name: 'address', max, windowS: 60 })
  const app = new Hono()
  app.onError(answerError)
  app.use(knowAddress(['127.0.0.1']))
  app.use(limitRate((c) => ({ counter, key: clientAddress(c) })))
  app.get('/', (c) => c.text('ok'))
  const env = { incoming: { socket: { remoteAddress: '127.0.0.1' } } }
  return (from: string) => app.request('/', { headers: { 'x-forwarded-for': from } }, env)
}

it('answers sixty requests of an address and refuses the sixty-first, which no other address feels', async () => {
  const ask = aDoor(60)
  for (let i = 0; i < 60; i++) expect((await ask('203.0.113.1')).status).toBe(200)
  const refused = await ask('203.0.113.1')
  expect(refused.status).toBe(429)
  expect(await refused.json()).toMatchObject({ code: 'too_many_requests', status: 429 })
  expect((await ask('203.0.113.2')).status).toBe(200)
  expect((await ask('203.0.113.1, 203.0.113.3')).status).toBe(200)
})

it('says in every answer what the policy is, what is left of it, and when it begins anew', async () => {
  const ask = aDoor(2)
  const first = await ask('203.0.113.1')
  expect(first.headers.get('ratelimit-policy')).toBe('"address";q=2;w=60')
  expect(first.headers.get('ratelimit')).toMatch(/^"address";r=1;t=60$/)
  await ask('203.0.113.1')
  const { headers } = await ask('203.0.113.1')
  expect(headers.get('ratelimit')).toMatch(/^"address";r=0;t=\d+$/)
  expect(Number(headers.get('retry-after'))).toBeGreaterThan(0)
})
