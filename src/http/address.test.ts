import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { createAddressOf, createRanges, LOOPBACK } from './address.ts'

const proxied = createAddressOf(['10.0.0.0/8', '2001:db8:aaaa::/48', '127.0.0.1'])
const client = '203.0.113.9'

describe('where a request comes from', () => {
  it.each([
    ['somebody who is no proxy, whatever they claim', '198.51.100.1', '203.0.113.9', '198.51.100.1'],
    ['our proxy without a word', '10.1.2.3', undefined, '10.1.2.3'],
    ['our proxy, which names the client', '10.1.2.3', client, client],
    ['our proxy, as IPv4 in IPv6', '::ffff:10.1.2.3', client, client],
    ['our proxy, over IPv6', '2001:db8:aaaa::1', '2001:db8:bbbb::7', '2001:db8:bbbb::7'],
    ['two proxies of ours in a row', '10.1.2.3', `${client}, 10.9.9.9`, client],
    ['a client who wrote a hop of their own', '10.1.2.3', `1.1.1.1, 127.0.0.1, ${client}`, client],
    ['a client who wrote a hop of ours', '10.1.2.3', `10.5.5.5, ${client}`, client],
    ['a proxy that adds the port', '10.1.2.3', `${client}:4711`, client],
    ['a proxy that adds brackets and port', '10.1.2.3', '[2001:db8:bbbb::7]:4711', '2001:db8:bbbb::7'],
    ['a hop that is no address', '10.1.2.3', `${client}, unknown`, '10.1.2.3'],
    ['nobody that can be seen', undefined, client, 'unknown'],
  ])('%s', (_case, peer, forwarded, address) => {
    expect(proxied(peer, forwarded)).toBe(address)
  })

  it('cannot be moved by anything a client writes left of what our proxy saw', () => {
    fc.assert(
      fc.property(fc.string(), (written) => {
        expect(proxied('10.1.2.3', `${written},${client}`)).toBe(client)
      }),
    )
  })

  it('is the socket’s other end when no proxy is named', () => {
    expect(createAddressOf([])('127.0.0.1', client)).toBe('127.0.0.1')
    expect(createAddressOf(LOOPBACK)('127.0.0.1', client)).toBe(client)
  })
})

it('ranges hold an address in whatever way it is written', () => {
  const isIn = createRanges(['203.0.113.0/24', '2001:db8::/32', '198.51.100.7'])
  for (const inside of ['203.0.113.9', '::ffff:203.0.113.9', '2001:0db8:0:0::1', '198.51.100.7']) {
    expect(isIn(inside), inside).toBe(true)
  }
  for (const outside of ['203.0.114.9', '2001:db9::1', '198.51.100.8', 'unknown', '']) {
    expect(isIn(outside), outside).toBe(false)
  }
})
