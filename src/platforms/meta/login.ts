import { AppError } from '#src/domain/errors.ts'
import { Secret } from '#src/vault/secret.ts'
import { textIn } from './client.ts'
import { codeText, graphErrorIn } from './errors.ts'
import { callGraph, fieldOf, type GraphRequest } from './graph.ts'

export interface AppOptions {
  appId: string
  appSecret: Secret
  now?: () => Date
  fetch?: typeof globalThis.fetch
}

/** One step of a login. Its errors have shapes of their own; `field` of what is thrown holds the code. */
export async function askLogin(request: GraphRequest, fetch: typeof globalThis.fetch): Promise<unknown> {
  const call = await callGraph(request, fetch)
  if (call.kind !== 'answered') {
    throw new AppError('platform_unavailable', 'Meta could not be reached', { field: call.code })
  }
  const { status, body } = call.answer
  const code = codeIn(body) ?? (status >= 200 && status <= 299 && body !== undefined ? undefined : `http/${status}`)
  if (code === undefined) return body
  if (status >= 500 || status === 429) {
    throw new AppError('platform_unavailable', 'Meta gave no usable answer', { field: code })
  }
  throw new AppError('platform_refused', `Meta did not accept the sign-in (${code})`, { field: code })
}

/** Graph's `error`, or the flat words of api.instagram.com. */
function codeIn(body: unknown): string | undefined {
  const error = graphErrorIn(body)
  if (error) return codeText(error)
  return fieldOf(body, 'error_type') === undefined ? undefined : (textIn(body, 'code') ?? 'unknown').slice(0, 32)
}

/** A code may come with `#_` behind it that is no part of it: https://developers.facebook.com/docs/instagram-platform/instagram-api-with-instagram-login/business-login */
export function plainCode(code: string): string {
  return code.replace(/#_(=_)?$/, '')
}

export function tokenIn(body: unknown): Secret {
  const token = textIn(body, 'access_token')
  if (!token) throw new AppError('platform_unavailable', 'Meta answered the sign-in without a token')
  return new Secret(token)
}

/** From now on; undefined when nothing is said. */
export function endIn(body: unknown, now: Date): Date | undefined {
  const seconds = Number(fieldOf(body, 'expires_in'))
  return Number.isSafeInteger(seconds) && seconds > 0 ? new Date(now.getTime() + seconds * 1000) : undefined
}

export function urlAt(base: string, path: string, query: Record<string, string>): URL {
  const url = new URL(path, base.endsWith('/') ? base : `${base}/`)
  url.search = new URLSearchParams(query).toString()
  return url
}
