import type { MessageId } from './ids.ts'

/** A message and its place in the platform's order. */
export interface Placed {
  id: MessageId
  sentAt: Date
}

/** A thread of direct messages, of comments under one of our posts, or of mentions in or under one of somebody else's. */
export type ThreadKind = 'direct' | 'comment' | 'mention'

interface Said extends Placed {
  direction: 'inbound' | 'outbound'
  origin: 'contact' | 'countersign' | 'elsewhere'
  deletedAt: Date | null
  /** When it reached us. */
  createdAt: Date
}

/** The platform's order: by time, then by id. */
export function isAfter(one: Placed, other: Placed): boolean {
  const ms = one.sentAt.getTime() - other.sentAt.getTime()
  return ms === 0 ? one.id > other.id : ms > 0
}

/**
 * What the contact said and nobody has answered. A reply from elsewhere answers what the platform shows before it. One of
 * ours answers what had reached us when it was approved, whatever the platform's order.
 */
export function unanswered<T extends Said>(messages: readonly T[], approvedAt: Date | undefined): T[] {
  const elsewhere = messages.filter(({ origin }) => origin === 'elsewhere')
  const isAnswered = (message: T) =>
    elsewhere.some((reply) => isAfter(reply, message)) || (approvedAt && message.createdAt <= approvedAt)
  return messages.filter(
    (message) => message.direction === 'inbound' && message.deletedAt === null && !isAnswered(message),
  )
}
