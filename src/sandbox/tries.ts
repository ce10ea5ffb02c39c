import type { DelivererOptions } from './deliveries.ts'
import type { Delivery } from './entries.ts'
import { createPauses } from './pauses.ts'
import { createWebhookPost, type WebhookPost, type WebhookTarget } from './webhook-post.ts'

const HOUR_MS = 3_600_000
/** After this long a delivery is dropped: https://developers.facebook.com/docs/graph-api/webhooks/getting-started */
const GIVE_UP_MS = 36 * HOUR_MS
/** Once at once, then ever more rarely. Meta publishes no figures; these suit a product that restarts on a desk. */
const RETRY_DELAYS_MS = [0, 1000, 2000, 4000, 8000, 15_000, 30_000, 60_000, 300_000, 900_000, HOUR_MS]

export interface Tries {
  /** Sends once and gives the status; goes on by itself until it is accepted or given up. */
  attempt(delivery: Delivery): Promise<number>
  /** Ends early when all is closed. */
  wait(ms: number): Promise<void>
  /** Has `close` wait for it. */
  track<T>(work: Promise<T>): Promise<T>
  close(): Promise<void>
}

export function createTries(options: DelivererOptions): Tries {
  const { now, world, record, retryDelaysMs = RETRY_DELAYS_MS } = options
  const pauses = createPauses()
  const posts = { instagram: postTo(options.doors.instagram), messenger: postTo(options.doors.messenger) }
  const underWay = new Set<Promise<unknown>>()
  let isClosed = false

  async function send({ door, body }: Delivery): Promise<number> {
    return (await posts[door ?? 'instagram']?.post(body)) ?? 0
  }

  async function attempt(delivery: Delivery): Promise<number> {
    if (isClosed) return 0
    const { id } = delivery
    const attempts = (world.deliveries.get(id)?.attempts ?? 0) + 1
    const status = await send(delivery)
    if (isClosed) return status
    const at = now()
    if (status === 200) record({ type: 'delivered', id, attempts, outcome: 'accepted', at })
    else if (at - delivery.at > GIVE_UP_MS) record({ type: 'delivered', id, attempts, outcome: 'dropped', at })
    else {
      record({ type: 'tried', id, attempts })
      void track(retry(delivery, attempts))
    }
    return status
  }

  async function retry(delivery: Delivery, attempts: number): Promise<void> {
    await pauses.wait(retryDelaysMs[Math.min(attempts, retryDelaysMs.length) - 1] ?? 0)
    await attempt(delivery)
  }

  function track<T>(work: Promise<T>): Promise<T> {
    underWay.add(work)
    return work.finally(() => underWay.delete(work))
  }

  return {
    ...{ attempt, track, wait: pauses.wait },
    async close() {
      isClosed = true
      pauses.end()
      for (const post of Object.values(posts)) post?.close()
      await Promise.allSettled(underWay)
    },
  }
}

function postTo(target: WebhookTarget | undefined): WebhookPost | undefined {
  return target && createWebhookPost(target)
}
