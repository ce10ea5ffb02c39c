import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { commonWords } from './common-words.ts'
import { passwordFault } from './password.ts'

const ada = { name: 'Ada Lovelace', email: 'ada.king@analytical.example' }

describe('a password', () => {
  it.each([
    ['eleven char', 'at least 12'],
    ['password1234', 'tried first'],
    ['P@ssw0rd2026!', 'tried first'],
    ['iloveyou!!!!', 'tried first'],
    ['123monkey456', 'tried first'],
    ['footballfootball', 'tried first'],
    ['123456789012', 'keyboard'],
    ['qwertyuiopas', 'keyboard'],
    ['zyxwvutsrqpo', 'keyboard'],
    ['aaaaaaaaaaaa', 'repeats'],
    ['abcdabcdabcd', 'repeats'],
    ['121212121212', 'repeats'],
    ['Countersign1', 'the name of this program'],
    ['countersign-2026', 'the name of this program'],
    ['Lovelace-Ada-77', 'your name'],
    ['analytical.king', 'your name'],
  ])('is refused when it is %s', (password, why) => {
    expect(passwordFault(password, ada)).toContain(why)
  })

  it.each([
    'correct horse battery',
    'four quite other words',
    'Countersign keeps my replies honest',
    'пароль из четырёх слов',
    'x7#Qp!vR2_mk',
    '🙂🙃😀😃😄😁😆😅🤣😂🙂😇',
  ])('is taken when it is %s', (password) => {
    expect(passwordFault(password, ada)).toBeUndefined()
  })

  it('is taken when a machine made it: 64 characters and more, of any kind', () => {
    const letters = fc.constantFrom(...'abcdefghijklmnopqrstuvwxyz0123456789-_')
    const made = fc.array(letters, { minLength: 24, maxLength: 128 }).filter((all) => new Set(all).size > 12)
    fc.assert(
      fc.property(made, (all) => passwordFault(`Q9${all.join('')}`, ada) === undefined),
      { numRuns: 50 },
    )
  })

  it('is judged quickly, whatever it is', () => {
    const from = process.cpuUsage()
    for (const text of ['a'.repeat(127), `${'ab'.repeat(63)}c`, `${'abcdefg'.repeat(18)}!`, '!'.repeat(128)]) {
      passwordFault(text, ada)
    }
    expect(process.cpuUsage(from).user / 1000).toBeLessThan(500)
  })
})

it('keeps a list of five thousand words', () => {
  expect(commonWords().size).toBe(5000)
})
