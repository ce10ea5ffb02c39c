import fc from 'fast-check'
import { expect, it } from 'vitest'
import { createGroup } from './group.ts'

/** Doubles numbers; a group ends when it is let go. */
function setUp({ max = 100 } = {}) {
  const groups: number[][] = []
  const gates: (() => void)[] = []
  const double = createGroup(
    async (items: number[]) => {
      groups.push(items)
      await new Promise<void>((resolve) => gates.push(resolve))
      return items.map((item) => item * 2)
    },
    { max },
  )
  const letGo = async () => {
    await expect.poll(() => gates.length).toBe(1)
    gates.pop()?.()
  }
  return { double, groups, letGo }
}

it('begins at once when nothing is under way, and with all that is asked in the same moment', async () => {
  const { double, groups, letGo } = setUp()
  const answers = Promise.all([double(1), double(2), double(3)])
  await letGo()
  expect(await answers).toEqual([2, 4, 6])
  expect(groups).toEqual([[1, 2, 3]])
})

it('does in one go what is asked while a group is under way', async () => {
  const { double, groups, letGo } = setUp()
  const first = double(1)
  await expect.poll(() => groups).toEqual([[1]])
  const rest = Promise.all([double(2), double(3)])
  await letGo()
  expect(await first).toBe(2)
  await letGo()
  expect(await rest).toEqual([4, 6])
  expect(groups).toEqual([[1], [2, 3]])
})

it('never takes more at once than it may', async () => {
  const { double, groups, letGo } = setUp({ max: 2 })
  const answers = Promise.all([1, 2, 3, 4, 5].map(double))
  for (let i = 0; i < 3; i++) await letGo()
  expect(await answers).toEqual([2, 4, 6, 8, 10])
  expect(groups).toEqual([[1, 2], [3, 4], [5]])
})

it('begins anew after it had nothing to do', async () => {
  const { double, groups, letGo } = setUp()
  for (const n of [1, 2]) {
    const answer = double(n)
    await letGo()
    expect(await answer).toBe(n * 2)
  }
  expect(groups).toEqual([[1], [2]])
})

it('answers everybody and fails nobody but those at fault, whoever stands beside them', async () => {
  const member = fc.record({ isFaulty: fc.boolean(), turn: fc.nat(3) })
  await fc.assert(
    fc.asyncProperty(fc.array(member, { maxLength: 30 }), fc.integer({ min: 1, max: 8 }), async (members, max) => {
      const ask = createGroup(
        async (items: number[]) => {
          await new Promise((resolve) => setImmediate(resolve))
          const faulty = items.find((n) => members[n]?.isFaulty)
          if (faulty !== undefined) throw new Error(`fault of ${faulty}`)
          return items.map((n) => `done ${n}`)
        },
        { max },
      )
      const results = await Promise.allSettled(
        members.map(async ({ turn }, n) => {
          for (let i = 0; i < turn; i++) await new Promise((resolve) => setImmediate(resolve))
          return ask(n)
        }),
      )
      const told = results.map((result) => (result.status === 'fulfilled' ? result.value : result.reason.message))
      expect(told).toEqual(members.map(({ isFaulty }, n) => (isFaulty ? `fault of ${n}` : `done ${n}`)))
    }),
  )
})

it('goes on after work that throws before it has begun to wait', async () => {
  const ask = createGroup<number, number>(
    (items) => {
      if (items.includes(0)) throw new Error('zero')
      return Promise.resolve(items)
    },
    { max: 10 },
  )
  await expect(ask(0)).rejects.toThrow('zero')
  expect(await ask(1)).toBe(1)
})
