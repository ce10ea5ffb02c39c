import { NO_EXPIRY } from '#src/domain/credential.ts'
import { AppError } from '#src/domain/errors.ts'
import { type Platform, platforms } from '#src/domain/platform.ts'
import { createConnect } from '#src/flow/connect.ts'
import { Secret } from '#src/vault/secret.ts'
import { type Call, exitCodes, UsageError } from './command.ts'
import { adapterOf, keyringOf, now, withBells, withDatabase } from './house.ts'

const DEADLINE_MS = 15_000
const LINE_MAX = 255
/** Longer ones would not fit sealed. */
const TOKEN = /^[\x21-\x7e]{8,2500}$/
/** Life of a long-lived Instagram token: https://developers.facebook.com/docs/instagram-platform/instagram-api-with-instagram-login/business-login */
const TOKEN_LIFE_MS = 60 * 86_400_000

/** What is not said about the account is asked of the platform. */
export async function addAccount(call: Call): Promise<number> {
  const platform = platformIn(call)
  const expiresAt = expiryIn(call, platform)
  const token = await tokenIn(call)
  return withDatabase(call, async (db, config) => {
    const connect = createConnect({ db, keyring: keyringOf(config), now })
    const who = await identityOf(call, () =>
      adapterOf(config, platform).credential.check(token, AbortSignal.timeout(DEADLINE_MS)),
    )
    const { accountId, isNew } = await connect({ platform, ...who, token, expiresAt, by: 'cli' })
    await withBells(config, async ({ publish }) => publish({ topic: 'accounts', id: accountId }))
    call.out(call.options['json'] ? `${JSON.stringify({ id: accountId, ...who, isNew })}\n` : `${accountId}\n`)
    call.err(isNew ? 'The account is connected\n' : 'The account was connected already; it has the new token now\n')
    return exitCodes.done
  })
}

interface Identity {
  accountRef: string
  name: string
  ownerRef?: string
}

async function identityOf({ options }: Call, ask: () => Promise<Identity>): Promise<Identity> {
  const [accountRef, name] = [textIn(options['account-ref']), textIn(options['name'])]
  if (accountRef && name) return { accountRef, name }
  const known = await ask()
  if (accountRef && accountRef !== known.accountRef) {
    throw new AppError('conflict', 'The token belongs to another account than --account-ref says')
  }
  return { ...known, name: name ?? known.name.slice(0, LINE_MAX) }
}

function textIn(option: string | boolean | undefined): string | undefined {
  const text = typeof option === 'string' ? option.trim() : ''
  if (text.length > LINE_MAX) throw new UsageError(`--account-ref and --name have at most ${LINE_MAX} characters`)
  return text === '' ? undefined : text
}

function platformIn({ options }: Call): Platform {
  const platform = platforms.find((one) => one === options['platform'])
  if (!platform) throw new UsageError(`--platform can be ${platforms.join(' or ')}`)
  return platform
}

/** A Page's token has no end unless somebody knows of one. */
function expiryIn({ options }: Call, platform: Platform): Date {
  const given = options['expires-at']
  if (given === undefined) return platform === 'messenger' ? NO_EXPIRY : new Date(now().getTime() + TOKEN_LIFE_MS)
  const at = new Date(String(given))
  if (!(at > now())) throw new UsageError('--expires-at is a time to come, such as 2027-01-31T12:00Z')
  return at
}

async function tokenIn({ readSecret }: Call): Promise<Secret> {
  const text = await readSecret('Paste the access token (it is not shown) and press Enter: ')
  if (text === '') throw new UsageError('Standard input holds no token')
  if (!TOKEN.test(text)) throw new AppError('invalid_input', 'What came on standard input is not an access token')
  return new Secret(text)
}
