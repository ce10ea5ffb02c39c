import { BlockList, isIP } from 'node:net'

/*
 * Which addresses of the internet are open to everybody: the special-purpose registries of IANA, and what clouds put beside
 * them. https://www.iana.org/assignments/iana-ipv4-special-registry https://www.iana.org/assignments/iana-ipv6-special-registry
 */

/** Not open to everybody: this network, private, carriers' own, loopback, link-local with the clouds' metadata, documentation, multicast, reserved. */
const CLOSED_4 = [
  ['0.0.0.0', 8],
  ['10.0.0.0', 8],
  ['100.64.0.0', 10],
  ['127.0.0.0', 8],
  ['169.254.0.0', 16],
  ['172.16.0.0', 12],
  ['192.0.0.0', 24],
  ['192.0.2.0', 24],
  ['192.88.99.0', 24],
  ['192.168.0.0', 16],
  ['198.18.0.0', 15],
  ['198.51.100.0', 24],
  ['203.0.113.0', 24],
  ['224.0.0.0', 3],
  // Azure's own, in the midst of public ones: https://learn.microsoft.com/azure/virtual-network/what-is-ip-address-168-63-129-16
  ['168.63.129.16', 32],
] as const

/** All that is given out so far. Mapped, translated (64:ff9b::) and unique local addresses lie outside of it. */
const OPEN_6 = ['2000::', 3] as const
/** Of those: protocols' own with Teredo, documentation twice, and 6to4, which holds an IPv4 address. */
const CLOSED_6 = [
  ['2001::', 23],
  ['2001:db8::', 32],
  ['2002::', 16],
  ['3fff::', 20],
] as const

const closed = new BlockList()
for (const [net, prefix] of CLOSED_4) closed.addSubnet(net, prefix, 'ipv4')
for (const [net, prefix] of CLOSED_6) closed.addSubnet(net, prefix, 'ipv6')
const open6 = new BlockList()
open6.addSubnet(...OPEN_6, 'ipv6')

/** Whether an address as text is one of the public internet. Whatever is not an address, or has a zone, is none. */
export function isPublicAddress(text: string): boolean {
  if (text.includes('%')) return false
  const family = isIP(text)
  if (family === 4) return !closed.check(text, 'ipv4')
  return family === 6 && open6.check(text, 'ipv6') && !closed.check(text, 'ipv6')
}
