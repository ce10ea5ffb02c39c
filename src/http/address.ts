import { BlockList, isIP } from 'node:net'
import type { Context, MiddlewareHandler } from 'hono'

interface NodeBindings {
  incoming?: { socket?: { remoteAddress?: string } }
}

export interface Addressed {
  Variables: { address?: string }
}

/** Proxies of this machine, which are believed when nobody names others. */
export const LOOPBACK = ['127.0.0.0/8', '::1']

/** Whether an address is among these addresses and networks, in whatever way it is written. */
export function createRanges(ranges: readonly string[]): (address: string) => boolean {
  const list = new BlockList()
  for (const range of ranges) {
    const [net = '', bits] = range.split('/')
    const kind = isIP(net) === 6 ? 'ipv6' : 'ipv4'
    if (bits === undefined) list.addAddress(net, kind)
    else list.addSubnet(net, Number(bits), kind)
  }
  return (address) => {
    const version = isIP(address)
    return version !== 0 && list.check(address, version === 6 ? 'ipv6' : 'ipv4')
  }
}

/**
 * Where a request comes from: the socket's other end, or, when that is a proxy of ours, the hop that the last of our proxies
 * saw. Everything left of it was written by whoever asked, and they could name any address.
 */
export function createAddressOf(trustedProxies: readonly string[]) {
  const isTrusted = createRanges(trustedProxies)
  return (peer: string | undefined, forwarded: string | undefined): string => {
    if (!peer) return 'unknown'
    let address = plain(peer)
    const hops = forwarded?.split(',') ?? []
    while (isTrusted(address)) {
      const hop = plain(hops.pop()?.trim() ?? '')
      if (isIP(hop) === 0) break
      address = hop
    }
    return address
  }
}

/** Notes the address for whoever asks `clientAddress` later on. */
export function knowAddress(trustedProxies: readonly string[]): MiddlewareHandler<Addressed> {
  const addressOf = createAddressOf(trustedProxies)
  return (c, next) => {
    c.set('address', addressOf(peerOf(c), c.req.header('x-forwarded-for')))
    return next()
  }
}

const fallback = createAddressOf(LOOPBACK)

export function clientAddress(c: Context): string {
  const known: unknown = c.get('address')
  return typeof known === 'string' ? known : fallback(peerOf(c), c.req.header('x-forwarded-for'))
}

function peerOf(c: Context): string | undefined {
  return (c.env as NodeBindings | undefined)?.incoming?.socket?.remoteAddress
}

/** Without what some proxies add: a port, brackets, a zone, or the prefix of an IPv4 address in IPv6. */
function plain(hop: string): string {
  const [, inBrackets] = /^\[(.*)\](?::\d+)?$/.exec(hop) ?? []
  const bare = inBrackets ?? hop.replace(/^(\d+\.\d+\.\d+\.\d+):\d+$/, '$1')
  return bare.replace(/%.*$/, '').replace(/^::ffff:(?=\d+\.)/i, '')
}
