import type { Database } from '#db/client.ts'
import { storeDeliveries } from '#db/deliveries.ts'
import { aNewDelivery, T0 } from './instagram.ts'

let serial = 0

/** What Meta would deliver about a Page, with only what a test cares about said. */
export function aPageBody(pageRef: string, items: object[], place: 'messaging' | 'standby' | 'changes' = 'messaging') {
  return JSON.stringify({ object: 'page', entry: [{ id: pageRef, time: T0 + ++serial, [place]: items }] })
}

/** An echo as Messenger sends it: it names the app, and what that app sent along. */
export function aNamedEcho(said: {
  from: string
  to: string
  mid: string
  text?: string
  app?: number
  metadata?: string
  at?: number
}) {
  const { from, to, mid, text = 'Yes, we do.', app = 1517776481860111, metadata, at = Date.now() } = said
  const message = { mid, text, is_echo: true, app_id: app, ...(metadata !== undefined && { metadata }) }
  return { sender: { id: from }, recipient: { id: to }, timestamp: at, message }
}

export async function aStoredPageDelivery(db: Database, body: string | Uint8Array): Promise<number> {
  const [id] = await storeDeliveries(db, [{ ...aNewDelivery(body), source: 'messenger' }])
  return id ?? 0
}
