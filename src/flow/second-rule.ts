import { appendAudit } from '#db/audit.ts'
import { inTransaction } from '#db/client.ts'
import { saveSecond } from '#db/second.ts'
import { lockAccount } from '#db/settings.ts'
import type { AuditAction } from '#src/domain/audit.ts'
import { AppError } from '#src/domain/errors.ts'
import type { AccountId, OperatorId } from '#src/domain/ids.ts'
import { type RiskKind, riskKinds } from '#src/domain/second.ts'
import type { ConfigureDeps } from './configure.ts'

interface Wish {
  accountId: AccountId
  operatorId: OperatorId
  kinds: readonly string[]
}

/**
 * For which replies an account wants two people. Changing that takes two as well: one admin proposes, another one who was
 * shown the same makes it so. To propose what holds already takes a proposal back.
 */
export function createSecondRule({ db, publish, now }: ConfigureDeps) {
  const change = async (input: Wish, work: (account: Account, kinds: RiskKind[]) => Change) => {
    const kinds = kindsIn(input.kinds)
    const { accountId, operatorId } = input
    await inTransaction(db, async (tx) => {
      const account = await lockAccount(tx, accountId)
      if (!account) throw new AppError('not_found', 'There is no such account')
      const { action, set } = work(account, kinds)
      const at = now()
      await saveSecond(tx, accountId, set, at)
      await appendAudit(tx, {
        action,
        actor: { kind: 'operator', id: operatorId },
        subject: { kind: 'account', id: accountId },
        detail: { kinds: kinds.join(','), proposedBy: account.secondProposed?.by ?? null },
        at,
      })
    })
    publish({ topic: 'accounts', id: accountId })
  }
  return {
    proposeSecond: (input: Wish) =>
      change(input, ({ secondFor }, kinds) => {
        const secondProposed = isSame(kinds, secondFor ?? []) ? null : { kinds, by: input.operatorId }
        return { action: 'account.second_proposed', set: { secondProposed } }
      }),

    /** `kinds` is what the form showed. Throws `forbidden` for whoever proposed it, `conflict` when it is another proposal by now. */
    confirmSecond: (input: Wish) =>
      change(input, ({ secondProposed }, kinds) => {
        if (!secondProposed || !isSame(kinds, secondProposed.kinds)) {
          throw new AppError('conflict', 'This is not what is proposed now', { field: 'second' })
        }
        if (secondProposed.by === input.operatorId) {
          throw new AppError('forbidden', 'You proposed this yourself; another admin has to agree', { field: 'second' })
        }
        return { action: 'account.second_changed', set: { secondFor: kinds, secondProposed: null } }
      }),
  }
}

type Account = NonNullable<Awaited<ReturnType<typeof lockAccount>>>

interface Change {
  action: AuditAction
  set: Parameters<typeof saveSecond>[2]
}

function kindsIn(given: readonly string[]): RiskKind[] {
  const kinds = riskKinds.filter((kind) => given.includes(kind))
  if (kinds.length === new Set(given).size) return kinds
  throw new AppError('invalid_input', 'There is no such kind of reply', { field: 'second' })
}

function isSame(one: readonly string[], other: readonly string[]): boolean {
  return one.length === other.length && one.every((kind) => other.includes(kind))
}
