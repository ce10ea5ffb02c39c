import type { DraftToDecide } from './review.ts'

/** Approvals of one operator within a minute: from here on somebody tells them, and from there on they wait. */
export const QUICK = 12
export const QUICK_MAX = 30
export const PACE_MS = 60_000

/** When an operator may approve again, after approvals at these times, newest first; undefined: now. */
export function waitsUntil(approvals: readonly Date[], at: Date): Date | undefined {
  const oldest = approvals.filter((one) => at.getTime() - one.getTime() < PACE_MS)[QUICK_MAX - 1]
  return oldest && new Date(oldest.getTime() + PACE_MS)
}

/** As many drafts as one page can be read through and approved from. */
export const BULK_MAX = 20
/** From this confidence on nobody is made to look twice. */
export const SURE = 0.8

/** Whether nothing about a draft asks for a second look: Claude's own words, no flag, and sure of them. */
export function isCalm(draft: Pick<DraftToDecide, 'author'> & { flags: readonly string[]; confidence: number | null }) {
  return draft.author === 'claude' && draft.flags.length === 0 && (draft.confidence ?? 0) >= SURE
}
