/*
 * The environment comes in here and nowhere else. One table (`config/variables.ts`) says which process gets which variable;
 * a process reads its own share and knows nothing of the rest. All faults are told at once, by name, never by value.
 */
import { ConfigError } from '#src/config/errors.ts'
import { crossFaults, productionFaults } from '#src/config/faults.ts'
import { defineLive, fileText, type LiveText } from '#src/config/live.ts'
import { Fault, isPlaceholder, type LabelledSecret } from '#src/config/readers.ts'
import { type Environment, filterFor, isSandboxOn, names, textOf, variableOf } from '#src/config/source.ts'
import type { ProcessRole as Role, Variable } from '#src/config/variable.ts'
import type { ValueOf, VariableName } from '#src/config/variables.ts'
import type { Secret } from '#src/vault/secret.ts'

export type ProcessRole = Role
export type { Environment }
export { ConfigError }

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

interface Door {
  trustedProxies: string[]
  blockedAddresses: string[]
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
    Door &
    Graph & {
      rateLimitPerMinute: number
      corsOrigins: string[]
      securityContact?: string
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
      auditSigningKey: Secret
      auditPublicKeys: string[]
      auditSink: ValueOf<'AUDIT_SINK'>
      smtpUrl?: Secret
      mailFrom?: string
      notifyWebhookUrl?: Secret
      notifyWebhookSecret?: Secret
      quietHours?: ValueOf<'QUIET_HOURS'>
      quietZone: string
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
    Door &
    Graph & {
      instagramAppId?: string
      metaAppId?: string
      metaAppSecrets: LabelledSecret[]
      appSecretKey?: Secret
      sessionSecret?: Secret
      authMode: ValueOf<'AUTH_MODE'>
      auditPublicKeys: string[]
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

/** The table as a list, for the parent process and for `.env.example`. */
export const variables: readonly (Variable & { name: VariableName })[] = names.map((name) => ({
  name,
  ...variableOf(name),
}))

/** The environment a child process of that role is given: its own variables, and what any program needs to run. */
export function environmentFor(env: Environment, role: ProcessRole): Record<string, string> {
  return filterFor(env, role)
}

/**
 * The fields of that role, frozen; those that may change while the process runs are read anew from `live`, or from their
 * files. Throws a `ConfigError`.
 */
export function readConfig<R extends ProcessRole>(all: Environment, role: R, live: LiveTexts = new Map()): Config[R] {
  const env = filterFor(all, role)
  const { fields, faults } = readFields(env, role, live)
  if (roleHas(role, 'PORT')) fields['publicUrl'] ??= `http://${hostInUrl(String(fields['host']))}:${fields['port']}`
  faults.push(...crossFaults(env, role), ...productionFaults(all, role))
  if (faults.length > 0) throw new ConfigError(faults)
  // Each name of the table is one field of its roles; a test holds the two equal.
  return Object.freeze(fields) as unknown as Config[R]
}

/** What keeps a process of that role from starting with these settings; nothing when they are right. */
export function faultsOf(env: Environment, role: ProcessRole): readonly string[] {
  try {
    readConfig(env, role)
    return []
  } catch (error) {
    if (error instanceof ConfigError) return error.faults
    throw error
  }
}

/** What a process holds, by variable: of a list that is being rotated, the present one. */
export function heldSecrets(config: object, role: ProcessRole): { name: VariableName; secret: Secret }[] {
  const fields = config as Record<string, Secret | readonly LabelledSecret[] | undefined>
  return names.flatMap((name) => {
    if (!variableOf(name).secret || !roleHas(role, name)) return []
    const value = fields[fieldOf(name)]
    const secret = Array.isArray(value) ? value[0]?.secret : value
    return secret ? [{ name, secret }] : []
  })
}

type Fields = Record<string, unknown>
type LiveTexts = ReadonlyMap<VariableName, LiveText>

function readFields(env: Environment, role: ProcessRole, live: LiveTexts): { fields: Fields; faults: string[] } {
  const faults: string[] = []
  const fields: Fields = { ...absentLists[role] }
  for (const name of names) {
    try {
      const value = readVariable(env, name, role)
      if (value !== undefined) define(fields, name, { value, text: liveText(env, name, live) })
    } catch (error) {
      if (!(error instanceof Fault)) throw error
      faults.push(`${name} ${error.message}`)
    }
  }
  fields['sandbox'] = isSandboxOn(env)
  return { fields, faults }
}

const absentLists: Partial<Record<ProcessRole, object>> = {
  web: { instagramAppSecrets: [], metaAppSecrets: [], auditPublicKeys: [], blockedAddresses: [], corsOrigins: [] },
  sending: { metaAppSecrets: [] },
  cli: { metaAppSecrets: [], auditPublicKeys: [], blockedAddresses: [] },
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
  return readerOf(name).read(text)
}

/** How a value that may change is looked at again; undefined where it cannot, or need not, change. */
function liveText(env: Environment, name: VariableName, live: LiveTexts): LiveText | undefined {
  if (!variableOf(name).live) return undefined
  const isFile = Boolean(env[`${name}_FILE`])
  return isFile ? fileText(() => textOf(env, name) ?? '') : live.get(name)
}

function define(fields: Fields, name: VariableName, { value, text }: { value: unknown; text: LiveText | undefined }) {
  if (text) defineLive(fields, fieldOf(name), { text, ...readerOf(name) })
  else fields[fieldOf(name)] = value
}

function readerOf(name: VariableName) {
  const { secret, read } = variableOf(name)
  return {
    read(text: string): unknown {
      if (secret && isPlaceholder(text)) throw new Fault('still holds the sample value')
      return read(text)
    },
    onFault(error: unknown): void {
      if (!(error instanceof Fault)) throw error
      process.emitWarning(`${name} was changed and ${error.message}; the one before stays in use`)
    },
  }
}

const fieldNames: Partial<Record<VariableName, string>> = {
  INSTAGRAM_APP_SECRET: 'instagramAppSecrets',
  META_APP_SECRET: 'metaAppSecrets',
  AUDIT_PUBLIC_KEY: 'auditPublicKeys',
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
