import { asc, eq } from 'drizzle-orm'
import type { AccountId } from '#src/domain/ids.ts'
import type { Conn } from './client.ts'
import { knowledgeEntries } from './schema/knowledge-entries.ts'

/** More than this does not fit into a prompt. */
const ENTRIES_MAX = 300

/** What a draft may cite, always in the same order: the prompt in front of the thread stays the same and stays cached. */
export function listKnowledge(conn: Conn, accountId: AccountId) {
  return conn
    .select({ id: knowledgeEntries.id, title: knowledgeEntries.title, body: knowledgeEntries.body })
    .from(knowledgeEntries)
    .where(eq(knowledgeEntries.accountId, accountId))
    .orderBy(asc(knowledgeEntries.id))
    .limit(ENTRIES_MAX)
}
