/*
 * Fernet (https://github.com/fernet/spec): version ‖ time ‖ iv ‖ AES-128-CBC ciphertext ‖ HMAC-SHA256, in URL-safe base64.
 * The MAC is checked, in constant time, before anything is decrypted, and every refusal is the same `undefined`.
 * A token's time is written and never judged: what we seal lives as long as its row.
 */
import { createCipheriv, createDecipheriv, createHmac, randomBytes, timingSafeEqual } from 'node:crypto'

const VERSION = 0x80
const HEAD_BYTES = 1 + 8 + 16
const BLOCK_BYTES = 16
const MAC_BYTES = 32
export const KEY_BYTES = 32
const TOKEN = /^(?:[\w-]{4})*(?:[\w-]{2}==|[\w-]{3}=)?$/

export interface FernetKey {
  readonly signing: Uint8Array
  readonly encryption: Uint8Array
}

/** Reads a key of 44 characters; undefined when it is not one. */
export function parseFernetKey(text: string): FernetKey | undefined {
  const bytes = fromUrlSafe(text.trim())
  if (bytes?.length !== KEY_BYTES) return undefined
  return { signing: bytes.subarray(0, 16), encryption: bytes.subarray(16) }
}

/** `seconds` and `iv` are parameters for the specification's vectors; an iv must never be used twice. */
export function seal(message: Uint8Array, key: FernetKey, seconds: number, iv: Uint8Array = randomBytes(16)): string {
  const head = Buffer.alloc(HEAD_BYTES)
  head.writeUInt8(VERSION, 0)
  head.writeBigUInt64BE(BigInt(Math.floor(seconds)), 1)
  head.set(iv, 9)
  const cipher = createCipheriv('aes-128-cbc', key.encryption, iv)
  const signed = Buffer.concat([head, cipher.update(message), cipher.final()])
  return toUrlSafe(Buffer.concat([signed, macOf(signed, key)]))
}

/** Opens with whichever key fits; undefined when none does or the token was touched. */
export function open(token: string, keys: readonly FernetKey[]): Buffer | undefined {
  const found = findSealer(token, keys)
  return found && decrypt(found.signed, found.key)
}

/** The key that sealed it; undefined when none of these did or the token was touched. */
export function sealerOf(token: string, keys: readonly FernetKey[]): FernetKey | undefined {
  return findSealer(token, keys)?.key
}

function findSealer(token: string, keys: readonly FernetKey[]): { signed: Buffer; key: FernetKey } | undefined {
  const bytes = fromUrlSafe(token)
  if (!bytes || !isTokenShaped(bytes)) return undefined
  const signed = bytes.subarray(0, -MAC_BYTES)
  const mac = bytes.subarray(-MAC_BYTES)
  const key = keys.find((candidate) => timingSafeEqual(macOf(signed, candidate), mac))
  return key && { signed, key }
}

function isTokenShaped(bytes: Buffer): boolean {
  const ciphertextBytes = bytes.length - HEAD_BYTES - MAC_BYTES
  return bytes[0] === VERSION && ciphertextBytes >= BLOCK_BYTES && ciphertextBytes % BLOCK_BYTES === 0
}

function decrypt(signed: Buffer, key: FernetKey): Buffer | undefined {
  const decipher = createDecipheriv('aes-128-cbc', key.encryption, signed.subarray(9, HEAD_BYTES))
  try {
    return Buffer.concat([decipher.update(signed.subarray(HEAD_BYTES)), decipher.final()])
  } catch {
    return undefined
  }
}

function macOf(signed: Uint8Array, key: FernetKey): Buffer {
  return createHmac('sha256', key.signing).update(signed).digest()
}

/** Base64 with `-` and `_`, and with its padding, as keys and tokens are written. */
export function toUrlSafe(bytes: Buffer): string {
  return bytes.toString('base64').replaceAll('+', '-').replaceAll('/', '_')
}

/** Node skips what is not base64; we refuse it, and every second spelling of the same bytes with it. */
function fromUrlSafe(text: string): Buffer | undefined {
  if (!TOKEN.test(text)) return undefined
  const bytes = Buffer.from(text, 'base64url')
  return toUrlSafe(bytes) === text ? bytes : undefined
}
