/** What scripts/chaos.mjs hands over. */
export interface Settings {
  seed: number
  minutes: number
  events: number
  /** At most so long is waited for everything to come to rest, in seconds. */
  settle: number
  folder: string
  root: string
  /** The product's variables without addresses. */
  env: Record<string, string>
  stores: Record<'mysql' | 'redis', StoreSettings>
}

export interface StoreSettings {
  command: string
  args: string[]
  argv0?: string
  url: string
}

export function readSettings(): Settings {
  return JSON.parse(process.env['CHAOS_SETTINGS'] ?? '{}') as Settings
}
