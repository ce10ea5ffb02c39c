import { z } from 'zod'
import type { InboundItem } from '#src/domain/inbox.ts'
import { fieldOf } from '../meta/graph.ts'
import { readMessage } from '../meta/messages.ts'
import { type Envelope, readMessaging, sharedReaders, strangerReason, type Vocabulary } from '../meta/messaging.ts'
import { faultIn, given, Moment, NO_MOMENT, type Place, Ref } from '../meta/words.ts'

/** Kinds that come from the Page's own side say so where its own words are not wanted. */
const vocabulary: Vocabulary = {
  readers: { ...sharedReaders, message: readWords, read: readSeen, delivery: readDelivered },
  unused: ['optin', 'pass_thread_control', 'take_thread_control', 'request_thread_control', 'app_roles'].concat([
    'response_feedback',
    'messaging_feedback',
    'account_linking',
    'game_play',
    'pass_metadata',
  ]),
}

/** The item, or in words what is odd about it. https://developers.facebook.com/docs/messenger-platform/reference/webhook-events */
export function readMessengerMessaging(value: unknown, place: Place): InboundItem | string {
  // The reference writes the first name, an older page the second.
  const enforced = fieldOf(value, 'policy_enforcement') ?? fieldOf(value, 'policy-enforcement')
  if (enforced !== undefined) return readEnforcement(enforced, value, place)
  // A plugin's visitor who has not written yet cannot be answered under this name.
  if (isOfPlugin(fieldOf(value, 'sender'))) return 'The sender is known to a plugin alone'
  return readMessaging(value, place, vocabulary)
}

function isOfPlugin(sender: unknown): boolean {
  return fieldOf(sender, 'user_ref') !== undefined && fieldOf(sender, 'id') === undefined
}

const Enforcement = z.looseObject({ action: z.enum(['warning', 'block', 'unblock']), reason: z.string().nullish() })
const Addressed = z.looseObject({ recipient: z.looseObject({ id: Ref }), timestamp: Moment.optional() })

/** It has no sender: it is Meta who speaks. */
function readEnforcement(enforced: unknown, value: unknown, { accountRef, sentAt }: Place): InboundItem | string {
  const enforcement = Enforcement.safeParse(enforced)
  if (!enforcement.success) return faultIn('Policy enforcement', enforcement.error)
  const addressed = Addressed.safeParse(value)
  if (!addressed.success) return faultIn('Policy enforcement', addressed.error)
  const { recipient, timestamp } = addressed.data
  if (recipient.id !== accountRef) return strangerReason(accountRef)
  const { action, reason } = enforcement.data
  const at = timestamp ?? sentAt ?? NO_MOMENT
  return {
    kind: 'enforcement',
    accountRef,
    at,
    key: ['enforcement', accountRef, action, String(at.getTime())],
    action,
    ...given({ reason: reason ?? undefined }),
  }
}

const Sender = z.looseObject({
  app_id: Ref.nullish().catch(undefined),
  metadata: z.string().max(1000).nullish().catch(undefined),
})

/** An echo tells which app sent it, and hands back what that app sent along: https://developers.facebook.com/docs/messenger-platform/reference/webhook-events/message-echoes */
function readWords(value: unknown, envelope: Envelope): InboundItem | string {
  const item = readMessage(value, envelope)
  if (typeof item === 'string' || item.kind !== 'echo') return item
  const sender = Sender.safeParse(value).data
  return { ...item, ...given({ appRef: sender?.app_id ?? undefined, correlation: sender?.metadata ?? undefined }) }
}

const Read = z.looseObject({ watermark: Moment })

/** Everything of ours up to the watermark has been read; no message is named. */
function readSeen(value: unknown, envelope: Envelope): InboundItem | string {
  return readMark('seen', value, envelope)
}

function readDelivered(value: unknown, envelope: Envelope): InboundItem | string {
  return readMark('delivered', value, envelope)
}

function readMark(kind: 'seen' | 'delivered', value: unknown, envelope: Envelope): InboundItem | string {
  const read = Read.safeParse(value)
  if (!read.success) return faultIn(kind === 'seen' ? 'Read' : 'Delivery', read.error)
  const { byAccount, ...item } = envelope
  if (byAccount) return kind === 'seen' ? 'A read of our own' : 'A delivery to ourselves'
  const at = read.data.watermark
  return { kind, ...item, at, key: [kind, item.accountRef, item.contactRef, String(at.getTime())] }
}
