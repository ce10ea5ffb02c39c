/* What the rules ask of a conversation's past and of its account's. Most accounts ask for little of it, and then little is read. */
import { and, countDistinct, desc, eq, inArray, lt, lte, ne, notInArray, type SQLWrapper, sql } from 'drizzle-orm'
import { alias } from 'drizzle-orm/mysql-core'
import type { ConversationId, PostId } from '#src/domain/ids.ts'
import type { MessageItem } from '#src/domain/inbox.ts'
import { isReply, type PostKind, postKinds, standingStatuses } from '#src/domain/outbox.ts'
import type { PolicyCase } from '#src/domain/policy-case.ts'
import type { Account } from './accounts.ts'
import type { Conn } from './client.ts'
import { conversations } from './schema/conversations.ts'
import { drafts } from './schema/drafts.ts'
import { messages } from './schema/messages.ts'
import { outboxPosts } from './schema/outbox-posts.ts'
import { reviewDecisions } from './schema/review-decisions.ts'

export type ThreadFacts = Pick<PolicyCase, 'lastMessageAt' | 'lastReply'>

const replies: PostKind[] = postKinds.filter(isReply)
/** A tap is not writing. */
const taps: MessageItem['form'][] = ['postback', 'quick_reply']

/** `before`: the post that is about to leave; what was approved after it does not count. */
export async function readThreadFacts(
  conn: Conn,
  { id, account, before }: { id: ConversationId; account: Pick<Account, 'humanAgent' | 'disclosure'>; before?: PostId },
): Promise<ThreadFacts> {
  return {
    ...(account.humanAgent && { lastMessageAt: await findLastMessageAt(conn, id) }),
    ...(account.disclosure && { lastReply: await findLastReply(conn, id, before) }),
  }
}

async function findLastMessageAt(conn: Conn, id: ConversationId): Promise<Date | undefined> {
  const [row] = await conn
    .select({ at: messages.sentAt })
    .from(messages)
    .where(
      and(eq(messages.conversationId, id), eq(messages.direction, 'inbound'), notInArray(messages.form, [...taps])),
    )
    .orderBy(desc(messages.sentAt))
    .limit(1)
  return row?.at
}

/** What is approved has as good as been said: the next reply follows it. */
async function findLastReply(
  conn: Conn,
  id: ConversationId,
  before: PostId | undefined,
): Promise<ThreadFacts['lastReply']> {
  const [ours] = await conn
    .select({ at: outboxPosts.createdAt, author: drafts.author })
    .from(outboxPosts)
    .leftJoin(reviewDecisions, eq(reviewDecisions.id, outboxPosts.decisionId))
    .leftJoin(drafts, eq(drafts.id, reviewDecisions.draftId))
    .where(
      and(
        eq(outboxPosts.conversationId, id),
        inArray(outboxPosts.kind, replies),
        inArray(outboxPosts.status, standingStatuses),
        before && lt(outboxPosts.id, before),
      ),
    )
    .orderBy(desc(outboxPosts.id))
    .limit(1)
  const [theirs] = await conn
    .select({ at: messages.sentAt })
    .from(messages)
    .where(and(eq(messages.conversationId, id), eq(messages.origin, 'elsewhere')))
    .orderBy(desc(messages.sentAt))
    .limit(1)
  if (theirs && !(ours && ours.at >= theirs.at)) return { at: theirs.at, by: 'person' }
  return ours && { at: ours.at, by: ours.author === 'operator' ? 'person' : 'draft' }
}

const same = alias(outboxPosts, 'same')
const thread = alias(conversations, 'same_thread')

interface Words {
  accountId: SQLWrapper
  contactId: SQLWrapper
  textHash: SQLWrapper
  at: SQLWrapper
}

/** How many other contacts of the account got these words within the hour before `at`, or are about to. */
export function sameTextContacts(conn: Conn, { accountId, contactId, textHash, at }: Words) {
  return conn
    .select({ contacts: countDistinct(thread.contactId) })
    .from(same)
    .innerJoin(thread, eq(thread.id, same.conversationId))
    .where(
      and(
        eq(same.accountId, accountId),
        eq(same.textHash, textHash),
        sql`${same.createdAt} > ${at} - interval 1 hour`,
        lte(same.createdAt, at),
        inArray(same.kind, replies),
        inArray(same.status, standingStatuses),
        ne(thread.contactId, contactId),
      ),
    )
}

export async function countSameText(
  conn: Conn,
  { accountId, contactId, textHash, at }: { accountId: string; contactId: string; textHash: string; at: Date },
): Promise<number> {
  const words = {
    accountId: sql`${accountId}`,
    contactId: sql`${contactId}`,
    textHash: sql`${textHash}`,
    at: sql`${at}`,
  }
  const [row] = await sameTextContacts(conn, words)
  return row?.contacts ?? 0
}
