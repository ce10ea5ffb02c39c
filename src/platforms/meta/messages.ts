import { createHash } from 'node:crypto'
import type { Attachment, InboundItem, MessageItem } from '#src/domain/inbox.ts'
import type { Envelope } from './messaging.ts'
import { AttachmentWords, Message, Postback, referralIn } from './messaging-words.ts'
import { faultIn, given } from './words.ts'

/** A text, picture, reply, tap, echo or unsend: Meta tells them apart by flags. */
export function readMessage(value: unknown, { byAccount, ...envelope }: Envelope): InboundItem | string {
  const parsed = Message.safeParse(value)
  if (!parsed.success) return faultIn('Message', parsed.error)
  const message = parsed.data
  const { mid: messageRef } = message
  const key = (kind: string) => [kind, envelope.accountRef, messageRef]
  if (message.is_deleted) return { kind: 'unsend', ...envelope, key: key('unsend'), messageRef }

  const content = { messageRef, text: message.text ?? '', attachments: attachmentsOf(message) }
  // Whatever the account itself wrote is never answered, flagged or not.
  if (byAccount || message.is_echo || message.is_self) {
    return { kind: 'echo', ...envelope, key: key('echo'), ...content, self: message.is_self === true }
  }
  const form = formOf(message, content)
  if (!form) return 'Message without text or attachment'
  return {
    kind: 'message',
    ...envelope,
    key: key('message'),
    ...content,
    form,
    ...given({ replyToRef: message.reply_to?.mid ?? undefined, ...referralIn(message.referral) }),
  }
}

function formOf(
  message: Message,
  { text, attachments }: Pick<MessageItem, 'text' | 'attachments'>,
): MessageItem['form'] | undefined {
  if (message.is_unsupported) return 'unsupported'
  if (message.reply_to?.story) return 'story_reply'
  if (attachments.some(({ type }) => type === 'story_mention')) return 'story_mention'
  if (message.quick_reply) return 'quick_reply'
  if (text !== '') return 'text'
  return attachments.length > 0 ? 'media' : undefined
}

/** The story that is answered comes with the answer: it is gone within a day. */
function attachmentsOf({ attachments, reply_to }: Message): Attachment[] {
  const url = reply_to?.story?.url
  return [...readAttachments(attachments ?? []), ...(url ? [{ type: 'story', url }] : [])]
}

/** `share` is the old name of `ig_post`; a message that carries both means one post. */
function readAttachments(values: unknown[]): Attachment[] {
  const all = values.map(readAttachment)
  const hasPost = all.some(({ type }) => type === 'ig_post')
  return all.filter(({ type }) => !(hasPost && type === 'share'))
}

function readAttachment(value: unknown): Attachment {
  const parsed = AttachmentWords.safeParse(value)
  if (!parsed.success) return { type: 'unknown' }
  const { type, payload } = parsed.data
  return { type, ...given({ url: payload?.url ?? undefined, title: payload?.title ?? undefined }) }
}

/** A tap on a button, an ice breaker or the menu. */
export function readPostback(value: unknown, { byAccount, ...envelope }: Envelope): InboundItem | string {
  const parsed = Postback.safeParse(value)
  if (!parsed.success) return faultIn('Postback', parsed.error)
  const { mid, title, payload, is_self, referral } = parsed.data
  const { accountRef, contactRef, at } = envelope
  const key = mid
    ? ['postback', accountRef, mid]
    : ['postback', accountRef, contactRef, payload ?? '', String(at.getTime())]
  const content = { messageRef: mid ?? refFor(key), text: title ?? payload ?? '', attachments: [] }
  if (byAccount || is_self) return { kind: 'echo', ...envelope, key, ...content, self: true }
  return {
    kind: 'message',
    ...envelope,
    key,
    ...content,
    form: 'postback',
    ...given(referralIn(referral)),
  }
}

/** A name for a tap that the platform gave none; the same whenever the tap is delivered again. */
function refFor(key: readonly string[]): string {
  return `postback.${createHash('sha256').update(JSON.stringify(key)).digest('hex').slice(0, 40)}`
}
