import type { Platform } from '#src/domain/platform.ts'
import type { Secret } from '#src/vault/secret.ts'
import type { PlatformAdapter } from './adapter.ts'
import { createInstagramAdapter } from './instagram/index.ts'
import { createMessengerAdapter } from './messenger/index.ts'

interface Places {
  instagramGraphUrl: string
  metaGraphUrl: string
  graphApiVersion: string
  instagramAppId?: string
  metaAppId?: string
  /** The first one is the app's present secret. */
  metaAppSecrets: readonly { secret: Secret }[]
  now?: () => Date
}

export function createAdapters(places: Places): Record<Platform, PlatformAdapter> {
  const { instagramGraphUrl, metaGraphUrl, graphApiVersion, instagramAppId, metaAppId, metaAppSecrets, now } = places
  // Which of its two ids Instagram lists an app by is not documented, so only both of them tell who is not ours.
  const appRefs = instagramAppId && metaAppId ? [instagramAppId, metaAppId] : []
  return {
    instagram: createInstagramAdapter({ graphUrl: instagramGraphUrl, graphApiVersion, appRefs, ...(now && { now }) }),
    messenger: createMessengerAdapter({
      graphUrl: metaGraphUrl,
      graphApiVersion,
      appSecret: metaAppSecrets[0]?.secret,
      appId: metaAppId,
      ...(now && { now }),
    }),
  }
}
