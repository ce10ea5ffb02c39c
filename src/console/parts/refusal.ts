import type { ReplyWay } from '#src/domain/review.ts'
import type { SeenThen } from '../views.ts'

/** A form of this page that was refused, with what was typed. */
export interface AccountRefusal {
  message: string
  form: 'settings' | 'knowledge' | 'template' | 'second' | 'stop' | 'operators'
  values: Record<string, string>
}

/** What the operator has written and not sent: drawn again, because it was refused or to be looked at first. */
export interface Typed {
  text: string | undefined
  /** Where the answer to a comment was to go. */
  way?: ReplyWay | undefined
}

/** A form that was refused: what is wrong, and the operator's own words, which are never lost. */
export interface Refusal extends Typed {
  message: string
  field: string | undefined
  /** What they had looked at, when something has come between. */
  then?: SeenThen | undefined
}
