import type { Frame } from '../frame.ts'
import type { AccountDetail } from '../house-views.ts'
import type { AccountRefusal } from './refusal.ts'

interface KnowledgeProps {
  frame: Frame
  account: AccountDetail
  refusal?: AccountRefusal | undefined
}

/** The passages that drafts may cite, each with its own form. */
export function KnowledgeList({ frame, account, refusal }: KnowledgeProps) {
  const typed = refusal?.form === 'knowledge' ? refusal.values : undefined
  const { knowledge } = account
  return (
    <section class="card" id="knowledge">
      <h2>Knowledge</h2>
      <p class="muted">
        {knowledge.length === 0
          ? 'Nothing yet. Write down what people ask for most: shipping, returns, opening hours. Claude answers from these passages and cites them.'
          : 'Claude answers from these passages and cites them.'}
      </p>
      {knowledge.map((entry) => (
        <details class="entry" open={typed?.['entryId'] === entry.id}>
          <summary dir="auto">{entry.title}</summary>
          {frame.may('configure') ? (
            <EntryForm account={account} entry={entry} typed={typed?.['entryId'] === entry.id ? typed : undefined} />
          ) : (
            <p dir="auto" class="bubble-text">
              {entry.body}
            </p>
          )}
        </details>
      ))}
      {frame.may('configure') && (
        <details class="entry entry-new" open={typed !== undefined && !typed['entryId']}>
          <summary class="button">Add an entry</summary>
          <EntryForm account={account} typed={typed && !typed['entryId'] ? typed : undefined} />
        </details>
      )}
    </section>
  )
}

interface EntryFormProps {
  account: AccountDetail
  entry?: AccountDetail['knowledge'][number]
  typed: Record<string, string> | undefined
}

function EntryForm({ account, entry, typed }: EntryFormProps) {
  const key = entry?.id ?? 'new'
  return (
    <>
      <form method="post" action={`/accounts/${account.id}/knowledge`} class="settings">
        {entry && <input type="hidden" name="entryId" value={entry.id} />}
        {entry && <input type="hidden" name="version" value={typed?.['version'] ?? String(entry.version)} />}
        <label for={`title-${key}`}>Title</label>
        <input
          id={`title-${key}`}
          name="title"
          type="text"
          value={typed?.['title'] ?? entry?.title ?? ''}
          maxlength={255}
          required
          dir="auto"
          autocomplete="off"
        />
        <label for={`body-${key}`}>Passage</label>
        <textarea id={`body-${key}`} name="body" rows={5} maxlength={8000} required dir="auto">
          {`\n${typed?.['body'] ?? entry?.body ?? ''}`}
        </textarea>
        <p class="row">
          <button type="submit" class="button button-primary">
            {entry ? 'Save' : 'Add'}
          </button>
          {entry && (
            <button type="submit" form={`remove-${key}`} class="button button-quiet">
              Remove
            </button>
          )}
        </p>
      </form>
      {entry && (
        <form method="post" action={`/accounts/${account.id}/knowledge/${entry.id}/removal`} id={`remove-${key}`} />
      )}
    </>
  )
}
