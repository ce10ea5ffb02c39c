import type { Platform } from '#src/domain/platform.ts'
import type { Secret } from '#src/vault/secret.ts'
import { createInstagramLogin } from './instagram/login.ts'
import type { PlatformLogin } from './login.ts'
import { createFacebookLogin } from './messenger/login.ts'

interface LoginPlaces {
  instagramAppId?: string
  metaAppId?: string
  /** The first one is the app's present secret. */
  instagramAppSecrets: readonly { secret: Secret }[]
  metaAppSecrets: readonly { secret: Secret }[]
  instagramLoginUrl: string
  instagramApiUrl: string
  metaLoginUrl: string
  instagramGraphUrl: string
  metaGraphUrl: string
  graphApiVersion: string
  fetch?: typeof globalThis.fetch
  now?: () => Date
}

export type PlatformLogins = Record<Platform, PlatformLogin | { lacks: string }>

/** How to sign in at each platform, or the variable without which nobody can. */
export function createLogins(places: LoginPlaces): PlatformLogins {
  const { instagramLoginUrl, instagramApiUrl, metaLoginUrl, instagramGraphUrl, metaGraphUrl, graphApiVersion } = places
  const tools = { ...(places.fetch && { fetch: places.fetch }), ...(places.now && { now: places.now }) }
  const instagram = appOf('INSTAGRAM', places.instagramAppId, places.instagramAppSecrets)
  const meta = appOf('META', places.metaAppId, places.metaAppSecrets)
  return {
    instagram:
      'lacks' in instagram
        ? instagram
        : createInstagramLogin({
            ...{ ...instagram, ...tools },
            loginUrl: instagramLoginUrl,
            apiUrl: instagramApiUrl,
            graphUrl: instagramGraphUrl,
          }),
    messenger:
      'lacks' in meta
        ? meta
        : createFacebookLogin({ ...meta, ...tools, loginUrl: metaLoginUrl, graphUrl: metaGraphUrl, graphApiVersion }),
  }
}

function appOf(
  name: string,
  appId: string | undefined,
  [present]: readonly { secret: Secret }[],
): { appId: string; appSecret: Secret } | { lacks: string } {
  if (!appId) return { lacks: `${name}_APP_ID` }
  return present ? { appId, appSecret: present.secret } : { lacks: `${name}_APP_SECRET` }
}
