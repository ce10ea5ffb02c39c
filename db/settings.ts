import { and, asc, eq, sql } from 'drizzle-orm'
import type { AccountId, EntryId, OperatorId } from '#src/domain/ids.ts'
import type { Conn, Transaction } from './client.ts'
import { accounts } from './schema/accounts.ts'
import { conversations } from './schema/conversations.ts'
import { knowledgeEntries } from './schema/knowledge-entries.ts'
import { outboxPosts } from './schema/outbox-posts.ts'
import { switches } from './schema/switches.ts'
import { waiting } from './sweep.ts'

export interface Settings {
  voice: string
  quietMs: number
  undoMs: number
  dailyBudgetMicros: number
  humanAgent: boolean
  longAds: boolean
  maskForModel: boolean
  disclosure: string | null
  disclosureGapMs: number
}

/** The account with its row locked until the commit. */
export async function lockAccount(tx: Transaction, id: AccountId) {
  const [row] = await tx.select().from(accounts).where(eq(accounts.id, id)).for('update')
  return row
}

export async function saveSettings(tx: Transaction, id: AccountId, settings: Settings, at: Date): Promise<void> {
  await tx
    .update(accounts)
    .set({ ...settings, updatedAt: at, version: sql`version + 1` })
    .where(eq(accounts.id, id))
}

/** Holds the sends of an account, or lets them go again when `reason` is null. */
export async function setStopped(tx: Transaction, id: AccountId, reason: string | null, at: Date): Promise<void> {
  await tx
    .update(accounts)
    .set({
      stoppedAt: reason === null ? null : at,
      stoppedReason: reason?.slice(0, 255) ?? null,
      updatedAt: at,
      version: sql`version + 1`,
    })
    .where(eq(accounts.id, id))
}

/** Throws the switch that holds every post of every account. */
export async function setSendingStopped(
  tx: Transaction,
  stopped: { by: OperatorId } | undefined,
  at: Date,
): Promise<void> {
  const set = { stoppedAt: stopped ? at : null, stoppedBy: stopped?.by ?? null }
  await tx
    .insert(switches)
    .values({ name: 'sending', ...set, createdAt: at })
    .onDuplicateKeyUpdate({ set })
}

/** Posts that a resumed account, or all of them, should look at again at once. */
export function listHeldPosts(conn: Conn, accountId: AccountId | undefined, limit: number) {
  return conn
    .select(waiting)
    .from(outboxPosts)
    .innerJoin(conversations, eq(conversations.id, outboxPosts.conversationId))
    .where(and(eq(outboxPosts.status, 'queued'), accountId && eq(outboxPosts.accountId, accountId)))
    .orderBy(asc(outboxPosts.updatedAt))
    .limit(limit)
}

export async function findEntry(tx: Transaction, accountId: AccountId, id: EntryId) {
  const [row] = await tx
    .select()
    .from(knowledgeEntries)
    .where(and(eq(knowledgeEntries.id, id), eq(knowledgeEntries.accountId, accountId)))
    .for('update')
  return row
}

export async function insertEntry(tx: Transaction, entry: typeof knowledgeEntries.$inferInsert): Promise<void> {
  await tx.insert(knowledgeEntries).values(entry)
}

export async function updateEntry(
  tx: Transaction,
  id: EntryId,
  words: { title: string; body: string },
  at: Date,
): Promise<void> {
  await tx
    .update(knowledgeEntries)
    .set({ ...words, updatedAt: at, version: sql`version + 1` })
    .where(eq(knowledgeEntries.id, id))
}

export async function deleteEntry(tx: Transaction, id: EntryId): Promise<void> {
  await tx.delete(knowledgeEntries).where(eq(knowledgeEntries.id, id))
}
