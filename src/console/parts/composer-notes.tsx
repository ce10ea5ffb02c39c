import { noDraftReasons } from '#src/domain/draft.ts'
import type { Verdict } from '#src/domain/policy.ts'
import type { Frame } from '../frame.ts'
import type { ConversationView, DraftView } from '../views.ts'
import { Icon } from './icons.tsx'
import type { Refusal } from './refusal.ts'
import { Name } from './revealed.tsx'
import { When } from './time.tsx'

interface NoteProps {
  conversation: ConversationView
  frame: Frame
}

export function Reason({ conversation, frame }: NoteProps) {
  const { attentionReason, attentionNote, lastDecision } = conversation
  const rejected = attentionReason === 'rejected' && lastDecision?.verdict === 'reject' ? lastDecision : undefined
  return (
    <div class="reason">
      <p>
        <strong>{attentionReason ? noDraftReasons[attentionReason] : 'This conversation waits for a person'}</strong>
        {rejected?.by && (
          <span class="muted">
            {' '}
            by <bdi>{rejected.by}</bdi>, <When at={rejected.at} clock={frame} />
          </span>
        )}
      </p>
      {attentionNote && <p dir="auto">{attentionNote}</p>}
    </div>
  )
}

export function Quiet({ conversation, frame }: NoteProps) {
  const { attention, lastDecision, standby } = conversation
  if (standby) return <p class="quiet">Another app holds this thread; we only read along.</p>
  if (attention === 'waiting') {
    return (
      <p class="quiet">
        <span class="pulse" aria-hidden="true" /> Claude drafts a reply as soon as <Name of={conversation} /> has been
        quiet for a moment.
      </p>
    )
  }
  return (
    <p class="quiet">
      <Icon name="check" /> Nothing waits for an answer here.
      {lastDecision?.by && (
        <span class="muted">
          {' '}
          Last {lastDecision.verdict === 'approve' ? 'approved' : 'rejected'} by <bdi>{lastDecision.by}</bdi>,{' '}
          <When at={lastDecision.at} clock={frame} />.
        </span>
      )}
    </p>
  )
}

export function Refused({ refusal }: { refusal: Refusal }) {
  return (
    // Focused, so that it is in sight on a phone too, without a script.
    <div class="refused" role="alert" id="refused" tabindex={-1} autofocus>
      <Icon name="warning" />
      <div>
        <p>
          <strong>{refusal.message}</strong>
        </p>
        {refusal.text !== undefined && <p>Nothing was sent. Your text is kept below.</p>}
      </div>
    </div>
  )
}

/** Who approved these words first, and who may be the second. */
export function SecondNote({ second, frame }: { second: NonNullable<DraftView['second']>; frame: Frame }) {
  const isOwn = second.by === frame.operator.id
  return (
    <p class="denied" id="second">
      <Icon name="warning" /> This reply takes two people. {isOwn ? 'You' : <bdi>{second.byName}</bdi>} approved it{' '}
      <When at={second.at} clock={frame} />
      {isOwn ? '; somebody else has to approve it too.' : '; your approval sends it.'} Whoever changes a word begins
      anew.
    </p>
  )
}

/** What the verdict means to whoever writes: that nothing can go out, or only words of their own. */
export function VerdictNote({ verdict }: { verdict: Verdict }) {
  if (verdict.allow && verdict.tag) {
    return (
      <p class="denied">
        <Icon name="warning" /> The reply window has closed. What you write or change yourself can still go out, as the
        answer of a person.
      </p>
    )
  }
  if (verdict.allow) return null
  return (
    <p class="denied">
      <Icon name="warning" /> {verdict.reason}, so no reply can be sent from here now.
    </p>
  )
}
