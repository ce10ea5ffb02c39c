import { networkOf } from '#src/domain/network.ts'
import { parseUrl } from '#src/domain/url.ts'
import { Fault } from './readers.ts'

/** Proxies on this machine. */
export const LOOPBACK_RANGES = '127.0.0.0/8,::1'

/** Addresses and networks; `none` is an empty list, where a default would stand otherwise. */
export function readAddresses(text: string): string[] {
  if (text.trim().toLowerCase() === 'none') return []
  const ranges = text.split(',').map((part) => part.trim())
  if (!ranges.every(isRange)) throw new Fault('must hold addresses and networks, such as 10.0.0.0/8,2001:db8::1')
  return ranges
}

function isRange(range: string): boolean {
  const [net = '', bits, rest] = range.split('/')
  if (!networkOf(net) || rest !== undefined) return false
  const most = net.includes(':') ? 128 : 32
  // A network of no bits is everybody: that is never what somebody means.
  return bits === undefined || (/^\d{1,3}$/.test(bits) && Number(bits) >= 1 && Number(bits) <= most)
}

/** By commas or as a JSON list; each is an origin and nothing but. */
export function readOrigins(text: string): string[] {
  const origins = text.trim().startsWith('[') ? readList(text) : text.split(',').map((part) => part.trim())
  if (!origins.every((origin) => origin === '*' || isOrigin(origin))) {
    throw new Fault('must hold origins, such as https://app.example.org, without a path')
  }
  return origins
}

function readList(text: string): string[] {
  try {
    const list: unknown = JSON.parse(text)
    if (Array.isArray(list)) return list.map(String)
  } catch {
    // Told below.
  }
  throw new Fault('must be a list of origins, or origins separated by commas')
}

function isOrigin(text: string): boolean {
  return /^https?:\/\/[^*]+$/.test(text) && parseUrl(text)?.origin === text
}

/** https://www.rfc-editor.org/rfc/rfc9116#section-2.5.3 */
export function readContact(text: string): string {
  if (/^mailto:[^\s@]+@[^\s@]+$/.test(text) || (/^https:\/\/\S+$/.test(text) && parseUrl(text))) return text
  throw new Fault('must start with mailto: or https://')
}
