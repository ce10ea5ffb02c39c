import type { Frame } from '../frame.ts'
import type { ConversationView, DraftView } from '../views.ts'
import { Hidden } from './editor.tsx'
import { Icon } from './icons.tsx'
import { Key } from './keys.tsx'
import { Moderation } from './moderation.tsx'
import { NoteForm } from './notes.tsx'
import { Templates } from './templates.tsx'

interface ActionsProps {
  conversation: ConversationView
  frame: Frame
  back: string
  primary: { label: string; name?: string; value?: string }
  canSend: boolean
  draft?: DraftView
}

const reasons = ['Wrong facts', 'Wrong tone', 'Wrong language', 'Promises too much', 'Needs a person']

/** The buttons below the editor. Each is a form of its own, so that Enter in a field never approves. */
export function Actions({ conversation, frame, back, primary, canSend, draft }: ActionsProps) {
  const { id } = conversation
  const headMessageId = conversation.headMessageId ?? ''
  const { label, ...value } = primary
  return (
    <div class="actions">
      <button
        type="submit"
        form="reply"
        class="button button-primary"
        disabled={!canSend}
        data-key="approve"
        {...value}
      >
        <Icon name="outbox" />
        {label} <Key of="approve" frame={frame} />
      </button>
      <a class="button" href="#reply-text" data-key="edit">
        Edit <Key of="edit" frame={frame} />
      </a>
      {draft && (
        <details class="act" name="act">
          <summary class="button" data-key="reject">
            Reject <Key of="reject" frame={frame} />
          </summary>
          <form method="post" action={`/drafts/${draft.id}/decision`} class="panel">
            <Hidden fields={{ verdict: 'reject', textHash: draft.textHash, headMessageId, back }} />
            <label for="reject-reason">Why is this draft not right?</label>
            <input
              id="reject-reason"
              name="reason"
              type="text"
              list="reject-reasons"
              maxlength={255}
              autocomplete="off"
            />
            <datalist id="reject-reasons">
              {reasons.map((reason) => (
                <option value={reason} />
              ))}
            </datalist>
            <p class="muted">The conversation stays in the queue, to be answered by hand.</p>
            <button type="submit" class="button button-danger">
              Reject this draft
            </button>
          </form>
        </details>
      )}
      <details class="act act-quiet" name="act">
        <summary class="button" data-key="redraft">
          {draft ? 'New draft' : 'Ask Claude'} <Key of="redraft" frame={frame} />
        </summary>
        <form method="post" action={`/conversations/${id}/drafts`} class="panel">
          <Hidden fields={{ back }} />
          <label for="instruction">What should Claude do{draft ? ' differently' : ''}?</label>
          <input
            id="instruction"
            name="instruction"
            type="text"
            maxlength={255}
            placeholder="Shorter, and offer a refund"
            autocomplete="off"
          />
          <button type="submit" class="button">
            {draft ? 'Draft anew' : 'Draft a reply'}
          </button>
        </form>
      </details>
      <Templates conversation={conversation} frame={frame} />
      <NoteForm conversation={conversation} frame={frame} back={back} />
      <Moderation conversation={conversation} back={back} />
      {['review', 'person'].includes(conversation.attention) && (
        <form method="post" action={`/conversations/${id}/dismissal`} class="act-last">
          <Hidden fields={{ headMessageId, back }} />
          <button type="submit" class="button button-quiet">
            Nothing to answer
          </button>
        </form>
      )}
    </div>
  )
}
