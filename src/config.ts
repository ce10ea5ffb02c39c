/*
 * The environment comes in here and nowhere else. One table (`config/variables.ts`) says which process gets which variable;
 * a process reads its own share and knows nothing of the rest. All faults are told at once, by name, never by value.
 */
import { Fault, isPlaceholder, type LabelledSecret } from '#src/config/readers.ts'
import {
  type Environment,
  filterFor,
  has,
  isProduction,
  isSandboxOn,
  names,
  textOf,
  variableOf,
} from '#src/config/source.ts'
import type { ProcessRole as Role, Variable } from '#src/config/variable.ts'
import type { ValueOf, VariableName } from '#src/config/variables.ts'
import type { Secret } from '#src/vault/secret.ts'

export type ProcessRole = Role
export type { Environment }

/** The real environment, for the files that start a process. */
// biome-ignore lint/style/noProcessEnv: this file is the one place where the environment is read.
export const environment: Environment = process.env

interface Common {
  appEnv: ValueOf<'APP_ENV'>
  logLevel: ValueOf<'LOG_LEVEL'>
  sandbox: boolean
}

interface Stores {
  databaseUrl: Secret
  redisUrl: Secret
}

interface Address {
  port: number
  host: string
  /** Without a trailing slash. */
  publicUrl: string
}

interface Graph {
  instagramGraphUrl: string
  metaGraphUrl: string
  graphApiVersion: string
}

export interface Config {
  web: Common &
    Stores &
    Address &
    Graph & {
      webhookVerifyToken: Secret
      instagramLoginUrl: string
      instagramApiUrl: string
      metaLoginUrl: string
      instagramAppId?: string
      metaAppId?: string
      instagramAppSecrets: LabelledSecret[]
      metaAppSecrets: LabelledSecret[]
      sessionSecret: Secret
      appSecretKey: Secret
      approvalSigningKey: Secret
      sandboxUrl?: string
      mediaDir: string
      authMode: ValueOf<'AUTH_MODE'>
      authServiceUrl?: string
      authServiceSecret?: Secret
    }
  drafting: Common &
    Stores & {
      anthropicApiKey: Secret
      anthropicBaseUrl?: string
      claudeModel: string
      claudeEffort: ValueOf<'CLAUDE_EFFORT'>
    }
  sending: Common &
    Stores &
    Graph & {
      instagramAppId?: string
      metaAppId?: string
      metaAppSecrets: LabelledSecret[]
      appSecretKey: Secret
      approvalPublicKey: string
    }
  /** Meets whatever strangers send, so it holds no secret but those of the stores. */
  media: Common & Stores & { mediaDir: string; mediaDays: number; mediaOrigin?: string }
  /** A command needs few of them, so each command asks for its own. */
  cli: Common &
    Partial<Stores> &
    Address &
    Graph & {
      instagramAppId?: string
      metaAppId?: string
      metaAppSecrets: LabelledSecret[]
      appSecretKey?: Secret
      sessionSecret?: Secret
    }
  sandbox: Common &
    Address & {
      instagramAppId?: string
      metaAppId?: string
      instagramAppSecrets: LabelledSecret[]
      metaAppSecrets: LabelledSecret[]
      anthropicApiKey?: Secret
      sandboxHost: string
      sandboxPort: number
      sandboxSeed: number
      sandboxStatePath?: string
    }
}

/** Every fault at once, each by the variable's name. */
export class ConfigError extends Error {
  override readonly name = 'ConfigError'
  readonly faults: string[]

  constructor(faults: string[]) {
    super(
      `The configuration has ${faults.length === 1 ? 'a fault' : `${faults.length} faults`}:\n${faults.map((fault) => `  ${fault}`).join('\n')}`,
    )
    this.faults = faults
  }
}

/** The table as a list, for the parent process and for `.env.example`. */
export const variables: readonly (Variable & { name: VariableName })[] = names.map((name) => ({
  name,
  ...variableOf(name),
}))

/** The environment a child process of that role is given: its own variables, and what any program needs to run. */
export function environmentFor(env: Environment, role: ProcessRole): Record<string, string> {
  return filterFor(env, role)
}

/** The fields of that role, frozen. Throws a `ConfigError`. */
export function readConfig<R extends ProcessRole>(all: Environment, role: R): Config[R] {
  const env = filterFor(all, role)
  const { fields, faults } = readFields(env, role)
  if (roleHas(role, 'PORT')) fields['publicUrl'] ??= `http://${hostInUrl(String(fields['host']))}:${fields['port']}`
  faults.push(...crossFaults(env, role, fields))
  if (faults.length > 0) throw new ConfigError(faults)
  // Each name of the table is one field of its roles; a test holds the two equal.
  return Object.freeze(fields) as unknown as Config[R]
}

type Fields = Record<string, unknown>

function readFields(env: Environment, role: ProcessRole): { fields: Fields; faults: string[] } {
  const faults: string[] = []
  const fields: Fields = { ...absentLists[role] }
  for (const name of names) {
    try {
      const value = readVariable(env, name, role)
      if (value !== undefined) fields[fieldOf(name)] = value
    } catch (error) {
      if (!(error instanceof Fault)) throw error
      faults.push(`${name} ${error.message}`)
    }
  }
  return { fields: { ...fields, sandbox: isSandboxOn(env) }, faults }
}

const absentLists: Partial<Record<ProcessRole, object>> = {
  web: { instagramAppSecrets: [], metaAppSecrets: [] },
  sending: { metaAppSecrets: [] },
  cli: { metaAppSecrets: [] },
  sandbox: { metaAppSecrets: [] },
}

function roleHas(role: ProcessRole, name: VariableName): boolean {
  return variableOf(name).roles.includes(role)
}

function readVariable(env: Environment, name: VariableName, role: ProcessRole): unknown {
  const variable = variableOf(name)
  if (!roleHas(role, name)) return undefined
  const text = textOf(env, name) ?? variable.default
  if (text === undefined) {
    if (variable.requiredBy?.includes(role)) throw new Fault(`is missing: ${variable.about}`)
    return undefined
  }
  if (variable.secret && isPlaceholder(text)) throw new Fault('still holds the sample value')
  return variable.read(text)
}

/** Faults that lie between variables. */
function crossFaults(env: Environment, role: ProcessRole, { publicUrl }: Fields): string[] {
  const faults: string[] = []
  if (isProduction(env) && isSandboxOn(env)) faults.push('SANDBOX cannot be on while APP_ENV is production')
  if (role === 'media' && has(env, 'MEDIA_ORIGIN') && !isSandboxOn(env)) {
    faults.push('MEDIA_ORIGIN cannot be set while the sandbox is off')
  }
  if (role !== 'web') return faults
  if (isProduction(env) && !String(publicUrl).startsWith('https://')) {
    faults.push('PUBLIC_URL must start with https:// while APP_ENV is production')
  }
  if (readsExternal(env) !== has(env, 'AUTH_SERVICE_URL')) {
    faults.push('AUTH_SERVICE_URL and AUTH_MODE=external go together')
  }
  if (!has(env, 'INSTAGRAM_APP_SECRET') && !has(env, 'META_APP_SECRET')) {
    faults.push('INSTAGRAM_APP_SECRET or META_APP_SECRET is missing: one of them signs the webhooks')
  }
  return faults
}

const readsExternal = (env: Environment) => env['AUTH_MODE'] === 'external'

const fieldNames: Partial<Record<VariableName, string>> = {
  INSTAGRAM_APP_SECRET: 'instagramAppSecrets',
  META_APP_SECRET: 'metaAppSecrets',
  SANDBOX_STATE: 'sandboxStatePath',
}

function fieldOf(name: VariableName): string {
  return fieldNames[name] ?? name.toLowerCase().replace(/_(.)/g, (_, letter: string) => letter.toUpperCase())
}

/** What a browser on this machine calls it: one name only, because a cookie belongs to a name. */
const HERE = new Set(['127.0.0.1', '::1', '0.0.0.0', '::'])

function hostInUrl(host: string): string {
  if (HERE.has(host)) return 'localhost'
  return host.includes(':') ? `[${host}]` : host
}
