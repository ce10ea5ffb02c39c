import { openSecrets } from '#src/config/secrets.ts'
import { ConfigError, type Environment, environmentFor, faultsOf, type ProcessRole, variables } from '#src/config.ts'
import { type Call, exitCodes, UsageError } from './command.ts'
import { printRows } from './table.ts'

const working = ['web', 'drafting', 'sending'] as const satisfies ProcessRole[]
const all: readonly ProcessRole[] = [...working, 'cli', 'sandbox']

/** Tells every fault of every process in one go. */
export async function checkConfig({ env: given, args: [role], err }: Call): Promise<number> {
  const roles = role === undefined ? working : [roleOf(role)]
  const { env } = await openSecrets(given, roles)
  const faults = new Set(roles.flatMap((one) => faultsOf(env, one)))
  if (faults.size > 0) throw new ConfigError([...faults])
  err(`The configuration of ${roles.join(', ')} is complete\n`)
  return exitCodes.done
}

/** By variable, so that a person finds it in the file where it is set. */
export async function showConfig(call: Call): Promise<number> {
  const role = roleOf(call.args[0] ?? 'web')
  const { env } = await openSecrets(call.env, [role])
  const share = environmentFor(env, role)
  const sources = { ...foundIn(call.env, env), ...sourcesIn(call.env) }
  const ours = variables.filter(({ roles }) => roles.includes(role))
  printRows(
    call,
    ours.map((variable) => ({ name: variable.name, ...shown(variable, share, sources) })),
    '',
  )
  return exitCodes.done
}

/** Where our own wrapper found each variable; whoever runs the built command has an environment and nothing else. */
function sourcesIn({ COUNTERSIGN_SOURCES: text }: Environment): Environment {
  return text ? (JSON.parse(text) as Environment) : {}
}

/** What a backend had. */
function foundIn(given: Environment, env: Environment): Environment {
  const found = Object.keys(env).filter((name) => env[name] !== given[name])
  return Object.fromEntries(found.map((name) => [name, given['SECRETS_BACKEND']]))
}

function shown({ name, secret, default: fallback }: (typeof variables)[number], share: Environment, from: Environment) {
  const file = `${name}_FILE`
  if (share[name]) return { value: secret ? '[secret]' : share[name], from: from[name] ?? 'environment' }
  if (share[file]) return { value: share[file], from: from[file] ?? 'file' }
  return { value: fallback ?? null, from: fallback === undefined ? 'unset' : 'default' }
}

function roleOf(word: string): ProcessRole {
  const role = all.find((one) => one === word)
  if (!role) throw new UsageError(`The processes are ${all.join(', ')}`)
  return role
}
