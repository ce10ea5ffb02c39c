import { type Account, listAccounts, readAccount } from '#db/accounts.ts'
import type { Database } from '#db/client.ts'
import { AppError } from '#src/domain/errors.ts'
import { parseId } from '#src/domain/ids.ts'
import { type Call, exitCodes } from './command.ts'
import { adapterOf, keyringOf, withDatabase } from './house.ts'
import { printRows } from './table.ts'

const DEADLINE_MS = 15_000

type Finding = 'works' | 'refused' | 'belongs to another account' | 'not asked: the platform did not answer'

/** Asks with each token whose it is. Changes nothing: the schedule in the background keeps the records. */
export async function checkAccounts(call: Call): Promise<number> {
  return withDatabase(call, async (db, config) => {
    const keyring = keyringOf(config)
    const rows = []
    for (const account of await accountsIn(db, call)) {
      const finding = await find(account, () => {
        const token = keyring.open(account.sealedToken, { owner: account.id, field: 'token' })
        return adapterOf(config, account.platform).credential.check(token, AbortSignal.timeout(DEADLINE_MS))
      })
      rows.push({ id: account.id, platform: account.platform, name: account.name, token: finding })
    }
    printRows(call, rows, 'No account is connected yet')
    return exitCodeOf(rows.map(({ token }) => token))
  })
}

async function accountsIn(db: Database, { args: [id] }: Call): Promise<Account[]> {
  if (id === undefined) return listAccounts(db)
  const account = await readAccount(db, parseId('account', id))
  if (!account) throw new AppError('not_found', 'There is no such account')
  return [account]
}

async function find(account: Account, ask: () => Promise<{ accountRef: string }>): Promise<Finding> {
  try {
    const { accountRef } = await ask()
    return accountRef === account.accountRef ? 'works' : 'belongs to another account'
  } catch (error) {
    const { code } = AppError.from(error)
    return code === 'credential_rejected' ? 'refused' : 'not asked: the platform did not answer'
  }
}

function exitCodeOf(findings: Finding[]): number {
  if (findings.every((finding) => finding === 'works')) return exitCodes.done
  return findings.some((finding) => finding === 'refused' || finding === 'belongs to another account')
    ? exitCodes.failed
    : exitCodes.unavailable
}
