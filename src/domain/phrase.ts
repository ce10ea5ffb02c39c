/*
 * Phrases as operators write them, and whether a message says one of them. A phrase is words that follow on one another; `*`
 * stands for any letters of a word. No pattern goes back further than its last `*`, so the work is at most the length of the
 * message times the length of the phrase: nobody can write a message that keeps us busy.
 */

export interface Phrase {
  /** The line as it was written. */
  line: string
  words: readonly string[]
}

/** Longer messages are looked at this far. */
export const CHARS_READ = 4000

const WORDS = /[\p{L}\p{N}\p{M}]+|\p{S}/gu
const PATTERNS = /[\p{L}\p{N}\p{M}*]+|\p{S}/gu

/** One phrase a line; a line without a word in it is left out. */
export function phrasesIn(text: string): Phrase[] {
  return text.split('\n').flatMap((written) => {
    const line = written.trim()
    const words = small(line).match(PATTERNS) ?? []
    return words.length === 0 ? [] : [{ line, words: words.map((word) => word.replace(/\*+/g, '*')) }]
  })
}

/** A message's words, without regard to capitals and accents. */
export function wordsOf(text: string): string[] {
  return small(text.slice(0, CHARS_READ)).match(WORDS) ?? []
}

function small(text: string): string {
  return text
    .normalize('NFKD')
    .toLowerCase()
    .replace(/\p{M}+/gu, '')
}

interface Search {
  found: boolean
  /** How many letters were compared. */
  steps: number
}

/** Each word is held against each word of the phrase once at most. */
export function search(words: readonly string[], phrase: Phrase): Search {
  const wanted = phrase.words
  let steps = 0
  /** How much of the phrase the words up to here may have said, each possibility once. */
  let begun: number[] = []
  for (const word of words) {
    const goesOn: number[] = []
    for (const place of [...begun, 0]) {
      const match = matches(word, wanted[place] ?? '')
      steps += match.steps
      if (!match.found) continue
      if (place + 1 === wanted.length) return { found: true, steps }
      goesOn.push(place + 1)
    }
    begun = goesOn
  }
  return { found: false, steps }
}

/** From the last `*` on everything is tried again one letter later; what lies before it is settled. */
function matches(word: string, pattern: string): Search {
  let at = 0
  let place = 0
  let star = -1
  let retry = 0
  let steps = 1
  for (; at < word.length; steps++) {
    if (pattern[place] === '*') {
      star = place++
      retry = at
    } else if (pattern[place] === word[at]) {
      place++
      at++
    } else if (star < 0) {
      return { found: false, steps }
    } else {
      place = star + 1
      at = ++retry
    }
  }
  if (pattern[place] === '*') place++
  return { found: place === pattern.length, steps }
}
