import { readFileSync } from 'node:fs'
import { Fault } from './readers.ts'
import type { ProcessRole, Variable } from './variable.ts'
import { table, type VariableName } from './variables.ts'

export type Environment = Readonly<Record<string, string | undefined>>

/** Set by the system or the person, not by us; a child needs them to run and to speak to a terminal or a proxy. */
const passedOn = [
  'PATH',
  'HOME',
  'USER',
  'TMPDIR',
  'TZ',
  'LANG',
  'LC_ALL',
  'TERM',
  'NO_COLOR',
  'FORCE_COLOR',
  'HTTPS_PROXY',
  'NO_PROXY',
  'NODE_EXTRA_CA_CERTS',
  'SSL_CERT_FILE',
  'SSL_CERT_DIR',
]

/** The real Claude key is of no use to a stand-in for Claude. */
const REAL_CLAUDE_KEY = /^sk-ant-(?!sandbox)/

export const variableOf = (name: VariableName): Variable => table[name]

export const names = Object.keys(table) as VariableName[]

/** A variable's text from itself or from the file that `NAME_FILE` points to; an empty one counts as unset. */
export function textOf(env: Environment, name: VariableName): string | undefined {
  const [text, file] = [env[name] || undefined, env[`${name}_FILE`] || undefined]
  if (text !== undefined && file !== undefined) throw new Fault(`is set twice: by itself and by ${name}_FILE`)
  return file === undefined ? text : readSecretFile(file)
}

/** Editors and secret mounts end a file with a line break that is not part of the value. */
function readSecretFile(path: string): string {
  let text: string
  try {
    text = readFileSync(path, 'utf8')
  } catch {
    throw new Fault('points with its _FILE variable to a file that cannot be read')
  }
  const value = text.replace(/\r?\n$/, '')
  if (value === '') throw new Fault('points with its _FILE variable to an empty file')
  return value
}

export function has(env: Environment, name: VariableName): boolean {
  return Boolean(env[name] || env[`${name}_FILE`])
}

export function isProduction(env: Environment): boolean {
  return readableTextOf(env, 'APP_ENV') === 'production'
}

/** Without a word from anybody: on where nothing real is at stake. */
export function isSandboxOn(env: Environment): boolean {
  const word = readableTextOf(env, 'SANDBOX')
  if (word !== undefined) return word === 'on'
  // Whoever keeps secrets somewhere means it; a process that asks for its own does not see whether there is an app's.
  const isKept = (readableTextOf(env, 'SECRETS_BACKEND') ?? 'env') !== 'env'
  const isReal = isKept || has(env, 'INSTAGRAM_APP_SECRET') || has(env, 'META_APP_SECRET')
  return !isReal && !isProduction(env)
}

/** What a process of that role may see of `env`. Whether the sandbox is on is decided here, where all is in view. */
export function filterFor(env: Environment, role: ProcessRole): Record<string, string> {
  const share: Record<string, string> = has(env, 'SANDBOX') ? {} : { SANDBOX: isSandboxOn(env) ? 'on' : 'off' }
  const ours = names.filter((name) => variableOf(name).roles.includes(role))
  for (const name of [...passedOn, ...ours.flatMap((ours) => [ours, `${ours}_FILE`])]) {
    const value = env[name]
    if (value !== undefined && value !== '' && !isWithheld(env, role, name)) share[name] = value
  }
  return share
}

function isWithheld(env: Environment, role: ProcessRole, name: string): boolean {
  if (role !== 'sandbox' || !name.startsWith('ANTHROPIC_API_KEY')) return false
  return REAL_CLAUDE_KEY.test(readableTextOf(env, 'ANTHROPIC_API_KEY') ?? '')
}

/** For a look at what belongs to another: its own reader tells the fault. */
export function readableTextOf(env: Environment, name: VariableName): string | undefined {
  try {
    return textOf(env, name)
  } catch {
    return undefined
  }
}
