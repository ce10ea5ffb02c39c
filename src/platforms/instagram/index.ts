import { AppError } from '#src/domain/errors.ts'
import { Secret } from '#src/vault/secret.ts'
import type { Answered, PlatformAdapter, PostToSend } from '../adapter.ts'
import { classifyGraphAnswer, graphErrorIn, throttlePause } from '../meta/errors.ts'
import { callGraph, fieldOf, type GraphCall, type GraphRequest } from '../meta/graph.ts'
import { requireAnswer } from '../meta/reads.ts'
import { readThread } from './read-back.ts'

interface InstagramOptions {
  /** `https://graph.instagram.com`, or a sandbox. */
  graphUrl: string
  /** Such as `v26.0`. */
  graphApiVersion: string
  fetch?: typeof globalThis.fetch
  now?: () => Date
}

/** No profile is to be had: consent is missing, nobody is known, or a telephone account. All of them are expected. */
const NO_PROFILE = new Set(['230', '9010', '2018218', '2018247', '100/33', '100/2018001', '100/2534014'])

/** Instagram with Instagram Login. What it needs and refuses stands in README.md beside this file. */
export function createInstagramAdapter(options: InstagramOptions): PlatformAdapter {
  const { graphUrl, graphApiVersion, fetch = globalThis.fetch, now = () => new Date() } = options
  const call = (path: string, request: Omit<GraphRequest, 'url'>, query: Record<string, string> = {}) => {
    const url = new URL(path, graphUrl.endsWith('/') ? graphUrl : `${graphUrl}/`)
    url.search = new URLSearchParams(query).toString()
    return callGraph({ ...request, url }, fetch)
  }

  return {
    platform: 'instagram',

    async send({ accountRef, recipientRef, text }: PostToSend, token, signal) {
      const json = { recipient: { id: recipientRef }, message: { text } }
      const path = `${graphApiVersion}/${encodeURIComponent(accountRef)}/messages`
      return answeredBy(await call(path, { method: 'POST', token, json, signal }), now())
    },

    async profile(contactRef, token, signal) {
      const path = `${graphApiVersion}/${encodeURIComponent(contactRef)}`
      const answer = await call(path, { method: 'GET', token, signal }, { fields: 'name,username' })
      if (answer.kind === 'answered' && isWithoutProfile(answer.answer.body)) return undefined
      const body = requireAnswer(answer, now())
      const [name, username] = [textIn(body, 'name'), textIn(body, 'username')]
      return { ...(name ? { name } : {}), ...(username ? { username } : {}) }
    },

    readBack(contactRef, token, signal, pace) {
      return readThread(contactRef, async (path, query) => {
        await pace()
        return requireAnswer(await call(`${graphApiVersion}/${path}`, { method: 'GET', token, signal }, query), now())
      })
    },

    credential: {
      async check(token, signal) {
        const path = `${graphApiVersion}/me`
        const body = requireAnswer(
          await call(path, { method: 'GET', token, signal }, { fields: 'user_id,username' }),
          now(),
        )
        // `id` would be the app's own number for the account; webhooks and sends know it by `user_id`.
        const accountRef = textIn(body, 'user_id')
        if (!accountRef) throw new AppError('platform_unavailable', 'Instagram did not say whose token this is')
        return { accountRef, name: textIn(body, 'username') ?? accountRef }
      },

      async refresh(token, signal) {
        // The one call that Meta documents with the token in the URL only:
        // https://developers.facebook.com/docs/instagram-platform/instagram-api-with-instagram-login/business-login
        const query = { grant_type: 'ig_refresh_token', access_token: token.reveal() }
        const body = requireAnswer(await call('refresh_access_token', { method: 'GET', signal }, query), now())
        const fresh = textIn(body, 'access_token')
        const expiresInSeconds = Number(fieldOf(body, 'expires_in'))
        if (!fresh || !Number.isSafeInteger(expiresInSeconds) || expiresInSeconds <= 0) {
          throw new AppError('platform_unavailable', 'Instagram answered the renewal without a new token')
        }
        return { token: new Secret(fresh), expiresInSeconds }
      },
    },
  }
}

function answeredBy(call: GraphCall, now: Date): Answered {
  switch (call.kind) {
    case 'answered': {
      const outcome = classifyGraphAnswer({ ...call.answer, now })
      return { outcome, pauses: throttlePause(outcome) }
    }
    case 'unreached':
      return { outcome: { kind: 'retry', code: call.code, note: 'Instagram could not be reached' }, pauses: [] }
    case 'unknown': {
      const note = 'The connection ended before Instagram answered'
      return { outcome: { kind: 'uncertain', code: call.code, note }, pauses: [] }
    }
  }
}

function isWithoutProfile(body: unknown): boolean {
  const error = graphErrorIn(body)
  if (!error) return false
  return [`${error.code}`, `${error.subcode}`, `${error.code}/${error.subcode}`].some((code) => NO_PROFILE.has(code))
}

/** A text, or a whole number that stands for one; ids come as either. */
function textIn(body: unknown, name: string): string | undefined {
  const value = fieldOf(body, name)
  const text = typeof value === 'number' ? String(value) : value
  return typeof text === 'string' && text.trim() !== '' ? text : undefined
}
