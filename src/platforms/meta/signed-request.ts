import { createHmac, timingSafeEqual } from 'node:crypto'
import { isLosslessNumber, parse } from 'lossless-json'
import { fieldOf } from './graph.ts'
import type { LabelledSecret } from './signature.ts'

/** What Meta says about a person who left the app or wants to be forgotten. */
export interface SignedRequest {
  /** The person, by the number that the app knows them under. */
  userRef: string
  issuedAt: Date
  /** The signature in hex: the same request has the same one, and nobody without the secret can guess another. */
  digest: string
  /** Which secret signed it. */
  label: string
}

const CHARS_MAX = 8192
const SHAPE = /^([A-Za-z0-9_-]{43})\.([A-Za-z0-9_-]+)$/
const USER_REF = /^\d{1,64}$/
const SECONDS = /^\d{1,11}$/

/**
 * Opens a `signed_request`; undefined for everything that is not wholly in order. What is signed is the second part as it came,
 * still encoded. https://developers.facebook.com/docs/development/create-an-app/app-dashboard/data-deletion-callback
 */
export function readSignedRequest(
  text: string,
  secrets: readonly LabelledSecret[],
  now: Date,
): SignedRequest | undefined {
  const [, signature = '', payload = ''] = (text.length <= CHARS_MAX && SHAPE.exec(text)) || []
  const claimed = Buffer.from(signature, 'base64url')
  // The last character has two bits to spare: of the four spellings of a signature one counts.
  if (claimed.length !== 32 || claimed.toString('base64url') !== signature) return undefined
  const label = signerOf(payload, claimed, secrets)
  if (label === undefined) return undefined
  const said = readPayload(payload, now)
  return said && { ...said, digest: claimed.toString('hex'), label }
}

/** Every secret is tried whatever matched before, so the time taken tells nothing. An empty one signs nothing. */
function signerOf(payload: string, claimed: Buffer, secrets: readonly LabelledSecret[]): string | undefined {
  const matching = secrets.filter(({ secret }) => {
    const key = secret.reveal()
    return timingSafeEqual(createHmac('sha256', key).update(payload).digest(), claimed) && key !== ''
  })
  return matching[0]?.label
}

function readPayload(payload: string, now: Date): Pick<SignedRequest, 'userRef' | 'issuedAt'> | undefined {
  const said = jsonIn(Buffer.from(payload, 'base64url').toString('utf8'))
  const word = (name: string) => wordOf(fieldOf(said, name))
  const [userRef, issued, expires] = [word('user_id'), word('issued_at'), word('expires')]
  if (word('algorithm') !== 'HMAC-SHA256' || !USER_REF.test(userRef) || !SECONDS.test(issued)) return undefined
  return isOver(expires, now) ? undefined : { userRef, issuedAt: new Date(Number(issued) * 1000) }
}

/** Empty when nothing is said; an object or a list is no word, and fits nowhere. */
function wordOf(value: unknown): string {
  if (value === undefined) return ''
  return typeof value === 'string' || isLosslessNumber(value) ? String(value) : '?'
}

/** Most have no end; a zero is Meta's way of saying so. */
function isOver(expires: string, now: Date): boolean {
  if (expires === '' || expires === '0') return false
  return !SECONDS.test(expires) || Number(expires) * 1000 <= now.getTime()
}

/** Numbers stay texts: ids pass 2^53. */
function jsonIn(text: string): unknown {
  try {
    return parse(text)
  } catch {
    return undefined
  }
}
