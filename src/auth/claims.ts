import { z } from 'zod'
import { type Role, roles } from '#src/domain/identity.ts'

/** What the other service says of somebody. */
export interface Claims {
  subject: string
  name: string
  email: string
  role: Role
}

const line = z.string().trim().min(1).max(255)

const Answer = z.object({
  active: z.boolean(),
  sub: line.optional(),
  role: z.string().max(255).optional(),
  name: line.optional(),
  email: line.optional(),
})

export type Read = { kind: 'vouched'; claims: Claims } | { kind: 'refused' } | { kind: 'unknown_role' }

/** Undefined for what is no answer at all. */
export function readClaims(answer: unknown): Read | undefined {
  const parsed = Answer.safeParse(answer)
  if (!parsed.success) return undefined
  const { active, sub: subject, role: word, name, email } = parsed.data
  if (!active) return { kind: 'refused' }
  if (subject === undefined) return undefined
  const role = roles.find((one) => one === word)
  if (!role) return { kind: 'unknown_role' }
  return { kind: 'vouched', claims: { subject, role, name: name ?? subject, email: email ?? subject } }
}
