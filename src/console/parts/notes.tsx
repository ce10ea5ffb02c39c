import type { NoteView } from '../desk-views.ts'
import type { Frame } from '../frame.ts'
import type { ConversationView } from '../views.ts'
import { Hidden } from './editor.tsx'
import { Key } from './keys.tsx'
import { Revealed } from './revealed.tsx'
import { When } from './time.tsx'

interface NoteProps {
  note: NoteView
  conversation: ConversationView
  frame: Frame
}

/** Among the messages, and never one of them. */
export function Note({ note, conversation, frame }: NoteProps) {
  const { id, text, by, operatorId, createdAt } = note
  const isOwn = operatorId === frame.operator.id
  return (
    <article class="note" id={id}>
      <p class="note-head">
        <strong>
          Note by <bdi>{by ?? 'somebody who left'}</bdi>
        </strong>{' '}
        <span>
          never sent · <When at={createdAt} clock={frame} />
        </span>
      </p>
      <p class="bubble-text" dir="auto">
        <Revealed text={text} />
      </p>
      {isOwn && frame.may('decide') && (
        <form method="post" action={`/conversations/${conversation.id}/notes/${id}/removal`}>
          <Hidden fields={{ back: backOf(frame) }} />
          <button type="submit" class="link">
            Remove
          </button>
        </form>
      )}
    </article>
  )
}

/** The form for a new one. */
export function NoteForm({
  conversation,
  frame,
  back,
}: {
  conversation: ConversationView
  frame: Frame
  back: string
}) {
  return (
    <details class="act act-quiet" name="act">
      <summary class="button" data-key="note">
        Note <Key of="note" frame={frame} />
      </summary>
      <form method="post" action={`/conversations/${conversation.id}/notes`} class="panel panel-note">
        <Hidden fields={{ back }} />
        <label for="note-text">Note to colleagues</label>
        <textarea id="note-text" name="text" rows={3} maxlength={4000} required dir="auto" />
        <p class="muted">Stays in here: it is never sent, and goes when the person is erased.</p>
        <button type="submit" class="button">
          Keep the note
        </button>
      </form>
    </details>
  )
}

function backOf({ section }: Frame): string {
  return section === 'queue' ? '/queue' : ''
}
