import type { Platform } from '#src/domain/platform.ts'
import type { ShownMessage, ShownThread } from '#src/domain/reconcile.ts'
import { fieldOf } from './graph.ts'

/**
 * Details are shown for so many of a thread's newest messages:
 * https://developers.facebook.com/docs/instagram-platform/instagram-api-with-instagram-login/conversations-api
 * https://developers.facebook.com/docs/messenger-platform/conversations
 */
const DETAILED_MESSAGES = 20
const REPLIES_MAX = 50

/** One reading call; throws when it is not answered. */
export type Read = (path: string, query: Record<string, string>) => Promise<unknown>

/** Whose thread with whom. */
interface Wanted {
  /** `me`, or an id. */
  owner: string
  platform: Platform
  contactRef: string
}

/** The newest messages of this thread; undefined when Meta does not show it. */
export async function readThread(
  { owner, platform, contactRef }: Wanted,
  read: Read,
): Promise<ShownThread | undefined> {
  const found = await read(`${owner}/conversations`, { platform, user_id: contactRef })
  const ref = fieldOf(listIn(found)?.[0], 'id')
  if (typeof ref !== 'string' || ref === '') return undefined
  const query = { fields: 'id,created_time,from,to,message', limit: String(DETAILED_MESSAGES) }
  return shownIn(await read(`${encodeURIComponent(ref)}/messages`, query), contactRef)
}

/** Under which comment of whom; the two platforms call what stands there by different names. */
interface Replies {
  edge: 'replies' | 'comments'
  commentRef: string
  accountRef: string
}

const replyFields = { replies: 'id,timestamp,from,text', comments: 'id,created_time,from,message' }

/** The answers under a comment, of which those of the account are ours; no more than a page of them is looked at. */
export async function readReplies(
  { edge, commentRef, accountRef }: Replies,
  read: Read,
): Promise<ShownThread | undefined> {
  const query = { fields: replyFields[edge], limit: String(REPLIES_MAX) }
  const body = await read(`${encodeURIComponent(commentRef)}/${edge}`, query)
  const listed = listIn(body)
  if (!listed) return undefined
  const messages: ShownMessage[] = []
  for (const item of listed) {
    const reply = readReply(item, accountRef)
    if (!reply) return { messages, complete: false }
    messages.push(reply)
  }
  return { messages, complete: fieldOf(fieldOf(body, 'paging'), 'next') === undefined }
}

function readReply(item: unknown, accountRef: string): ShownMessage | undefined {
  const messageRef = fieldOf(item, 'id')
  const text = fieldOf(item, 'text') ?? fieldOf(item, 'message')
  const sentAt = timeOf(fieldOf(item, 'timestamp') ?? fieldOf(item, 'created_time'))
  if (typeof messageRef !== 'string' || messageRef === '' || !sentAt) return undefined
  const from = fieldOf(fieldOf(item, 'from'), 'id')
  return { messageRef, text: typeof text === 'string' ? text : '', sentAt, fromUs: String(from) === accountRef }
}

/** Newest first; from the first message without details on nothing is known. */
function shownIn(body: unknown, contactRef: string): ShownThread | undefined {
  const listed = listIn(body)
  if (!listed) return undefined
  const messages: ShownMessage[] = []
  for (const item of listed) {
    const message = readMessage(item, contactRef)
    if (!message) return { messages, complete: false }
    messages.push(message)
  }
  return { messages, complete: fieldOf(fieldOf(body, 'paging'), 'next') === undefined }
}

function readMessage(item: unknown, contactRef: string): ShownMessage | undefined {
  const messageRef = fieldOf(item, 'id')
  const sender = fieldOf(fieldOf(item, 'from'), 'id')
  const sentAt = timeOf(fieldOf(item, 'created_time'))
  if (typeof messageRef !== 'string' || messageRef === '' || !sentAt) return undefined
  if (typeof sender !== 'string' && typeof sender !== 'number') return undefined
  const text = fieldOf(item, 'message')
  return { messageRef, text: typeof text === 'string' ? text : '', sentAt, fromUs: String(sender) !== contactRef }
}

const SECONDS_MAX = 100_000_000_000

/** `2022-07-12T19:11:07+0000` in one place of Meta's documentation, seconds since 1970 in another. */
export function timeOf(value: unknown): Date | undefined {
  const digits = typeof value === 'number' || (typeof value === 'string' && /^\d+$/.test(value))
  const number = digits ? Number(value) : Number.NaN
  const iso = typeof value === 'string' ? Date.parse(value.replace(/([+-]\d\d)(\d\d)$/, '$1:$2')) : Number.NaN
  const time = new Date(digits ? (number < SECONDS_MAX ? number * 1000 : number) : iso)
  return Number.isNaN(time.getTime()) ? undefined : time
}

function listIn(body: unknown): unknown[] | undefined {
  const data = fieldOf(body, 'data')
  return Array.isArray(data) ? data : undefined
}
