import type { AccountId } from './ids.ts'

export const roles = ['viewer', 'approver', 'admin', 'auditor'] as const
export type Role = (typeof roles)[number]

/**
 * `monitor` sees whether all goes well, `read` sees conversations, `decide` approves and answers, `acknowledge` takes note of
 * alerts, `configure` changes accounts, `stop` pulls the stop switches, `export` takes data out, `people` invites and
 * changes rights, `keys` makes API keys, `audit` reads the log.
 */
const permissions = {
  viewer: ['monitor', 'read'],
  approver: ['monitor', 'read', 'decide', 'acknowledge'],
  admin: ['monitor', 'read', 'decide', 'acknowledge', 'configure', 'stop', 'export', 'people', 'keys', 'audit'],
  auditor: ['monitor', 'read', 'audit'],
  // What an API key acts as. A program never decides, and makes neither people nor keys.
  service: ['monitor', 'read', 'acknowledge', 'export', 'audit'],
} as const satisfies Record<Role | 'service', readonly string[]>

export type Permission = (typeof permissions)['admin'][number]

/** What an API key may be given. */
export const scopes = permissions.service
export type Scope = (typeof scopes)[number]

export function may(role: Role | 'service', permission: Permission): boolean {
  // A role may come from a row that somebody else wrote.
  const granted = Object.entries(permissions).find(([name]) => name === role)?.[1]
  return granted?.some((one) => one === permission) ?? false
}

/** The accounts that somebody sees. */
export type Reach = 'all' | readonly AccountId[]

/** Only these may be kept to some accounts; an admin could take that back, and an auditor sees everything. */
export function canBeRestricted(role: Role): boolean {
  return role === 'viewer' || role === 'approver'
}

/** Whoever was given no account sees all of them. */
export function reachOf(role: Role, assigned: readonly AccountId[]): Reach {
  return canBeRestricted(role) && assigned.length > 0 ? assigned : 'all'
}

export function isWithin(reach: Reach, accountId: AccountId): boolean {
  return reach === 'all' || reach.includes(accountId)
}
