import type { Platform } from '#src/domain/platform.ts'
import type { Secret } from '#src/vault/secret.ts'
import type { PlatformAdapter } from './adapter.ts'
import { createInstagramAdapter } from './instagram/index.ts'
import { createMessengerAdapter } from './messenger/index.ts'

interface Places {
  instagramGraphUrl: string
  metaGraphUrl: string
  graphApiVersion: string
  /** The first one is the app's present secret. */
  metaAppSecrets: readonly { secret: Secret }[]
}

export function createAdapters(places: Places): Record<Platform, PlatformAdapter> {
  const { instagramGraphUrl, metaGraphUrl, graphApiVersion, metaAppSecrets } = places
  return {
    instagram: createInstagramAdapter({ graphUrl: instagramGraphUrl, graphApiVersion }),
    messenger: createMessengerAdapter({
      graphUrl: metaGraphUrl,
      graphApiVersion,
      appSecret: metaAppSecrets[0]?.secret,
    }),
  }
}
