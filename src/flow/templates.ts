import { appendAudit } from '#db/audit.ts'
import { type Database, inTransaction, type Transaction } from '#db/client.ts'
import { deleteTemplate, insertTemplate, lockTemplate, updateTemplate } from '#db/desk.ts'
import { lockAccount } from '#db/settings.ts'
import { AppError } from '#src/domain/errors.ts'
import { type AccountId, newId, type OperatorId, type TemplateId } from '#src/domain/ids.ts'
import type { Publish } from '#src/queues/live.ts'
import { textHash } from '#src/vault/hash.ts'
import { line, prose } from './wording.ts'

interface TemplateDeps {
  db: Database
  publish: Publish
  now: () => Date
}

interface SaveTemplate {
  accountId: AccountId
  operatorId: OperatorId
  /** Absent for a new one; else with the version that was shown. */
  template?: { id: TemplateId; version: number }
  title: string
  body: string
  /** It can be put into the replies of every account. */
  forAll: boolean
}

/** As long as the longest reply of any platform may be. */
const BODY_MAX = 2000

/** Writes words that operators put into replies. Throws `conflict` when somebody else changed them meanwhile. */
export function createSaveTemplate({ db, publish, now }: TemplateDeps) {
  return async (input: SaveTemplate): Promise<{ templateId: TemplateId }> => {
    const { accountId, operatorId, template, forAll } = input
    const title = line(input.title, 'title')
    if (title === '') throw new AppError('invalid_input', 'Please give the template a title', { field: 'title' })
    const body = prose(input.body, { field: 'body', max: BODY_MAX })
    const at = now()
    const id = template?.id ?? newId('template', at)
    const words = { title, body, accountId: forAll ? null : accountId }
    await inTransaction(db, async (tx) => {
      if (!(await lockAccount(tx, accountId))) throw new AppError('not_found', 'There is no such account')
      if (template) await change(tx, { accountId, template }, words, at)
      else await insertTemplate(tx, { id, ...words, createdAt: at, updatedAt: at })
      await appendAudit(tx, {
        action: 'template.saved',
        actor: { kind: 'operator', id: operatorId },
        subject: { kind: 'template', id },
        detail: { accountId: words.accountId, bodyHash: textHash(body) },
        at,
      })
    })
    publish({ topic: 'accounts', id: accountId })
    return { templateId: id }
  }
}

type Shown = Required<Pick<SaveTemplate, 'accountId' | 'template'>>
type Words = Parameters<typeof updateTemplate>[2]

async function change(tx: Transaction, { accountId, template }: Shown, words: Words, at: Date): Promise<void> {
  const before = await findOf(tx, accountId, template.id)
  if (!before) throw new AppError('not_found', 'Somebody removed this template meanwhile')
  if (before.version !== template.version) {
    throw new AppError('conflict', 'Somebody changed this template meanwhile', { field: 'body' })
  }
  await updateTemplate(tx, template.id, words, at)
}

/** Removes it. Safe to repeat. */
export function createRemoveTemplate({ db, publish, now }: TemplateDeps) {
  return async (input: { accountId: AccountId; templateId: TemplateId; operatorId: OperatorId }): Promise<void> => {
    const { accountId, templateId, operatorId } = input
    await inTransaction(db, async (tx) => {
      const before = await findOf(tx, accountId, templateId)
      if (!before) return
      await deleteTemplate(tx, templateId)
      await appendAudit(tx, {
        action: 'template.removed',
        actor: { kind: 'operator', id: operatorId },
        subject: { kind: 'template', id: templateId },
        detail: { accountId: before.accountId, bodyHash: textHash(before.body) },
        at: now(),
      })
    })
    publish({ topic: 'accounts', id: accountId })
  }
}

/** One that this account's page shows: its own, or one for every account. */
export async function findOf(tx: Transaction, accountId: AccountId, id: TemplateId) {
  const found = await lockTemplate(tx, id)
  return found && (found.accountId === null || found.accountId === accountId) ? found : undefined
}
