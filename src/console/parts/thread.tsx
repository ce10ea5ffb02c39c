import { dayOf } from '../clock.ts'
import type { NoteView } from '../desk-views.ts'
import type { Frame } from '../frame.ts'
import type { ConversationView, MessageView, PostView } from '../views.ts'
import { Icon } from './icons.tsx'
import { formWords, Media } from './media.tsx'
import { Note } from './notes.tsx'
import { PendingPost } from './pending.tsx'
import { nameOf, Revealed } from './revealed.tsx'
import { When } from './time.tsx'

const GROUP_MS = 5 * 60_000

/** The messages of a conversation, oldest first, then what we approved that is not in the thread yet. */
export function Thread({
  conversation,
  frame,
  earlierHref,
}: {
  conversation: ConversationView
  frame: Frame
  earlierHref: string | undefined
}) {
  const { messages } = conversation
  const shown = new Set(messages.map(({ postId }) => postId))
  const shownRefs = new Set(messages.map(({ messageRef }) => messageRef))
  const pending = conversation.posts.filter(
    ({ id, messageRef }) => !shown.has(id) && !(messageRef && shownRefs.has(messageRef)),
  )
  const context = { conversation, frame, lastSeen: lastSeenOf(conversation) }
  return (
    <div class="thread" id="thread" data-live data-head={conversation.headMessageId}>
      <div class="thread-inner">
        {earlierHref && (
          <a class="button earlier" href={earlierHref}>
            Earlier messages
          </a>
        )}
        {messages.length === 0 && pending.length === 0 && <p class="muted centred">No messages yet.</p>}
        {messages.map((message, index) => (
          <>
            <Notes notes={notesBetween(conversation, messages[index - 1], message)} {...context} />
            <Bubble message={message} before={messages[index - 1]} after={messages[index + 1]} {...context} />
          </>
        ))}
        <Notes notes={notesBetween(conversation, messages.at(-1), undefined)} {...context} />
        {pending.filter(isOfInterest(messages)).map((post) => (
          <PendingPost post={post} frame={frame} />
        ))}
      </div>
    </div>
  )
}

function Notes({ notes, ...context }: { notes: NoteView[]; conversation: ConversationView; frame: Frame }) {
  return (
    <>
      {notes.map((note) => (
        <Note note={note} {...context} />
      ))}
    </>
  )
}

/** What was written down after one message and before the next; before the first only where the thread begins. */
function notesBetween(
  { notes, earlier }: ConversationView,
  from: MessageView | undefined,
  to: MessageView | undefined,
) {
  if (!from && to && earlier) return []
  return notes.filter(({ createdAt }) => (!from || createdAt >= from.sentAt) && (!to || createdAt < to.sentAt))
}

/** Old posts that were taken back or refused are told in the outbox; here they would only be in the way. */
function isOfInterest(messages: MessageView[]) {
  const last = messages.at(-1)?.sentAt
  return (post: PostView) =>
    ['queued', 'sending', 'uncertain', 'sent'].includes(post.status) || !last || post.updatedAt >= last
}

interface BubbleProps {
  message: MessageView
  before: MessageView | undefined
  after: MessageView | undefined
  conversation: ConversationView
  frame: Frame
  lastSeen: string | undefined
}

function Bubble(props: BubbleProps) {
  const { message, before, conversation, frame, lastSeen } = props
  const newDay = !isSameDay(before, message, frame)
  const continues = !newDay && isTogether(before, message)
  const side = message.direction === 'inbound' ? 'them' : 'us'
  const marks = `${continues ? ' continues' : ''}${message.reaction ? ' has-reaction' : ''}`
  return (
    <>
      {newDay && (
        <h3 class="day">
          <span>{dayOf(message.sentAt, frame)}</span>
        </h3>
      )}
      <article id={message.id} class={`message message-${side}${marks}`}>
        <span class="sr">{side === 'them' ? nameOf(conversation) : 'We'}: </span>
        <Words message={message} conversation={conversation} />
        {message.reaction && <span class="reaction">{message.reaction.slice(0, 16)}</span>}
        {hasFoot(props) && <Foot {...props} />}
        {message.id === lastSeen && <p class="message-foot seen">Seen</p>}
      </article>
    </>
  )
}

function isSameDay(a: MessageView | undefined, b: MessageView, frame: Frame): boolean {
  return !!a && dayOf(a.sentAt, frame) === dayOf(b.sentAt, frame)
}

/** Whether two messages read as one: same side, shortly after each other. */
function isTogether(a: MessageView | undefined, b: MessageView): boolean {
  return (
    !!a && a.direction === b.direction && a.origin === b.origin && b.sentAt.getTime() - a.sentAt.getTime() < GROUP_MS
  )
}

/** The time stands below the last of a group, and below whatever has more to tell than its time. */
function hasFoot({ message, after, frame }: BubbleProps): boolean {
  if (message.editedAt || message.hiddenAt || message.origin === 'elsewhere') return true
  return !after || !isSameDay(message, after, frame) || !isTogether(message, after)
}

function Gone({ message, conversation }: { message: MessageView; conversation: ConversationView }) {
  const unsent = message.direction === 'inbound' ? 'This message was unsent' : 'We unsent this message'
  return <p class="bubble bubble-gone">{conversation.erasedAt ? 'Erased' : unsent}</p>
}

function Words({ message, conversation }: { message: MessageView; conversation: ConversationView }) {
  if (message.deletedAt) return <Gone message={message} conversation={conversation} />
  const label = labelOf(message, conversation)
  return (
    <div class={`bubble bubble-${message.origin}`}>
      {label !== '' && (
        <p class="bubble-label">
          {message.form.startsWith('story') && <Icon name="story" />}
          {label}
        </p>
      )}
      <Quote message={message} conversation={conversation} />
      {message.text !== '' && (
        <p class="bubble-text" dir="auto">
          <Revealed text={message.text} />
        </p>
      )}
      {message.attachments.length > 0 && (
        <p class="medias">
          {message.attachments.map((attachment) => (
            <Media attachment={attachment} />
          ))}
        </p>
      )}
      {['unsupported', 'hidden_mention'].includes(message.form) && (
        <p class="muted">Open the thread in the platform’s own app to read it.</p>
      )}
    </div>
  )
}

/** In a comment thread public and private words stand side by side; under a mention all are public. */
function labelOf({ direction, form }: MessageView, { kind }: ConversationView): string {
  if (kind === 'mention' && direction === 'outbound') return 'Public reply'
  if (kind === 'comment' && direction === 'outbound') return form === 'comment' ? 'Public reply' : 'Private reply'
  return ['text', 'media'].includes(form) ? '' : formWords(form)
}

/** What the message answers, as far as it is among those shown. */
function Quote({ message, conversation }: { message: MessageView; conversation: ConversationView }) {
  const { replyToRef } = message
  const quoted = replyToRef ? conversation.messages.find(({ messageRef }) => messageRef === replyToRef) : undefined
  if (!quoted) return null
  return (
    <blockquote class="quote" dir="auto">
      <Revealed text={quoted.deletedAt ? 'Unsent message' : quoted.text.slice(0, 140) || formWords(quoted.form)} />
    </blockquote>
  )
}

function Foot({ message, conversation, frame }: BubbleProps) {
  const post = conversation.posts.find(({ id }) => id === message.postId)
  return (
    <p class="message-foot">
      <When at={message.sentAt} clock={frame} form="time" />
      {message.editedAt && !message.deletedAt && <span>edited</span>}
      {message.hiddenAt && !message.deletedAt && <span>hidden from others</span>}
      {message.origin === 'elsewhere' && (
        <span class="from-phone">
          <Icon name="phone" />
          from the phone or another app
        </span>
      )}
      {post?.approvedBy && (
        <span>
          approved by <bdi>{post.approvedBy}</bdi>
          {post.edited ? ', edited' : ''}
        </span>
      )}
    </p>
  )
}

/** The newest of our messages that the contact has seen. */
function lastSeenOf({ messages, seenAt }: ConversationView): string | undefined {
  return seenAt
    ? messages.findLast(({ direction, sentAt }) => direction === 'outbound' && sentAt <= seenAt)?.id
    : undefined
}
