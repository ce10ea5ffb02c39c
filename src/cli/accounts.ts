import { listAccounts as readAccounts } from '#db/accounts.ts'
import { hasExpiry } from '#src/domain/credential.ts'
import { type Call, exitCodes } from './command.ts'
import { withDatabase } from './house.ts'
import { printRows } from './table.ts'

export async function listAccounts(call: Call): Promise<number> {
  const accounts = await withDatabase(call, (db) => readAccounts(db))
  const rows = accounts.map(
    ({ id, platform, name, accountRef, credentialStatus, tokenExpiresAt, tokenError, stoppedAt }) => ({
      id,
      platform,
      name,
      accountRef,
      token: credentialStatus,
      tokenExpiresAt: hasExpiry(tokenExpiresAt) ? tokenExpiresAt : null,
      tokenError,
      stopped: stoppedAt !== null,
    }),
  )
  printRows(call, rows, 'No account is connected yet; connect one with: countersign accounts connect')
  return exitCodes.done
}
