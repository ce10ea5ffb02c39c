import { expect, it } from 'vitest'
import { clip, plainText } from './plain.ts'

it.each([
  ['tags', 'hi\u{e0041}\u{e0042}\u{e007f}!'],
  ['direction marks', 'h\u202ei\u2066\u2069\u200f!'],
  ['zero-width characters', 'h\u200b\u200c\u200di\u2060\ufeff!'],
  ['joiners between plain letters', 'h\u200di\u200c!'],
  ['variation selectors', 'h\ufe00i\u{e0100}\ufe0f!'],
  ['fillers and soft hyphens', 'h\u00adi\u3164\u115f!'],
  ['control characters', 'h\u0000i\u001b\u009b!'],
  ['halves of a pair', 'h\ud800i!'],
])('removes %s', (_name, text) => {
  expect(plainText(text)).toBe('hi!')
})

it('keeps what emoji and scripts are spelled with', () => {
  for (const text of ['👨‍👩‍👧 ❤️‍🔥', 'می‌خواهم', 'क्‍ष', 'Straße – café']) expect(plainText(text)).toBe(text)
})

it('lets no run of joiners carry a hidden message', () => {
  expect(plainText('é\u200c\u200d\u200c\u200d\u200dx')).toBe('é\u200cx')
})

it('keeps line breaks and makes them alike', () => {
  expect(plainText('a\r\nb\rc\u2028d\u200b\ne')).toBe('a\nb\nc\nd\ne')
})

it('cuts between characters, never inside one, and shows it', () => {
  expect(clip('👩👩👩👩', 3)).toBe('👩👩…')
  expect(clip('abc', 3)).toBe('abc')
})
