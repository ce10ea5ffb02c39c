import { type Environment, names, readableTextOf, variableOf } from './source.ts'
import type { VariableName } from './variables.ts'

/** A shorter text may stand in another by chance. */
const PART_CHARS_MIN = 16

/** Keys that we make ourselves: none of them has to be what another secret is. */
export const ownKeys = [
  'SESSION_SECRET',
  'APPROVAL_SIGNING_KEY',
  'AUDIT_SIGNING_KEY',
  'APP_SECRET_KEY',
  'WEBHOOK_VERIFY_TOKEN',
  'AUTH_SERVICE_SECRET',
  'NOTIFY_WEBHOOK_SECRET',
] as const satisfies VariableName[]

/** The other secret that is this one, or holds it, or stands in it: whoever learns the one has both. */
export function twinOf(env: Environment, name: VariableName): VariableName | undefined {
  const own = partsOf(env, name)
  return names.find(
    (other) =>
      other !== name &&
      variableOf(other).secret === true &&
      partsOf(env, other).some((theirs) => own.some((ours) => overlap(ours, theirs))),
  )
}

/** Of a list each member; both alphabets of base64 are one, and what fills it up is nothing. */
function partsOf(env: Environment, name: VariableName): string[] {
  return (readableTextOf(env, name) ?? '')
    .split(',')
    .map((part) => part.trim().replaceAll('-', '+').replaceAll('_', '/').replace(/=+$/, ''))
    .filter((part) => part !== '')
}

function overlap(one: string, other: string): boolean {
  if (one === other) return true
  if (Math.min(one.length, other.length) < PART_CHARS_MIN) return false
  return one.includes(other) || other.includes(one)
}
