/** The kinds of process. Each gets the variables of its role and no others. */
export const processRoles = ['web', 'drafting', 'sending', 'media', 'cli', 'sandbox'] as const
export type ProcessRole = (typeof processRoles)[number]

export interface Variable {
  /** What it is, in a sentence. */
  about: string
  roles: readonly ProcessRole[]
  secret?: true
  /** Read anew when it changes in its file or its backend; all others are read at start. */
  live?: true
  default?: string
  /** The roles in `roles` that cannot do without it. */
  requiredBy?: readonly ProcessRole[]
  /** `npm start` makes one and keeps it when none is given. */
  generated?: true
  /** Throws a `Fault` that says what would be right. */
  read: (text: string) => unknown
}
