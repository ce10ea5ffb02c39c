import { Hono } from 'hono'
import { z } from 'zod'
import type { Core } from './core.ts'
import { Fault, type Faults } from './faults.ts'
import { expiryOf } from './graph/tokens.ts'
import { knowledge } from './knowledge.ts'
import type { Opening } from './opening.ts'
import type { Phone } from './phone.ts'
import { messagingEnvelope } from './wire.ts'

const Delivery = z.union([
  /** Items of `messaging[]`, put into an envelope for the account. */
  z.strictObject({ items: z.array(z.unknown()).min(1) }),
  /** A whole body, whatever its shape. */
  z.strictObject({ envelope: z.unknown() }),
])
export type Delivery = z.infer<typeof Delivery>

const Change = z.strictObject({
  echoes: z.boolean().optional(),
  echoDelayMs: z.int().min(0).optional(),
  readReceipts: z.boolean().optional(),
  clockOffsetMs: z.int().optional(),
  usagePercent: z.int().min(0).max(1000).nullable().optional(),
})
export type Change = z.input<typeof Change>

export interface Control {
  /** What one needs to connect the shop to the product. The token is the newest. */
  account(): {
    accountRef: string
    token: string
    name: string
    username: string
    expiresInSeconds: number
    knowledge: typeof knowledge
  }
  arrivals(): Core['world']['arrivals']
  deliveries(): { id: number; attempts: number; outcome: string }[]
  /** Signs and delivers; resolves after the first try with its status, 0 when nobody answered. */
  deliver(delivery: Delivery): Promise<{ id: number; status: number }>
  change(change: Change): void
  tell(): boolean
  faults: Faults
  phone: Phone
}

export function createControl(core: Core, phone: Phone, faults: Faults, opening: Opening): Control {
  const { world, refs, account, settings } = core
  return {
    account() {
      const token = world.tokens.findLast(({ accountRef }) => accountRef === account.accountRef)
      if (!token) throw new Error('The sandbox account has no token')
      return {
        accountRef: account.accountRef,
        token: refs.token(account.accountRef, token.serial),
        name: account.name,
        username: account.username,
        expiresInSeconds: Math.floor((expiryOf(token) - core.clock()) / 1000),
        knowledge,
      }
    },
    arrivals: () => world.arrivals,
    deliveries: () => [...world.deliveries.values()],
    deliver(delivery) {
      const { accountRef } = account
      if ('envelope' in delivery) return core.deliver('by hand', delivery.envelope)
      for (const item of delivery.items) phone.learn(accountRef, item)
      return core.deliver('by hand', messagingEnvelope(accountRef, delivery.items, core.clock()))
    },
    change(change) {
      const { usagePercent, ...rest } = Change.parse(change)
      Object.assign(settings, rest, usagePercent === undefined ? {} : { usagePercent: usagePercent ?? undefined })
    },
    tell: () => opening.tell(),
    faults,
    phone,
  }
}

/** The same over HTTP, for the demo and for tests that run the sandbox as a process of its own. */
export function createControlRoutes(control: Control, core: Core) {
  return new Hono()
    .onError((error, c) => {
      if (error instanceof z.ZodError) return c.json({ error: z.prettifyError(error) }, 422)
      return c.json({ error: error instanceof SyntaxError ? 'The body is not JSON' : 'The sandbox failed' }, 500)
    })
    .get('/account', (c) => c.json(control.account()))
    .get('/arrivals', (c) => c.json({ arrivals: control.arrivals() }))
    .get('/deliveries', (c) => c.json({ deliveries: control.deliveries() }))
    .post('/deliveries', async (c) => c.json(await control.deliver(Delivery.parse(await c.req.json())), 201))
    .post('/seed', (c) => c.json({ told: control.tell() }))
    .get('/settings', (c) => c.json(core.settings))
    .patch('/settings', async (c) => {
      control.change(Change.parse(await c.req.json()))
      return c.json(core.settings)
    })
    .get('/faults', (c) => c.json({ faults: control.faults.waiting() }))
    .post('/faults', async (c) => {
      control.faults.queue(z.array(Fault).parse(await c.req.json()))
      return c.json({ faults: control.faults.waiting() }, 201)
    })
    .delete('/faults', (c) => {
      control.faults.clear()
      return c.json({ faults: [] })
    })
}
