import type { Secret } from '#src/vault/secret.ts'
import type { Answered, Listener, PostToSend } from '../adapter.ts'
import { graphErrorIn, pausesAfter } from './errors.ts'
import { callGraph, fieldOf, type GraphCall, type GraphRequest } from './graph.ts'
import { again, outcomeOf } from './outcomes.ts'
import type { Read } from './read-back.ts'
import { type Reading, requireAnswer, tellPauses } from './reads.ts'

export interface ClientOptions {
  /** Such as `https://graph.instagram.com`, or a sandbox. */
  graphUrl: string
  fetch?: typeof globalThis.fetch | undefined
}

export type Call = (
  path: string,
  request: Omit<GraphRequest, 'url'>,
  query?: Record<string, string>,
) => Promise<GraphCall>

export function createCall({ graphUrl, fetch = globalThis.fetch }: ClientOptions): Call {
  return (path, request, query = {}) => {
    const url = new URL(path, graphUrl.endsWith('/') ? graphUrl : `${graphUrl}/`)
    url.search = new URLSearchParams(query).toString()
    return callGraph({ ...request, url }, fetch)
  }
}

export type Ask = ReturnType<typeof createAsk>
export type Question = Omit<GraphRequest, 'url' | 'method'> & { method?: 'POST'; query: Record<string, string> }

/** Calls that are safe to repeat; the pauses of an answer are told before anything is made of it. */
export function createAsk(call: Call, now: () => Date) {
  return async (path: string, { query, method, ...request }: Question, as: Omit<Reading, 'now'>) => {
    const answer = await call(path, { ...request, method: method ?? 'GET' }, query)
    const reading = { ...as, now: now() }
    tellPauses(answer, reading)
    return { answer, body: () => requireAnswer(answer, reading) }
  }
}

/** A page of a list is longer than any other answer. */
const LIST_MAX_BYTES = 4 * 1024 * 1024

type Reader = { token: Secret; signal: AbortSignal; listener: Listener & { pace(): Promise<void> } }

/** Reads of what was said, each at its own pace. */
export function createRead(ask: Ask, version: string, { token, signal, listener }: Reader): Read {
  return async (path, query) => {
    await listener.pace()
    const request = { token, signal, query, answerMaxBytes: LIST_MAX_BYTES }
    return (await ask(`${version}/${path}`, request, { endpointClass: 'read', listener })).body()
  }
}

/** What the call of a post came to. */
export function answeredBy(call: GraphCall, post: PostToSend, now: Date): Answered {
  switch (call.kind) {
    case 'answered': {
      const answer = { ...call.answer, accountRef: post.accountRef, now }
      const outcome = outcomeOf(post, answer)
      return { outcome, pauses: pausesAfter(outcome, answer) }
    }
    case 'unreached':
      return { outcome: { kind: 'retry', code: call.code, note: 'Meta could not be reached' }, pauses: [] }
    case 'unknown': {
      const note = 'The connection ended before Meta answered'
      return { outcome: again(post.kind, { kind: 'uncertain', code: call.code, note }), pauses: [] }
    }
  }
}

/** No profile is to be had: consent is missing, nobody is known, or a telephone account. All of them are expected. */
const NO_PROFILE = new Set(['230', '9010', '2018218', '2018247', '100/33', '100/2018001', '100/2534014'])

export function isWithoutProfile(call: GraphCall): boolean {
  const error = call.kind === 'answered' ? graphErrorIn(call.answer.body) : undefined
  if (!error) return false
  return [`${error.code}`, `${error.subcode}`, `${error.code}/${error.subcode}`].some((code) => NO_PROFILE.has(code))
}

/** A text, or a whole number that stands for one; ids come as either. */
export function textIn(body: unknown, name: string): string | undefined {
  const value = fieldOf(body, name)
  const text = typeof value === 'number' ? String(value) : value
  return typeof text === 'string' && text.trim() !== '' ? text : undefined
}
