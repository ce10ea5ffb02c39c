import fc from 'fast-check'
import { expect, it } from 'vitest'
import { newId, parseId } from './ids.ts'

const moment = fc.date({ min: new Date(0), max: new Date('2100-01-01'), noInvalidDate: true })

it('makes ids that sort by the time they were made', () => {
  fc.assert(
    fc.property(moment, moment, (a, b) => {
      fc.pre(a.getTime() < b.getTime())
      expect(newId('post', a) < newId('post', b)).toBe(true)
    }),
  )
})

it('never makes the same id twice in one millisecond', () => {
  const at = new Date()
  expect(new Set(Array.from({ length: 10_000 }, () => newId('draft', at))).size).toBe(10_000)
})

it('takes its own ids back and nothing else', () => {
  const id = newId('draft', new Date())
  expect(parseId('draft', id)).toBe(id)
  for (const other of [id.toUpperCase(), `${id}x`, newId('post', new Date()), '', undefined, 7, "drf_' OR 1=1 --"]) {
    expect(() => parseId('draft', other)).toThrow('There is no such draft')
  }
})
