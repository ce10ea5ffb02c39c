import { appendAudit } from '#db/audit.ts'
import { type Database, inTransaction, type Transaction } from '#db/client.ts'
import { deleteEntry, findEntry, insertEntry, lockAccount, updateEntry } from '#db/settings.ts'
import { AppError } from '#src/domain/errors.ts'
import { type AccountId, type EntryId, newId, type OperatorId } from '#src/domain/ids.ts'
import type { Publish } from '#src/queues/live.ts'
import { textHash } from '#src/vault/hash.ts'
import { line, prose } from './wording.ts'

interface KnowledgeDeps {
  db: Database
  publish: Publish
  now: () => Date
}

interface SaveKnowledge {
  accountId: AccountId
  operatorId: OperatorId
  /** Absent for a new entry; else with the version that was shown. */
  entry?: { id: EntryId; version: number }
  title: string
  body: string
}

const BODY_MAX = 8000

/** Writes a passage that drafts may cite. Throws `conflict` when somebody else changed it meanwhile. */
export function createSaveKnowledge({ db, publish, now }: KnowledgeDeps) {
  return async (input: SaveKnowledge): Promise<{ entryId: EntryId }> => {
    const { accountId, operatorId, entry } = input
    const title = line(input.title, 'title')
    if (title === '') throw new AppError('invalid_input', 'Please give the entry a title', { field: 'title' })
    const body = prose(input.body, { field: 'body', max: BODY_MAX })
    const at = now()
    const entryId = entry?.id ?? newId('entry', at)
    await inTransaction(db, async (tx) => {
      if (!(await lockAccount(tx, accountId))) throw new AppError('not_found', 'There is no such account')
      if (entry) await change(tx, { accountId, entry, words: { title, body }, at })
      else await insertEntry(tx, { id: entryId, accountId, title, body, createdAt: at, updatedAt: at })
      await appendAudit(tx, {
        action: 'knowledge.saved',
        actor: { kind: 'operator', id: operatorId },
        subject: { kind: 'entry', id: entryId },
        accountId,
        detail: { bodyHash: textHash(body) },
        at,
      })
    })
    publish({ topic: 'accounts', id: accountId })
    return { entryId }
  }
}

interface Change {
  accountId: AccountId
  entry: NonNullable<SaveKnowledge['entry']>
  words: { title: string; body: string }
  at: Date
}

async function change(tx: Transaction, { accountId, entry, words, at }: Change): Promise<void> {
  const before = await findEntry(tx, accountId, entry.id)
  if (!before) throw new AppError('not_found', 'Somebody removed this entry meanwhile')
  if (before.version !== entry.version) {
    throw new AppError('conflict', 'Somebody changed this entry meanwhile', { field: 'body' })
  }
  await updateEntry(tx, entry.id, words, at)
}

/** Removes a passage. Safe to repeat. */
export function createRemoveKnowledge({ db, publish, now }: KnowledgeDeps) {
  return async (input: { accountId: AccountId; entryId: EntryId; operatorId: OperatorId }): Promise<void> => {
    const { accountId, entryId, operatorId } = input
    await inTransaction(db, async (tx) => {
      const before = await findEntry(tx, accountId, entryId)
      if (!before) return
      await deleteEntry(tx, entryId)
      await appendAudit(tx, {
        action: 'knowledge.removed',
        actor: { kind: 'operator', id: operatorId },
        subject: { kind: 'entry', id: entryId },
        accountId,
        detail: { bodyHash: textHash(before.body) },
        at: now(),
      })
    })
    publish({ topic: 'accounts', id: accountId })
  }
}
