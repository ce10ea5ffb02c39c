import { judge, type Verdict } from '#src/domain/policy.ts'
import type { Frame } from '../frame.ts'
import type { ConversationView, DraftView } from '../views.ts'
import { Actions } from './actions.tsx'
import { Denied, Quiet, Reason, Refused } from './composer-notes.tsx'
import { Editor, Hidden } from './editor.tsx'
import { ComposerPause } from './pauses.tsx'
import type { Refusal } from './refusal.ts'
import { Name } from './revealed.tsx'
import { languageOf } from './why.tsx'

export interface ComposerProps {
  conversation: ConversationView
  frame: Frame
  /** Where the next page comes from: the queue goes on to its next item. */
  back: string
  refusal?: Refusal | undefined
}

/** What can be done about a conversation now. The data attribute changes with anything that would make a decision stale. */
export function Composer(props: ComposerProps) {
  const { conversation, frame, refusal } = props
  const { draft, attention, headMessageId } = conversation
  const verdict = verdictOf(conversation, frame.now)
  return (
    <section
      class="composer"
      id="composer"
      aria-label="Reply"
      data-state={`${headMessageId}/${attention}/${draft?.textHash ?? ''}`}
    >
      <p class="changed" id="changed" role="status" hidden />
      {refusal && <Refused refusal={refusal} />}
      <State {...props} verdict={verdict} />
    </section>
  )
}

function State(props: ComposerProps & { verdict: Verdict }) {
  const { conversation, frame, refusal, verdict } = props
  const { draft, attention } = conversation
  if (!frame.may('decide'))
    return <p class="muted">You can read this conversation. Your role does not decide about replies.</p>
  if (conversation.erasedAt)
    return <p class="muted">This person was erased. Whoever writes from there again is somebody new here.</p>
  if (conversation.kind === 'comment')
    return <p class="muted">Comments are shown here; replying to them is not possible from here yet.</p>
  if (draft) return <DraftComposer {...props} draft={draft} verdict={verdict} />
  if (attention === 'person' || refusal?.text) return <AnswerComposer {...props} verdict={verdict} />
  return (
    <>
      <Quiet {...props} />
      <details class="by-hand">
        <summary class="button">Write by hand</summary>
        <AnswerComposer {...props} verdict={verdict} />
      </details>
    </>
  )
}

function DraftComposer(props: ComposerProps & { draft: DraftView; verdict: Verdict }) {
  const { conversation, draft, refusal, verdict, back } = props
  const ownText = refusal?.text !== undefined && refusal.text !== draft.text ? refusal.text : undefined
  const language = draft.language ? ` · ${languageOf(draft.language)}` : ''
  return (
    <>
      <Denied verdict={verdict} />
      <form
        method="post"
        action={`/drafts/${draft.id}/decision`}
        id="reply"
        class="reply"
        data-conversation={conversation.id}
      >
        <Hidden fields={{ textHash: draft.textHash, headMessageId: conversation.headMessageId ?? '', back }} />
        <Editor
          platform={conversation.platform}
          label={
            <>
              {ownText === undefined ? 'Draft for' : 'Your text for'} <Name of={conversation} />
              <span class="muted">{language}</span>
            </>
          }
          text={ownText ?? draft.text}
          original={draft.text}
        />
        {ownText !== undefined && (
          <details class="theirs" open>
            <summary>The draft now reads</summary>
            <p dir="auto" class="bubble-text" id="theirs">
              {draft.text}
            </p>
          </details>
        )}
      </form>
      <ComposerPause {...props} />
      <Actions
        {...props}
        primary={{ label: 'Approve and send', name: 'verdict', value: 'approve' }}
        canSend={verdict.allow}
        draft={draft}
      />
    </>
  )
}

function AnswerComposer(props: ComposerProps & { verdict: Verdict }) {
  const { conversation, refusal, verdict, back } = props
  return (
    <>
      {conversation.attention === 'person' && <Reason {...props} />}
      <Denied verdict={verdict} />
      <form
        method="post"
        action={`/conversations/${conversation.id}/replies`}
        id="reply"
        class="reply"
        data-conversation={conversation.id}
      >
        <Hidden fields={{ headMessageId: conversation.headMessageId ?? '', back }} />
        <Editor
          platform={conversation.platform}
          label={
            <>
              Answer <Name of={conversation} /> by hand
            </>
          }
          text={refusal?.text ?? ''}
        />
      </form>
      <ComposerPause {...props} />
      <Actions {...props} primary={{ label: 'Send' }} canSend={verdict.allow} />
    </>
  )
}

/** What policy says about any reply at all; the words themselves are judged when they are approved. */
function verdictOf({ platform, windowExpiresAt, optedOutAt, standby, kind }: ConversationView, at: Date): Verdict {
  const open = { windowExpiresAt: windowExpiresAt ?? undefined, optedOutAt: optedOutAt ?? undefined }
  return judge({ platform, text: '.', ...open, standby, kind }, at)
}
