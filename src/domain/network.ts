import { parseUrl } from './url.ts'

const OCTETS = /^(?:25[0-5]|2[0-4]\d|1?\d?\d)(?:\.(?:25[0-5]|2[0-4]\d|1?\d?\d)){3}$/
const GROUPS = 8
const MAPPED = /^::ffff:(?=.*\.)|^(?:0{1,4}:){5}ffff:(?=.*\.)/i

/**
 * What a block or a count is kept under: an IPv4 address itself, of an IPv6 address the network of 64 bits, because whoever
 * has one address there has all of them. Undefined for what is no address.
 */
export function networkOf(address: string): string | undefined {
  const plain = address.replace(MAPPED, '')
  if (OCTETS.test(plain)) return plain
  const groups = groupsOf(address)
  if (!groups) return undefined
  // ::ffff:102:304 is 1.2.3.4.
  const [hi = 0, lo = 0] = groups.slice(6)
  if (groups.slice(0, 5).every((group) => group === 0) && groups[5] === 0xffff) {
    return [hi >> 8, hi & 255, lo >> 8, lo & 255].join('.')
  }
  return `${groups
    .slice(0, 4)
    .map((group) => group.toString(16))
    .join(':')}::/64`
}

/** The eight groups of an IPv6 address, however it is written; a parser that has seen everything reads it. */
function groupsOf(address: string): number[] | undefined {
  const url = address.includes(':') ? parseUrl(`http://[${address}]`) : undefined
  if (!url) return undefined
  const [head = '', tail] = url.hostname.slice(1, -1).split('::')
  const read = (part: string | undefined) => (part ? part.split(':').map((group) => Number.parseInt(group, 16)) : [])
  const [before, after] = [read(head), read(tail)]
  return [...before, ...Array<number>(GROUPS - before.length - after.length).fill(0), ...after]
}
