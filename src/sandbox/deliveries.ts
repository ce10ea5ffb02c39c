import type { Platform } from '#src/domain/platform.ts'
import type { Delivery, Entry } from './entries.ts'
import { createLanes } from './lanes.ts'
import { createTries } from './tries.ts'
import { createRecut } from './weather/recut.ts'
import { isWithheld, planDelivery, type Way } from './weather/way.ts'
import type { WebhookTarget } from './webhook-post.ts'
import type { World } from './world.ts'

export interface DelivererOptions {
  /** Where each product's webhooks go; a product that is not played has no door. */
  doors: Record<Platform, WebhookTarget | undefined>
  now: () => number
  world: World
  record: (entry: Entry) => void
  retryDelaysMs?: readonly number[]
}

/** What is to be delivered. */
export interface Errand {
  thread: string
  door?: Delivery['door']
  body: string
  /** What the weather knows it by; the same in every run of a seed. */
  about: string
  mids?: string[]
  /** It leaves that much later, and nobody in its thread waits for it. */
  lateMs?: number
}

export interface Deliverer {
  /** Signs and sends; resolves with the status of the first try, or 0 when nobody answered. Retries go on by themselves. */
  deliver(errand: Errand): Promise<{ id: number; status: number }>
  /** Sends what was withheld after all; answers how many. */
  release(): number
  /** Takes up what an earlier run left undelivered. */
  resume(): void
  close(): Promise<void>
}

/** Sends webhooks as Meta does: those of one thread leave in order, and what is not answered with 200 comes again. */
export function createDeliverer(options: DelivererOptions): Deliverer {
  const { now, world, record } = options
  const tries = createTries(options)
  const lanes = createLanes({ now, attempt: tries.attempt, pause: tries.wait })
  const recut = createRecut(world)

  function send(parts: Omit<Delivery, 'id' | 'at'>): { id: number; sent: Promise<number> } {
    const delivery = { id: world.deliveries.size + 1, at: now(), ...parts }
    record({ type: 'delivery', ...delivery })
    return { id: delivery.id, sent: tries.track(lanes.enter(delivery)) }
  }

  async function deliver({ about, lateMs = 0, ...what }: Errand): Promise<{ id: number; status: number }> {
    const way = planDelivery(world.weather, about)
    const late = lateMs > 0 ? { dueAt: now() + lateMs, aside: true as const } : {}
    const { id, sent } = send({ ...what, ...detained(way, now()), ...late })
    if (way.copy) send({ ...what, ...late, ...(way.copy === 'beside' && { aside: true }), trouble: 'duplicate' })
    const again = lateMs > 0 ? [] : recut(what, about)
    for (const piece of again) send({ ...what, ...piece, trouble: 'recut' })
    return { id, status: await sent }
  }

  /** It counts as sent, so that nobody waits for it. */
  function withhold({ about: _, lateMs: __, ...what }: Errand): { id: number; status: number } {
    const delivery = { id: world.deliveries.size + 1, at: now(), ...what, trouble: 'withheld' }
    record({ type: 'delivery', ...delivery })
    record({ type: 'withheld', id: delivery.id })
    return { id: delivery.id, status: 0 }
  }

  return {
    deliver: async (errand) => (isWithheld(world.weather, errand.about) ? withhold(errand) : deliver(errand)),
    release() {
      const kept = [...world.withheld.values()]
      for (const { id, ...delivery } of kept) {
        record({ type: 'released', id })
        void send({ ...delivery, trouble: 'released' })
      }
      return kept.length
    },
    resume: () => [...world.pending.values()].forEach((delivery) => void tries.track(lanes.enter(delivery))),
    close: () => tries.close(),
  }
}

function detained({ delayMs, isHeld, trouble }: Way, now: number): Pick<Delivery, 'dueAt' | 'held' | 'trouble'> {
  return {
    ...(delayMs > 0 && { dueAt: now + delayMs }),
    ...(isHeld && { held: true }),
    ...(trouble && { trouble }),
  }
}
