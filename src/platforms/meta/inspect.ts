import { NO_EXPIRY } from '#src/domain/credential.ts'
import { AppError } from '#src/domain/errors.ts'
import { Secret } from '#src/vault/secret.ts'
import type { Listener, TokenFacts } from '../adapter.ts'
import { type Ask, textIn } from './client.ts'
import { codeText, graphErrorIn } from './errors.ts'
import { fieldOf } from './graph.ts'

interface InspectOptions {
  ask: Ask
  graphApiVersion: string
  appId: string
  appSecret: Secret
}

/**
 * What Meta knows of a token: https://developers.facebook.com/docs/graph-api/reference/debug_token
 * The token that asks is the app's own and holds its secret, so it travels in the header, which Graph reads for every kind of
 * token alike. The one it asks about is documented in the query alone.
 */
export function createInspect({ ask, graphApiVersion, appId, appSecret }: InspectOptions) {
  const path = `${graphApiVersion}/debug_token`

  return async (token: Secret, signal: AbortSignal, listener?: Listener): Promise<TokenFacts> => {
    const request = {
      token: new Secret(`${appId}|${appSecret.reveal()}`),
      signal,
      query: { input_token: token.reveal() },
    }
    const asked = await ask(path, request, { endpointClass: 'refresh', listener })
    return factsIn(fieldOf(await bodyOf(asked), 'data'))
  }
}

/** A refusal here is about our app's id and secret, never about the token: nobody's account may suffer for it. */
async function bodyOf({ body }: Awaited<ReturnType<Ask>>): Promise<unknown> {
  try {
    return body()
  } catch (error) {
    const { code, field } = AppError.from(error)
    if (code === 'rate_limited') throw error
    throw new AppError('platform_unavailable', 'Meta does not look into tokens for our app', { field: `app/${field}` })
  }
}

function factsIn(data: unknown): TokenFacts {
  const isValid = fieldOf(data, 'is_valid')
  if (typeof isValid !== 'boolean') throw new AppError('platform_unavailable', 'Meta did not say how the token is')
  const [expiresAt, dataAccessExpiresAt] = [momentIn(data, 'expires_at'), momentIn(data, 'data_access_expires_at')]
  const [code, ownerRef] = [isValid ? undefined : codeIn(data), textIn(data, 'user_id')]
  return {
    isValid,
    scopes: scopesIn(data),
    ...(code && { code }),
    ...(expiresAt && { expiresAt }),
    ...(dataAccessExpiresAt && { dataAccessExpiresAt }),
    ...(ownerRef && { ownerRef }),
  }
}

function scopesIn(data: unknown): string[] {
  const scopes = fieldOf(data, 'scopes')
  return Array.isArray(scopes) ? scopes.filter((scope) => typeof scope === 'string') : []
}

/** In here `error` calls its second number `subcode`; elsewhere Graph writes `error_subcode`. */
function codeIn(data: unknown): string | undefined {
  const error = fieldOf(data, 'error')
  const subcode = fieldOf(error, 'subcode') ?? fieldOf(error, 'error_subcode')
  const found = graphErrorIn({ error: { code: fieldOf(error, 'code'), error_subcode: subcode } })
  return found && codeText(found)
}

/** Whole seconds since 1970, 0 for no end. */
function momentIn(data: unknown, name: string): Date | undefined {
  const value = fieldOf(data, name)
  const seconds = typeof value === 'string' && value.trim() !== '' ? Number(value) : value
  if (typeof seconds !== 'number' || !Number.isSafeInteger(seconds) || seconds < 0) return undefined
  const at = new Date(seconds * 1000)
  return seconds === 0 || !(at < NO_EXPIRY) ? NO_EXPIRY : at
}
