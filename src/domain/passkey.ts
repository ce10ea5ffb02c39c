/** Where passkeys of this installation are good: a browser binds each to a name, and says from which origin it is used. */
export interface PasskeySite {
  rpId: string
  origin: string
}

/** How long a browser may take. */
export const CHALLENGE_LIFE_MS = 5 * 60_000
/** A phone, a computer, a few keys; more is no use to anybody. */
export const PASSKEYS_MAX = 10
const NAME_MAX = 60

/** Undefined where browsers make none: over plain http, unless it is this machine, and at a bare address. https://www.w3.org/TR/webauthn-3/#rp-id */
export function passkeySite(publicUrl: string): PasskeySite | undefined {
  const { protocol, hostname, origin } = new URL(publicUrl)
  const isAddress = hostname.startsWith('[') || /^[\d.]+$/.test(hostname)
  const isHere = hostname === 'localhost' || hostname.endsWith('.localhost')
  if (isAddress || (protocol !== 'https:' && !isHere)) return undefined
  return { rpId: hostname, origin }
}

/** A device that counts its uses counts up: a number that was there before is another device's, with a copy of the key. Zero is of one that does not count. */
export function isCounterBack(known: number, given: number): boolean {
  return (known > 0 || given > 0) && given <= known
}

/** The name under which its owner knows it again; undefined when it is none. */
export function passkeyName(text: string): string | undefined {
  const name = text.trim().replace(/\s+/g, ' ')
  return name === '' || [...name].length > NAME_MAX ? undefined : name
}
