import type { Platform } from '#src/domain/platform.ts'
import type { Core } from '../core.ts'
import { createPermissions, type Permissions } from './permissions.ts'

export interface LoginOptions {
  core: Core
  /** Of our app on either platform: its number, and the secret with which it trades codes. */
  apps: Record<Platform, { id: string; secret: string }>
  /** The product's address, which the app has entered as the one to come back to. */
  consoleUrl: string
}

/** What the dialogs and the calls behind them work with. */
export interface LoginRoom extends LoginOptions {
  permissions: Permissions
}

export function createLoginRoom(options: LoginOptions): LoginRoom {
  return { ...options, permissions: createPermissions(options.core) }
}

/** Whether the app has entered this address; the platforms compare it letter by letter. */
export function mayReturnTo({ consoleUrl }: LoginRoom, platform: Platform, redirectUri: string): boolean {
  return redirectUri === `${consoleUrl.replace(/\/+$/, '')}/connect/${platform}/callback`
}
