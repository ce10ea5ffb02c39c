import type { GetSecretValueCommandOutput } from '@aws-sdk/client-secrets-manager'
import { SecretsError, type SecretsReason } from '../errors.ts'
import { patiently, type SecretsBackend, type Tools } from './backend.ts'

const PACKAGE = '@aws-sdk/client-secrets-manager'
const CALL_MS = 5000

export interface AwsOptions extends Omit<Tools, 'fetch'> {
  region?: string | undefined
  endpoint?: string | undefined
  profile?: string | undefined
  prefix: string
  /** The package, which only those need who use it. */
  load?: () => Promise<typeof import('@aws-sdk/client-secrets-manager')>
}

/** AWS Secrets Manager through AWS's own client, which signs and finds credentials as every tool of AWS does. */
export async function createAws(options: AwsOptions): Promise<SecretsBackend> {
  const { region, endpoint, profile, prefix, load = () => import('@aws-sdk/client-secrets-manager') } = options
  const { SecretsManagerClient, GetSecretValueCommand } = await load().catch(() => {
    throw new SecretsError('aws', 'not_installed', { detail: `npm install --no-save ${PACKAGE}` })
  })
  const client = new SecretsManagerClient({
    ...(region && { region }),
    ...(endpoint && { endpoint }),
    ...(profile && { profile }),
    // Trying again is ours: it has one deadline for all backends.
    maxAttempts: 1,
  })

  async function read(variable: string): Promise<string | undefined> {
    const command = new GetSecretValueCommand({ SecretId: `${prefix}${variable}` })
    try {
      return textIn(await client.send(command, { abortSignal: AbortSignal.timeout(CALL_MS) }), variable)
    } catch (error) {
      const failure = failureOf(error, variable)
      if (failure) throw failure
      return undefined
    }
  }

  return {
    name: 'aws',
    async find(variable) {
      const text = await patiently(() => read(variable), options)
      return text === undefined ? undefined : { text }
    },
  }
}

/** A plain text, or an object that holds it under `value` or under the variable's name. */
function textIn({ SecretString: text, SecretBinary: bytes }: GetSecretValueCommandOutput, variable: string): string {
  if (bytes) return Buffer.from(bytes).toString('utf8')
  const fields = text?.startsWith('{') ? parseObject(text) : undefined
  if (!fields) return text ?? ''
  const value = fields['value'] ?? fields[variable]
  if (typeof value === 'string') return value
  throw new SecretsError('aws', 'malformed', { variable, detail: `no key value or ${variable}` })
}

function parseObject(text: string): Record<string, unknown> | undefined {
  try {
    return JSON.parse(text) as Record<string, unknown>
  } catch {
    return undefined
  }
}

/** Nothing when there is no such secret. */
function failureOf(error: unknown, variable: string): SecretsError | undefined {
  if (error instanceof SecretsError) return error
  const name = error instanceof Error ? error.name : ''
  if (name === 'ResourceNotFoundException') return undefined
  return new SecretsError('aws', reasonFor(name, error), { variable, detail: /^\w{3,40}$/.test(name) ? name : '' })
}

const THROTTLED = /^(Throttl|TooManyRequests|RequestLimitExceeded|SlowDown)/
/** What AWS names when it is sure that we may not, or cannot say who we are. */
const DENIED =
  /^(AccessDenied|UnrecognizedClient|InvalidSignature|SignatureDoesNotMatch|ExpiredToken|InvalidClientTokenId|IncompleteSignature|CredentialsProvider|DecryptionFailure|InvalidRequest|InvalidParameter|TokenProvider)/

function reasonFor(name: string, error: unknown): SecretsReason {
  if (THROTTLED.test(name)) return 'throttled'
  if (DENIED.test(name)) return 'denied'
  // The client finds no region in the configuration: a plain error, before anything is sent.
  const isSent = error instanceof Error && ('$metadata' in error || 'code' in error || /Timeout|Abort/.test(name))
  return isSent ? 'away' : 'denied'
}
