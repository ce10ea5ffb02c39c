import type { Frame } from '../frame.ts'
import type { ConversationView, MessageView, SeenThen } from '../views.ts'
import { Diff } from './diff.tsx'
import { formWords } from './media.tsx'
import { Revealed } from './revealed.tsx'
import { When } from './time.tsx'

interface SidesProps {
  conversation: ConversationView
  then: SeenThen
  frame: Frame
}

/** What the operator had in front of them and what is there now, side by side; nothing when both are the same. */
export function Sides({ conversation, then, frame }: SidesProps) {
  if (!isOther(conversation, then)) return null
  const newer = newerThan(conversation, then)
  const last = newer.at(-1) ?? then.message
  return (
    <div class="sides" id="sides">
      <section aria-labelledby="side-then">
        <h3 id="side-then">When you looked</h3>
        <Words of={then.message} label="The newest message" />
        <p class="muted">{then.draft ? 'The draft' : 'There was no draft.'}</p>
        {then.draft && (
          <p class="bubble-text" dir="auto">
            <Revealed text={then.draft.text} />
          </p>
        )}
      </section>
      <section aria-labelledby="side-now">
        <h3 id="side-now">Now</h3>
        {newer.length > 1 && <p class="muted">{newer.length} newer messages, all of them above</p>}
        <Words of={last} label={newer.length > 0 ? 'The newest message, new to you' : 'The newest message'} />
        <DraftNow conversation={conversation} then={then} frame={frame} />
      </section>
    </div>
  )
}

/** Whether a message has come or the draft is another one since then. */
export function isOther(conversation: ConversationView, then: SeenThen | undefined): then is SeenThen {
  if (!then) return false
  return newerThan(conversation, then).length > 0 || then.draft?.id !== conversation.draft?.id
}

function newerThan({ messages, headMessageId }: ConversationView, { message }: SeenThen): MessageView[] {
  if (message?.id === headMessageId) return []
  const at = messages.findIndex(({ id }) => id === message?.id)
  return messages.slice(at + 1)
}

function Words({ of, label }: { of: SeenThen['message']; label: string }) {
  return (
    <>
      <p class="muted">{label}</p>
      <p class="bubble-text" dir="auto">
        {of && !of.deletedAt && of.text !== '' ? <Revealed text={of.text} /> : <em>{formOf(of)}</em>}
      </p>
    </>
  )
}

function formOf(message: SeenThen['message']): string {
  if (!message) return 'Not kept any more'
  return message.deletedAt ? 'Message unsent' : formWords(message.form)
}

function DraftNow({ conversation: { draft, lastDecision, posts }, then, frame }: SidesProps) {
  if (draft) {
    return (
      <>
        <p class="muted">{then.draft?.id === draft.id ? 'The draft, unchanged' : 'The draft now reads'}</p>
        <p class="bubble-text diff" dir="auto">
          <Diff before={then.draft?.text ?? draft.text} after={draft.text} />
        </p>
      </>
    )
  }
  const sent = lastDecision?.verdict === 'approve' ? posts.at(-1) : undefined
  if (!then.draft || !lastDecision) return <p class="muted">No draft waits.</p>
  return (
    <>
      <p class="muted">
        {sent ? 'Approved' : 'Rejected'} by <bdi>{lastDecision.by ?? 'somebody'}</bdi>,{' '}
        <When at={lastDecision.at} clock={frame} />
      </p>
      {sent && (
        <p class="bubble-text diff" dir="auto">
          <Diff before={then.draft.text} after={sent.text} />
        </p>
      )}
    </>
  )
}
