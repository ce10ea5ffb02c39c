import type { Arrival, Comment, Entry, Message } from './entries.ts'

const HOUR_MS = 3_600_000
/** https://developers.facebook.com/documentation/business-messaging/messenger-platform/send-messages */
const REPLY_WINDOW_MS = 24 * HOUR_MS

export interface Account {
  accountRef: string
  scopedRef: string
  username: string
  name: string
}

export interface Contact {
  accountRef: string
  contactRef: string
  name: string
  username: string
  /** When the contact last did something that opens the reply window. */
  lastActionAt?: number
}

export interface KeptMessage extends Message {
  deleted?: boolean
  edited?: boolean
  /** The contact's reaction. */
  reaction?: string
  seen?: boolean
}

export interface Token {
  accountRef: string
  serial: number
  at: number
}

export interface Pending {
  id: number
  thread: string
  body: string
  at: number
}

/** Everything the sandbox knows; only `apply` writes to it. */
export interface World {
  accounts: Map<string, Account>
  contacts: Map<string, Contact>
  messages: Map<string, KeptMessage>
  /** Message ids of each contact, in the order they were kept. */
  threads: Map<string, string[]>
  comments: Comment[]
  tokens: Token[]
  arrivals: Arrival[]
  /** Deliveries that were neither accepted nor given up. */
  pending: Map<number, Pending>
  deliveries: Map<number, { id: number; attempts: number; outcome: 'pending' | 'accepted' | 'dropped' }>
  told: boolean
}

export function emptyWorld(): World {
  return {
    accounts: new Map(),
    contacts: new Map(),
    messages: new Map(),
    threads: new Map(),
    comments: [],
    tokens: [],
    arrivals: [],
    pending: new Map(),
    deliveries: new Map(),
    told: false,
  }
}

type Applied = { [T in Entry['type']]: (world: World, entry: Extract<Entry, { type: T }>) => void }

const applied: Applied = {
  account: (world, { type: _, ...account }) => void world.accounts.set(account.accountRef, account),
  token: (world, { accountRef, serial, at }) => void world.tokens.push({ accountRef, serial, at }),
  contact: (world, { type: _, ...contact }) => {
    world.contacts.set(contact.contactRef, { ...world.contacts.get(contact.contactRef), ...contact })
  },
  message: (world, { type: _, ...message }) => {
    world.messages.set(message.mid, message)
    const thread = world.threads.get(message.contactRef)
    if (thread) thread.push(message.mid)
    else world.threads.set(message.contactRef, [message.mid])
    if (message.from === 'contact') openWindow(world, message.contactRef, message.at)
  },
  unsend: (world, { mid }) => change(world, mid, { deleted: true, text: '', attachments: [] }),
  edit: (world, { mid, text }) => change(world, mid, { edited: true, text }),
  reaction: (world, { contactRef, mid, emoji, at }) => {
    change(world, mid, { reaction: emoji ?? '' })
    if (emoji) openWindow(world, contactRef, at)
  },
  seen: (world, { mid }) => change(world, mid, { seen: true }),
  comment: (world, { type: _, ...comment }) => void world.comments.push(comment),
  arrival: (world, { type: _, ...arrival }) => void world.arrivals.push(arrival),
  delivery: (world, { type: _, ...delivery }) => {
    world.pending.set(delivery.id, delivery)
    world.deliveries.set(delivery.id, { id: delivery.id, attempts: 0, outcome: 'pending' })
  },
  delivered: (world, { id, attempts, outcome }) => {
    world.pending.delete(id)
    world.deliveries.set(id, { id, attempts, outcome })
  },
  told: (world) => {
    world.told = true
  },
}

export function apply(world: World, entry: Entry): void {
  const change = applied[entry.type] as (world: World, entry: Entry) => void
  change(world, entry)
}

function change(world: World, mid: string, parts: Partial<KeptMessage>): void {
  const message = world.messages.get(mid)
  if (message) Object.assign(message, parts)
}

function openWindow(world: World, contactRef: string, at: number): void {
  const contact = world.contacts.get(contactRef)
  if (contact) contact.lastActionAt = Math.max(contact.lastActionAt ?? 0, at)
}

export function isWindowOpen(contact: Contact, at: number): boolean {
  return contact.lastActionAt !== undefined && at < contact.lastActionAt + REPLY_WINDOW_MS
}

/** A contact's messages by time, oldest first. */
export function threadOf(world: World, contactRef: string): KeptMessage[] {
  const mids = world.threads.get(contactRef) ?? []
  return mids.flatMap((mid) => world.messages.get(mid) ?? []).sort((a, b) => a.at - b.at)
}
