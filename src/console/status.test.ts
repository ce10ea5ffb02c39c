import { expect, it } from 'vitest'
import { aConsole, at, signedInAs } from '#tests/support/console.ts'

const block = { network: '203.0.113.7', reason: 'signatures' as const, until: new Date(at.getTime() + 3_600_000) }

it('shows blocked addresses, why and until when, to an admin and to nobody else', async () => {
  const { app } = aConsole({ reads: { blocks: async () => [block] } })
  const seenBy = async (role: string) => (await app.request('/status', signedInAs(role))).text()
  expect(await seenBy('admin')).toMatch(/203\.0\.113\.7.*wrong signatures/s)
  for (const role of ['viewer', 'approver', 'auditor']) expect(await seenBy(role)).not.toContain('203.0.113.7')
})

it('says how long things wait, and what to do once they wait too long', async () => {
  const ago = (minutes: number) => new Date(at.getTime() - minutes * 60_000)
  const stages = (minutes: number) => async () => ({
    ...{ oldestDeliveryAt: ago(minutes), oldestQueuedAt: null, oldestSendingAt: null, oldestUncertainAt: null },
    ...{ failedToday: 0, rounds: [{ name: 'sweep' as const, at: ago(minutes) }] },
  })
  const seenAfter = async (minutes: number) => {
    const { app } = aConsole({ reads: { stages: stages(minutes) } })
    return (await app.request('/status', signedInAs('viewer'))).text()
  }
  const late = await seenAfter(6)
  expect(late).toContain('See that it runs')
  expect(late).toContain('See that the workers run')
  const fine = await seenAfter(0)
  expect(fine).toContain('just now')
  expect(fine).not.toContain('See that')
})

it('counts a session by itself and whoever has none by the address, and says how long to wait', async () => {
  const keys: string[] = []
  const counter = (name: string, allowed: boolean) => ({
    ...{ name, max: 1, windowS: 60 },
    take: async (key: string) => {
      keys.push(`${name} ${key.slice(0, 4)}`)
      return { allowed, remaining: 0, resetMs: 7000 }
    },
  })
  const counters = { session: counter('session', true), address: counter('address', false), assets: counter('a', true) }
  const { app } = aConsole({ counters })
  expect((await app.request('/queue', signedInAs('admin'))).status).toBe(200)
  const refused = await app.request('/sign-in')
  expect([refused.status, refused.headers.get('retry-after')]).toEqual([429, '7'])
  expect(await refused.text()).toContain('try again in 7 s')
  expect(refused.headers.get('content-security-policy')).toContain("script-src 'self'")
  // What somebody made up is no session, and no way round the address.
  expect((await app.request('/queue', signedInAs('made-up'))).status).toBe(429)
  expect(keys).toEqual(['session ses_', 'address unkn', 'address unkn'])
})

it('answers a request that has no end with 503, and does not claim that nothing was done', async () => {
  const { app } = aConsole({ config: { deadlineMs: 20 }, reads: { alerts: () => new Promise(() => undefined) } })
  const answer = await app.request('/alerts', signedInAs('admin'))
  expect(answer.status).toBe(503)
  expect(await answer.text()).toContain('It may have been done all the same')
})
