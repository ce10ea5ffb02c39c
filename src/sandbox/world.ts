import type { Platform } from '#src/domain/platform.ts'
import type { Account, Arrival, Comment, Delivery, Entry, Mention, MentionAnswer, Message } from './entries.ts'
import { type Grant, permitsApplied } from './grants.ts'
import { clearSkies, type Weather } from './weather/weather.ts'

const HOUR_MS = 3_600_000
/** https://developers.facebook.com/documentation/business-messaging/messenger-platform/send-messages */
const REPLY_WINDOW_MS = 24 * HOUR_MS

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

export interface KeptComment extends Comment {
  hidden?: boolean
  deleted?: boolean
  answered?: boolean
  editedAt?: number
}

export interface KeptMention extends Mention {
  deleted?: boolean
  /** What the account said there. */
  answers: MentionAnswer[]
}

export interface Token {
  accountRef: string
  serial: number
  at: number
  isDead?: boolean
  /** Subcode of why. */
  deathCode?: number
}

/** What is known of a delivery once its body is gone. */
export interface DeliveryRecord {
  id: number
  thread: string
  mids: string[]
  attempts: number
  outcome: 'pending' | 'accepted' | 'dropped' | 'withheld'
  at: number
  acceptedAt?: number
  trouble?: string
}

/** Everything the sandbox knows; only `apply` writes to it. */
export interface World {
  accounts: Map<string, Account>
  contacts: Map<string, Contact>
  /** Of each account, in the order they came. */
  contactsOf: Map<string, string[]>
  messages: Map<string, KeptMessage>
  /** Of each contact, by time, oldest first. */
  threads: Map<string, KeptMessage[]>
  /** How many messages each side of a thread has kept, by `keptKey`. */
  kept: Map<string, number>
  comments: KeptComment[]
  /** Where the account was named elsewhere. */
  mentions: KeptMention[]
  /** Of each account, the newest last. */
  tokens: Map<string, Token[]>
  grants: Map<string, Grant>
  /** What our app, and somebody else's, is told of an account; ours everything when absent. */
  subscriptions: Map<string, readonly string[]>
  neighbours: Map<string, readonly string[]>
  arrivals: Arrival[]
  /** Deliveries that were neither accepted nor given up. */
  pending: Map<number, Delivery>
  deliveries: Map<number, DeliveryRecord>
  /** Deliveries that the weather keeps back. */
  withheld: Map<number, Delivery>
  weather: Weather
  told: boolean
}

export function emptyWorld(): World {
  return {
    accounts: new Map(),
    contacts: new Map(),
    contactsOf: new Map(),
    messages: new Map(),
    threads: new Map(),
    kept: new Map(),
    comments: [],
    mentions: [],
    tokens: new Map(),
    ...{ grants: new Map(), subscriptions: new Map(), neighbours: new Map() },
    arrivals: [],
    pending: new Map(),
    deliveries: new Map(),
    withheld: new Map(),
    weather: clearSkies,
    told: false,
  }
}

type Applied = { [T in Entry['type']]: (world: World, entry: Extract<Entry, { type: T }>) => void }

const applied: Applied = {
  account: (world, { type: _, ...account }) => void world.accounts.set(account.accountRef, account),
  ...permitsApplied,
  contact: (world, { type: _, ...contact }) => {
    const known = world.contacts.get(contact.contactRef)
    if (!known) listOf(world.contactsOf, contact.accountRef).push(contact.contactRef)
    world.contacts.set(contact.contactRef, { ...known, ...contact })
  },
  message: (world, { type: _, ...message }) => {
    const { contactRef, from, at } = message
    world.messages.set(message.mid, message)
    insertByTime(listOf(world.threads, contactRef), message)
    const key = keptKey(from, contactRef)
    world.kept.set(key, (world.kept.get(key) ?? 0) + 1)
    if (from === 'contact') openWindow(world, contactRef, at)
  },
  unsend: (world, { mid }) => change(world, mid, { deleted: true, text: '', attachments: [] }),
  edit: (world, { mid, text }) => change(world, mid, { edited: true, text }),
  reaction: (world, { contactRef, mid, emoji, at }) => {
    change(world, mid, { reaction: emoji ?? '' })
    if (emoji) openWindow(world, contactRef, at)
  },
  seen: (world, { mid }) => change(world, mid, { seen: true }),
  comment: (world, { type: _, ...comment }) => void world.comments.push(comment),
  reworded: (world, { commentRef, text, at }) => changeComment(world, commentRef, { text, editedAt: at }),
  moderated: (world, { type: _, commentRef, ...parts }) => changeComment(world, commentRef, parts),
  answered: (world, { commentRef }) => changeComment(world, commentRef, { answered: true }),
  mention: (world, { type: _, ...mention }) => void world.mentions.push({ ...mention, answers: [] }),
  'mention answer': (world, { type: _, commentRef, ...said }) =>
    void world.mentions.find((mention) => mention.commentRef === commentRef)?.answers.push(said),
  arrival: (world, { type: _, ...arrival }) => void world.arrivals.push(arrival),
  delivery: (world, { type: _, ...delivery }) => {
    const { id, thread, at, mids = [], trouble } = delivery
    world.pending.set(id, delivery)
    const fresh = { id, thread, mids, attempts: 0, outcome: 'pending' as const, at }
    world.deliveries.set(id, { ...fresh, ...(trouble && { trouble }) })
  },
  tried: (world, { id, attempts }) => {
    const delivery = world.deliveries.get(id)
    if (delivery) delivery.attempts = attempts
  },
  delivered: (world, { id, attempts, outcome, at }) => {
    world.pending.delete(id)
    const delivery = world.deliveries.get(id)
    if (delivery) Object.assign(delivery, { attempts, outcome, ...(outcome === 'accepted' && { acceptedAt: at }) })
  },
  withheld: (world, { id }) => {
    const [delivery, record] = [world.pending.get(id), world.deliveries.get(id)]
    world.pending.delete(id)
    if (delivery) world.withheld.set(id, delivery)
    if (record) record.outcome = 'withheld'
  },
  released: (world, { id }) => void world.withheld.delete(id),
  told: (world) => {
    world.told = true
  },
  weather: (world, { weather }) => {
    world.weather = weather
  },
}

export function apply(world: World, entry: Entry): void {
  const change = applied[entry.type] as (world: World, entry: Entry) => void
  change(world, entry)
}

export function keptKey(from: Message['from'], contactRef: string): string {
  return `${from} ${contactRef}`
}

function listOf<V>(lists: Map<string, V[]>, key: string): V[] {
  const list = lists.get(key) ?? []
  if (list.length === 0) lists.set(key, list)
  return list
}

/** Nearly always at the end; only what is told of the past goes further up. */
function insertByTime(thread: KeptMessage[], message: KeptMessage): void {
  let place = thread.length
  while (place > 0 && (thread[place - 1]?.at ?? 0) > message.at) place -= 1
  thread.splice(place, 0, message)
}

function change(world: World, mid: string, parts: Partial<KeptMessage>): void {
  const message = world.messages.get(mid)
  if (message) Object.assign(message, parts)
}

function changeComment(world: World, ref: string, parts: Partial<KeptComment>): void {
  const isIt = ({ commentRef }: Comment) => commentRef === ref
  const comment = world.comments.find(isIt) ?? world.mentions.find(isIt)
  if (comment) Object.assign(comment, parts)
}

function openWindow(world: World, contactRef: string, at: number): void {
  const contact = world.contacts.get(contactRef)
  if (contact) contact.lastActionAt = Math.max(contact.lastActionAt ?? 0, at)
}

export function isWindowOpen(contact: Contact, at: number): boolean {
  return contact.lastActionAt !== undefined && at < contact.lastActionAt + REPLY_WINDOW_MS
}

/** Which of Meta's products somebody is met on. */
export function platformOf(world: World, accountRef: string | undefined): Platform {
  return world.accounts.get(accountRef ?? '')?.platform ?? 'instagram'
}

/** A contact's messages by time, oldest first. */
export function threadOf(world: World, contactRef: string): readonly KeptMessage[] {
  return world.threads.get(contactRef) ?? []
}
