import type { Frame } from '../frame.ts'
import type { ConversationView } from '../views.ts'
import { nameOf } from './revealed.tsx'

type Erasable = Pick<ConversationView, 'id' | 'contactName' | 'contactUsername'>

/** For an admin: the person asked to be forgotten. Ticked by hand, because nothing brings it back. */
export function ErasureForm({ conversation, frame }: { conversation: Erasable; frame: Frame }) {
  if (!frame.may('configure')) return null
  return (
    <form method="post" action={`/conversations/${conversation.id}/erasure`} class="stack">
      <p>
        <strong>Erase this person.</strong> Names, messages, drafts, notes, replies and the raw notifications of{' '}
        {nameOf(conversation)} are deleted for good. What waits to be sent is withdrawn.
      </p>
      <label class="tick">
        <input type="checkbox" name="sure" value="yes" required /> This cannot be undone
      </label>
      <div>
        <button type="submit" class="button button-danger">
          Erase
        </button>
      </div>
    </form>
  )
}
