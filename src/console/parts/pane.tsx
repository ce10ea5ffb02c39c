import { platformRules } from '#src/domain/platform.ts'
import type { Frame } from '../frame.ts'
import type { ConversationView } from '../views.ts'
import { Composer } from './composer.tsx'
import { Desk } from './desk.tsx'
import { Icon } from './icons.tsx'
import type { Refusal, Typed } from './refusal.ts'
import { Initial, Name, nameOf, Revealed } from './revealed.tsx'
import { Thread } from './thread.tsx'
import { Window } from './time.tsx'
import { openWays } from './ways.tsx'
import { Why } from './why.tsx'

interface PaneProps {
  conversation: ConversationView
  frame: Frame
  /** The list this conversation was opened from. */
  list: { href: string; label: string }
  /** Where a decision leads: back here, or on to the queue's next item. */
  back: string
  earlierHref: string | undefined
  refusal?: Refusal | undefined
  checked?: Typed | undefined
}

/** One conversation with everything needed to decide about it. */
export function Pane({ conversation, frame, list, back, earlierHref, refusal, checked }: PaneProps) {
  const { draft } = conversation
  return (
    <section
      class={draft ? 'pane pane-draft' : 'pane'}
      id="pane"
      aria-label={`Conversation with ${nameOf(conversation)}`}
      data-id={conversation.id}
    >
      <PaneHead conversation={conversation} frame={frame} list={list} back={back} />
      <Thread conversation={conversation} frame={frame} earlierHref={earlierHref} />
      <Composer conversation={conversation} frame={frame} back={back} refusal={refusal} checked={checked} />
      {draft && <Why draft={draft} conversation={conversation} frame={frame} />}
    </section>
  )
}

const kindWords = { comment: 'Comments', mention: 'Mentions elsewhere' }

function PaneHead({ conversation, frame, list, back }: Pick<PaneProps, 'conversation' | 'frame' | 'list' | 'back'>) {
  const { contactName, contactUsername, kind } = conversation
  const { any } = openWays(conversation, frame.now)
  const until = (any.allow && any.until) || conversation.windowExpiresAt
  return (
    <header class="pane-head">
      <a class="pane-back" href={list.href} data-back>
        <Icon name="back" />
        <span>{list.label}</span>
      </a>
      <Initial id={conversation.id} name={nameOf(conversation)} />
      <div class="pane-who">
        <h2>
          <Name of={conversation} />
        </h2>
        <p class="muted">
          {contactUsername && contactName && (
            <>
              <bdi>
                <Revealed text={`@${contactUsername}`} />
              </bdi>{' '}
              ·{' '}
            </>
          )}
          {kind === 'direct' ? platformRules[conversation.platform].name : kindWords[kind]} ·{' '}
          <a href={`/accounts/${conversation.accountId}`}>{conversation.accountName}</a>
        </p>
      </div>
      <Others conversation={conversation} />
      <Window expiresAt={until} clock={frame} long />
      <Desk conversation={conversation} frame={frame} back={back} />
      <Warnings conversation={conversation} />
      <p class="presence" id="presence" role="status" hidden />
    </header>
  )
}

/** Where the same person is met too. */
function Others({ conversation: { others, platform } }: { conversation: ConversationView }) {
  if (others.length === 0) return null
  return (
    <p class="muted">
      Also here:{' '}
      {others.map(({ id, kind }, index) => (
        <>
          {index > 0 && ', '}
          <a href={`/conversations/${id}`}>{kind === 'direct' ? platformRules[platform].name : kindWords[kind]}</a>
        </>
      ))}
    </p>
  )
}

function Warnings({ conversation }: { conversation: ConversationView }) {
  const { accountStoppedAt, accountStoppedReason, credentialStatus, standby, optedOutAt, erasedAt } = conversation
  const warnings = [
    accountStoppedAt &&
      `Sending is stopped for this account${accountStoppedReason ? `: ${accountStoppedReason}` : ''}. Approved replies wait.`,
    (credentialStatus === 'expired' || credentialStatus === 'revoked') &&
      `The account’s token is ${credentialStatus}. Approved replies wait until it is connected again.`,
    standby && 'Another app holds this thread.',
    erasedAt && 'This person was erased; nothing of them is kept.',
    optedOutAt && 'This contact asked not to be written to.',
  ].filter((warning): warning is string => typeof warning === 'string')
  if (warnings.length === 0) return null
  return (
    <ul class="pane-warnings">
      {warnings.map((warning) => (
        <li>
          <Icon name="warning" />
          {warning}
        </li>
      ))}
    </ul>
  )
}
