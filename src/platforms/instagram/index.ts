import { AppError } from '#src/domain/errors.ts'
import { Secret } from '#src/vault/secret.ts'
import type { Answered, PlatformAdapter, PostToSend } from '../adapter.ts'
import { classifyGraphAnswer, graphErrorIn, pausesAfter } from '../meta/errors.ts'
import { callGraph, fieldOf, type GraphCall, type GraphRequest } from '../meta/graph.ts'
import { type Reading, requireAnswer, tellPauses } from '../meta/reads.ts'
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
  const { graphApiVersion, now = () => new Date() } = options
  const call = createCall(options)
  const ask = createAsk(call, now)

  return {
    platform: 'instagram',

    async send({ accountRef, recipientRef, text }: PostToSend, token, signal) {
      const json = { recipient: { id: recipientRef }, message: { text } }
      const path = `${graphApiVersion}/${encodeURIComponent(accountRef)}/messages`
      return answeredBy(await call(path, { method: 'POST', token, json, signal }), accountRef, now())
    },

    async profile(contactRef, token, signal, listener) {
      const path = `${graphApiVersion}/${encodeURIComponent(contactRef)}`
      const query = { fields: 'name,username' }
      const asked = await ask(path, { token, signal, query }, { endpointClass: 'profile', listener })
      if (isWithoutProfile(asked.answer)) return undefined
      const body = asked.body()
      const [name, username] = [textIn(body, 'name'), textIn(body, 'username')]
      return { ...(name ? { name } : {}), ...(username ? { username } : {}) }
    },

    readBack(contactRef, token, signal, listener) {
      return readThread(contactRef, async (path, query) => {
        await listener.pace()
        const as = { endpointClass: 'read', listener } as const
        return (await ask(`${graphApiVersion}/${path}`, { token, signal, query }, as)).body()
      })
    },

    credential: createCredential(ask, graphApiVersion),
  }
}

function createCredential(ask: Ask, graphApiVersion: string): PlatformAdapter['credential'] {
  return {
    async check(token, signal, listener) {
      const query = { fields: 'id,user_id,username' }
      const as = { endpointClass: 'refresh', listener } as const
      const body = (await ask(`${graphApiVersion}/me`, { token, signal, query }, as)).body()
      // `id` is the app's own number for the account's owner; webhooks and sends know the account by `user_id`.
      const accountRef = textIn(body, 'user_id')
      if (!accountRef) throw new AppError('platform_unavailable', 'Instagram did not say whose token this is')
      const ownerRef = textIn(body, 'id')
      return { accountRef, name: textIn(body, 'username') ?? accountRef, ...(ownerRef && { ownerRef }) }
    },

    async refresh(token, signal, listener) {
      // The one call that Meta documents with the token in the URL only:
      // https://developers.facebook.com/docs/instagram-platform/instagram-api-with-instagram-login/business-login
      const query = { grant_type: 'ig_refresh_token', access_token: token.reveal() }
      const as = { endpointClass: 'refresh', listener } as const
      const body = (await ask('refresh_access_token', { signal, query }, as)).body()
      const fresh = textIn(body, 'access_token')
      const expiresInSeconds = Number(fieldOf(body, 'expires_in'))
      if (!fresh || !Number.isSafeInteger(expiresInSeconds) || expiresInSeconds <= 0) {
        throw new AppError('platform_unavailable', 'Instagram answered the renewal without a new token')
      }
      return { token: new Secret(fresh), expiresInSeconds }
    },
  }
}

type Call = (path: string, request: Omit<GraphRequest, 'url'>, query?: Record<string, string>) => Promise<GraphCall>

function createCall({ graphUrl, fetch = globalThis.fetch }: InstagramOptions): Call {
  return (path, request, query = {}) => {
    const url = new URL(path, graphUrl.endsWith('/') ? graphUrl : `${graphUrl}/`)
    url.search = new URLSearchParams(query).toString()
    return callGraph({ ...request, url }, fetch)
  }
}

type Ask = ReturnType<typeof createAsk>
type Question = Omit<GraphRequest, 'url' | 'method'> & { query: Record<string, string> }

/** Calls that change nothing; the pauses of an answer are told before anything is made of it. */
function createAsk(call: Call, now: () => Date) {
  return async (path: string, { query, ...request }: Question, as: Omit<Reading, 'now'>) => {
    const answer = await call(path, { ...request, method: 'GET' }, query)
    const reading = { ...as, now: now() }
    tellPauses(answer, reading)
    return { answer, body: () => requireAnswer(answer, reading) }
  }
}

function answeredBy(call: GraphCall, accountRef: string, now: Date): Answered {
  switch (call.kind) {
    case 'answered': {
      const answer = { ...call.answer, accountRef, now }
      const outcome = classifyGraphAnswer(answer)
      return { outcome, pauses: pausesAfter(outcome, answer) }
    }
    case 'unreached':
      return { outcome: { kind: 'retry', code: call.code, note: 'Instagram could not be reached' }, pauses: [] }
    case 'unknown': {
      const note = 'The connection ended before Instagram answered'
      return { outcome: { kind: 'uncertain', code: call.code, note }, pauses: [] }
    }
  }
}

function isWithoutProfile(call: GraphCall): boolean {
  const error = call.kind === 'answered' ? graphErrorIn(call.answer.body) : undefined
  if (!error) return false
  return [`${error.code}`, `${error.subcode}`, `${error.code}/${error.subcode}`].some((code) => NO_PROFILE.has(code))
}

/** A text, or a whole number that stands for one; ids come as either. */
function textIn(body: unknown, name: string): string | undefined {
  const value = fieldOf(body, name)
  const text = typeof value === 'number' ? String(value) : value
  return typeof text === 'string' && text.trim() !== '' ? text : undefined
}
