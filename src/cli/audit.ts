import { verifyAudit } from '#db/audit.ts'
import { type Call, exitCodes } from './command.ts'
import { withDatabase } from './house.ts'

export async function verify(call: Call): Promise<number> {
  const { options, out, err } = call
  const found = await withDatabase(call, (db) => verifyAudit(db))
  if (options['json']) out(`${JSON.stringify(found)}\n`)
  else if (found.ok) out(`The audit log is whole: ${found.entries} entries\n`)
  else err(`The audit log was tampered with at entry ${found.seq}: ${found.fault}\n`)
  return found.ok ? exitCodes.done : exitCodes.failed
}
