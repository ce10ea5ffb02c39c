import type { AccountId } from './ids.ts'
import type { Platform } from './platform.ts'

/** How many days a look back can take in; the last one is today. */
export const insightSpans = [1, 7, 30, 90] as const
export type InsightSpan = (typeof insightSpans)[number]

export interface InsightQuery {
  span: InsightSpan
  /** Empty for every account. */
  accountId?: AccountId | undefined
}

/** What is counted. An exchange is what a contact wrote until the next answer, whoever gave it. */
export const measures = [
  'inbound',
  'exchanges',
  'answered',
  'inWindow',
  'waiting',
  'drafted',
  'asDrafted',
  'edited',
  'rejected',
  'expired',
  'byHand',
  'sent',
  'costMicros',
] as const
export type Measure = (typeof measures)[number]
export type Figures = Record<Measure, number>

/** The figures of one account on one UTC day, such as `2026-11-22`. */
export interface DayFigures extends Figures {
  accountId: AccountId
  day: string
}

export interface Spike {
  day: string
  count: number
  /** The mean of the days before. */
  usual: number
}

export interface AccountInsight extends Figures {
  id: AccountId
  name: string
  platform: Platform
  /** From the first message nobody had answered to the answer; undefined while there is none. */
  medianMs: number | undefined
  p90Ms: number | undefined
  /** How much of the words changed where a draft was edited, from 0 to 1. */
  editedShare: number | undefined
  /** The most calls that sent something within one hour, and those of them that were private replies. */
  peakSends: number
  peakPrivate: number
  /** Complaints, abuse and threats that stand out from the days before. */
  spike: Spike | undefined
}

export interface Insight {
  days: string[]
  accounts: AccountInsight[]
  /** Only days on which something was counted. */
  rows: DayFigures[]
  reasons: { reason: string; count: number }[]
  /** Set when there was too much to count all of it: what is older than this is left out. */
  countedFrom: Date | undefined
  /** There are more accounts than these. */
  isMore: boolean
}

const DAY_MS = 86_400_000

/** The UTC days of a look back, the oldest first. */
export function daysOf(span: number, now: Date): string[] {
  return Array.from({ length: span }, (_, i) => dayOf(new Date(now.getTime() - (span - 1 - i) * DAY_MS)))
}

export function dayOf(at: Date): string {
  return at.toISOString().slice(0, 10)
}

export function noFigures(): Figures {
  return Object.fromEntries(measures.map((measure) => [measure, 0])) as Figures
}

export function sumOf(rows: readonly Figures[]): Figures {
  const sum = noFigures()
  for (const row of rows) for (const measure of measures) sum[measure] += row[measure]
  return sum
}

/** Of the exchanges whose reply window is over or that were answered; undefined when there are none. */
export function shareInWindow({ exchanges, waiting, inWindow }: Figures): number | undefined {
  return exchanges > waiting ? inWindow / (exchanges - waiting) : undefined
}

/** What drafting cost for each reply of Claude's that was approved, changed or not. */
export function microsPerReply({ costMicros, asDrafted, edited }: Figures): number | undefined {
  return asDrafted + edited > 0 ? costMicros / (asDrafted + edited) : undefined
}

const SPIKE_MIN = 4
const SPIKE_DEVIATIONS = 3
/** With how many days before it a day is compared. */
export const SPIKE_DAYS = 7

/** Today or yesterday, when it stands out. `counts` has the oldest day first; rare things vary by about the root of their number. */
export function spikeOf(days: readonly string[], counts: readonly number[]): Spike | undefined {
  for (let last = days.length - 1; last >= SPIKE_DAYS; last--) {
    const [day = '', count = 0] = [days[last], counts[last]]
    const usual = counts.slice(last - SPIKE_DAYS, last).reduce((sum, n) => sum + n, 0) / SPIKE_DAYS
    if (count >= SPIKE_MIN && count > usual + SPIKE_DEVIATIONS * Math.sqrt(Math.max(usual, 1)))
      return { day, count, usual }
  }
  return undefined
}

const words = new Intl.Segmenter('en', { granularity: 'word' })
const WORDS_MAX = 400

/** How much of two texts is not common to both, in words and in their order: 0 when they are the same, 1 when nothing is. */
export function changedShare(before: string, after: string): number {
  const [a, b] = [wordsOf(before), wordsOf(after)]
  if (a.length + b.length === 0) return 0
  return 1 - (2 * commonWords(a, b)) / (a.length + b.length)
}

/** Also of a language that puts no spaces between words. */
function wordsOf(text: string): string[] {
  return Array.from(words.segment(text), ({ segment }) => segment.trim())
    .filter((word) => word !== '')
    .slice(0, WORDS_MAX)
}

/** The length of the longest common subsequence. */
function commonWords(a: readonly string[], b: readonly string[]): number {
  let above = new Array<number>(b.length + 1).fill(0)
  for (const word of a) {
    const row = [0]
    for (let j = 1; j <= b.length; j++) {
      const longest = word === b[j - 1] ? (above[j - 1] ?? 0) + 1 : Math.max(above[j] ?? 0, row[j - 1] ?? 0)
      row.push(longest)
    }
    above = row
  }
  return above.at(-1) ?? 0
}
