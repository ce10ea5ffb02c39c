/*
 * Accepted bytes → messages in conversations. Every item is stored once for ever by its own key, so a delivery may come
 * again, be cut differently, or be received by two workers at once. Plain messages share one transaction with those of other
 * deliveries. What is left is received delivery by delivery, and when that fails item by item, so that none spoils its
 * neighbours. Bells ring after the commit.
 */
import { raiseAlert } from '#db/alerts.ts'
import type { Database } from '#db/client.ts'
import { findDeliveries, noteFailure, type StoredDelivery, storeDeliveries } from '#db/deliveries.ts'
import { AppError } from '#src/domain/errors.ts'
import type { Bell } from '#src/queues/bell.ts'
import type { InboxJob, KeptBody } from '#src/queues/jobs.ts'
import type { Publish } from '#src/queues/live.ts'
import { openDelivery } from './receive-arrivals.ts'
import { receiveDelivery } from './receive-delivery.ts'
import { receivePlain } from './receive-plain.ts'

export interface ReceiveDeps {
  db: Database
  bell: Bell
  publish: Publish
  now: () => Date
}

export interface Received {
  /** New events, without the unrecognised ones. */
  received: number
  unrecognised: number
}

/** Safe to repeat: what was received before counts as nothing. Throws when a delivery is left over, after trying all. */
export function createReceive(deps: ReceiveDeps) {
  return async (job: InboxJob): Promise<Received> => {
    const { db } = deps
    const ids = 'bodies' in job ? await storeDeliveries(db, job.bodies.map(toDelivery)) : job.deliveryIds
    const deliveries = await findDeliveries(db, ids)
    const { received, left } = await receivePlain(deps, deliveries.map(openDelivery))
    const total = { received, unrecognised: 0 }
    let failure: AppError | undefined
    for (const delivery of left) {
      try {
        const { received, unrecognised } = await receiveDelivery(deps, delivery)
        total.received += received
        total.unrecognised += unrecognised
      } catch (error) {
        failure ??= AppError.from(error)
        await noteTrouble(deps, delivery)
      }
    }
    if (failure) throw failure
    return total
  }
}

function toDelivery({ source, digest, secretLabel, bodyBase64, acceptedAt }: KeptBody) {
  return { source, digest, secretLabel, body: Buffer.from(bodyBase64, 'base64'), acceptedAt: new Date(acceptedAt) }
}

/** The database may be what is in trouble, so noting it may fail too. */
async function noteTrouble({ db, publish, now }: ReceiveDeps, { id }: StoredDelivery): Promise<void> {
  try {
    if (!(await noteFailure(db, id))) return
    const text = `Delivery ${id} cannot be received; its bytes are kept`
    await raiseAlert(db, { kind: 'delivery_failed', subject: String(id), severity: 'critical', text, at: now() })
    publish({ topic: 'alerts', id: String(id) })
  } catch {
    // The delivery stays as it is and is tried again.
  }
}
