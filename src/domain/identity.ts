export const roles = ['viewer', 'approver', 'admin', 'auditor'] as const
export type Role = (typeof roles)[number]

/**
 * `read` sees conversations, `decide` approves and answers, `configure` changes accounts, `stop` pulls the stop switches,
 * `export` takes data out, `people` invites and changes rights, `keys` makes API keys, `audit` reads the log.
 */
const permissions = {
  viewer: ['read'],
  approver: ['read', 'decide'],
  admin: ['read', 'decide', 'configure', 'stop', 'export', 'people', 'keys', 'audit'],
  auditor: ['read', 'audit'],
} as const satisfies Record<Role, readonly string[]>

export type Permission = (typeof permissions)['admin'][number]

export function may(role: Role, permission: Permission): boolean {
  // A role may come from a row that somebody else wrote.
  const granted: Partial<Record<string, readonly Permission[]>> = permissions
  return granted[role]?.includes(permission) ?? false
}
