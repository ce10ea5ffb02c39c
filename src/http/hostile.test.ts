import { Hono } from 'hono'
import { expect, it } from 'vitest'
import { knowAddress } from './address.ts'
import { createHostile, type HostileDeps } from './hostile.ts'
import type { Block } from './known-blocks.ts'
import { answerError, answerNotFound } from './problem.ts'

/** A house whose doors answer with the status that stands in the query. */
function aHouse(more: Partial<HostileDeps> = {}) {
  const time = { at: new Date('2026-11-24T12:00:00Z') }
  const stored = new Map<string, Block>()
  const counts = new Map<string, number>()
  const app = new Hono()
  app.onError(answerError)
  app.notFound(answerNotFound)
  app.use(knowAddress(['10.0.0.0/8']))
  app.use(
    createHostile({
      blockedAddresses: ['198.51.100.0/24'],
      trustedProxies: ['10.0.0.0/8'],
      listBlocks: async () => [...stored.values()],
      isOneTooMany: async (network) => {
        counts.set(network, (counts.get(network) ?? 0) + 1)
        return (counts.get(network) ?? 0) > 19
      },
      block: async (network, reason) => {
        const block = { network, reason, until: new Date(time.at.getTime() + 3_600_000) }
        stored.set(network, block)
        return block
      },
      reportError: (error) => {
        throw error
      },
      now: () => time.at,
      ...more,
    }),
  )
  app.all('/known/*', (c) => c.text('ok'))
  for (const path of ['/webhooks/instagram', '/sign-in', '/compliance/meta/deauthorize']) {
    app.all(path, (c) => c.text('', Number(c.req.query('s')) as 200))
  }
  const ask = async (peer: string, path: string, method = 'GET', forwarded?: string) => {
    const headers = forwarded === undefined ? {} : { 'x-forwarded-for': forwarded }
    const answer = await app.request(path, { method, headers }, { incoming: { socket: { remoteAddress: peer } } })
    await new Promise(setImmediate)
    return answer.status
  }
  const often = async (times: number, ...request: Parameters<typeof ask>) => {
    for (let i = 0; i < times; i++) await ask(...request)
  }
  return { ask, often, stored, time }
}

const stranger = '203.0.113.5'

it('an address that keeps on looking for holes of other programs is refused everywhere, for a while', async () => {
  const { ask, often, time } = aHouse()
  await often(19, stranger, '/wp-login.php')
  expect(await ask(stranger, '/known/page')).toBe(200)
  await often(1, stranger, '/.env')
  expect(await ask(stranger, '/known/page')).toBe(403)
  expect(await ask('203.0.113.6', '/known/page')).toBe(200)
  time.at = new Date(time.at.getTime() + 3_600_001)
  expect(await ask(stranger, '/known/page')).toBe(200)
})

it.each([
  ['wrong signatures', '/webhooks/instagram?s=401', 'POST'],
  ['wrong verify tokens', '/webhooks/instagram?s=403', 'GET'],
  ['wrong signed requests', '/compliance/meta/deauthorize?s=400', 'POST'],
  ['wrong passwords', '/sign-in?s=401', 'POST'],
])('%s, twenty of them, block an address', async (_what, path, method) => {
  const { ask, often } = aHouse()
  await often(20, stranger, path, method)
  expect(await ask(stranger, '/known/page')).toBe(403)
})

it('a page that is merely not there is no offence', async () => {
  const { ask, often } = aHouse()
  await often(50, stranger, '/conversations/gone')
  expect(await ask(stranger, '/known/page')).toBe(200)
})

it('of IPv6 the whole network of 64 bits is blocked, and no other', async () => {
  const { ask, often } = aHouse()
  await often(20, '2001:db8:1:2::1', '/wp-login.php')
  expect(await ask('2001:db8:1:2:ffff::9', '/known/page')).toBe(403)
  expect(await ask('2001:db8:1:3::1', '/known/page')).toBe(200)
})

it('our own proxy is never blocked, only whom it names; nor is a private address, which may be a proxy nobody named', async () => {
  const { ask, often, stored } = aHouse()
  await often(30, '10.1.1.1', '/wp-login.php')
  await often(30, '192.168.1.9', '/wp-login.php')
  await often(30, '::1', '/wp-login.php')
  expect([...stored.keys()]).toEqual([])
  await often(30, '10.1.1.1', '/wp-login.php', 'GET', stranger)
  expect([...stored.keys()]).toEqual([stranger])
  expect(await ask('10.1.1.1', '/known/page')).toBe(200)
})

it('a block that came about by itself stops no webhook, and an address that signs well is not blocked', async () => {
  const { ask, often, stored } = aHouse()
  await often(20, stranger, '/wp-login.php')
  expect(await ask(stranger, '/webhooks/instagram?s=200', 'POST')).toBe(200)
  const platform = '203.0.113.77'
  await ask(platform, '/webhooks/instagram?s=200', 'POST')
  await often(40, platform, '/webhooks/instagram?s=401', 'POST')
  expect([...stored.keys()]).toEqual([stranger])
})

it('after six hundred wrong signatures a minute the next body is not read', async () => {
  const { ask, often, time } = aHouse()
  await often(600, stranger, '/webhooks/instagram?s=401', 'POST')
  expect(await ask(stranger, '/webhooks/instagram?s=401', 'POST')).toBe(429)
  expect(await ask('203.0.113.6', '/webhooks/instagram?s=401', 'POST')).toBe(401)
  time.at = new Date(time.at.getTime() + 60_000)
  expect(await ask(stranger, '/webhooks/instagram?s=200', 'POST')).toBe(200)
})

it('an address of BLOCKED_ADDRESSES, or one that a person blocked, is refused at every door', async () => {
  const { ask, stored, time } = aHouse()
  expect(await ask('198.51.100.9', '/webhooks/instagram?s=200', 'POST')).toBe(403)
  stored.set(stranger, { network: stranger, reason: 'person', until: new Date(time.at.getTime() + 1000) })
  time.at = new Date(time.at.getTime() + 2000 - 1999)
  expect(await ask('203.0.113.6', '/known/page')).toBe(200)
  time.at = new Date(time.at.getTime() + 2000)
  stored.set(stranger, { network: stranger, reason: 'person', until: new Date(time.at.getTime() + 1000) })
  expect(await ask(stranger, '/known/page')).toBe(403)
  expect(await ask(stranger, '/webhooks/instagram?s=200', 'POST')).toBe(403)
})

it('while the database is away what was known stays known', async () => {
  let away = false
  const errors: unknown[] = []
  const block = { network: stranger, reason: 'person' as const, until: new Date('2026-11-25T12:00:00Z') }
  const { ask, time } = aHouse({
    listBlocks: async () => {
      if (away) throw new Error('ECONNREFUSED')
      return [block]
    },
    reportError: (error) => errors.push(error),
  })
  expect(await ask(stranger, '/known/page')).toBe(403)
  away = true
  time.at = new Date(time.at.getTime() + 10_000)
  expect(await ask(stranger, '/known/page')).toBe(403)
  expect(errors).toHaveLength(1)
})
