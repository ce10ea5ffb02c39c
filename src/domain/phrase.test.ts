import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { phrasesIn, search, wordsOf } from './phrase.ts'

function says(text: string, phrase: string): boolean {
  const [wanted] = phrasesIn(phrase)
  return wanted !== undefined && search(wordsOf(text), wanted).found
}

describe('a phrase', () => {
  it.each([
    ['I want my money back!', 'money back', true],
    ['Money—back?', 'money  back', true],
    ['money is not back', 'money back', false],
    ['backmoney', 'money', false],
    ['Two refunds please', 'refund*', true],
    ['a prerefund', 'refund*', false],
    ['a prerefund', '*refund', true],
    ['unrefundable', '*refund*', true],
    ['colour and color', 'col*r', true],
    ['Café RÉSUMÉ', 'cafe resume', true],
    ['STRASSE', 'straße', false],
    ['Это возврат', 'возвр*', true],
    ['我要退款谢谢', '*退款*', true],
    ['so angry 😡', '😡', true],
    ['my my money back', 'my money back', true],
    ['anything at all', '*', true],
    ['…', '*', false],
    ['a b', 'a * b', false],
    ['a x b', 'a * b', true],
    ['a.*b', 'a.*b', true],
  ])('in “%s”: “%s” is %s', (text, phrase, found) => {
    expect(says(text, phrase)).toBe(found)
  })

  it('takes each line for itself and leaves out lines without a word', () => {
    expect(phrasesIn('refund\n\n ?! \n money back ').map(({ line }) => line)).toEqual(['refund', 'money back'])
  })

  it('finds what a regular expression of the same meaning finds', () => {
    const letters = fc.string({ unit: fc.constantFrom('a', 'b'), maxLength: 8 })
    const pattern = fc.string({ unit: fc.constantFrom('a', 'b', '*'), minLength: 1, maxLength: 6 })
    fc.assert(
      fc.property(
        fc.array(letters, { maxLength: 6 }),
        fc.array(pattern, { minLength: 1, maxLength: 3 }),
        (words, wanted) => {
          const one = new RegExp(`(?:^| )${wanted.map((word) => word.replaceAll('*', '[ab]*')).join(' ')}(?= |$)`)
          const text = words.filter((word) => word !== '').join(' ')
          const phrase = wanted.join(' ')
          expect(says(text, phrase)).toBe(text !== '' && one.test(text))
        },
      ),
      { numRuns: 200 },
    )
  })

  it('never costs more than the message times the phrase, whatever both are', () => {
    const unit = fc.constantFrom('a', 'b', '*', ' ', 'é', '😡')
    fc.assert(
      fc.property(
        fc.string({ unit, maxLength: 200 }),
        fc.string({ unit, minLength: 1, maxLength: 40 }),
        (text, line) => {
          const [phrase] = phrasesIn(line)
          if (!phrase) return
          const { steps } = search(wordsOf(text), phrase)
          expect(steps).toBeLessThanOrEqual((2 * text.length + 1) * (2 * line.length + 1))
        },
      ),
    )
  })

  it('costs twice as much for twice the message, even where backtracking would explode', () => {
    const [phrase] = phrasesIn(`${'a*'.repeat(20)}b`)
    const stepsFor = (length: number) => search(wordsOf('a'.repeat(length)), phrase!).steps
    expect(stepsFor(2000) / stepsFor(1000)).toBeLessThan(2.1)
    expect(stepsFor(1000)).toBeLessThan(1000 * 45)
  })
})
