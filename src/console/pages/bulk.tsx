import type { DraftId, PostId } from '#src/domain/ids.ts'
import { BULK_MAX } from '#src/domain/pace.ts'
import { type Choice, queueHref } from '../choice.ts'
import type { CalmDraft } from '../desk-views.ts'
import type { Frame } from '../frame.ts'
import { Icon } from '../parts/icons.tsx'
import { Layout } from '../parts/layout.tsx'
import { Name, Revealed } from '../parts/revealed.tsx'
import { Window } from '../parts/time.tsx'

interface BulkProps {
  frame: Frame
  drafts: CalmDraft[]
  choice: Choice
}

/** Drafts that ask for no second look, each in whole; what is ticked is approved with one press. */
export function BulkPage({ frame, drafts, choice }: BulkProps) {
  const back = queueHref(choice)
  return (
    <Layout frame={frame} title="Approve several">
      <div class="column">
        <BulkHead back={back}>
          Direct messages whose draft has no flag and of which Claude is sure: at most {BULK_MAX}. Tick what you have
          read. Each is still judged by every rule, and held for its undo time.
        </BulkHead>
        {drafts.length === 0 ? (
          <p class="card">Nothing of this kind waits. Every other draft is looked at alone.</p>
        ) : (
          <form method="post" action="/queue/bulk" class="bulk">
            {drafts.map((draft) => (
              <Row frame={frame} draft={draft} choice={choice} />
            ))}
            <p class="row bulk-foot">
              <button type="submit" class="button button-primary">
                <Icon name="outbox" />
                Approve and send what is ticked
              </button>
            </p>
          </form>
        )}
      </div>
    </Layout>
  )
}

function BulkHead({ back, children }: { back: string; children?: unknown }) {
  return (
    <header class="page-head">
      <a class="pane-back" href={back}>
        <Icon name="back" />
        <span>Queue</span>
      </a>
      <h1>Approve several</h1>
      <p class="muted">{children}</p>
    </header>
  )
}

function Row({ frame, draft, choice }: { frame: Frame; draft: CalmDraft; choice: Choice }) {
  const { draftId, conversationId, textHash, headMessageId, text, headText, windowExpiresAt } = draft
  return (
    <article class="card bulk-row">
      <label class="tick">
        <input type="checkbox" name="pick" value={`${draftId} ${textHash} ${headMessageId}`} />
        <span>
          Approve the reply to <Name of={draft} />
        </span>
      </label>
      <Window expiresAt={windowExpiresAt} clock={frame} />
      <p class="muted" dir="auto">
        <Revealed text={headText || 'No words'} />
      </p>
      <p class="bubble-text item-reply-whole" dir="auto">
        <Revealed text={text} />
      </p>
      <a href={queueHref(choice, { c: conversationId })}>Open it alone</a>
    </article>
  )
}

export type BulkOutcome = { draftId: DraftId; postId: PostId } | { draftId: DraftId; refusal: string }

/** What became of each. */
export function BulkDonePage({ frame, outcomes }: { frame: Frame; outcomes: BulkOutcome[] }) {
  const approved = outcomes.filter((outcome) => 'postId' in outcome).length
  return (
    <Layout frame={frame} title="Approve several">
      <div class="column">
        <BulkHead back="/queue">
          {approved} of {outcomes.length} approved. What was not is still in the queue.
        </BulkHead>
        <ul class="bulk" role="status">
          {outcomes.map((outcome, index) => (
            <li class="card row">
              {'postId' in outcome ? (
                <>
                  <span class="state state-good">Reply {index + 1} approved</span>
                  <form method="post" action={`/posts/${outcome.postId}/cancellation`}>
                    <input type="hidden" name="back" value="/queue" />
                    <button type="submit" class="button button-small">
                      Undo
                    </button>
                  </form>
                </>
              ) : (
                <span class="state state-warn">
                  Reply {index + 1} was not approved: {outcome.refusal}.
                </span>
              )}
            </li>
          ))}
        </ul>
        <p class="row">
          <a class="button button-primary" href="/queue">
            Back to the queue
          </a>
        </p>
      </div>
    </Layout>
  )
}
