/*
 * What tells about a person or opens a door, found by its shape. Every shape has an end to how far it looks, so the work grows
 * with the text and not faster; what a shape takes for a number is held to its check digits where it has any. When in doubt
 * it is found: to mask a little too much does less harm.
 */
import { fold } from './pii-fold.ts'
import { ibanLength, isCard, isIpv4, isIpv6, passesMod97 } from './pii-numbers.ts'
import { namedSecretShapes, secretShapes } from './pii-secrets.ts'

export const piiKinds = ['secret', 'email', 'iban', 'card', 'ssn', 'mac', 'ip', 'phone'] as const
export type PiiKind = (typeof piiKinds)[number]

export interface Found {
  kind: PiiKind
  start: number
  end: number
}

type Span = readonly [start: number, end: number]
type Finder = (text: string) => Span[]

const EMAIL =
  /(?<![\p{L}\p{N}._%+-])[\p{L}\p{N}_%+][\p{L}\p{N}._%+'-]{0,63}(?:@|\s?[([{](?:at|@)[)\]}]\s?)[\p{L}\p{N}-]{1,63}(?:(?:\.|\s?[([{](?:dot|\.)[)\]}]\s?)[\p{L}\p{N}-]{1,63}){0,7}(?:\.|\s?[([{](?:dot|\.)[)\]}]\s?)\p{L}{2,24}/giu
const DIGIT_RUN = /(?<![\d.,#_])\d(?:[ -]?\d){12,60}(?![\d_])/g
const IBAN_START = /(?<![A-Z0-9])[A-Z]{2}\d{2}(?=[ -]?[A-Z0-9])/gi
const SSN = /(?<![\d-])(?!000|666|9\d\d)\d{3}([- ])(?!00)\d{2}\1(?!0000)\d{4}(?![\d-])/g
const NAMED_SSN =
  /\b(?:ssn|social security(?: number| no\.?)?)\W{0,3}(?:is\s)?(?<value>(?!000|666|9\d\d)\d{3}[-. ]?(?!00)\d{2}[-. ]?(?!0000)\d{4})(?!\d)/gi
const MAC =
  /(?<![\w:.-])(?:[0-9a-f]{2}([:-])(?:[0-9a-f]{2}\1){4}[0-9a-f]{2}|[0-9a-f]{4}\.[0-9a-f]{4}\.[0-9a-f]{4})(?![\w:-])/gi
const IPV4 = /(?<![\w.,:-])(?:\d{1,3}\.){3}\d{1,3}(?![\w-]|\.\d)/g
const IPV6 = /(?<![\w:.-])(?:[0-9a-f]{0,4}:){2,8}(?:(?:\d{1,3}\.){3}\d{1,3}|[0-9a-f]{1,4})?(?![\w:])/gi
/** What stands before the number of a version, which may look like an address. */
const VERSION_BEFORE = /(?:\bv|\bver\.?|version|release|build|firmware|firmware-?version)[\s:=]{0,3}$/i

const PHONE_SHAPES: readonly RegExp[] = [
  // With the country before it.
  /(?<![\w+.#])(?:\+|00(?=[1-9]))[1-9](?:[ ./-]?\(?\d\)?){6,16}(?!\d)/g,
  // With the nought of its own country before it.
  /(?<![\w+.,#:/-])\(?0[1-9]\d{0,4}\)?(?:[ ./-]{1,2}\d{1,8}){1,6}(?!\d|[,:]\d)/g,
  /(?<![\w+.,#:/-])0[1-9]\d{7,10}(?![\w.,:-]\d|\d)/g,
  // As North America writes it, and the Spanish way of threes.
  /(?<![\w+.,#:/-])(?:1[ .-])?(?:\([2-9]\d{2}\) ?|[2-9]\d{2}[ .-])[2-9]\d{2}[ .-]\d{4}(?![\w-]|[.,]\d)/g,
  /(?<![\w+.,#:/-])[679]\d{2} \d{3} \d{3}(?![\w-]| ?\d|[.,]\d)/g,
]
const PHONE_DIGITS = { min: 8, max: 15 }
const DATE =
  /(?<!\d)(?:\d{1,2}([./-])\d{1,2}\1(?:\d{4}|\d{2})|\d{4}([./-])\d{2}\2\d{2})(?!\d)|(?<!\d)\d{1,2}[.]\d{2} ?- ?\d{1,2}[.]\d{2}(?!\d)/

const spansOf = (shape: RegExp, text: string): Span[] =>
  Array.from(text.matchAll(shape), ({ index, 0: found }) => [index, index + found.length])

/** Only the value, not the name that gave it away. */
const valuesOf = (shape: RegExp, text: string): Span[] =>
  Array.from(text.matchAll(shape), ({ index, 0: found, groups }) => {
    const value = groups?.['value'] ?? found
    const start = index + found.lastIndexOf(value)
    return [start, start + value.length]
  })

const finders: Record<PiiKind, Finder> = {
  secret: (text) => [
    ...secretShapes.flatMap((shape) => spansOf(shape, text)),
    ...namedSecretShapes.flatMap((shape) => valuesOf(shape, text)),
  ],
  email: (text) => spansOf(EMAIL, text),
  iban: findIbans,
  card: (text) => spansOf(DIGIT_RUN, text).flatMap((run) => cardsIn(text, run)),
  ssn: (text) => [...spansOf(SSN, text), ...valuesOf(NAMED_SSN, text)],
  mac: (text) => spansOf(MAC, text).filter(([start, end]) => !/^\d\d(?:-\d\d){5}$/.test(text.slice(start, end))),
  ip: (text) => [
    ...spansOf(IPV4, text).filter(([start, end]) => isIpv4(text.slice(start, end)) && !isVersion(text, start)),
    ...spansOf(IPV6, text).filter(([start, end]) => isIpv6(text.slice(start, end))),
  ],
  phone: (text) =>
    PHONE_SHAPES.flatMap((shape) => spansOf(shape, text))
      .map((span) => withoutBracket(text, span))
      .filter((span) => isPhone(text, span)),
}

/** What is found, in the order of the text; nothing is found twice, and what is first in `piiKinds` wins. */
export function findPii(text: string, kinds: readonly PiiKind[] = piiKinds): Found[] {
  const folded = fold(text)
  const { places } = folded
  const all = piiKinds
    .filter((kind) => kinds.includes(kind))
    .flatMap((kind) => finders[kind](folded.text).map(([start, end]) => ({ kind, start, end })))
  const apart = withoutOverlap(all)
  return places
    ? apart.map(({ kind, start, end }) => ({ kind, start: places[start] ?? 0, end: (places[end - 1] ?? 0) + 1 }))
    : apart
}

/** Sorted by place once, so that many findings cost no more than their number asks for. */
function withoutOverlap(all: Found[]): Found[] {
  const rank = (found: Found) => piiKinds.indexOf(found.kind)
  const sorted = all.sort((a, b) => a.start - b.start || rank(a) - rank(b) || b.end - a.end)
  const kept: Found[] = []
  for (const found of sorted) {
    const last = kept.at(-1)
    if (!last || found.start >= last.end) kept.push(found)
    else if (rank(found) < rank(last))
      kept.splice(-1, 1, { ...found, start: last.start, end: Math.max(found.end, last.end) })
    else last.end = Math.max(last.end, found.end)
  }
  return kept
}

function isVersion(text: string, start: number): boolean {
  return VERSION_BEFORE.test(text.slice(Math.max(0, start - 24), start))
}

/** A bracket that stood around the whole is no part of it. */
function withoutBracket(text: string, [start, end]: Span): Span {
  const number = text.slice(start, end)
  const [opens, closes] = [number.includes('('), number.includes(')')]
  return [opens && !closes ? start + number.indexOf('(') + 1 : start, closes && !opens ? end - 1 : end]
}

function isPhone(text: string, [start, end]: Span): boolean {
  const number = text.slice(start, end)
  const digits = number.replace(/\D/g, '').length
  const min = /^(?:\+|00)/.test(number) ? PHONE_DIGITS.min : PHONE_DIGITS.min + 1
  return digits >= min && digits <= PHONE_DIGITS.max + 2 && !DATE.test(number)
}

/** Whole groups of digits that are a card together. */
function cardsIn(text: string, [from, to]: Span): Span[] {
  const found: Span[] = []
  for (let start = from; start < to; start++) {
    if (!isDigit(text[start]) || (start > from && isDigit(text[start - 1]))) continue
    const end = cardFrom(text, start, to)
    if (end === undefined) continue
    found.push([start, end])
    start = end
  }
  return found
}

function cardFrom(text: string, start: number, to: number): number | undefined {
  let digits = ''
  let end: number | undefined
  for (let at = start; at < to && digits.length < 19; at++) {
    if (!isDigit(text[at])) continue
    digits += text[at]
    if (digits.length >= 13 && !isDigit(text[at + 1]) && isCard(digits)) end = at + 1
  }
  return end
}

function isDigit(character: string | undefined): boolean {
  return character !== undefined && character >= '0' && character <= '9'
}

function findIbans(text: string): Span[] {
  return spansOf(IBAN_START, text).flatMap(([start]) => {
    const length = ibanLength(text.slice(start, start + 2))
    const end = length === undefined ? undefined : ibanEnd(text, start, length)
    return end === undefined ? [] : [[start, end] as const]
  })
}

function ibanEnd(text: string, start: number, length: number): number | undefined {
  let iban = ''
  let at = start
  for (; iban.length < length; at++) {
    const character = text[at] ?? ''
    if (isAlphanumeric(character)) iban += character.toUpperCase()
    else if (!SEPARATOR.test(character)) return undefined
  }
  return !isAlphanumeric(text[at] ?? '') && passesMod97(iban) ? at : undefined
}

const SEPARATOR = /^[ -]$/

function isAlphanumeric(character: string): boolean {
  return /^[A-Za-z0-9]$/.test(character)
}
