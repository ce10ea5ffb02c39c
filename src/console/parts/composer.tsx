import type { Verdict } from '#src/domain/policy.ts'
import type { ReplyWay } from '#src/domain/review.ts'
import type { Frame } from '../frame.ts'
import type { ConversationView, DraftView } from '../views.ts'
import { Actions } from './actions.tsx'
import { Quiet, Reason, Refused, SecondNote, VerdictNote } from './composer-notes.tsx'
import { Editor, Hidden } from './editor.tsx'
import { Moderation } from './moderation.tsx'
import { ComposerPause } from './pauses.tsx'
import { Preview } from './preview.tsx'
import type { Refusal, Typed } from './refusal.ts'
import { Name } from './revealed.tsx'
import { isOther, Sides } from './sides.tsx'
import { openWays, Ways } from './ways.tsx'
import { languageOf } from './why.tsx'

export interface ComposerProps {
  conversation: ConversationView
  frame: Frame
  /** Where the next page comes from: the queue goes on to its next item. */
  back: string
  refusal?: Refusal | undefined
  /** Words to be looked at before they are approved. */
  checked?: Typed | undefined
}

/** What can be done about a conversation now. The data attribute changes with anything that would make a decision stale. */
export function Composer(props: ComposerProps) {
  const { conversation, frame, refusal } = props
  const { draft, attention, headMessageId } = conversation
  const { ways, any } = openWays(conversation, frame.now)
  return (
    <section
      class="composer"
      id="composer"
      aria-label="Reply"
      data-state={`${headMessageId}/${attention}/${draft?.textHash ?? ''}`}
    >
      <p class="changed" id="changed" role="status" hidden />
      {refusal && <Refused refusal={refusal} />}
      {refusal?.then && <Sides conversation={conversation} then={refusal.then} frame={frame} />}
      <State {...props} verdict={any} ways={ways} />
    </section>
  )
}

interface StateProps extends ComposerProps {
  verdict: Verdict
  ways: Map<ReplyWay, Verdict>
}

function State(props: StateProps) {
  const { conversation, frame, refusal, checked } = props
  const { draft, attention } = conversation
  if (!frame.may('decide'))
    return <p class="muted">You can read this conversation. Your role does not decide about replies.</p>
  if (conversation.erasedAt)
    return <p class="muted">This person was erased. Whoever writes from there again is somebody new here.</p>
  if (draft) return <DraftComposer {...props} draft={draft} />
  if (attention === 'person' || refusal?.text || checked) return <AnswerComposer {...props} />
  return (
    <>
      <Quiet {...props} />
      <details class="by-hand">
        <summary class="button">Write by hand</summary>
        <AnswerComposer {...props} />
      </details>
      {conversation.kind === 'comment' && (
        <div class="actions when-quiet">
          <Moderation conversation={conversation} back={props.back} />
        </div>
      )}
    </>
  )
}

function DraftComposer(props: StateProps & { draft: DraftView }) {
  const { conversation, draft, refusal, checked, verdict, ways, back } = props
  const typed = refusal ?? checked
  const ownText = typed?.text !== undefined && typed.text !== draft.text ? typed.text : undefined
  return (
    <>
      {draft.second && <SecondNote second={draft.second} frame={props.frame} />}
      <VerdictNote verdict={verdict} />
      <form
        method="post"
        action={`/drafts/${draft.id}/decision`}
        id="reply"
        class="reply"
        data-conversation={conversation.id}
      >
        <Hidden
          fields={{
            textHash: draft.textHash,
            headMessageId: conversation.headMessageId ?? '',
            conversation: conversation.id,
            back,
          }}
        />
        <Editor
          platform={conversation.platform}
          label={<EditorLabel {...props} isOwn={ownText !== undefined} />}
          text={ownText ?? draft.text}
          original={draft.text}
        />
        <Ways ways={ways} chosen={typed?.way} />
        <Preview {...props} text={ownText ?? draft.text} way={typed?.way} open={checked !== undefined} />
        {refusal && ownText !== undefined && !isOther(conversation, refusal.then) && (
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
        primary={{
          label: draft.second ? 'Approve as the second' : 'Approve and send',
          name: 'verdict',
          value: 'approve',
        }}
        canSend={verdict.allow}
        draft={draft}
      />
    </>
  )
}

function EditorLabel({
  conversation,
  draft,
  isOwn,
}: Pick<StateProps, 'conversation'> & { draft: DraftView; isOwn: boolean }) {
  const language = draft.language ? ` · ${languageOf(draft.language)}` : ''
  return (
    <>
      {isOwn ? 'Your text for' : 'Draft for'} <Name of={conversation} />
      <span class="muted">{language}</span>
    </>
  )
}

function AnswerComposer(props: StateProps) {
  const { conversation, refusal, checked, verdict, ways, back } = props
  const typed = refusal ?? checked
  return (
    <>
      {conversation.attention === 'person' && <Reason {...props} />}
      <VerdictNote verdict={verdict} />
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
          text={typed?.text ?? ''}
        />
        <Ways ways={ways} chosen={typed?.way} />
        <Preview {...props} text={typed?.text ?? ''} way={typed?.way} open={checked !== undefined} />
      </form>
      <ComposerPause {...props} />
      <Actions {...props} primary={{ label: 'Send' }} canSend={verdict.allow} />
    </>
  )
}
