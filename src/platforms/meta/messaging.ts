import type { InboundItem } from '#src/domain/inbox.ts'
import { readMessage, readPostback } from './messages.ts'
import { Edit, Event, OpenReferral, Reaction } from './messaging-words.ts'
import { faultIn, given, NO_MOMENT, type Place } from './words.ts'

/** Who wrote to whom, seen from our account. */
export interface Envelope {
  accountRef: string
  contactRef: string
  /** The account itself did it: through us, through another app or on the phone. */
  byAccount: boolean
  at: Date
  standby?: true
}

/** What makes of one kind of item what we store, or says in words what is odd about it. */
export type Reader = (value: unknown, envelope: Envelope) => InboundItem | string

/** What a product of Meta puts into `messaging[]`: an item carries one of these. */
export interface Vocabulary {
  readers: Readonly<Record<string, Reader>>
  /** Kinds we know and have no use for. */
  unused: readonly string[]
}

/** Kinds that mean the same wherever they come from. */
export const sharedReaders = {
  message: readMessage,
  postback: readPostback,
  message_edit: readEdit,
  reaction: readReaction,
  referral: readReferral,
} as const satisfies Vocabulary['readers']

/** The item, or in words what is odd about it. */
export function readMessaging(value: unknown, place: Place, { readers, unused }: Vocabulary): InboundItem | string {
  if (typeof value !== 'object' || value === null) return 'Messaging item is not an object'
  const kind = Object.keys(readers).find((name) => name in value)
  if (!kind) return reasonWithout(value, unused)
  const event = Event.safeParse(value)
  if (!event.success) return faultIn(`Item with ${kind}`, event.error)

  const { sender, recipient, timestamp } = event.data
  const byAccount = sender.id === place.accountRef
  if (!byAccount && recipient.id !== place.accountRef) return strangerReason(place.accountRef)
  const envelope: Envelope = {
    accountRef: place.accountRef,
    contactRef: byAccount ? recipient.id : sender.id,
    byAccount,
    at: timestamp ?? place.sentAt ?? NO_MOMENT,
    ...(place.standby && { standby: true }),
  }
  return readers[kind]?.((value as Record<string, unknown>)[kind], envelope) ?? reasonWithout(value, unused)
}

/** The dashboard's test button uses account 0. */
export function strangerReason(accountRef: string): string {
  return accountRef === '0' ? 'A test event of the dashboard' : 'Neither sender nor recipient is the account'
}

function reasonWithout(value: object, unused: readonly string[]): string {
  const known = unused.find((name) => name in value)
  return known ? `Items with ${known} are not used` : 'Messaging item of an unknown kind'
}

function readEdit(value: unknown, envelope: Envelope): InboundItem | string {
  const edit = Edit.safeParse(value)
  if (!edit.success) return faultIn('Edit', edit.error)
  const { mid, text, num_edit: editCount } = edit.data
  // Some apps get a new message as its own zeroth edit.
  if (editCount === 0) return readMessage({ mid, text }, envelope)
  if (envelope.byAccount) return 'An edit of our own message'
  const { byAccount, ...item } = envelope
  return {
    kind: 'edit',
    ...item,
    key: ['edit', item.accountRef, mid, String(editCount)],
    messageRef: mid,
    text,
    editCount,
  }
}

function readReaction(value: unknown, envelope: Envelope): InboundItem | string {
  const reaction = Reaction.safeParse(value)
  if (!reaction.success) return faultIn('Reaction', reaction.error)
  if (envelope.byAccount) return 'A reaction of our own'
  const { mid, action, reaction: name, emoji } = reaction.data
  const { byAccount, ...item } = envelope
  const key = ['reaction', item.accountRef, mid, item.contactRef, action, name ?? '', String(item.at.getTime())]
  const shown = action === 'react' ? (emoji ?? name ?? '♥') : undefined
  return { kind: 'reaction', ...item, key, messageRef: mid, ...given({ emoji: shown }) }
}

function readReferral(value: unknown, envelope: Envelope): InboundItem | string {
  const referral = OpenReferral.safeParse(value)
  if (!referral.success) return faultIn('Referral', referral.error)
  if (envelope.byAccount) return 'A referral of our own'
  const { byAccount, ...item } = envelope
  const ref = referral.data.ref ?? referral.data.ad_id ?? referral.data.source ?? ''
  return {
    kind: 'referral',
    ...item,
    key: ['referral', item.accountRef, item.contactRef, String(item.at.getTime()), ref],
    ref,
  }
}
