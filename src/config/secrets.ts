/*
 * Secrets that the environment does not hold are asked for by name: only those of the roles that run here. Whoever starts
 * the processes of an installation does it once and hands each its share; a process that is started by itself asks for its own.
 */
import { createAws } from './backends/aws.ts'
import type { SecretsBackend, Tools } from './backends/backend.ts'
import { createFolder } from './backends/folder.ts'
import { createVault } from './backends/vault.ts'
import { ConfigError, SecretsError } from './errors.ts'
import type { LiveText } from './live.ts'
import { Fault } from './readers.ts'
import { secretsVariables } from './secrets-variables.ts'
import { type Environment, has, isProduction, names, textOf, variableOf } from './source.ts'
import type { ProcessRole } from './variable.ts'
import type { ValueOf, VariableName } from './variables.ts'

type Name = keyof typeof secretsVariables
type Settings = { [N in Name]?: ValueOf<N> }

export interface Secrets {
  /** The environment with what was found. */
  env: Environment
  /** What may change while the process runs. */
  live: ReadonlyMap<VariableName, LiveText>
  /** Asks again for that; answers what could not be had, which stays as it was. */
  refresh: () => Promise<SecretsError[]>
  /** Whether it had everything when it was last asked; absent where nothing is asked again. */
  isHere?: () => boolean
}

/** Throws a `ConfigError` for settings that cannot be used, and a `SecretsError` when the backend does not answer with a secret. */
export async function openSecrets(
  env: Environment,
  roles: readonly ProcessRole[],
  tools: Tools = {},
): Promise<Secrets> {
  const backend = await openBackend(env, tools)
  const none: Secrets = { env, live: new Map(), refresh: async () => [] }
  if (!backend) return none
  const wanted = names.filter((name) => isWanted(name, roles) && !has(env, name))
  const found = await Promise.all(wanted.map(async (name) => [name, await backend.find(name)] as const))
  const texts = new Map<VariableName, string>()
  const files: Record<string, string> = {}
  for (const [name, one] of found) {
    if (one && 'text' in one) texts.set(name, one.text)
    else if (one) files[`${name}_FILE`] = one.file
  }
  const changing = [...texts.keys()].filter((name) => variableOf(name).live)
  let isWhole = true
  return {
    env: { ...env, ...files, ...Object.fromEntries(texts) },
    live: new Map(changing.map((name) => [name, () => texts.get(name) ?? ''])),
    async refresh() {
      const failed = await refresh(backend, texts, changing)
      isWhole = failed.length === 0
      return failed
    },
    ...(changing.length > 0 && { isHere: () => isWhole }),
  }
}

/** In production, secrets that stand in the environment deserve a better place. */
export function warningFor(env: Environment): string | undefined {
  const isPlain =
    (env['SECRETS_BACKEND'] || 'env') === 'env' && names.some((name) => variableOf(name).secret && env[name])
  return isPlain && isProduction(env)
    ? 'Secrets stand in the environment: SECRETS_BACKEND=file, vault or aws, or NAME_FILE, keeps them better'
    : undefined
}

function isWanted(name: VariableName, roles: readonly ProcessRole[]): boolean {
  const variable = variableOf(name)
  return variable.secret === true && variable.roles.some((role) => roles.includes(role))
}

async function refresh(
  backend: SecretsBackend,
  texts: Map<VariableName, string>,
  changing: readonly VariableName[],
): Promise<SecretsError[]> {
  const failed: SecretsError[] = []
  for (const name of changing) {
    try {
      const one = await backend.find(name)
      if (one && 'text' in one) texts.set(name, one.text)
    } catch (error) {
      if (!(error instanceof SecretsError)) throw error
      failed.push(error)
    }
  }
  return failed
}

async function openBackend(env: Environment, tools: Tools): Promise<SecretsBackend | undefined> {
  const settings = readSettings(env)
  switch (settings.SECRETS_BACKEND) {
    case 'file':
      return createFolder(settings.SECRETS_DIR ?? '')
    case 'vault':
      return openVault(settings, tools)
    case 'aws': {
      const { AWS_REGION: region, AWS_SECRETS_ENDPOINT: endpoint, AWS_PROFILE: profile } = settings
      return createAws({ ...tools, region, endpoint, profile, prefix: settings.AWS_SECRETS_PREFIX ?? '' })
    }
    default:
      return undefined
  }
}

function openVault(settings: Settings, tools: Tools): SecretsBackend {
  const { VAULT_ADDR: address, VAULT_TOKEN: token, VAULT_ROLE_ID: roleId, VAULT_SECRET_ID: secretId } = settings
  const faults = [
    ...(address ? [] : ['VAULT_ADDR is missing: SECRETS_BACKEND is vault']),
    ...(token || (roleId && secretId) ? [] : ['VAULT_TOKEN is missing, or VAULT_ROLE_ID and VAULT_SECRET_ID']),
  ]
  if (!address || faults.length > 0) throw new ConfigError(faults)
  const place = {
    namespace: settings.VAULT_NAMESPACE,
    mount: settings.VAULT_MOUNT ?? '',
    path: settings.VAULT_PATH ?? '',
  }
  return createVault({ ...tools, address, token, roleId, secretId, ...place })
}

function readSettings(env: Environment): Settings {
  const faults: string[] = []
  const settings: Record<string, unknown> = {}
  for (const name of Object.keys(secretsVariables) as Name[]) {
    try {
      const text = textOf(env, name) ?? variableOf(name).default
      if (text !== undefined) settings[name] = variableOf(name).read(text)
    } catch (error) {
      if (!(error instanceof Fault)) throw error
      faults.push(`${name} ${error.message}`)
    }
  }
  if (faults.length > 0) throw new ConfigError(faults)
  return settings as Settings
}
