import { eq } from 'drizzle-orm'
import type { Database } from '#db/client.ts'
import { alerts } from '#db/schema/alerts.ts'
import { conversations } from '#db/schema/conversations.ts'
import { draftingBudgets } from '#db/schema/drafting-budgets.ts'
import { drafts } from '#db/schema/drafts.ts'
import { messages } from '#db/schema/messages.ts'
import { outboxPosts } from '#db/schema/outbox-posts.ts'
import { type AccountId, type ConversationId, newId } from '#src/domain/ids.ts'
import { textHash } from '#src/vault/hash.ts'
import { type anAccount, aThread } from './threads.ts'

/** A conversation whose contact has been quiet long enough, with nothing drafted yet. */
export async function aWaitingThread(
  db: Database,
  {
    account,
    text,
    at = new Date(),
  }: { account?: Awaited<ReturnType<typeof anAccount>>; text?: string; at?: Date } = {},
) {
  const thread = await aThread(db, { draft: null, ...(account && { account }), ...(text && { text }) })
  await db
    .update(conversations)
    .set({ attention: 'waiting', draftDueAt: at })
    .where(eq(conversations.id, thread.conversation.id))
  return thread
}

/** Writes a further message into a conversation, as receiving does, and makes it due at `dueAt`. */
export async function aMessageMore(
  db: Database,
  thread: Awaited<ReturnType<typeof aThread>>,
  { text = 'And to Linz?', direction = 'inbound' as 'inbound' | 'outbound', dueAt = new Date() } = {},
) {
  const at = new Date()
  const id = newId('message', at)
  const origin = direction === 'inbound' ? ('contact' as const) : ('elsewhere' as const)
  const { accountId, conversationId } = thread.message
  await db.insert(messages).values({
    id,
    accountId,
    conversationId,
    messageRef: id,
    direction,
    origin,
    form: 'text',
    text,
    attachments: [],
    sentAt: at,
    createdAt: at,
  })
  await db
    .update(conversations)
    .set({ headMessageId: id, headAt: at, attention: direction === 'inbound' ? 'waiting' : 'none', draftDueAt: dueAt })
    .where(eq(conversations.id, conversationId))
  return id
}

export async function stateOf(db: Database, id: ConversationId) {
  const [conversation] = await db.select().from(conversations).where(eq(conversations.id, id))
  const made = await db.select().from(drafts).where(eq(drafts.conversationId, id)).orderBy(drafts.id)
  if (!conversation) throw new Error('no such conversation')
  return { conversation, drafts: made }
}

export async function openAlerts(db: Database) {
  const rows = await db.select().from(alerts)
  return rows.filter(({ resolvedAt }) => resolvedAt === null)
}

export function budgetsOf(db: Database) {
  return db.select().from(draftingBudgets)
}

/** A reply of ours that was approved and has arrived. */
export async function aSentPost(
  db: Database,
  post: { accountId: AccountId; conversationId: ConversationId; text: string; approvedAt: Date; sentAt: Date },
) {
  const { accountId, conversationId, text, approvedAt, sentAt } = post
  const id = newId('post', approvedAt)
  await db.insert(outboxPosts).values({
    id,
    decisionId: newId('decision', approvedAt),
    accountId,
    conversationId,
    platform: 'instagram',
    recipientRef: 'contact',
    text,
    textHash: textHash(text),
    status: 'sent',
    notBefore: approvedAt,
    messageRef: id,
    sentAt,
    createdAt: approvedAt,
    updatedAt: sentAt,
  })
  await db.insert(messages).values({
    id: newId('message', sentAt),
    accountId,
    conversationId,
    messageRef: id,
    direction: 'outbound',
    origin: 'countersign',
    form: 'text',
    text,
    attachments: [],
    postId: id,
    sentAt,
    createdAt: sentAt,
  })
}
