import { randomBytes } from 'node:crypto'
import type { Platform } from '#src/domain/platform.ts'
import type { Core } from '../core.ts'

/** What somebody allowed in a dialog. */
export interface Permission {
  platform: Platform
  redirectUri: string
  accountRefs: string[]
  scopes: string[]
}

export type TokenKind = 'code' | 'short' | 'long'

interface Kept extends Permission {
  kind: TokenKind
  endsAt: number
}

const HOUR_MS = 3_600_000
/** https://developers.facebook.com/docs/instagram-platform/instagram-api-with-instagram-login/business-login */
const LIFE_MS = { code: HOUR_MS, short: HOUR_MS, long: 60 * 24 * HOUR_MS } as const satisfies Record<TokenKind, number>

/** Codes and the tokens of people, in memory only: a restart of the sandbox ends every login that is under way. */
export function createPermissions({ clock }: Pick<Core, 'clock'>) {
  const kept = new Map<string, Kept>()
  return {
    keep(kind: TokenKind, permission: Permission): string {
      const text = `${kind === 'code' ? 'AQ' : permission.platform === 'messenger' ? 'EAAU' : 'IGAAS'}${randomBytes(48).toString('base64url')}`
      kept.set(text, { ...permission, kind, endsAt: clock() + LIFE_MS[kind] })
      return text
    },
    find(text: string | undefined, kinds: readonly TokenKind[]): Permission | undefined {
      const found = kept.get(text ?? '')
      return found && kinds.includes(found.kind) && found.endsAt > clock() ? found : undefined
    },
    /** A code works once. */
    spend: (code: string) => void kept.delete(code),
  }
}

export type Permissions = ReturnType<typeof createPermissions>
