import { deleteAssignment, insertAssignment, listAssignable } from '#db/assignments.ts'
import { appendAudits } from '#db/audit.ts'
import { type Database, inTransaction } from '#db/client.ts'
import { lockAccount } from '#db/settings.ts'
import type { AuditAction, AuditEvent } from '#src/domain/audit.ts'
import { AppError } from '#src/domain/errors.ts'
import type { AccountId, OperatorId } from '#src/domain/ids.ts'
import type { Publish } from '#src/queues/live.ts'

interface AssignDeps {
  db: Database
  publish: Publish
  now: () => Date
}

interface Assignment {
  accountId: AccountId
  /** Those who are kept to this account, and to whatever else they were given. */
  operatorIds: readonly OperatorId[]
  /** Who says so. */
  operatorId: OperatorId
}

/** Which operators see an account because they were given it. Whoever was given none sees all accounts. */
export function createAssign({ db, publish, now }: AssignDeps) {
  return {
    of: async (accountId: AccountId) => {
      const operators = await listAssignable(db)
      return operators.map(({ accountIds, ...operator }) => ({
        ...operator,
        isHere: accountIds.includes(accountId),
        elsewhere: accountIds.filter((id) => id !== accountId).length,
      }))
    },

    async set({ accountId, operatorIds, operatorId }: Assignment): Promise<void> {
      await inTransaction(db, async (tx) => {
        if (!(await lockAccount(tx, accountId))) throw new AppError('not_found', 'There is no such account')
        const known = await listAssignable(tx)
        requireKnown(operatorIds, known)
        const isHere = ({ accountIds }: { accountIds: AccountId[] }) => accountIds.includes(accountId)
        const added = known.filter((one) => !isHere(one) && operatorIds.includes(one.id))
        const removed = known.filter((one) => isHere(one) && !operatorIds.includes(one.id))
        const at = now()
        for (const { id } of added) await insertAssignment(tx, { operatorId: id, accountId, createdAt: at })
        for (const { id } of removed) await deleteAssignment(tx, id, accountId)
        const by = { accountId, operatorId, at }
        const events = [
          ...added.map(({ id }) => entry('operator.assigned', id, by)),
          ...removed.map(({ id }) => entry('operator.unassigned', id, by)),
        ]
        await appendAudits(tx, events)
      })
      publish({ topic: 'accounts', id: accountId })
    },
  }
}

function requireKnown(ids: readonly OperatorId[], known: readonly { id: OperatorId }[]): void {
  if (ids.every((id) => known.some((operator) => operator.id === id))) return
  throw new AppError('invalid_input', 'Only viewers and approvers are kept to accounts', { field: 'operator' })
}

function entry(
  action: AuditAction,
  id: OperatorId,
  { accountId, operatorId, at }: { accountId: AccountId; operatorId: OperatorId; at: Date },
): AuditEvent {
  const actor = { kind: 'operator' as const, id: operatorId }
  return { action, actor, subject: { kind: 'operator', id }, detail: { accountId }, at }
}
