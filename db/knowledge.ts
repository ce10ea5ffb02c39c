import type { AccountId, EntryId } from '#src/domain/ids.ts'
import type { Database } from './client.ts'
import { selectEach } from './many.ts'

export interface Entry {
  id: EntryId
  title: string
  body: string
}

/** More than this does not fit into a prompt. */
const ENTRIES_MAX = 300

/** What drafts of each account may cite, always in the same order: the prompt in front of the thread stays the same and stays cached. */
export async function listKnowledge(db: Database, accountIds: readonly AccountId[]): Promise<Map<AccountId, Entry[]>> {
  const rows = await selectEach(
    db,
    `SELECT id, account_id, title, body FROM knowledge_entries WHERE account_id = ? ORDER BY id LIMIT ${ENTRIES_MAX}`,
    accountIds,
  )
  const known = new Map<AccountId, Entry[]>(accountIds.map((id) => [id, []]))
  for (const { id, account_id, title, body } of rows) known.get(account_id)?.push({ id, title, body })
  for (const entries of known.values()) entries.sort((a, b) => (a.id < b.id ? -1 : 1))
  return known
}
