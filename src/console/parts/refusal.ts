import type { ReplyWay } from '#src/domain/review.ts'

/** A form of this page that was refused, with what was typed. */
export interface AccountRefusal {
  message: string
  form: 'settings' | 'knowledge' | 'second' | 'stop' | 'operators'
  values: Record<string, string>
}

/** A form that was refused: what is wrong, and the operator's own words, which are never lost. */
export interface Refusal {
  message: string
  field: string | undefined
  text: string | undefined
  /** Where the answer to a comment was to go. */
  way?: ReplyWay | undefined
}
