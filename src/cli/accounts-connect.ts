import { setTimeout as pause } from 'node:timers/promises'
import { type AccountLogin, readLogin } from '#db/account-logins.ts'
import type { Database } from '#db/client.ts'
import { ConfigError } from '#src/config.ts'
import type { LoginId } from '#src/domain/ids.ts'
import { type ConnectedAccount, isLoginOver } from '#src/domain/login.ts'
import { lackOf } from '#src/domain/permission.ts'
import { type Platform, platforms } from '#src/domain/platform.ts'
import { createLoginLink } from '#src/flow/begin-login.ts'
import { type Call, exitCodes, UsageError } from './command.ts'
import { now, required, withDatabase } from './house.ts'
import { printable } from './table.ts'

const ASK_EVERY_MS = 500
const appIds = { instagram: 'INSTAGRAM_APP_ID', messenger: 'META_APP_ID' } as const satisfies Record<Platform, string>

/** The link is opened in a browser, and the web process does the rest; here one waits for what comes of it. */
export async function connectAccount(call: Call): Promise<number> {
  const platform = platformIn(call)
  return withDatabase(call, async (db, config) => {
    const { sessionSecret, instagramAppId, metaAppId, publicUrl } = config
    if (!{ instagram: instagramAppId, messenger: metaAppId }[platform]) {
      throw new ConfigError([`${appIds[platform]} is missing: accounts are connected with the id of your app`])
    }
    const link = createLoginLink({ db, pepper: required(sessionSecret, 'SESSION_SECRET'), now })
    const { id, token, expiresAt } = await link(platform)
    call.out(`${publicUrl}/connect/${token}\n`)
    call.err(`Open it in a browser; it works once, until ${expiresAt.toISOString()}. Waiting…\n`)
    return tellEnd(call, await waitForEnd(db, id))
  })
}

/** Undefined when nobody came, or went and did not come back. */
async function waitForEnd(db: Database, id: LoginId): Promise<AccountLogin | undefined> {
  for (;;) {
    const login = await readLogin(db, id)
    if (login && isLoginOver(login.status)) return login
    if (!login || login.expiresAt <= now()) return undefined
    await pause(ASK_EVERY_MS)
  }
}

function tellEnd(call: Call, login: AccountLogin | undefined): number {
  if (!login?.result) {
    call.err('Nobody finished the sign-in in time; nothing was connected\n')
    return exitCodes.tryLater
  }
  const { connected, refused } = login.result
  for (const account of connected) {
    call.out(`${account.accountId}\n`)
    for (const line of newsOf(login.platform, account)) call.err(`${line}\n`)
  }
  for (const { name, why } of refused) call.err(`${name ? `${printable(name)}: ` : ''}${printable(why)}\n`)
  return refused.length === 0 ? exitCodes.done : exitCodes.failed
}

/** What somebody has to know of an account that was connected, a line each. */
export function newsOf(platform: Platform, account: Partial<ConnectedAccount>): string[] {
  const { isNew, missing = [], isSubscribed = true } = account
  return [
    isNew ? 'The account is connected' : 'The account was connected already; it has the new token now',
    ...missing.map((scope) => `Not allowed: ${scope}. ${lackOf(platform, scope)}`),
    ...(isSubscribed ? [] : ['Meta did not confirm that it will tell us of new messages; this is tried again']),
  ]
}

export function platformIn({ options }: Call): Platform {
  const platform = platforms.find((one) => one === options['platform'])
  if (!platform) throw new UsageError(`--platform can be ${platforms.join(' or ')}`)
  return platform
}
