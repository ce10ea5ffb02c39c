import { z } from 'zod'
import type { Platform } from '#src/domain/platform.ts'
import { type Contact, isWindowOpen, type KeptComment } from '../world.ts'
import { type GraphError, refusals } from './answers.ts'

/** https://developers.facebook.com/docs/instagram-platform/instagram-api-with-instagram-login/messaging-api/ */
const TEXT_BYTES_MAX = 1000
const PRIVATE_REPLY_MS = 7 * 24 * 3_600_000
/** https://developers.facebook.com/documentation/business-messaging/messenger-platform/send-messages */
const HUMAN_AGENT_MS = 7 * 24 * 3_600_000
/** https://developers.facebook.com/docs/messenger-platform/reference/send-api */
const PAGE_TEXT_MAX = 2000
const METADATA_MAX = 1000

const Media = z.object({
  type: z.enum(['image', 'audio', 'video', 'file']),
  payload: z.object({ url: z.url({ protocol: /^https?$/ }) }),
})

const Body = z.object({
  recipient: z.object({ id: z.string().optional(), comment_id: z.string().optional() }).optional(),
  messaging_type: z.enum(['RESPONSE', 'UPDATE', 'MESSAGE_TAG']).optional(),
  tag: z.string().optional(),
  message: z.unknown().optional(),
  sender_action: z.enum(['typing_on', 'typing_off', 'mark_seen', 'react', 'unreact']).optional(),
})
type Body = z.infer<typeof Body>

const SendMessage = z.union([
  z.object({ text: z.string(), metadata: z.string().max(METADATA_MAX).optional() }),
  z.object({ attachment: Media }),
])

const Address = z.object({
  recipient: z.object({ id: z.string().optional() }).optional().catch(undefined),
  message: z.object({ text: z.string().optional() }).optional().catch(undefined),
})

/** A well-formed request to send: a message to keep, or a gesture that leaves no trace. */
export type Send =
  | {
      kind: 'message'
      contact: Contact
      text: string
      attachments: { type: string; url: string }[]
      metadata?: string
      /** Of a private reply. */
      commentRef?: string
    }
  | { kind: 'action'; contact: Contact; commentRef?: string }

export interface SendCase {
  body: unknown
  accountRef: string
  platform: Platform
  findContact: (contactRef: string) => Contact | undefined
  findComment: (commentRef: string) => KeptComment | undefined
  /** Whether Meta lets the app use the Human Agent feature. */
  humanAgent: boolean
  /** Unix ms by the sandbox's clock. */
  at: number
}

/** What Meta would make of a call to `/messages`, in the order in which Meta looks. */
export function judgeSend(asked: SendCase): Send | GraphError {
  const parsed = Body.safeParse(asked.body)
  if (!parsed.success) return refusals.bodyInvalid
  const to = recipientOf(parsed.data, asked)
  if ('code' in to) return to
  const content = parsed.data.sender_action ? gesture(parsed.data) : contentOf(parsed.data, asked, to)
  if ('code' in content) return content
  const contact = asked.findContact(to.contactRef)
  const refused = refusalFor(contact, { ...to, tag: parsed.data.tag }, asked)
  if (refused || !contact) return refused ?? refusals.recipientUnknown
  return { ...content, contact, ...(to.commentRef && { commentRef: to.commentRef }) }
}

/** Whether this person may be written to now: https://developers.facebook.com/documentation/business-messaging/messenger-platform/send-messages */
function refusalFor(
  contact: Contact | undefined,
  { commentRef, tag }: { commentRef?: string; tag: string | undefined },
  { platform, accountRef, at }: SendCase,
): GraphError | undefined {
  const isPage = platform === 'messenger'
  if (contact?.accountRef !== accountRef) return isPage ? refusals.visitorUnknown : refusals.recipientUnknown
  if (commentRef || isWindowOpen(contact, at)) return undefined
  if (tag !== undefined && at < (contact.lastActionAt ?? 0) + HUMAN_AGENT_MS) return undefined
  return isPage ? refusals.pageWindowClosed : refusals.windowClosed
}

/** To whom and what, as far as a body says it, whether or not it can be sent. */
export function addressOf(body: unknown): { contactRef?: string; text?: string } {
  const { data } = Address.safeParse(body)
  const [contactRef, text] = [data?.recipient?.id, data?.message?.text]
  return { ...(contactRef !== undefined && { contactRef }), ...(text !== undefined && { text }) }
}

/** A contact, or the author of a comment: once for each, and within seven days. https://developers.facebook.com/docs/instagram-platform/private-replies */
function recipientOf(
  { recipient }: Body,
  { findComment, at }: SendCase,
): { contactRef: string; commentRef?: string } | GraphError {
  if (recipient?.comment_id === undefined) {
    return recipient?.id ? { contactRef: recipient.id } : refusals.recipientMissing
  }
  const comment = findComment(recipient.comment_id)
  const mayAnswer = comment && !comment.deleted && !comment.answered && at < comment.at + PRIVATE_REPLY_MS
  return mayAnswer ? comment : refusals.commentUnusable
}

function gesture({ message }: Body): { kind: 'action' } | GraphError {
  return message === undefined ? { kind: 'action' } : refusals.messageAndAction
}

type Content = Omit<Extract<Send, { kind: 'message' }>, 'contact' | 'commentRef'> | GraphError

function contentOf(
  { message, tag, messaging_type }: Body,
  { platform, humanAgent }: SendCase,
  { commentRef }: { commentRef?: string },
): Content {
  const parsed = SendMessage.safeParse(message)
  if (!parsed.success) return refusals.messageInvalid
  if (tag !== undefined && tag !== 'HUMAN_AGENT') return refusals.tagGone
  if (tag !== undefined && !humanAgent) return refusals.humanAgent
  if ('attachment' in parsed.data) {
    const { type, payload } = parsed.data.attachment
    return { kind: 'message', text: '', attachments: [{ type, url: payload.url }] }
  }
  return platform === 'messenger'
    ? pageText(parsed.data, commentRef ? 'RESPONSE' : messaging_type)
    : shopText(parsed.data)
}

function shopText({ text }: { text: string }): Content {
  const fits = text.trim() !== '' && Buffer.byteLength(text, 'utf8') <= TEXT_BYTES_MAX
  return fits ? { kind: 'message', text, attachments: [] } : refusals.messageInvalid
}

function pageText(
  { text, metadata }: { text: string; metadata?: string | undefined },
  type: string | undefined,
): Content {
  if (type === undefined) return refusals.typeMissing
  if ([...text].length > PAGE_TEXT_MAX) return refusals.textTooLong
  if (text.trim() === '') return refusals.messageInvalid
  return { kind: 'message', text, attachments: [], ...(metadata !== undefined && { metadata }) }
}
