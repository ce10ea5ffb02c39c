import type { Account } from '#db/accounts.ts'
import type { AuditEvent } from '#src/domain/audit.ts'
import type { ContactId, ConversationId, EventId, MediaId, PostId } from '#src/domain/ids.ts'
import type { EnforcementItem } from '#src/domain/inbox.ts'
import type { Bell } from '#src/queues/bell.ts'
import type { Publish } from '#src/queues/live.ts'

/** What a transaction leaves to be done: the audit entries at its end, everything else once it is committed. */
export interface Aftermath {
  audits: AuditEvent[]
  /** Conversations to draft for, each with its quiet time. */
  drafts: Map<ConversationId, number>
  contacts: Set<ContactId>
  /** Mentions of which the platform has to be asked. */
  mentions: Set<EventId>
  /** Files to fetch. */
  media: Set<MediaId>
  conversations: Set<ConversationId>
  /** Conversations whose place in the queue may have changed. */
  queue: Set<ConversationId>
  posts: Set<PostId>
  unknownAccounts: Set<string>
  enforcements: { account: Pick<Account, 'id' | 'name'>; item: EnforcementItem }[]
  /** The delivery carries words that were unsent. */
  erase: boolean
  received: number
  unrecognised: number
}

export function noAftermath(): Aftermath {
  return {
    audits: [],
    drafts: new Map(),
    contacts: new Set(),
    mentions: new Set(),
    media: new Set(),
    conversations: new Set(),
    queue: new Set(),
    posts: new Set(),
    unknownAccounts: new Set(),
    enforcements: [],
    erase: false,
    received: 0,
    unrecognised: 0,
  }
}

/** Rings and tells. A bell that does not ring is rung by the sweep, so nothing here can fail. */
export async function announce(
  aftermath: Aftermath,
  { bell, publish }: { bell: Bell; publish: Publish },
): Promise<void> {
  for (const id of aftermath.queue) publish({ topic: 'queue', id })
  for (const id of aftermath.conversations) publish({ topic: 'conversation', id })
  for (const id of aftermath.posts) publish({ topic: 'outbox', id })
  for (const id of aftermath.unknownAccounts) publish({ topic: 'alerts', id })
  for (const { account } of aftermath.enforcements) publish({ topic: 'alerts', id: account.id })
  await Promise.allSettled([
    ...[...aftermath.drafts].map(([id, quietMs]) => bell.draft(id, quietMs)),
    ...[...aftermath.contacts].map((id) => bell.contact(id)),
    ...[...aftermath.mentions].map((id) => bell.mention(id)),
    ...[...aftermath.media].map((id) => bell.media(id)),
  ])
}
