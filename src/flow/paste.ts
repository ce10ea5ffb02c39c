import { readAccount } from '#db/accounts.ts'
import type { Database } from '#db/client.ts'
import { AppError } from '#src/domain/errors.ts'
import type { AccountId, OperatorId } from '#src/domain/ids.ts'
import type { Platform } from '#src/domain/platform.ts'
import { Secret } from '#src/vault/secret.ts'
import type { ConnectToken } from './connect-token.ts'

interface Pasted {
  platform: Platform
  token: string
  /** The account that is to be connected again. */
  accountId?: AccountId
  operatorId: OperatorId
}

/** Connects an account with a token that an operator has. */
export function createPaste({ db, connectToken }: { db: Database; connectToken: ConnectToken }) {
  return async ({ platform, token, accountId, operatorId }: Pasted) => {
    const only = accountId ? await readAccount(db, accountId) : undefined
    if (accountId && only?.platform !== platform) throw new AppError('not_found', 'There is no such account')
    const by = { kind: 'operator', id: operatorId } as const
    return connectToken({ platform, token: new Secret(token), only, by })
  }
}
