export const roles = ['viewer', 'approver', 'admin', 'auditor'] as const
export type Role = (typeof roles)[number]

const permissions = {
  viewer: ['read'],
  approver: ['read', 'decide'],
  admin: ['read', 'decide', 'configure', 'audit'],
  auditor: ['read', 'audit'],
} as const satisfies Record<Role, readonly string[]>

export type Permission = 'read' | 'decide' | 'configure' | 'audit'

export function may(role: Role, permission: Permission): boolean {
  // A role may come from a row that somebody else wrote.
  const granted: Partial<Record<string, readonly Permission[]>> = permissions
  return granted[role]?.includes(permission) ?? false
}
