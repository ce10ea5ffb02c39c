import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { networkOf } from './network.ts'

const group = fc.integer({ min: 0, max: 0xffff }).map((value) => value.toString(16))
const six = fc
  .array(group, { minLength: 8, maxLength: 8 })
  .filter((groups) => groups.slice(0, 4).some((g) => g !== '0'))

describe('the network of an address', () => {
  it.each([
    ['203.0.113.7', '203.0.113.7'],
    ['::ffff:203.0.113.7', '203.0.113.7'],
    ['::FFFF:cb00:7107', '203.0.113.7'],
    ['2001:db8:1:2:3:4:5:6', '2001:db8:1:2::/64'],
    ['2001:0DB8:0001:0002::1', '2001:db8:1:2::/64'],
    ['2001:db8::1', '2001:db8:0:0::/64'],
    ['::1', '0:0:0:0::/64'],
  ])('of %s is %s', (address, network) => {
    expect(networkOf(address)).toBe(network)
  })

  it.each([
    '',
    'unknown',
    '1.2.3',
    '1.2.3.4.5',
    '256.1.1.1',
    '1.2.3.4:80',
    '[::1]',
    'fe80::1%eth0',
    ':::',
    'a:b',
    '1.2.3.4\n',
  ])('of %j is none', (text) => {
    expect(networkOf(text)).toBeUndefined()
  })

  it('is the same for all addresses of 64 bits, and another one for any other 64', () => {
    fc.assert(
      fc.property(six, six, (one, other) => {
        const [front, back] = [one.slice(0, 4), other.slice(4)]
        expect(networkOf([...front, ...back].join(':'))).toBe(networkOf(one.join(':')))
        const same = front.join(':') === other.slice(0, 4).join(':')
        expect(networkOf(other.join(':')) === networkOf(one.join(':'))).toBe(same)
      }),
    )
  })

  it('never throws, whatever it is given', () => {
    fc.assert(fc.property(fc.string(), (text) => void networkOf(text)))
  })
})
