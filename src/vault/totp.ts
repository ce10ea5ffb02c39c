/*
 * Codes of an authenticator app: HMAC-SHA1 over the number of 30-second steps since 1970, six digits.
 * https://www.rfc-editor.org/rfc/rfc6238 · https://www.rfc-editor.org/rfc/rfc4226 · https://www.rfc-editor.org/rfc/rfc4648 (base32)
 */
import { createHmac, randomBytes, timingSafeEqual } from 'node:crypto'
import { Secret } from './secret.ts'

const STEP_MS = 30_000
const DIGITS = 6
const SEED_BYTES = 20
/** Clocks differ, and typing takes a while. */
const SKEW_STEPS = 1
const BASE32 = 'ABCDEFGHIJKLMNOPQRSTUVWXYZ234567'

/** 160 random bits in base32, as apps take them. */
export function newSeed(): Secret {
  return new Secret(toBase32(randomBytes(SEED_BYTES)))
}

export function stepAt(at: Date): number {
  return Math.floor(at.getTime() / STEP_MS)
}

export function codeAt(seed: Secret, step: number): string {
  const counter = Buffer.alloc(8)
  counter.writeBigUInt64BE(BigInt(step))
  const mac = createHmac('sha1', fromBase32(seed.reveal())).update(counter).digest()
  const offset = (mac.at(-1) ?? 0) & 0x0f
  const number = mac.readUInt32BE(offset) & 0x7fffffff
  return String(number % 10 ** DIGITS).padStart(DIGITS, '0')
}

/** The step whose code this is, if that step is near and newer than `after`. Every near step is compared, so the time tells nothing. */
export function matchStep(
  seed: Secret,
  code: string,
  { at, after }: { at: Date; after: number | null },
): number | undefined {
  const given = Buffer.from(code)
  let found: number | undefined
  for (let step = stepAt(at) - SKEW_STEPS; step <= stepAt(at) + SKEW_STEPS; step++) {
    const right = Buffer.from(codeAt(seed, step))
    const isRight = given.length === right.length && timingSafeEqual(given, right)
    if (isRight && (after === null || step > after)) found = step
  }
  return found
}

/** What an app reads from the QR code. https://github.com/google/google-authenticator/wiki/Key-Uri-Format */
export function otpauthUri(seed: Secret, account: string): string {
  const issuer = 'Countersign'
  return `otpauth://totp/${issuer}:${encodeURIComponent(account)}?secret=${seed.reveal()}&issuer=${issuer}`
}

function toBase32(bytes: Uint8Array): string {
  const bits = [...bytes].map((byte) => byte.toString(2).padStart(8, '0')).join('')
  return (bits.match(/.{1,5}/g) ?? []).map((five) => BASE32[Number.parseInt(five.padEnd(5, '0'), 2)]).join('')
}

function fromBase32(text: string): Buffer {
  const bits = [...text].map((letter) => BASE32.indexOf(letter).toString(2).padStart(5, '0')).join('')
  return Buffer.from((bits.match(/.{8}/g) ?? []).map((eight) => Number.parseInt(eight, 2)))
}
