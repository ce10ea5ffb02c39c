import { readFileSync } from 'node:fs'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { findPii, type PiiKind, piiKinds } from './pii.ts'

const linesOf = (kind: PiiKind, sign: 'positive' | 'negative') =>
  readFileSync(new URL(`../../tests/fixtures/pii/${kind}.${sign}.txt`, import.meta.url), 'utf8')
    .split('\n')
    .filter(Boolean)

/** A line of the positives has what is to be found between « and »; a key is broken by ¦, so that nobody takes it for one of ours. */
function readPositive(broken: string) {
  const line = broken.replaceAll('¦', '')
  const start = line.indexOf('«')
  const end = line.indexOf('»') - 1
  return { text: line.replace(/[«»]/g, ''), start, end }
}

/** What of that kind is found, and whether it is all that was to be found and not the words around it. */
function isHit(kind: PiiKind, line: string): boolean {
  const { text, start, end } = readPositive(line)
  return findPii(text, [kind]).some((found) => found.start === start && found.end === end)
}

/** What people write, invented: at least a hundred lines each with one, and a hundred with something like it. */
describe.each(piiKinds)('the corpus of %s', (kind) => {
  it('is found where it is and only there', () => {
    const [positives, negatives] = [linesOf(kind, 'positive'), linesOf(kind, 'negative')]
    expect(Math.min(positives.length, negatives.length)).toBeGreaterThanOrEqual(100)
    const missed = positives.filter((line) => !isHit(kind, line))
    const wrong = negatives.filter((line) => findPii(line, [kind]).length > 0)
    const hits = positives.length - missed.length
    const [recall, precision] = [hits / positives.length, hits / (hits + wrong.length)]
    process.stdout.write(`${kind}: recall ${recall.toFixed(3)}, precision ${precision.toFixed(3)}\n`)
    expect(missed).toEqual([])
    expect(wrong).toEqual([])
  })
})

it('keeps its places in a text with emoji, wide digits and unseen characters', () => {
  const text = '😀 ４１１１ １１１１\u200b １１１１ １１１１ 😀 lena\u200b@example.com 😀'
  expect(findPii(text).map(({ kind, start, end }) => [kind, text.slice(start, end)])).toEqual([
    ['card', '４１１１ １１１１\u200b １１１１ １１１１'],
    ['email', 'lena\u200b@example.com'],
  ])
})

it('finds nothing twice, in the order of the text', () => {
  const pieces = [
    'lena@example.com',
    '+49 151 23456789',
    '4111 1111 1111 1111',
    '192.0.2.1',
    ' ',
    'x',
    '1',
    '-',
    '@',
    ':',
  ]
  fc.assert(
    fc.property(fc.array(fc.constantFrom(...pieces), { maxLength: 20 }), (parts) => {
      const text = parts.join('')
      const found = findPii(text)
      let last = 0
      for (const { start, end } of found) {
        expect(start).toBeGreaterThanOrEqual(last)
        expect(end).toBeGreaterThan(start)
        last = end
      }
      expect(last).toBeLessThanOrEqual(text.length)
    }),
    { numRuns: 500 },
  )
})

/** Each is made to send a careless shape back to its start again and again. */
const hostile: Record<string, (size: number) => string> = {
  'a row of beginnings of addresses': (size) => 'a@'.repeat(size / 2),
  'one long word': (size) => 'a'.repeat(size),
  'one long word before a sign': (size) => `${'a.'.repeat(size / 2)}@`,
  'one long domain': (size) => `a@${'a.'.repeat(size / 2)}`,
  'digits without an end': (size) => '4'.repeat(size),
  'digits and spaces': (size) => '4 '.repeat(size / 2),
  'a row of phones': (size) => '+49 151 '.repeat(size / 8),
  'brackets and digits': (size) => '(0)'.repeat(size / 3),
  colons: (size) => ':'.repeat(size),
  'groups of hex': (size) => 'ab:'.repeat(size / 3),
  dots: (size) => '1.'.repeat(size / 2),
  'a row of beginnings of accounts': (size) => 'DE89 '.repeat(size / 5),
  'a row of beginnings of tokens': (size) => 'eyJaaaaaaaa.'.repeat(size / 12),
  'a row of names of secrets': (size) => 'token='.repeat(size / 6),
  'a row of beginnings of keys': (size) => ['-----BEGIN', 'PRIVATE', 'KEY-----'].join(' ').repeat(size / 27),
  'a row of addresses with a password': (size) => 'http://a:'.repeat(size / 9),
  spaces: (size) => ' '.repeat(size),
  'wide digits': (size) => '４'.repeat(size),
  'unseen characters': (size) => '\u200b'.repeat(size),
  'many findings': (size) => 'a@b.co '.repeat(size / 7),
}

it.each(Object.keys(hostile))('takes twice as long, not four times, for twice as much of %s', (name) => {
  const msOf = (size: number) => {
    const text = hostile[name]!(size)
    const started = performance.now()
    findPii(text)
    return performance.now() - started
  }
  // In turns, and the least of several: whatever else the machine does only adds.
  const turns = Array.from({ length: 3 }, () => [msOf(15_000), msOf(480_000)] as const)
  const [small, large] = [Math.min(...turns.map(([ms]) => ms)), Math.min(...turns.map(([, ms]) => ms))]
  // Thirty-two times as much; a squared search would take a thousand times as long, a busy machine a few times.
  expect(large / Math.max(small, 0.2)).toBeLessThan(400)
})
