import type { CommentItem, EchoItem, MessageItem } from './inbox.ts'
import { type Platform, platformRules } from './platform.ts'

/** Webhooks get lost at the platform, which then tells nobody. So it is asked itself, this often. */
export const catchUpRules = {
  // A small part of the 24 hours in which an answer is worth something, and far from the limit of reading.
  everyMs: 5 * 60_000,
  // A webhook is tried at once and soon again, so what is younger may still be on its way to us.
  graceMs: 60_000,
  // What a look saw too late to take in, and clocks that differ, are seen again by the next.
  overlapMs: 10 * 60_000,
  // One or two are lost now and then; more at once mean that webhooks do not arrive.
  alertFrom: 3,
} as const

/** Something that was said, as far as it matters here. */
export type Said = Pick<MessageItem | EchoItem | CommentItem, 'kind' | 'at' | 'contactRef'> & {
  ref: string
  /** Words of ours under this comment, which is where they belong. */
  under?: string | undefined
}

/** What we know of something that the platform shows. */
export interface Known {
  /** Absent when nothing of it is kept but that it was heard of. */
  sentAt?: Date | undefined
  /** When whoever it was about was erased. */
  erasedAt?: Date | undefined
}

export function saidOf(item: MessageItem | EchoItem | CommentItem): Said {
  const { kind, at, contactRef } = item
  if (item.kind !== 'comment') return { kind, at, contactRef, ref: item.messageRef }
  return { kind, at, contactRef, ref: item.commentRef, ...(item.own && { under: item.parentRef ?? '' }) }
}

/** How far back a look reads. */
export function lookSince({ createdAt, lookedAt }: { createdAt: Date; lookedAt: Date | null }, at: Date): Date {
  const { instagram, messenger } = platformRules
  const longest = Math.max(instagram.privateReplyWindowMs, messenger.privateReplyWindowMs)
  const from = Math.max(
    createdAt.getTime(),
    at.getTime() - longest,
    (lookedAt?.getTime() ?? 0) - catchUpRules.overlapMs,
  )
  return new Date(from)
}

interface Span {
  platform: Platform
  /** What was said before the account was connected is history. */
  connectedAt: Date
  at: Date
}

/**
 * Which of the things shown we should have been told of and were not, each with its moment. They stand in their order, oldest
 * first. What can no longer be answered, may still be under way, or belongs to somebody who was erased is left alone. Times
 * are cut to the second, so what follows something whose time we know to the millisecond is put behind it.
 */
export function missingIn<T>(
  shown: readonly { said: Said; it: T }[],
  known: ReadonlyMap<string, Known>,
  { platform, connectedAt, at }: Span,
): { it: T; at: Date; ref: string }[] {
  const missing: { it: T; at: Date; ref: string }[] = []
  const erased = erasures(shown, known)
  let last = 0
  for (const { said, it } of shown) {
    const found = known.get(said.ref)
    const moment = found?.sentAt ?? new Date(behind(said.at, last))
    last = Math.max(last, moment.getTime())
    const from = Math.max(
      connectedAt.getTime(),
      at.getTime() - windowOf(said, platform),
      erased.get(said.contactRef) ?? 0,
    )
    const isDue = said.at.getTime() > from && said.at.getTime() <= at.getTime() - catchUpRules.graceMs
    if (!found && isDue && hasPlace(said, known, missing)) missing.push({ it, at: moment, ref: said.ref })
  }
  return missing
}

/** Our own words under a comment that we know nothing of have no place with us. */
function hasPlace({ under }: Said, known: ReadonlyMap<string, Known>, missing: readonly { ref: string }[]): boolean {
  return under === undefined || known.has(under) || missing.some(({ ref }) => ref === under)
}

function windowOf({ kind }: Said, platform: Platform): number {
  const { replyWindowMs, privateReplyWindowMs } = platformRules[platform]
  return kind === 'comment' ? privateReplyWindowMs : replyWindowMs
}

/** Until when nothing of each person may come back. */
function erasures(shown: readonly { said: Said }[], known: ReadonlyMap<string, Known>): Map<string, number> {
  const ends = new Map<string, number>()
  for (const { said } of shown) {
    const erasedAt = known.get(said.ref)?.erasedAt?.getTime()
    if (erasedAt) ends.set(said.contactRef, Math.max(ends.get(said.contactRef) ?? 0, erasedAt))
  }
  return ends
}

const SECOND_MS = 1000

function behind(at: Date, last: number): number {
  const isSameSecond = Math.floor(last / SECOND_MS) === Math.floor(at.getTime() / SECOND_MS)
  return isSameSecond && last >= at.getTime() ? last + 1 : at.getTime()
}
