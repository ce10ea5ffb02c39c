import { Hono } from 'hono'
import { z } from 'zod'
import { AppOrder, type AppRecord, ConditionOrder } from './app-record.ts'
import type { Core } from './core.ts'
import { Fault, type Faults } from './faults.ts'
import { knowledge } from './knowledge.ts'
import type { Opening } from './opening.ts'
import type { Phone } from './phone.ts'
import { type AccountView, refuseWith, type Stage } from './stage.ts'
import { messagingEnvelope } from './wire.ts'
import { type KeptComment, type KeptMention, platformOf } from './world.ts'

const Delivery = z.union([
  /** Items of `messaging[]`, put into an envelope for the account: the first shop unless told. */
  z.strictObject({ items: z.array(z.unknown()).min(1), accountRef: z.string().optional() }),
  /** A whole body, whatever its shape. */
  z.strictObject({ envelope: z.unknown(), accountRef: z.string().optional() }),
])
export type Delivery = z.infer<typeof Delivery>

const Change = z.strictObject({
  echoes: z.boolean().optional(),
  echoDelayMs: z.int().min(0).optional(),
  readReceipts: z.boolean().optional(),
  humanAgent: z.boolean().optional(),
  commentersNamed: z.boolean().optional(),
  clockOffsetMs: z.int().optional(),
  usagePercent: z.int().min(0).max(1000).nullable().optional(),
  deadLinks: z.boolean().optional(),
})
export type Change = z.input<typeof Change>

export interface Control {
  /** What one needs to connect the shop to the product. The token is the newest. */
  account(): AccountView & { knowledge: typeof knowledge }
  /** The same of the first account of each platform. */
  firsts(): (AccountView & { knowledge: typeof knowledge })[]
  arrivals(): Core['world']['arrivals']
  comments(): readonly KeptComment[]
  mentions(): readonly KeptMention[]
  deliveries(): { id: number; attempts: number; outcome: string }[]
  /** Signs and delivers; resolves after the first try with its status, 0 when nobody answered. */
  deliver(delivery: Delivery): Promise<{ id: number; status: number }>
  /** Sends after all what the weather has withheld; answers how many. */
  release(): number
  change(change: Change): void
  tell(): boolean
  faults: Faults
  phone: Phone
  stage: Stage
  appRecord: AppRecord
}

export interface ControlParts {
  phone: Phone
  stage: Stage
  faults: Faults
  opening: Opening
  appRecord: AppRecord
}

export function createControl(core: Core, { phone, stage, faults, opening, appRecord }: ControlParts): Control {
  const { world, account, page, settings } = core
  return {
    account: () => ({ ...stage.view(account), knowledge }),
    firsts: () => [account, ...(page ? [page] : [])].map((one) => ({ ...stage.view(one), knowledge })),
    arrivals: () => world.arrivals,
    comments: () => world.comments,
    mentions: () => world.mentions,
    deliveries: () => [...world.deliveries.values()].map(({ id, attempts, outcome }) => ({ id, attempts, outcome })),
    deliver(delivery) {
      const { accountRef = account.accountRef } = delivery
      const platform = platformOf(world, accountRef)
      const errand = { accountRef, thread: 'by hand', about: `by hand ${world.deliveries.size + 1}` }
      if ('envelope' in delivery) return core.deliver({ ...errand, envelope: delivery.envelope })
      const mids = delivery.items.flatMap((item) => phone.learn(accountRef, item) ?? [])
      return core.deliver({
        ...errand,
        mids,
        envelope: messagingEnvelope({ accountRef, platform }, delivery.items, core.clock()),
      })
    },
    release: () => core.release(),
    change(change) {
      const { usagePercent, ...rest } = Change.parse(change)
      Object.assign(settings, rest, usagePercent === undefined ? {} : { usagePercent: usagePercent ?? undefined })
    },
    tell: () => opening.tell(),
    ...{ faults, phone, stage, appRecord },
  }
}

/** The same over HTTP, for the demo and for tests that run the sandbox as a process of its own. */
export function createControlRoutes(control: Control, core: Core) {
  return new Hono()
    .onError(refuseWith)
    .get('/account', (c) => c.json(control.account()))
    .get('/firsts', (c) => c.json({ accounts: control.firsts() }))
    .get('/arrivals', (c) => c.json({ arrivals: control.arrivals() }))
    .get('/deliveries', (c) => c.json({ deliveries: control.deliveries() }))
    .post('/deliveries', async (c) => c.json(await control.deliver(Delivery.parse(await c.req.json())), 201))
    .post('/deliveries/release', (c) => c.json({ released: control.release() }))
    .post('/seed', (c) => c.json({ told: control.tell() }))
    .put('/app', async (c) => {
      control.appRecord.order(AppOrder.parse(await c.req.json()))
      return c.body(null, 204)
    })
    .put('/conditions', async (c) => {
      control.appRecord.set(ConditionOrder.parse(await c.req.json()))
      return c.body(null, 204)
    })
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
