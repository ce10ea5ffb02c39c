import { commonWords, WORD_MIN } from './common-words.ts'

const MIN = 12
/** So much has to be left once everybody's guesses are taken away. */
const OWN_MIN = 8
const DIFFERENT_MIN = 5
const rows = [
  '0123456789012345678901234567890',
  'abcdefghijklmnopqrstuvwxyz',
  'qwertyuiopasdfghjklzxcvbnm',
  'qwertzuiopasdfghjklyxcvbnm',
]
const digitsForLetters: Record<string, string> = {
  0: 'o',
  1: 'i',
  3: 'e',
  4: 'a',
  5: 's',
  7: 't',
  '@': 'a',
  $: 's',
  '!': 'i',
}

/** Why nobody should choose this password; undefined when there is no reason. https://pages.nist.gov/800-63-4/sp800-63b.html#passwordver */
export function passwordFault(password: string, { name, email }: { name: string; email: string }): string | undefined {
  const length = [...password].length
  if (length < MIN) return `The password needs at least ${MIN} characters; it has ${length}`
  const plain = password.normalize('NFC').toLowerCase()
  if (isSimple(plain)) return 'This repeats itself or follows the keyboard; please choose another password'
  if (isCommon(plain)) return 'This is one of the passwords that are tried first; please choose another'
  const own = ['countersign', ...wordsOf(name), ...wordsOf(email)].filter((word) => plain.includes(word))
  if (own.length > 0 && without(plain, own).length < OWN_MIN) {
    return 'This is made of your name, your e-mail or the name of this program; please choose another password'
  }
  return undefined
}

/** One short piece over and over, few different characters, or a walk along the keyboard. */
function isSimple(plain: string): boolean {
  if (new Set(plain).size < DIFFERENT_MIN || /^(.{1,7}?)\1+$/.test(plain)) return true
  const backwards = [...plain].reverse().join('')
  return rows.some((row) => row.includes(plain) || row.includes(backwards))
}

/** A common word, whatever stands in front of it and behind, with digits for some letters, once or twice. */
function isCommon(plain: string): boolean {
  const word = plain
    .replace(/^[^a-z@$]+|[^a-z]+$/g, '')
    .replace(/[013457@$!]/g, (sign) => digitsForLetters[sign] ?? sign)
  const half = /^(.+)\1$/.exec(word)?.[1]
  return commonWords().has(hashOf(word)) || (half !== undefined && commonWords().has(hashOf(half)))
}

function wordsOf(text: string): string[] {
  return text
    .toLowerCase()
    .split(/[^\p{L}\p{N}]+/u)
    .filter((word) => word.length >= WORD_MIN)
}

function without(plain: string, words: readonly string[]): string {
  const left = words.reduce((rest, word) => rest.replaceAll(word, ''), plain)
  return left.replace(/[^\p{L}\p{N}]/gu, '')
}

/** FNV-1a over the code units, 32 bits: http://www.isthe.com/chongo/tech/comp/fnv/ */
function hashOf(text: string): number {
  let hash = 0x811c9dc5
  for (let i = 0; i < text.length; i++) hash = Math.imul(hash ^ text.charCodeAt(i), 0x01000193)
  return hash >>> 0
}
