import { parseUrl } from '#src/domain/url.ts'
import { isApprovalKey } from '#src/vault/approvals.ts'
import { parseFernetKeys } from '#src/vault/keyring.ts'
import { Secret } from '#src/vault/secret.ts'

/** Thrown by a reader; says what would be right, never what was given. */
export class Fault extends Error {
  override readonly name = 'Fault'
}

type Reader<T> = (text: string) => T

const LOOPBACK = new Set(['localhost', '127.0.0.1', '[::1]'])
const PLACEHOLDER =
  /^(?:change[-_ ]?me.*|your[-_ ].*|<.*>|x{3,}|\.{3,}|placeholder|password|secret|todo|replace[-_ ].*)$/i

/** Whether somebody left the sample value standing. */
export function isPlaceholder(text: string): boolean {
  return text.split(',').some((part) => PLACEHOLDER.test(part.trim()))
}

export const readText: Reader<string> = (text) => text

export function oneOf<T extends string>(...words: readonly T[]): Reader<T> {
  return (text) => words.find((word) => word === text) ?? fail(`must be one of ${words.join(', ')}`)
}

export function integer(min: number, max: number): Reader<number> {
  return (text) => {
    const value = Number(text)
    const fits = /^\d+$/.test(text) && value >= min && value <= max
    return fits ? value : fail(`must be a whole number from ${min} to ${max}`)
  }
}

export function matching(shape: RegExp, wish: string): Reader<string> {
  return (text) => (shape.test(text) ? text : fail(wish))
}

/** An address without its trailing slash, so that a path can follow. */
export const readHttpUrl: Reader<string> = (text) => {
  const url = parseUrl(text)
  if (url?.protocol !== 'https:' && url?.protocol !== 'http:')
    return fail('must be an address that starts with https:// or http://')
  if (url.username !== '' || url.search !== '' || url.hash !== '')
    return fail('must hold no user name, query or fragment')
  return text.replace(/\/+$/, '')
}

export function isOnThisMachine({ hostname }: URL): boolean {
  return LOOPBACK.has(hostname)
}

/** Tokens travel to this address, so it is https, or does not leave the machine. */
export const readTokenUrl: Reader<string> = (text) => {
  const url = readHttpUrl(text)
  const parsed = new URL(url)
  return parsed.protocol === 'https:' || isOnThisMachine(parsed)
    ? url
    : fail('must start with https://, except on this machine')
}

export const readDatabaseUrl: Reader<Secret> = (text) => {
  const url = parseUrl(text)
  const fits = ['mysql:', 'mariadb:'].includes(url?.protocol ?? '') && (url?.pathname.length ?? 0) > 1
  return fits ? new Secret(text) : fail('must look like mysql://user:password@host:3306/database')
}

export const readRedisUrl: Reader<Secret> = (text) => {
  const fits = text.startsWith('/') || ['redis:', 'rediss:', 'unix:'].includes(parseUrl(text)?.protocol ?? '')
  return fits ? new Secret(text) : fail('must look like redis://:password@host:6379/0')
}

export function secretOf(minChars: number): Reader<Secret> {
  return (text) => {
    if (/\s/.test(text)) return fail('must not hold spaces')
    return text.length >= minChars ? new Secret(text) : fail(`must have at least ${minChars} characters`)
  }
}

export const readFernetKeys: Reader<Secret> = (text) => {
  const keys = new Secret(text)
  return parseFernetKeys(keys)
    ? keys
    : fail('must hold Fernet keys, separated by commas; make one with: countersign keys generate fernet')
}

type Pair = 'approval' | 'audit'

export function signingKeyOf(pair: Pair): Reader<Secret> {
  return (text) =>
    isApprovalKey(text, 'private')
      ? new Secret(text)
      : fail(`must be the private key of: countersign keys generate ${pair}`)
}

export function publicKeyOf(pair: Pair): Reader<string> {
  return (text) =>
    isApprovalKey(text, 'public') ? text : fail(`must be the public key of: countersign keys generate ${pair}`)
}

/** Several once the private half has been replaced: what the old one signed is still to be checked. */
export function publicKeysOf(pair: Pair): Reader<string[]> {
  const read = publicKeyOf(pair)
  return (text) => text.split(',').map((part) => read(part.trim()))
}

export type AuditPlace = { kind: 'off' } | { kind: 'stdout' } | { kind: 'file'; path: string }

export const readSink: Reader<AuditPlace> = (text) => {
  if (text === 'off' || text === 'stdout') return { kind: text }
  const [, path] = /^file:(\S.*)$/.exec(text) ?? []
  return path ? { kind: 'file', path } : fail('must be off, stdout or file:PATH')
}

export interface LabelledSecret {
  label: string
  secret: Secret
}

/** Several while one takes the place of another; the label tells in a log which one matched. */
export function secretList(label: string, minChars: number): Reader<LabelledSecret[]> {
  const read = secretOf(minChars)
  return (text) => text.split(',').map((part, i) => ({ label: `${label}-${i + 1}`, secret: read(part.trim()) }))
}

function fail(wish: string): never {
  throw new Fault(wish)
}
