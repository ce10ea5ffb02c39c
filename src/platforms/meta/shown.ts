/* What the Graph API shows of a message or a comment, told once more as its webhook would have told it. */
import type { InboundItem, ParsedItem } from '#src/domain/inbox.ts'
import type { Shown } from '../adapter.ts'
import { fieldOf } from './graph.ts'

/** The product whose words these are. */
export interface Words {
  /** As it stands in the envelope. */
  object: 'instagram' | 'page'
  parse(body: Uint8Array): ParsedItem[]
  /** A comment in `changes[]`; undefined for one that is not to be read. */
  commentChange(comment: unknown, place: { postRef: string; parentRef: string | undefined; at: Date }): unknown
}

/** One entry of a delivery, about something that happened at `at`. */
type Entry = (at: Date) => { messaging: unknown[] } | { changes: unknown[] }

/** Undefined for what the parser of webhooks would not take. */
export function tell(words: Words, accountRef: string, said: { at: Date; entry: Entry }): Shown | undefined {
  const asDelivery = (at: Date) =>
    Buffer.from(
      JSON.stringify({ object: words.object, entry: [{ id: accountRef, time: at.getTime(), ...said.entry(at) }] }),
    )
  const item = words.parse(asDelivery(said.at))[0]?.item
  return item && isSaid(item) ? { item, asDelivery } : undefined
}

function isSaid(item: InboundItem): item is Shown['item'] {
  return item.kind === 'message' || item.kind === 'echo' || item.kind === 'comment'
}

/** An item of `messaging[]` from a message of the Conversations API. */
export function messagingOf(message: unknown, parties: { accountRef: string; contactRef: string; isOurs: boolean }) {
  const { accountRef, contactRef, isOurs } = parties
  const [account, contact] = [{ id: accountRef }, { id: contactRef }]
  const text = textOf(message, 'message')
  const attachments = attachmentsOf(message)
  const replyTo = replyToOf(message)
  return (at: Date) => ({
    messaging: [
      {
        ...(isOurs ? { sender: account, recipient: contact } : { sender: contact, recipient: account }),
        timestamp: at.getTime(),
        message: {
          mid: fieldOf(message, 'id'),
          ...(text && { text }),
          ...(attachments.length > 0 && { attachments }),
          ...(replyTo && { reply_to: replyTo }),
          ...(fieldOf(message, 'is_unsupported') === true && { is_unsupported: true }),
          ...(isOurs && { is_echo: true }),
        },
      },
    ],
  })
}

function replyToOf(message: unknown): object | undefined {
  const mid = textOf(fieldOf(message, 'reply_to'), 'mid')
  if (mid) return { mid }
  const story = fieldOf(fieldOf(message, 'story'), 'reply_to')
  const [id, url] = [textOf(story, 'id'), textOf(story, 'link')]
  return id || url ? { story: { ...(id && { id }), ...(url && { url }) } } : undefined
}

function attachmentsOf(message: unknown): object[] {
  const files = listOf(fieldOf(message, 'attachments')).map(fileOf)
  const shares = listOf(fieldOf(message, 'shares')).map((one) =>
    linkTo('share', textOf(one, 'link'), textOf(one, 'name')),
  )
  const mention = textOf(fieldOf(fieldOf(message, 'story'), 'mention'), 'link')
  const sticker = textOf(message, 'sticker')
  return [
    ...files,
    ...shares,
    ...(mention ? [linkTo('story_mention', mention)] : []),
    ...(sticker ? [linkTo('sticker', sticker)] : []),
  ]
}

/** https://developers.facebook.com/docs/graph-api/reference/message-attachment */
function fileOf(file: unknown): object {
  for (const type of ['image', 'video']) {
    const data = fieldOf(file, `${type}_data`)
    if (data !== undefined) return linkTo(type, textOf(data, 'url'), textOf(file, 'name'))
  }
  const type = textOf(file, 'mime_type')?.startsWith('audio/') ? 'audio' : 'file'
  return linkTo(type, textOf(file, 'file_url'), textOf(file, 'name'))
}

function linkTo(type: string, url: string | undefined, title?: string): object {
  return { type, payload: { ...(url && { url }), ...(title && { title }) } }
}

export function textOf(value: unknown, name: string): string | undefined {
  const text = fieldOf(value, name)
  return typeof text === 'string' && text !== '' ? text : undefined
}

/** What stands in the `data` of an edge. */
export function listOf(edge: unknown): unknown[] {
  const data = fieldOf(edge, 'data')
  return Array.isArray(data) ? data : []
}
