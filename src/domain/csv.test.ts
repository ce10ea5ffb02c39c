import fc from 'fast-check'
import { expect, it } from 'vitest'
import { csvOf } from './csv.ts'

/** Reads lines of RFC 4180, as a spreadsheet does; what is none stops it. */
function parse(text: string): string[][] {
  const rows: string[][] = [[]]
  for (const [, cell = '', end] of text.matchAll(/("(?:[^"]|"")*"|[^",\r\n]*)(,|\r\n)/gy)) {
    rows.at(-1)?.push(cell.startsWith('"') ? cell.slice(1, -1).replaceAll('""', '"') : cell)
    if (end !== ',') rows.push([])
  }
  return rows.slice(0, -1)
}

const nasty = fc.oneof(
  fc.string({ unit: 'binary' }),
  fc.tuple(fc.constantFrom('=', '+', '-', '@', '\t', '\r', '"', ',', '\n'), fc.string()).map(([a, b]) => a + b),
)

it('comes back as it was, but for cells that would be formulas, and those are text', () => {
  fc.assert(
    fc.property(fc.array(fc.array(nasty, { minLength: 1, maxLength: 5 }), { maxLength: 5 }), (rows) => {
      const read = parse(csvOf(rows))
      expect(read.map((cells) => cells.map((cell) => cell.replace(/^'(?=[=+\-@\t\r])/, '')))).toEqual(
        rows.map((cells) => cells.map((cell) => cell.replace(/^'(?=[=+\-@\t\r])/, ''))),
      )
      for (const cell of read.flat()) expect(cell).not.toMatch(/^[=+\-@\t\r]/)
    }),
  )
})

it('leaves numbers as they are, also those below nothing', () => {
  expect(csvOf([['a "b"', -1, 'c,d']])).toBe('"a ""b""",-1,"c,d"\r\n')
})
