import { openSnoozes } from '#src/domain/desk.ts'
import type { Frame } from '../frame.ts'
import type { ConversationView } from '../views.ts'
import { Hidden } from './editor.tsx'
import { ErasureForm } from './erasure.tsx'
import { Icon } from './icons.tsx'
import { Name } from './revealed.tsx'
import { When } from './time.tsx'

interface DeskProps {
  conversation: ConversationView
  frame: Frame
  back: string
}

/** What can be done with the conversation itself: hand it over, put it aside, heed what the person asked for. */
export function Desk(props: DeskProps) {
  const { conversation, frame } = props
  if (conversation.erasedAt) return null
  if (!frame.may('decide')) return <Assignee conversation={conversation} />
  return (
    <div class="desk" id="desk" data-live>
      <Assign {...props} />
      {['review', 'person'].includes(conversation.attention) && <Snooze {...props} />}
      <Person {...props} />
    </div>
  )
}

function Assignee({ conversation: { assigneeName } }: { conversation: ConversationView }) {
  if (!assigneeName) return null
  return (
    <p class="muted">
      With <bdi>{assigneeName}</bdi>
    </p>
  )
}

function Assign({ conversation, frame, back }: DeskProps) {
  const { id, assigneeId, assigneeName, colleagues } = conversation
  const me = frame.operator.id
  return (
    <details class="act" name="act">
      <summary class="button button-small" data-key="assign">
        <Icon name="accounts" />
        {assigneeName ? <bdi>{assigneeId === me ? 'Yours' : assigneeName}</bdi> : 'Assign'}
      </summary>
      <form method="post" action={`/conversations/${id}/assignment`} class="panel">
        <Hidden fields={{ back }} />
        <label for="assignee">Who looks after it?</label>
        <select id="assignee" name="assignee">
          <option value="">Nobody</option>
          {colleagues.map((colleague) => (
            <option value={colleague.id} selected={colleague.id === (assigneeId ?? me)}>
              {colleague.id === me ? `${colleague.name} (you)` : colleague.name}
            </option>
          ))}
        </select>
        <p class="muted">Everybody who may decide still can.</p>
        <button type="submit" class="button">
          Hand over
        </button>
      </form>
    </details>
  )
}

const hourWords = { 1: '1 hour', 3: '3 hours', 8: '8 hours', 24: 'a day', 72: '3 days' } as const

function Snooze({ conversation, frame, back }: DeskProps) {
  const { id, snoozedUntil, headMessageId } = conversation
  const open = openSnoozes(conversation, frame.now)
  const fields = { back, headMessageId: headMessageId ?? '' }
  if (snoozedUntil) {
    return (
      <form method="post" action={`/conversations/${id}/snooze`} class="row">
        <Hidden fields={fields} />
        <span class="tag tag-warn">
          Aside until <When at={snoozedUntil} clock={frame} />
        </span>
        <button type="submit" class="button button-small">
          Take it up
        </button>
      </form>
    )
  }
  return (
    <details class="act" name="act">
      <summary class="button button-small" data-key="snooze">
        <Icon name="clock" />
        Snooze
      </summary>
      <form method="post" action={`/conversations/${id}/snooze`} class="panel">
        <Hidden fields={fields} />
        <p>
          <strong>Put it aside for</strong>
        </p>
        <p class="row">
          {open.map((hours) => (
            <button type="submit" name="hours" value={String(hours)} class="button button-small">
              {hourWords[hours]}
            </button>
          ))}
        </p>
        <p class="muted">
          {open.length === 0
            ? 'The reply window closes within the hour: there is no time to put it aside.'
            : 'It comes back at its time, or as soon as somebody writes. Only times before the reply window closes are offered.'}
        </p>
      </form>
    </details>
  )
}

function Person({ conversation, frame, back }: DeskProps) {
  const { id, optedOutAt, headMessageId } = conversation
  const maySilence = !optedOutAt && headMessageId
  return (
    <details class="act" name="act">
      <summary class="button button-small">Person…</summary>
      <div class="panel">
        {maySilence && (
          <form method="post" action={`/conversations/${id}/opt-out`} class="stack">
            <Hidden fields={{ back, headMessageId }} />
            <p>
              <Name of={conversation} /> asked for no more messages? Nothing is sent until they write again.
            </p>
            <button type="submit" class="button">
              Send nothing more
            </button>
          </form>
        )}
        <p>
          <a href={`/contacts/${conversation.contactId}`}>All that is kept of them</a>
        </p>
        <ErasureForm conversation={conversation} frame={frame} />
      </div>
    </details>
  )
}
