import { AppError } from '#src/domain/errors.ts'
import type { ConnectedAccount } from '#src/domain/login.ts'
import type { Platform } from '#src/domain/platform.ts'
import { createConnect } from '#src/flow/connect.ts'
import { createConnectToken, isToken, lifeOf } from '#src/flow/connect-token.ts'
import { createAdapters } from '#src/platforms/adapters.ts'
import { Secret } from '#src/vault/secret.ts'
import { newsOf, platformIn } from './accounts-connect.ts'
import { type Call, exitCodes, UsageError } from './command.ts'
import { keyringOf, now, withBells, withDatabase } from './house.ts'

const LINE_MAX = 255
const BY = { kind: 'process', id: 'cli' } as const

/** Asks the platform whose token it is and what it allows, as the console does; not when both id and name are given. */
export async function addAccount(call: Call): Promise<number> {
  const platform = platformIn(call)
  const expiresAt = expiryIn(call)
  const token = await tokenIn(call)
  const [accountRef, name] = [textIn(call.options['account-ref']), textIn(call.options['name'])]
  return withDatabase(call, async (db, config) => {
    const deps = { db, keyring: keyringOf(config), now }
    const added = await withBells(config, async ({ publish }): Promise<Added> => {
      if (accountRef && name) {
        const who = { accountRef, name, expiresAt: expiresAt ?? lifeOf(platform, now()) }
        const { accountId, isNew } = await createConnect(deps)({ platform, token, ...who, by: BY })
        publish({ topic: 'accounts', id: accountId })
        return { accountId, accountRef, name, isNew }
      }
      const connectToken = createConnectToken({ ...deps, adapters: createAdapters(config), publish })
      const only = accountRef === undefined ? undefined : { accountRef }
      return connectToken({ platform, token, only, name, expiresAt, by: BY })
    })
    tell(call, platform, added)
    return exitCodes.done
  })
}

/** The rest is known only when the platform was asked. */
type Added = Pick<ConnectedAccount, 'accountId' | 'name' | 'isNew'> & { accountRef: string } & Partial<ConnectedAccount>

function tell(call: Call, platform: Platform, { accountId: id, ...rest }: Added): void {
  call.out(call.options['json'] ? `${JSON.stringify({ id, ...rest })}\n` : `${id}\n`)
  for (const line of newsOf(platform, rest)) call.err(`${line}\n`)
}

function textIn(option: string | boolean | undefined): string | undefined {
  const text = typeof option === 'string' ? option.trim() : ''
  if (text.length > LINE_MAX) throw new UsageError(`--account-ref and --name have at most ${LINE_MAX} characters`)
  return text === '' ? undefined : text
}

function expiryIn({ options }: Call): Date | undefined {
  const given = options['expires-at']
  if (given === undefined) return undefined
  const at = new Date(String(given))
  if (!(at > now())) throw new UsageError('--expires-at is a time to come, such as 2027-01-31T12:00Z')
  return at
}

async function tokenIn({ readSecret }: Call): Promise<Secret> {
  const text = await readSecret('Paste the access token (it is not shown) and press Enter: ')
  if (text === '') throw new UsageError('Standard input holds no token')
  if (!isToken(text)) throw new AppError('invalid_input', 'What came on standard input is not an access token')
  return new Secret(text)
}
