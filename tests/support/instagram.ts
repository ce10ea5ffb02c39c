import { createHash } from 'node:crypto'
import type { Database } from '#db/client.ts'
import { storeDeliveries } from '#db/deliveries.ts'
import type { EventId } from '#src/domain/ids.ts'
import type { Bell } from '#src/queues/bell.ts'
import type { LiveEvent } from '#src/queues/live.ts'

/** What Instagram would deliver, with only what a test cares about said. */
let serial = 0

interface Said {
  from: string
  to: string
  at?: number
}

export const T0 = Date.now() - 600_000

const between = ({ from, to, at = T0 }: Said) => ({ sender: { id: from }, recipient: { id: to }, timestamp: at })

export function aText(said: Said & { mid?: string; text?: string; rest?: object }) {
  const { mid = `mid.${++serial}`, text = 'Do you ship to Graz?', rest = {} } = said
  return { ...between(said), message: { mid, text, ...rest } }
}

export function anEcho(said: Said & { mid?: string; text?: string }) {
  return aText({ ...said, rest: { is_echo: true } })
}

export function anUnsend(said: Said & { mid: string }) {
  return { ...between(said), message: { mid: said.mid, is_deleted: true } }
}

export function anEdit(said: Said & { mid: string; text: string; count?: number }) {
  return { ...between(said), message_edit: { mid: said.mid, text: said.text, num_edit: said.count ?? 1 } }
}

export function aReaction(said: Said & { mid: string; emoji?: string }) {
  const { mid, emoji } = said
  return {
    ...between(said),
    reaction: emoji ? { mid, action: 'react', reaction: 'other', emoji } : { mid, action: 'unreact' },
  }
}

export function aComment({
  from,
  id = `comment.${++serial}`,
  text = 'price?',
  ...rest
}: {
  from: string
  id?: string
  text?: string
  parent_id?: string
  media?: string
}) {
  const { media = '18000000000000011', ...more } = rest
  return {
    field: 'comments',
    value: { id, from: { id: from, username: `user.${from}` }, text, media: { id: media }, ...more },
  }
}

/** A body with these items of one account; every body is different, as Meta's are by their time. */
export function aBody(accountRef: string, items: object[], { standby = false } = {}): string {
  const changes = items.filter((item) => 'field' in item)
  const messaging = items.filter((item) => !('field' in item))
  const entry = {
    id: accountRef,
    time: T0 + ++serial,
    ...(messaging.length > 0 && { [standby ? 'standby' : 'messaging']: messaging }),
    ...(changes.length > 0 && { changes }),
  }
  return JSON.stringify({ object: 'instagram', entry: [entry] })
}

export function aNewDelivery(body: string | Uint8Array) {
  const bytes = Buffer.from(body)
  const digest = createHash('sha256').update(bytes).digest('hex')
  return { source: 'instagram' as const, digest, secretLabel: 'test', body: bytes, acceptedAt: new Date() }
}

export async function aStoredDelivery(db: Database, body: string | Uint8Array): Promise<number> {
  const [id] = await storeDeliveries(db, [aNewDelivery(body)])
  return id ?? 0
}

/** Remembers what was rung. */
export function aBell() {
  const rung = {
    inbox: [] as number[][],
    drafts: [] as [string, number][],
    contacts: [] as string[],
    mentions: [] as EventId[],
    media: [] as string[],
  }
  const bell: Bell = {
    inbox: async (ids) => void rung.inbox.push(ids),
    keepBodies: async () => undefined,
    draft: async (id, delayMs) => void rung.drafts.push([id, delayMs]),
    reconcile: async () => undefined,
    contact: async (id) => void rung.contacts.push(id),
    mention: async (id) => void rung.mentions.push(id),
    credential: async () => undefined,
    media: async (id) => void rung.media.push(id),
  }
  const published: LiveEvent[] = []
  return { bell, rung, published, publish: (event: LiveEvent) => void published.push(event) }
}
