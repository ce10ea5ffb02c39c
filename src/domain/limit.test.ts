import { expect, it } from 'vitest'
import { limits, type ScopedWindow } from './limit.ts'

/** The most calls that these windows let an account make in a second. */
const perSecond = (windows: readonly ScopedWindow[]) =>
  Math.min(...windows.filter(({ scope }) => scope === 'account').map(({ max, perMs }) => max * Math.ceil(1000 / perMs)))

it('stays under what the platforms publish: 100 sends a second, of a Page 40 messages, and 2 reads', () => {
  expect(perSecond(limits.instagram.send)).toBeLessThan(100)
  expect(perSecond(limits.messenger.send)).toBeLessThan(40)
  for (const { read } of Object.values(limits)) expect(perSecond(read)).toBeLessThanOrEqual(2)
})
