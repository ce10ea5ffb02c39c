import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { diffWords } from './assets/diff.js'
import { inWords, toneOf } from './assets/remaining.js'
import { hidesSomething, reveal } from './assets/reveal.js'

describe('reveal', () => {
  it.each([
    ['an emoji family', '👨‍👩‍👧 and 👍🏽'],
    ['a flag made of tags', '🏴󠁧󠁢󠁥󠁮󠁧󠁿'],
    ['Persian with its joiners', 'می‌خواهم'],
    ['a whole word in Cyrillic', 'Привет, как дела?'],
    ['Greek and Latin words side by side', 'το iPhone μου'],
    ['a new line and a tab', 'a\n\tb'],
  ])('leaves %s alone', (_what, text) => {
    expect(hidesSomething(text)).toBe(false)
    expect(reveal(text)).toEqual([{ kind: 'text', text }])
  })

  it.each([
    ['a zero-width space', 'pay\u200Bpal', 'zero-width space (U+200B)'],
    ['a turned direction', 'invoice\u202Efdp.exe', 'right-to-left override (U+202E)'],
    ['an invisible tag', 'hi\u{E0041}', 'invisible tag (U+E0041)'],
    ['a joiner between plain letters', 'a\u200Db', 'zero-width joiner (U+200D)'],
    ['a control character', 'a\u0007b', 'control character (U+0007)'],
    ['a Cyrillic letter in a Latin word', 'p\u0430ypal', 'letter of another script (U+0430)'],
  ])('shows %s', (_what, text, name) => {
    expect(reveal(text)).toContainEqual(expect.objectContaining({ name }))
  })

  it('changes no letter of what it shows', () => {
    const text = 'p\u0430ypal and more'
    expect(
      reveal(text)
        .map((piece) => piece.text)
        .join(''),
    ).toBe(text)
  })
})

describe('what is left of a reply window', () => {
  it.each([
    [59_000, '59 s', 'urgent'],
    [42 * 60_000, '42 min', 'urgent'],
    [3.5 * 3_600_000, '3 h 30 min', 'soon'],
    [12 * 3_600_000 + 60_000, '12 h', 'calm'],
    [50 * 3_600_000, '2 d 2 h', 'calm'],
    [-1, '0 s', 'closed'],
  ])('is told for %d ms in words and in a tone', (ms, words, tone) => {
    expect(inWords(ms)).toBe(words)
    expect(toneOf(ms)).toBe(tone)
  })
})

describe('the difference of two texts', () => {
  const marked = (before: string, after: string) =>
    diffWords(before, after)
      .map(({ kind, text }) => (kind === 'same' ? text : kind === 'gone' ? `[-${text}-]` : `[+${text}+]`))
      .join('')

  it.each([
    ['Yes, we ship.', 'Yes, we ship.', 'Yes, we ship.'],
    ['Yes, we do.', 'Yes, we ship.', 'Yes, we [-do-][+ship+].'],
    ['It costs 5 euros today', 'It costs 7 dollars today', 'It costs [-5 euros-][+7 dollars+] today'],
    ['', 'Hello', '[+Hello+]'],
    ['明日発送します', '明後日発送します', '明[+後+]日発送します'],
    ['Don’t', 'Don’t!', 'Don’t[+!+]'],
    ['👨‍👩‍👧 ok', '👍🏽 ok', '[-👨‍👩‍👧-][+👍🏽+] ok'],
  ])('from %j to %j reads %j', (before, after, shown) => {
    expect(marked(before, after)).toBe(shown)
  })

  it('loses nothing: what stayed and what came is the new text, what stayed and what went the old one', () => {
    const words = fc
      .array(fc.oneof(fc.constantFrom('a', 'b', ' ', '\n', '. ', 'é', '日', '🙂'), fc.string()))
      .map((all) => all.join(''))
    fc.assert(
      fc.property(words, words, (before, after) => {
        const pieces = diffWords(before, after)
        const without = (kind: string) =>
          pieces
            .filter((piece) => piece.kind !== kind)
            .map(({ text }) => text)
            .join('')
        expect([without('new'), without('gone')]).toEqual([before, after])
      }),
    )
  })

  it('keeps its bounds with two long texts that share nothing', () => {
    const [before, after] = ['a ', 'b '].map((word) => word.repeat(20_000)) as [string, string]
    const used = process.cpuUsage()
    expect(diffWords(before, after).length).toBeLessThanOrEqual(3)
    expect(process.cpuUsage(used).user / 1000).toBeLessThan(1000)
  })
})
