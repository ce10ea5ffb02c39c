import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { isPublicAddress } from './address.ts'

/** The model: addresses as numbers, ranges by their first and last number. */
const v4 = (a: number, b = 0, c = 0, d = 0) => a * 2 ** 24 + b * 2 ** 16 + c * 2 ** 8 + d
const closed4: [first: number, last: number][] = [
  [v4(0), v4(0, 255, 255, 255)],
  [v4(10), v4(10, 255, 255, 255)],
  [v4(100, 64), v4(100, 127, 255, 255)],
  [v4(127), v4(127, 255, 255, 255)],
  [v4(168, 63, 129, 16), v4(168, 63, 129, 16)],
  [v4(169, 254), v4(169, 254, 255, 255)],
  [v4(172, 16), v4(172, 31, 255, 255)],
  [v4(192, 0, 0), v4(192, 0, 0, 255)],
  [v4(192, 0, 2), v4(192, 0, 2, 255)],
  [v4(192, 88, 99), v4(192, 88, 99, 255)],
  [v4(192, 168), v4(192, 168, 255, 255)],
  [v4(198, 18), v4(198, 19, 255, 255)],
  [v4(198, 51, 100), v4(198, 51, 100, 255)],
  [v4(203, 0, 113), v4(203, 0, 113, 255)],
  [v4(224), v4(255, 255, 255, 255)],
]
const isOpen4 = (n: number) => !closed4.some(([first, last]) => n >= first && n <= last)

/** 128 bits by their first two groups and the rest. */
const isOpen6 = (groups: number[]) => {
  const [a = 0, b = 0] = groups
  if (a < 0x2000 || a > 0x3fff) return false
  if (a === 0x2001 && (b <= 0x1ff || b === 0xdb8)) return false
  return a !== 0x2002 && !(a === 0x3fff && b <= 0xfff)
}

const show4 = (n: number) => [24, 16, 8, 0].map((shift) => Math.floor(n / 2 ** shift) % 256).join('.')
const long6 = (groups: number[]) => groups.map((group) => group.toString(16).padStart(4, '0')).join(':')
const short6 = (groups: number[]) => new URL(`http://[${long6(groups)}]`).hostname.slice(1, -1)
const dotted6 = (groups: number[]) => {
  const [g = 0, h = 0] = groups.slice(6)
  return `${long6(groups.slice(0, 6))}:${show4(g * 2 ** 16 + h)}`
}

/** Half of them within a step of a range's edge. */
const edges4 = closed4
  .flatMap(([first, last]) => [first - 1, first, last, last + 1])
  .filter((n) => n >= 0 && n < 2 ** 32)
const number4 = fc.oneof(fc.integer({ min: 0, max: 2 ** 32 - 1 }), fc.constantFrom(...edges4))
const group = fc.integer({ min: 0, max: 0xffff })
const starts = [
  [0, 0, 0, 0, 0, 0xffff],
  [0, 0, 0, 0, 0, 0],
  [0x64, 0xff9b, 0, 0, 0, 0],
  [0x64, 0xff9b, 1],
  ...[[0x1fff], [0x2000], [0x2001, 0], [0x2001, 0x1ff], [0x2001, 0x200], [0x2001, 0xdb7], [0x2001, 0xdb8]],
  ...[[0x2001, 0xdb9], [0x2002], [0x2003], [0x3ffe], [0x3fff, 0xfff], [0x3fff, 0x1000], [0x4000]],
  ...[[0xfc00], [0xfd00, 0xec2], [0xfe80], [0xfec0], [0xff02]],
]
const groups6 = fc
  .tuple(
    fc.oneof(fc.constant<number[]>([]), fc.constantFrom(...starts)),
    fc.array(group, { minLength: 8, maxLength: 8 }),
  )
  .map(([start, rest]) => [...start, ...rest].slice(0, 8))

describe('the guard of addresses', () => {
  it('judges every IPv4 address as the registry does', () => {
    fc.assert(
      fc.property(number4, (n) => isPublicAddress(show4(n)) === isOpen4(n)),
      { numRuns: 3000 },
    )
  })

  it('judges every IPv6 address as the registry does, however it is written', () => {
    fc.assert(
      fc.property(groups6, fc.constantFrom(long6, short6, dotted6), fc.boolean(), (groups, show, upper) => {
        const text = upper ? show(groups).toUpperCase() : show(groups)
        return isPublicAddress(text) === isOpen6(groups)
      }),
      { numRuns: 3000 },
    )
  })

  it('lets no IPv4 address in that is wrapped in an IPv6 one, public or not', () => {
    const wraps = [(t: string) => `::ffff:${t}`, (t: string) => `::${t}`, (t: string) => `64:ff9b::${t}`]
    fc.assert(fc.property(number4, fc.constantFrom(...wraps), (n, wrap) => !isPublicAddress(wrap(show4(n)))))
    fc.assert(
      fc.property(
        number4,
        (n) => !isPublicAddress(`2002:${Math.floor(n / 65536).toString(16)}:${(n % 65536).toString(16)}::`),
      ),
    )
  })

  it.each([
    '',
    'localhost',
    '1.2.3',
    '127.1',
    '0x7f000001',
    '2130706433',
    '08.8.8.8',
    '1.1.1.1 ',
    '2606:4700::1%eth0',
    '[::1]',
  ])('takes %j for no public address', (text) => {
    expect(isPublicAddress(text)).toBe(false)
  })

  it.each(['1.1.1.1', '157.240.0.35', '2606:4700:4700::1111', '2a03:2880:f10c:83:face:b00c:0:25de'])(
    'lets %s through',
    (text) => {
      expect(isPublicAddress(text)).toBe(true)
    },
  )
})
