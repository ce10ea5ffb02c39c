import type { Platform } from '#src/domain/platform.ts'
import type { Core } from '../core.ts'
import type { Account } from '../entries.ts'
import { issueToken } from '../graph/tokens.ts'
import { platformOf } from '../world.ts'

/** What its person may do on a Page: https://developers.facebook.com/docs/pages-api/overview */
export const FULL_CONTROL = [
  'PROFILE_PLUS_FULL_CONTROL',
  'MODERATE',
  'MESSAGING',
  'ADVERTISE',
  'ANALYZE',
  'CREATE_CONTENT',
]
const ANALYST = ['ANALYZE', 'ADVERTISE']

interface Other {
  serial: number
  platform: Platform
  name: string
  username: string
  tasks?: string[]
}

/** What the person at the dialog has besides the first shop. The serials are far from those of accounts that are opened by order. */
const others: readonly Other[] = [
  { serial: 9001, platform: 'instagram', name: 'Murmelton Seconds', username: 'murmelton.seconds' },
  { serial: 9001, platform: 'messenger', name: 'Murmelton Workshop', username: 'murmelton.workshop' },
  { serial: 9002, platform: 'messenger', name: 'Old Town Market', username: 'old.town.market', tasks: ANALYST },
]

/** Every account of the platform that the person at the dialog could allow; those beside the first are opened on first sight. */
export function accountsOf(core: Core, platform: Platform): Account[] {
  for (const other of others) if (other.platform === platform) openOther(core, other)
  return [...core.world.accounts.values()].filter(({ accountRef }) => platformOf(core.world, accountRef) === platform)
}

export function tasksOf(core: Core, accountRef: string): string[] {
  return others.find((other) => other.tasks && refsOf(core, other).accountRef === accountRef)?.tasks ?? FULL_CONTROL
}

/** Nobody is told of it until an app subscribes. */
function openOther(core: Core, other: Other): void {
  const { platform, name, username } = other
  const refs = refsOf(core, other)
  const { accountRef } = refs
  if (core.world.accounts.has(accountRef)) return
  core.record({ type: 'account', ...refs, name, username, ...(platform === 'messenger' && { platform }) })
  issueToken(core, accountRef)
  core.record({ type: 'subscription', accountRef, fields: [] })
}

function refsOf({ refs }: Core, { platform, serial }: Other) {
  return platform === 'messenger' ? refs.page(serial) : refs.account(serial)
}
