import type { Entry } from './entries.ts'
import { createWebhookPost } from './webhook-post.ts'
import type { Pending, World } from './world.ts'

const HOUR_MS = 3_600_000
/** After this long a delivery is dropped: https://developers.facebook.com/docs/graph-api/webhooks/getting-started */
const GIVE_UP_MS = 36 * HOUR_MS
/** Once at once, then ever more rarely. Meta publishes no figures; these suit a product that restarts on a desk. */
const RETRY_DELAYS_MS = [0, 1000, 2000, 4000, 8000, 15_000, 30_000, 60_000, 300_000, 900_000, HOUR_MS]

export interface DelivererOptions {
  webhookUrl: string
  appSecret: string
  now: () => number
  world: World
  record: (entry: Entry) => void
  retryDelaysMs?: readonly number[]
}

export interface Deliverer {
  /** Signs and sends; resolves with the status of the first try, or 0 when nobody answered. Retries go on by themselves. */
  deliver(thread: string, body: string): Promise<{ id: number; status: number }>
  /** Takes up what an earlier run left undelivered. */
  resume(): void
  close(): Promise<void>
}

/** Sends webhooks as Meta does: those of one thread leave in order, and what is not answered with 200 comes again. */
export function createDeliverer(options: DelivererOptions): Deliverer {
  const { now, world, record, retryDelaysMs = RETRY_DELAYS_MS } = options
  const closing = new AbortController()
  const post = createWebhookPost(options, closing.signal)
  const timers = new Set<NodeJS.Timeout>()
  const lastOf = new Map<string, Promise<number>>()
  const underWay = new Set<Promise<number>>()

  async function attempt(delivery: Pending, attempts: number): Promise<number> {
    const status = await post(delivery.body)
    if (closing.signal.aborted) return status
    const at = now()
    if (status === 200) record({ type: 'delivered', id: delivery.id, attempts, outcome: 'accepted', at })
    else if (at - delivery.at > GIVE_UP_MS)
      record({ type: 'delivered', id: delivery.id, attempts, outcome: 'dropped', at })
    else retryLater(delivery, attempts)
    return status
  }

  function retryLater(delivery: Pending, attempts: number): void {
    const delayMs = retryDelaysMs[Math.min(attempts, retryDelaysMs.length) - 1]
    const timer = setTimeout(() => {
      timers.delete(timer)
      void track(attempt(delivery, attempts + 1))
    }, delayMs)
    timers.add(timer)
  }

  function track(work: Promise<number>): Promise<number> {
    underWay.add(work)
    return work.finally(() => underWay.delete(work))
  }

  function inOrder(delivery: Pending): Promise<number> {
    const turn = (lastOf.get(delivery.thread) ?? Promise.resolve(0)).then(() => attempt(delivery, 1))
    lastOf.set(delivery.thread, turn)
    return track(turn)
  }

  async function close(): Promise<void> {
    closing.abort()
    for (const timer of timers) clearTimeout(timer)
    await Promise.allSettled(underWay)
  }

  async function deliver(thread: string, body: string): Promise<{ id: number; status: number }> {
    const delivery = { id: world.deliveries.size + 1, thread, body, at: now() }
    record({ type: 'delivery', ...delivery })
    return { id: delivery.id, status: await inOrder(delivery) }
  }

  return { deliver, resume: () => [...world.pending.values()].forEach((delivery) => void inOrder(delivery)), close }
}
