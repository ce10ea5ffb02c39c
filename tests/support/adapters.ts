import type { Platform } from '#src/domain/platform.ts'
import type { PlatformAdapter } from '#src/platforms/adapter.ts'
import { createInstagramAdapter } from '#src/platforms/instagram/index.ts'
import { createMessengerAdapter } from '#src/platforms/messenger/index.ts'

/** The adapters of every platform against a Graph at `graphUrl`. */
export function adaptersAt(graphUrl: string): Record<Platform, PlatformAdapter> {
  const options = { graphUrl, graphApiVersion: 'v26.0' }
  return { instagram: createInstagramAdapter(options), messenger: createMessengerAdapter(options) }
}
