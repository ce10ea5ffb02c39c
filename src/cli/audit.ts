import { verifyAudit } from '#db/audit.ts'
import { type AuditFilter, auditActions } from '#src/domain/audit.ts'
import { isId } from '#src/domain/ids.ts'
import { createExportAudit } from '#src/flow/export-audit.ts'
import { createCheckpointChecker } from '#src/vault/checkpoints.ts'
import { type Call, exitCodes, UsageError } from './command.ts'
import { now, withDatabase } from './house.ts'

/** Whoever can run this holds the keys of the installation; the audit log names them by the door they came through. */
const operatorId = 'cli'

export async function verify(call: Call): Promise<number> {
  const { options, out, err } = call
  const found = await withDatabase(call, (db, { auditPublicKeys: keys }) =>
    verifyAudit(db, keys.length > 0 ? createCheckpointChecker(keys) : undefined),
  )
  if (options['json']) out(`${JSON.stringify(found)}\n`)
  else if (!found.ok) err(`The audit log was tampered with at entry ${found.seq}: ${found.fault}\n`)
  else out(`The audit log is whole: ${found.entries} entries, ${signedIn(found)}\n`)
  if (!found.ok) return exitCodes.failed
  if (found.backDated)
    err(`Entry ${found.backDated.seq} was dated back, or a clock was wrong: ${found.backDated.fault}\n`)
  return found.backDated ? exitCodes.failed : exitCodes.done
}

function signedIn({ entries, signed }: { entries: number; signed?: number }): string {
  if (signed === undefined) return 'whose signatures were not checked, since AUDIT_PUBLIC_KEY is not set'
  return signed === entries ? 'all under a signature' : `signed up to entry ${signed}`
}

export async function exportEntries(call: Call): Promise<number> {
  const filter = readFilter(call)
  await withDatabase(call, async (db) => {
    for await (const lines of await createExportAudit({ db, now })({ filter, operatorId })) {
      call.out(lines)
      await call.drained?.()
    }
  })
  return exitCodes.done
}

function readFilter({ options: { action, account, since, until } }: Call): AuditFilter {
  const known = auditActions.find((one) => one === action)
  if (action !== undefined && !known) throw new UsageError('There is no such action')
  if (account !== undefined && !isId('account', account)) throw new UsageError('An account is named by its id: acc_…')
  return { action: known, accountId: account, since: readTime(since), until: readTime(until) }
}

function readTime(text: string | boolean | undefined): Date | undefined {
  if (text === undefined) return undefined
  const at = new Date(String(text))
  if (Number.isNaN(at.getTime())) throw new UsageError('A time is written like 2026-11-24 or 2026-11-24T20:00:00Z')
  return at
}
