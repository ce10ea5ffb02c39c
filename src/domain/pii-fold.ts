/** A text as the shapes read it: one writing for each digit and sign, nothing unseen; and where each character stood. */
export interface Folded {
  text: string
  /** The place in the original of each character, and of the end; undefined when they are the same. */
  places?: number[]
}

// biome-ignore lint/suspicious/noControlCharactersInRegex: it names all that is ASCII.
const ASCII = /^[\x00-\x7f]*$/
const UNSEEN = /[\u00ad\u200b-\u200f\u202a-\u202e\u2060-\u2064\ufeff]/
const SPACE = /[\u00a0\u2000-\u200a\u202f\u205f\u3000]/
const DASH = /[\u2010-\u2015\u2212]/
const DIGIT = /\p{Nd}/u

export function fold(text: string): Folded {
  if (ASCII.test(text)) return { text }
  let folded = ''
  const places: number[] = []
  for (let at = 0; at < text.length; at++) {
    const shown = foldOne(text[at] ?? '')
    if (shown === '') continue
    folded += shown
    places.push(at)
  }
  return { text: folded, places: [...places, text.length] }
}

/** One unit in, one or none out, so that places stay places. */
function foldOne(unit: string): string {
  const code = unit.charCodeAt(0)
  if (code < 0x80) return unit
  if (UNSEEN.test(unit)) return ''
  if (SPACE.test(unit)) return ' '
  if (DASH.test(unit)) return '-'
  // The wide forms of ASCII.
  if (code >= 0xff01 && code <= 0xff5e) return String.fromCharCode(code - 0xfee0)
  return DIGIT.test(unit) ? digitOf(code) : unit
}

/** Each script's ten digits stand in a row, and none of the rows of the first plane begins right behind another. */
function digitOf(code: number): string {
  let zero = code
  while (DIGIT.test(String.fromCharCode(zero - 1)) && code - zero < 9) zero--
  return String(code - zero)
}
