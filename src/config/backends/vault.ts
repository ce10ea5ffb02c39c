/*
 * HashiCorp Vault and OpenBao over their HTTP API: the key-value store in its version 2, a token or an AppRole.
 * Each secret lies at a path of its own, so that a policy can give each process its own and no other.
 * https://developer.hashicorp.com/vault/api-docs/secret/kv/kv-v2 and …/auth/approle, …/auth/token
 */
import { z } from 'zod'
import type { Secret } from '#src/vault/secret.ts'
import { SecretsError, type SecretsReason } from '../errors.ts'
import { patiently, type SecretsBackend, type Tools } from './backend.ts'

export interface VaultOptions extends Tools {
  address: string
  /** Or else an AppRole. */
  token?: Secret | undefined
  roleId?: string | undefined
  secretId?: Secret | undefined
  namespace?: string | undefined
  mount: string
  path: string
}

interface Session {
  token: string
  /** Half of the lease; never for a token that does not end. */
  renewAt: number
}

interface Question {
  method?: 'GET' | 'POST'
  token?: string
  json?: object
  variable?: string
}

const CALL_MS = 5000
const Stored = z.object({ data: z.object({ data: z.object({ value: z.string() }) }) })
const Lease = z.object({
  auth: z.object({ client_token: z.string(), lease_duration: z.number(), renewable: z.boolean() }),
})
const Looked = z.object({ data: z.object({ ttl: z.number(), renewable: z.boolean().default(false) }) })

export function createVault(options: VaultOptions): SecretsBackend {
  const { mount, path, token, roleId, now = Date.now } = options
  let session: Promise<Session> | undefined

  /** The one that is open, renewed once half of its lease is over. */
  async function openSession(): Promise<string> {
    session ??= signIn(options)
    const opening = session
    const open = await opening.catch((error: unknown) => {
      if (session === opening) session = undefined
      throw error
    })
    if (now() < open.renewAt) return open.token
    if (session === opening) session = renew(options, open)
    return (await session).token
  }

  async function read(variable: string): Promise<string | undefined> {
    const where = `${mount}/data/${path}/${variable}`
    const answer = await ask(options, where, { token: await openSession(), variable })
    if (answer === undefined) return undefined
    const stored = Stored.safeParse(answer)
    if (!stored.success) throw new SecretsError('vault', 'malformed', { variable, detail: 'no field value' })
    return stored.data.data.data.value
  }

  /** A session that was ended from outside is opened once more. */
  async function readAgain(variable: string): Promise<string | undefined> {
    try {
      return await read(variable)
    } catch (error) {
      const isOver = error instanceof SecretsError && error.reason === 'denied' && roleId !== undefined && !token
      if (!isOver) throw error
      session = undefined
      return read(variable)
    }
  }

  return {
    name: 'vault',
    async find(variable) {
      const text = await patiently(() => readAgain(variable), options)
      return text === undefined ? undefined : { text }
    },
  }
}

async function signIn(options: VaultOptions): Promise<Session> {
  const { token, roleId, secretId } = options
  if (token) return lookUp(options, token.reveal())
  const json = { role_id: roleId, secret_id: secretId?.reveal() }
  const answer = await ask(options, 'auth/approle/login', { method: 'POST', json })
  return sessionIn(answer, options)
}

/** A token that may not ask about itself is used as it is. */
async function lookUp(options: VaultOptions, token: string): Promise<Session> {
  const { now = Date.now } = options
  const looked = Looked.safeParse(await ask(options, 'auth/token/lookup-self', { token }).catch(passOverDenial))
  const lease = looked.success && looked.data.data.renewable ? looked.data.data.ttl : 0
  return { token, renewAt: halfOf(lease, now()) }
}

/** Where it cannot be renewed, somebody who has an AppRole signs in anew. */
async function renew(options: VaultOptions, { token }: Session): Promise<Session> {
  const answer = await ask(options, 'auth/token/renew-self', { method: 'POST', token }).catch(passOverDenial)
  if (answer !== undefined) return sessionIn(answer, options)
  return options.token ? { token, renewAt: Number.POSITIVE_INFINITY } : signIn(options)
}

function sessionIn(answer: unknown, { now = Date.now }: VaultOptions): Session {
  const lease = Lease.safeParse(answer)
  if (!lease.success) throw new SecretsError('vault', 'malformed', { detail: 'no token in the answer to a sign-in' })
  return { token: lease.data.auth.client_token, renewAt: halfOf(lease.data.auth.lease_duration, now()) }
}

function halfOf(seconds: number, now: number): number {
  return seconds > 0 ? now + (seconds * 1000) / 2 : Number.POSITIVE_INFINITY
}

function passOverDenial(error: unknown): undefined {
  if (error instanceof SecretsError && error.reason === 'denied') return undefined
  throw error
}

/** Undefined when there is nothing at that place. */
async function ask(
  { address, namespace, fetch = globalThis.fetch }: VaultOptions,
  where: string,
  { method = 'GET', token, json, variable }: Question,
): Promise<unknown> {
  const headers = {
    'X-Vault-Request': 'true',
    ...(token && { 'X-Vault-Token': token }),
    ...(namespace && { 'X-Vault-Namespace': namespace }),
    ...(json && { 'Content-Type': 'application/json' }),
  }
  const rest = { method, headers, redirect: 'error', ...(json && { body: JSON.stringify(json) }) } as const
  const about = variable ? { variable } : {}
  const response = await fetch(`${address}/v1/${where}`, { ...rest, signal: AbortSignal.timeout(CALL_MS) }).catch(
    () => {
      throw new SecretsError('vault', 'away', about)
    },
  )
  const { status } = response
  if (status === 404) return undefined
  if (status === 200) return response.json().catch(() => undefined)
  const waitMs = 1000 * (Number(response.headers.get('Retry-After')) || 0)
  throw new SecretsError('vault', reasonFor(status), { ...about, detail: String(status), waitMs })
}

function reasonFor(status: number): SecretsReason {
  if (status === 429) return 'throttled'
  if (status === 503) return 'sealed'
  return status >= 500 ? 'away' : 'denied'
}
