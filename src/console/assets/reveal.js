// Makes visible what a text hides: characters without a shape, marks that turn the direction of writing, and letters of
// one script inside a word of another. Pages and scripts share this file, so that both show the same.

const names = new Map([
  [0x00ad, 'soft hyphen'],
  [0x034f, 'grapheme joiner'],
  [0x061c, 'Arabic letter mark'],
  [0x115f, 'Hangul filler'],
  [0x1160, 'Hangul filler'],
  [0x17b4, 'Khmer inherent vowel'],
  [0x17b5, 'Khmer inherent vowel'],
  [0x180e, 'Mongolian vowel separator'],
  [0x200b, 'zero-width space'],
  [0x200c, 'zero-width non-joiner'],
  [0x200d, 'zero-width joiner'],
  [0x200e, 'left-to-right mark'],
  [0x200f, 'right-to-left mark'],
  [0x2028, 'line separator'],
  [0x2029, 'paragraph separator'],
  [0x202a, 'left-to-right embedding'],
  [0x202b, 'right-to-left embedding'],
  [0x202c, 'end of embedding'],
  [0x202d, 'left-to-right override'],
  [0x202e, 'right-to-left override'],
  [0x2060, 'word joiner'],
  [0x2066, 'left-to-right isolate'],
  [0x2067, 'right-to-left isolate'],
  [0x2068, 'first strong isolate'],
  [0x2069, 'end of isolate'],
  [0x2800, 'blank Braille'],
  [0x3164, 'Hangul filler'],
  [0xfeff, 'zero-width no-break space'],
  [0xffa0, 'Hangul filler'],
])

const HIDDEN =
  // biome-ignore lint/suspicious/noControlCharactersInRegex: control characters are what it looks for
  // biome-ignore lint/suspicious/noMisleadingCharacterClass: each character is meant alone
  /[\u0000-\u0008\u000b\u000c\u000e-\u001f\u007f-\u009f\u00ad\u034f\u061c\u115f\u1160\u17b4\u17b5\u180e\u200b-\u200f\u2028-\u202e\u2060-\u206f\u2800\u3164\ufeff\uffa0\ufff9-\ufffb\u{e0000}-\u{e0fff}]/u
const WORD = /[\p{L}\p{M}\p{N}]+/gu
const LATIN = /\p{Script=Latin}/u
const LOOKALIKE = /[\p{Script=Cyrillic}\p{Script=Greek}\p{Script=Armenian}\p{Script=Cherokee}\p{Script=Lisu}]/u
const PICTOGRAPH = /(?:\p{Extended_Pictographic}|\p{Emoji_Modifier}|\ufe0f)$/u
const JOINING =
  /[\p{Script=Arabic}\p{Script=Devanagari}\p{Script=Bengali}\p{Script=Gurmukhi}\p{Script=Gujarati}\p{Script=Oriya}\p{Script=Tamil}\p{Script=Telugu}\p{Script=Kannada}\p{Script=Malayalam}\p{Script=Sinhala}\p{M}]$/u

/** @param {string} text */
export function reveal(text) {
  const pieces = []
  const lookalikes = lookalikesIn(text)
  let plain = ''
  let before = ''
  let index = 0
  const flush = () => {
    if (plain !== '') pieces.push({ kind: 'text', text: plain })
    plain = ''
  }
  for (const character of text) {
    const mark = markOf(character, before, lookalikes.has(index))
    if (mark) {
      flush()
      pieces.push(mark)
    } else {
      plain += character
    }
    before = character
    index += character.length
  }
  flush()
  return pieces
}

/** @param {string} text */
export function hidesSomething(text) {
  return reveal(text).some(({ kind }) => kind !== 'text')
}

function markOf(character, before, isLookalike) {
  const code = character.codePointAt(0) ?? 0
  const point = `U+${code.toString(16).toUpperCase().padStart(4, '0')}`
  if (isLookalike) return { kind: 'lookalike', text: character, name: `letter of another script (${point})` }
  if (!HIDDEN.test(character) || isOrdinary(code, before)) return undefined
  const name = names.get(code) ?? (code >= 0xe0000 ? 'invisible tag' : 'control character')
  return { kind: 'hidden', text: point, name: `${name} (${point})` }
}

// Joiners belong inside emoji and inside several scripts; tags belong behind the black flag.
function isOrdinary(code, before) {
  if (code === 0x200d) return PICTOGRAPH.test(before) || JOINING.test(before)
  if (code === 0x200c) return JOINING.test(before)
  if (code >= 0xe0020 && code <= 0xe007f) return before === '\u{1f3f4}' || (before.codePointAt(0) ?? 0) >= 0xe0000
  return false
}

// In a word that also has Latin letters, Cyrillic or Greek ones are there to deceive.
function lookalikesIn(text) {
  const found = new Set()
  for (const { 0: word, index } of text.matchAll(WORD)) {
    if (!LATIN.test(word) || !LOOKALIKE.test(word)) continue
    let at = index
    for (const character of word) {
      if (LOOKALIKE.test(character)) found.add(at)
      at += character.length
    }
  }
  return found
}
