import { insertLogin, openLoginLink } from '#db/account-logins.ts'
import { readAccount } from '#db/accounts.ts'
import type { Database } from '#db/client.ts'
import { AppError } from '#src/domain/errors.ts'
import { type AccountId, newId, type OperatorId, type SessionId } from '#src/domain/ids.ts'
import { LOGIN_LIFE_MS } from '#src/domain/login.ts'
import type { Platform } from '#src/domain/platform.ts'
import type { PlatformLogins } from '#src/platforms/logins.ts'
import { keyedHash } from '#src/vault/hash.ts'
import type { Secret } from '#src/vault/secret.ts'
import { newToken } from './session.ts'

export interface LoginDeps {
  db: Database
  /** Keys the hashes of states, links and browsers. */
  pepper: Secret
  logins: PlatformLogins
  publicUrl: string
  now: () => Date
}

/** Who came: the browser of somebody who is signed in and may connect, or one that opened a printed link. */
export interface Visitor {
  sessionId?: SessionId | undefined
  operatorId?: OperatorId | undefined
  /** What its link left in the browser. */
  linkCookie?: string | undefined
}

/** Of a secret that this row has to know again. Each kind has a hash of its own, so that none opens another's door. */
export function loginHash(pepper: Secret, kind: 'state' | 'link' | 'browser' | 'session', secret: string): string {
  return keyedHash(pepper, `login ${kind} ${secret}`)
}

export function redirectUri(publicUrl: string, platform: Platform): string {
  return `${publicUrl}/connect/${platform}/callback`
}

/** A link that one browser can open once, for somebody at the command line. Needs neither an app nor its secret. */
export function createLoginLink({ db, pepper, now }: Pick<LoginDeps, 'db' | 'pepper' | 'now'>) {
  return async (platform: Platform) => {
    const at = now()
    const token = newToken()
    const id = newId('login', at)
    const linkHash = loginHash(pepper, 'link', token)
    const expiresAt = new Date(at.getTime() + LOGIN_LIFE_MS)
    await insertLogin(db, { id, platform, status: 'linked', linkHash, expiresAt, createdAt: at, updatedAt: at })
    return { id, token, expiresAt }
  }
}

/** The two ways to the platform's own page. A state works once, for ten minutes, in the browser that was given it. */
export function createBeginLogin(deps: LoginDeps) {
  const { db, pepper, now } = deps

  function leave(platform: Platform, state: string): string {
    const { publicUrl } = deps
    return loginOf(deps, platform).authorizeUrl({ state, redirectUri: redirectUri(publicUrl, platform) })
  }

  return {
    /** Answers the platform's address. Throws `conflict` without an app, `not_found` for an account that is not there. */
    async begin(input: { platform: Platform; accountId?: AccountId; operatorId: OperatorId; sessionId: SessionId }) {
      const { platform, accountId, operatorId, sessionId } = input
      const [at, state] = [now(), newToken()]
      const url = leave(platform, state)
      if (accountId && (await readAccount(db, accountId))?.platform !== platform) {
        throw new AppError('not_found', 'There is no such account')
      }
      await insertLogin(db, {
        ...{ id: newId('login', at), platform, status: 'asked', accountId, operatorId },
        browserHash: loginHash(pepper, 'session', sessionId),
        stateHash: loginHash(pepper, 'state', state),
        ...{ expiresAt: new Date(at.getTime() + LOGIN_LIFE_MS), createdAt: at, updatedAt: at },
      })
      return { url }
    },

    /** Takes the link, and answers where to go and what the browser has to bring back. Throws `forbidden` when it opens nothing. */
    async open(link: string): Promise<{ url: string; linkCookie: string }> {
      const [at, state, linkCookie] = [now(), newToken(), newToken()]
      const opened = {
        browserHash: loginHash(pepper, 'browser', linkCookie),
        stateHash: loginHash(pepper, 'state', state),
        expiresAt: new Date(at.getTime() + LOGIN_LIFE_MS),
      }
      const login = await openLoginLink(db, loginHash(pepper, 'link', link), opened, at)
      if (!login) throw new AppError('forbidden', 'This link has been used, is too old, or was never ours')
      return { url: leave(login.platform, state), linkCookie }
    },
  }
}

export function loginOf({ logins }: Pick<LoginDeps, 'logins'>, platform: Platform) {
  const login = logins[platform]
  if ('lacks' in login) throw new AppError('conflict', `${login.lacks} is not set`)
  return login
}
