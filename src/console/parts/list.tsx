import type { noDraftReasons } from '#src/domain/draft.ts'
import type { ConversationId } from '#src/domain/ids.ts'
import type { Frame } from '../frame.ts'
import type { ListItem, Page } from '../views.ts'
import { Icon } from './icons.tsx'
import { formWords } from './media.tsx'
import { Initial, Name, nameOf, Revealed } from './revealed.tsx'
import { When, Window } from './time.tsx'

interface ListProps {
  frame: Frame
  page: Page<ListItem>
  hrefOf: (id: ConversationId) => string
  current?: ConversationId | undefined
  moreHref: string | undefined
  /** The queue counts down to the window's end; a list of conversations tells when the last message came. */
  by: 'deadline' | 'recency'
}

/** Conversations one below the other. A script keeps it up to date without moving what is under the pointer. */
export function List({ frame, page, hrefOf, current, moreHref, by }: ListProps) {
  return (
    <>
      <button type="button" class="pill" id="new-pill" hidden>
        New
      </button>
      <ol class="items" id="items" data-by={by}>
        {page.items.map((item) => (
          <Line frame={frame} item={item} href={hrefOf(item.id)} isCurrent={item.id === current} by={by} />
        ))}
      </ol>
      {moreHref && (
        <a class="button more" href={moreHref}>
          {by === 'deadline' ? 'Later deadlines' : 'Older conversations'}
        </a>
      )}
    </>
  )
}

function Line(props: { frame: Frame; item: ListItem; href: string; isCurrent: boolean; by: ListProps['by'] }) {
  const { frame, item, href, isCurrent, by } = props
  return (
    <li class="item" id={`item-${item.id}`} data-id={item.id}>
      <a class="item-link" href={href} aria-current={isCurrent ? 'true' : undefined}>
        <Initial id={item.id} name={nameOf(item)} />
        <span class="item-body">
          <span class="item-top">
            <Name of={item} />
            {by === 'deadline' ? (
              <Window expiresAt={item.windowExpiresAt} clock={frame} />
            ) : (
              item.headAt && <When at={item.headAt} clock={frame} />
            )}
          </span>
          <span class="item-text" dir="auto">
            {item.headDirection === 'outbound' && <span class="muted">You: </span>}
            <Excerpt item={item} />
          </span>
          {by === 'deadline' && item.draftText && (
            <>
              <span class="sr">Draft: </span>
              <span class="item-reply" dir="auto">
                <Revealed text={item.draftText.slice(0, 120)} />
              </span>
            </>
          )}
          <span class="item-foot">
            <State item={item} />
            {item.isUrgent && <span class="tag tag-bad">Urgent</span>}
            {item.label && (
              <span class="tag">
                <bdi>{item.label}</bdi>
              </span>
            )}
            {item.assigneeName && (
              <span class="tag">
                <span class="sr">With </span>
                <bdi>{item.assigneeName}</bdi>
              </span>
            )}
            <span class="item-account">
              <bdi>{item.accountName}</bdi>
            </span>
          </span>
        </span>
      </a>
    </li>
  )
}

function Excerpt({ item }: { item: ListItem }) {
  if (item.headDeletedAt) return <em>Message unsent</em>
  if (item.headText) return <Revealed text={item.headText.slice(0, 200)} />
  return <em>{item.headForm ? formWords(item.headForm) : 'No message yet'}</em>
}

const kindWords = { direct: null, comment: 'Comment', mention: 'Mention' }

function State({ item }: { item: ListItem }) {
  const flags = item.draftFlags?.length ?? 0
  switch (item.attention) {
    case 'review':
      return (
        <>
          <span class="tag tag-draft">Draft ready</span>
          {flags > 0 && (
            <span class="tag tag-warn">
              <Icon name="warning" />
              {flags === 1 ? '1 flag' : `${flags} flags`}
            </span>
          )}
        </>
      )
    case 'person':
      return (
        <span class="tag tag-person">
          {item.attentionReason ? shortReasons[item.attentionReason] : 'Needs a person'}
        </span>
      )
    case 'waiting':
      return <span class="tag">Claude is drafting</span>
    case 'none':
      return kindWords[item.kind] && <span class="tag">{kindWords[item.kind]}</span>
  }
}

/** The reason in two or three words; the conversation itself says it in full. */
const shortReasons: Record<keyof typeof noDraftReasons, string> = {
  needs_person: 'Needs a person',
  no_reply: 'Nothing to answer?',
  refused: 'Claude declined',
  truncated: 'No draft: cut off',
  invalid_answer: 'No draft: not valid',
  budget_spent: 'No draft: budget spent',
  spend_limit: 'No draft: spend limit',
  claude_unavailable: 'No draft: Claude away',
  claude_rejected_key: 'No draft: key refused',
  claude_rejected_request: 'No draft: refused',
  rejected: 'Draft rejected',
  not_sent: 'Reply not sent',
  window_closed: 'Window closed',
  unsupported: 'Not shown to us',
  standby: 'Another app answers',
  not_allowed: 'Not allowed now',
  opted_out: 'Wants no messages',
  by_rule: 'A person answers',
}
