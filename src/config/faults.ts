import { productionItems } from '#src/config/production.ts'
import { type Environment, has, isProduction, isSandboxOn } from '#src/config/source.ts'
import type { ProcessRole, Variable } from '#src/config/variable.ts'
import { table } from '#src/config/variables.ts'

/** Faults that lie between variables. */
export function crossFaults(env: Environment, role: ProcessRole): string[] {
  const faults: string[] = []
  if (role === 'media' && has(env, 'MEDIA_ORIGIN') && !isSandboxOn(env)) {
    faults.push('MEDIA_ORIGIN cannot be set while the sandbox is off')
  }
  if (role !== 'web') return faults
  if (readsExternal(env) !== has(env, 'AUTH_SERVICE_URL')) {
    faults.push('AUTH_SERVICE_URL and AUTH_MODE=external go together')
  }
  if (!has(env, 'INSTAGRAM_APP_SECRET') && !has(env, 'META_APP_SECRET')) {
    faults.push('INSTAGRAM_APP_SECRET or META_APP_SECRET is missing: one of them signs the webhooks')
  }
  for (const [one, other] of pairs) {
    if (has(env, one) !== has(env, other)) faults.push(`${one} and ${other} are set together or not at all`)
  }
  return faults
}

const pairs = [
  ['SMTP_URL', 'MAIL_FROM'],
  ['NOTIFY_WEBHOOK_URL', 'NOTIFY_WEBHOOK_SECRET'],
] as const

/** Of a real installation; all is in view here, also what is not handed on to any process. */
export function productionFaults(all: Environment, role: ProcessRole): string[] {
  if (!isProduction(all)) return []
  return productionItems
    .filter(({ variable }) => concerns(role, variable))
    .flatMap(({ variable, fault }) => {
      const wrong = fault(all)
      return wrong === undefined ? [] : [`${variable} ${wrong} while APP_ENV is production`]
    })
}

function concerns(role: ProcessRole, variable: string): boolean {
  if (variable === 'SANDBOX') return true
  // The command line has to be able to look at what is wrong.
  if (role === 'cli' || role === 'sandbox') return false
  const roles = (table as Record<string, Variable>)[variable]?.roles
  return roles === undefined || roles.includes(role)
}

const readsExternal = (env: Environment) => env['AUTH_MODE'] === 'external'
