import { listAccounts } from '#db/accounts.ts'
import { listSecretAges } from '#db/secret-ages.ts'
import { hasExpiry } from '#src/domain/credential.ts'
import { secretAge } from '#src/domain/secret-age.ts'
import { type Call, exitCodes } from './command.ts'
import { now, withDatabase } from './house.ts'
import { printRows } from './table.ts'

/** When each secret is to be replaced, the next one first. Fails when one is overdue. */
export async function showCalendar(call: Call): Promise<number> {
  const ages = await withDatabase(call, async (db, { appEnv: stage }) => {
    const at = now()
    const secrets = (await listSecretAges(db)).map((row) => secretAge(row.name, row.firstSeenAt, { stage, at }))
    const tokens = (await listAccounts(db))
      .filter(({ tokenExpiresAt, sealedToken }) => sealedToken !== '' && hasExpiry(tokenExpiresAt))
      .map(({ id, tokenObtainedAt }) => secretAge(id, tokenObtainedAt, { stage, at, kind: 'token' }))
    return [...secrets, ...tokens].sort((a, b) => a.due.getTime() - b.due.getTime())
  })
  printRows(
    call,
    ages.map(({ name, since, maxDays, due, daysLeft }) => ({ name, since, maxDays, due, daysLeft })),
    'No secret has been seen yet: the processes write down theirs while they run',
  )
  return ages.every(({ daysLeft }) => daysLeft >= 0) ? exitCodes.done : exitCodes.failed
}
