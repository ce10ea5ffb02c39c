import type { ConversationView } from '../views.ts'
import { Hidden } from './editor.tsx'

/** Hiding and deleting the newest comment; both are held for the undo time like a reply. */
export function Moderation({ conversation, back }: { conversation: ConversationView; back: string }) {
  const { id, comment, headMessageId } = conversation
  // What stands elsewhere is its owner's to hide.
  if (!comment || comment.elsewhere) return null
  const fields = { headMessageId: headMessageId ?? '', back }
  return (
    <details class="act" name="act">
      <summary class="button">Comment…</summary>
      <form method="post" action={`/conversations/${id}/moderation`} class="panel">
        <Hidden fields={fields} />
        <p>
          {comment.hidden
            ? 'The comment is hidden: only its author and you see it.'
            : 'A hidden comment is seen only by its author and by you; a deleted one is gone for good.'}
        </p>
        <button type="submit" name="kind" value={comment.hidden ? 'unhide' : 'hide'} class="button">
          {comment.hidden ? 'Show the comment again' : 'Hide the comment'}
        </button>
        <button type="submit" name="kind" value="delete" class="button button-danger">
          Delete the comment
        </button>
      </form>
    </details>
  )
}
