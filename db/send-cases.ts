import { and, asc, count, eq, gt, inArray, lt, or, sql } from 'drizzle-orm'
import { alias } from 'drizzle-orm/mysql-core'
import type { ConversationId, MessageId, PostId } from '#src/domain/ids.ts'
import type { Conn } from './client.ts'
import { isUnread } from './read-backs.ts'
import { accounts } from './schema/accounts.ts'
import { contacts } from './schema/contacts.ts'
import { conversations } from './schema/conversations.ts'
import { deliveryAttempts } from './schema/delivery-attempts.ts'
import { messages } from './schema/messages.ts'
import { operators } from './schema/operators.ts'
import { outboxPosts } from './schema/outbox-posts.ts'
import { reviewDecisions } from './schema/review-decisions.ts'
import { switches } from './schema/switches.ts'

export type Post = typeof outboxPosts.$inferSelect
/** A post with everything that decides whether it may go out. */
export type SendCase = NonNullable<Awaited<ReturnType<typeof readSendCase>>>

/** One sentence, so that all gates look at the same moment. */
export async function readSendCase(conn: Conn, id: PostId) {
  const [row] = await conn
    .select({
      post: outboxPosts,
      account: accounts,
      conversation: conversations,
      contact: contacts,
      decision: {
        id: reviewDecisions.id,
        draftId: reviewDecisions.draftId,
        operatorId: reviewDecisions.operatorId,
        verdict: reviewDecisions.verdict,
        text: reviewDecisions.text,
        textHash: reviewDecisions.textHash,
        headMessageId: reviewDecisions.headMessageId,
        // As text: what somebody wrote into the table must not break the reading of it.
        approvalText: sql<string | null>`${reviewDecisions.approval}`,
        signature: reviewDecisions.signature,
      },
      operator: { role: operators.role, disabledAt: operators.disabledAt },
      sendingStoppedAt: switches.stoppedAt,
    })
    .from(outboxPosts)
    .innerJoin(accounts, eq(accounts.id, outboxPosts.accountId))
    .innerJoin(conversations, eq(conversations.id, outboxPosts.conversationId))
    .innerJoin(contacts, eq(contacts.id, conversations.contactId))
    .leftJoin(reviewDecisions, eq(reviewDecisions.id, outboxPosts.decisionId))
    .leftJoin(operators, eq(operators.id, reviewDecisions.operatorId))
    .leftJoin(switches, eq(switches.name, 'sending'))
    .where(eq(outboxPosts.id, id))
  return row
}

/** The first post of the conversation that was approved earlier and has not left yet, or may have to leave once more. */
export async function findEarlierPost(conn: Conn, { id, conversationId }: Pick<Post, 'id' | 'conversationId'>) {
  const [earlier] = await conn
    .select({ notBefore: outboxPosts.notBefore, waitUntil: outboxPosts.waitUntil })
    .from(outboxPosts)
    .where(
      and(
        eq(outboxPosts.conversationId, conversationId),
        or(
          inArray(outboxPosts.status, ['queued', 'sending']),
          and(eq(outboxPosts.status, 'uncertain'), isUnread(conn)),
        ),
        lt(outboxPosts.id, id),
      ),
    )
    .orderBy(asc(outboxPosts.id))
    .limit(1)
  return earlier
}

/** Whether somebody answered from the phone or another app after the message that the operator saw last. */
export async function wasAnsweredElsewhere(conn: Conn, id: ConversationId, seen: MessageId): Promise<boolean> {
  const head = alias(messages, 'head')
  const [newer] = await conn
    .select({ id: messages.id })
    .from(messages)
    .innerJoin(head, eq(head.id, seen))
    .where(
      and(
        eq(messages.conversationId, id),
        eq(messages.origin, 'elsewhere'),
        or(gt(messages.sentAt, head.sentAt), and(eq(messages.sentAt, head.sentAt), gt(messages.id, head.id))),
      ),
    )
    .limit(1)
  return newer !== undefined
}

/** How often the platform was certain not to have delivered this post. */
export async function countRetries(conn: Conn, id: PostId): Promise<number> {
  const [row] = await conn
    .select({ retries: count() })
    .from(deliveryAttempts)
    .where(and(eq(deliveryAttempts.postId, id), eq(deliveryAttempts.outcome, 'retry')))
  return row?.retries ?? 0
}
