import { and, count, desc, eq, exists, gt, inArray, lt, min, ne, notExists, or, sql } from 'drizzle-orm'
import { alias } from 'drizzle-orm/mysql-core'
import type { PostId } from '#src/domain/ids.ts'
import { privateReplyWindow } from '#src/domain/limit.ts'
import type { Conn } from './client.ts'
import { answeredPrivatelyBefore, isComment, liveSeenAt } from './comments.ts'
import { readThreadFacts, sameTextContacts } from './policy-facts.ts'
import { isKeptFrom } from './reach.ts'
import { privateRepliesSince, repliesBefore } from './recent-replies.ts'
import { accounts } from './schema/accounts.ts'
import { auditEntries } from './schema/audit-entries.ts'
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
export type SendCase = Awaited<ReturnType<typeof readSendCases>>[number]

const earlierPosts = alias(outboxPosts, 'earlier')
const seen = alias(messages, 'seen')
const newer = alias(messages, 'newer')
const comment = alias(messages, 'comment')
const firsts = alias(reviewDecisions, 'firsts')
const firstOperators = alias(operators, 'first_operators')
const answered = alias(messages, 'answered')

const decision = {
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
  firstId: reviewDecisions.firstId,
}

/** The first of two approvals. */
const first = {
  id: firsts.id,
  draftId: firsts.draftId,
  accountId: firsts.accountId,
  conversationId: firsts.conversationId,
  operatorId: firsts.operatorId,
  verdict: firsts.verdict,
  textHash: firsts.textHash,
  headMessageId: firsts.headMessageId,
  approvalText: sql<string | null>`${firsts.approval}`,
  signature: firsts.signature,
}

const words = {
  accountId: outboxPosts.accountId,
  contactId: contacts.id,
  textHash: outboxPosts.textHash,
  at: outboxPosts.createdAt,
}

const place = { operatorId: reviewDecisions.operatorId, accountId: outboxPosts.accountId }

function commentFacts(conn: Conn) {
  const { messageRef, replyToRef, form, hiddenAt, sentAt } = comment
  const answeredPrivately = sql`${answeredPrivatelyBefore(conn)}`.mapWith(Boolean)
  return { messageRef, replyToRef, form, hiddenAt, sentAt, answeredPrivately, liveSeenAt: liveSeenAt(conn, comment) }
}

/** One sentence for all of them, so that every gate looks at the same moment. What is not there is left out. */
export async function readSendCases(conn: Conn, ids: readonly PostId[], at: Date) {
  const found = ids.length === 0 ? [] : await readRows(conn, ids, at)
  return Promise.all(found.map((row) => withThread(conn, row)))
}

/** Few accounts ask for it, and theirs are few posts. */
async function withThread<T extends { post: Post; account: typeof accounts.$inferSelect }>(conn: Conn, row: T) {
  const { post, account } = row
  return { ...row, thread: await readThreadFacts(conn, { id: post.conversationId, account, before: post.id }) }
}

function readRows(conn: Conn, ids: readonly PostId[], at: Date) {
  return conn
    .select({
      post: outboxPosts,
      account: accounts,
      conversation: conversations,
      contact: contacts,
      decision,
      operator: { role: operators.role, disabledAt: operators.disabledAt },
      first,
      firstOperator: { role: firstOperators.role, disabledAt: firstOperators.disabledAt },
      keptFrom: sql`${isKeptFrom(conn, place)}`.mapWith(Boolean),
      sendingStoppedAt: switches.stoppedAt,
      comment: commentFacts(conn),
      earlier: { notBefore: earlierPosts.notBefore, waitUntil: earlierPosts.waitUntil },
      sameTextContacts: sql`${sameTextContacts(conn, words)}`.mapWith(Number),
      repliesLastHour: sql`${repliesBefore(conn, outboxPosts.createdAt)}`.mapWith(Number),
      privateReplies: privateRepliesSince(conn, new Date(at.getTime() - privateReplyWindow.perMs)),
      hasEnded: sql`${lastWordEndsIt(conn)}`.mapWith(Boolean),
      answeredElsewhere: sql`${exists(answersFromElsewhere(conn))}`.mapWith(Boolean),
    })
    .from(outboxPosts)
    .innerJoin(accounts, eq(accounts.id, outboxPosts.accountId))
    .innerJoin(conversations, eq(conversations.id, outboxPosts.conversationId))
    .innerJoin(contacts, eq(contacts.id, conversations.contactId))
    .leftJoin(reviewDecisions, eq(reviewDecisions.id, outboxPosts.decisionId))
    .leftJoin(operators, eq(operators.id, reviewDecisions.operatorId))
    .leftJoin(firsts, eq(firsts.id, reviewDecisions.firstId))
    .leftJoin(firstOperators, eq(firstOperators.id, firsts.operatorId))
    .leftJoin(comment, and(ne(outboxPosts.kind, 'message'), eq(comment.id, sql`(${answeredComment(conn)})`)))
    .leftJoin(switches, eq(switches.name, 'sending'))
    .leftJoin(earlierPosts, eq(earlierPosts.id, sql`(${firstWaitingBefore(conn)})`))
    .where(inArray(outboxPosts.id, [...ids]))
}

/** The contact's comment that the post names; or, of a public reply that names the one above, the newest of those below it. */
function answeredComment(conn: Conn) {
  const { id, conversationId, messageRef, replyToRef, sentAt } = answered
  const isAbove = and(eq(outboxPosts.kind, 'public_reply'), eq(replyToRef, outboxPosts.recipientRef))
  return conn
    .select({ id })
    .from(answered)
    .where(
      and(
        eq(conversationId, outboxPosts.conversationId),
        or(eq(messageRef, outboxPosts.recipientRef), isAbove),
        isComment(answered),
      ),
    )
    .orderBy(desc(sentAt), desc(id))
    .limit(1)
}

export async function readSendCase(conn: Conn, id: PostId, at: Date): Promise<SendCase | undefined> {
  const [row] = await readSendCases(conn, [id], at)
  return row
}

/** The first post of the conversation that was approved earlier and has not left yet, or may have to leave once more. */
function firstWaitingBefore(conn: Conn) {
  const waiting = alias(outboxPosts, 'waiting')
  const look = alias(deliveryAttempts, 'look')
  const looked = conn
    .select({ id: look.id })
    .from(look)
    .where(and(eq(look.postId, waiting.id), eq(look.endpointClass, 'read'), eq(look.fence, waiting.fence)))
  return conn
    .select({ id: min(waiting.id) })
    .from(waiting)
    .where(
      and(
        eq(waiting.conversationId, outboxPosts.conversationId),
        lt(waiting.id, outboxPosts.id),
        or(inArray(waiting.status, ['queued', 'sending']), and(eq(waiting.status, 'uncertain'), notExists(looked))),
      ),
    )
}

/**
 * The row says that the post waits; the record is asked too, because who can write the row cannot write the chain. Only one
 * entry lets a post go on after it: that it was settled as not having arrived.
 */
function lastWordEndsIt(conn: Conn) {
  const { action, detail, subjectKind, subjectId, seq } = auditEntries
  const goesOn = sql`${action} = 'post.settled' and json_value(${detail}, '$.status') = 'queued'`
  const lastWord = conn
    .select({ endsIt: sql`not (${goesOn})` })
    .from(auditEntries)
    .where(and(eq(subjectKind, 'post'), eq(subjectId, outboxPosts.id)))
    .orderBy(desc(seq))
    .limit(1)
  return sql`coalesce((${lastWord}), false)`
}

/** Of these the posts that the record says have ended, whatever their rows say. */
export async function listEnded(conn: Conn, ids: readonly PostId[]): Promise<PostId[]> {
  if (ids.length === 0) return []
  const { id } = outboxPosts
  const rows = await conn
    .select({ id })
    .from(outboxPosts)
    .where(and(inArray(id, [...ids]), lastWordEndsIt(conn)))
  return rows.map((row) => row.id)
}

/** What somebody said from the phone or another app after the message that the operator saw last. */
function answersFromElsewhere(conn: Conn) {
  return conn
    .select({ id: newer.id })
    .from(seen)
    .innerJoin(newer, eq(newer.conversationId, outboxPosts.conversationId))
    .where(
      and(
        eq(seen.id, reviewDecisions.headMessageId),
        eq(newer.origin, 'elsewhere'),
        or(gt(newer.sentAt, seen.sentAt), and(eq(newer.sentAt, seen.sentAt), gt(newer.id, seen.id))),
      ),
    )
}

/** How often the platform was certain not to have delivered this post. */
export async function countRetries(conn: Conn, id: PostId): Promise<number> {
  const [row] = await conn
    .select({ retries: count() })
    .from(deliveryAttempts)
    .where(and(eq(deliveryAttempts.postId, id), eq(deliveryAttempts.outcome, 'retry')))
  return row?.retries ?? 0
}
