import type { Moved } from '#db/conversations.ts'
import type { Recent } from '#db/messages.ts'
import type { MessageItem } from '#src/domain/inbox.ts'
import { type Opener, windowEnd } from '#src/domain/policy-window.ts'
import { isAfter } from '#src/domain/thread.ts'
import type { Thread } from './receive-thread.ts'

/** The newest message in the platform's order. */
export function headOf([head]: Recent[]): Moved {
  return head ? { headMessageId: head.id, headAt: head.sentAt } : {}
}

/** A message of the contact, in the conversation as it is with it. */
export interface Turn {
  recent: Recent[]
  message: Pick<Recent, 'id' | 'sentAt'>
  standby: boolean
  opener: Opener
}

/** Where the contact's words leave the conversation. It is answered when somebody did so from the phone after them, before we had heard of them. */
export function turnAfter(thread: Thread, { recent, message, standby, opener }: Turn, at: Date) {
  const newest = recent.find(({ direction }) => direction === 'inbound')
  const isStandby = newest?.id === message.id ? standby : thread.conversation.standby
  return {
    moved: {
      ...headOf(recent),
      ...windowAfter(thread, { opener, occurredAt: message.sentAt }, at),
      standby: isStandby,
    },
    isAnswered: recent.some((other) => other.origin === 'elsewhere' && isAfter(other, message)),
  }
}

/** What the contact did at `occurredAt` opens the reply window; nothing closes it earlier. A time ahead of ours opens no more than now would. */
export function windowAfter(
  { account, conversation }: Thread,
  { opener, occurredAt }: { opener: Opener; occurredAt: Date },
  at: Date,
): Moved {
  const lastInboundAt = laterOf(conversation.lastInboundAt, occurredAt)
  // What is said in public elsewhere opens no thread with anybody, and its answer in place has no end.
  if (conversation.kind === 'mention') return { lastInboundAt }
  const from = occurredAt < at ? occurredAt : at
  const end = windowEnd(conversation.kind === 'comment' ? 'comment' : opener, from, account)
  return {
    lastInboundAt,
    windowExpiresAt: laterOf(conversation.windowExpiresAt, end),
  }
}

/** What a message of the contact's does for the window. */
export function openerOf({ form, fromAd }: Pick<MessageItem, 'form' | 'fromAd'>): Opener {
  if (fromAd) return 'ad_message'
  return form === 'postback' || form === 'quick_reply' ? 'postback' : 'message'
}

export function laterOf(one: Date | null, other: Date): Date {
  return one !== null && one > other ? one : other
}
