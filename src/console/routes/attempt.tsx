import { AppError, handling } from '#src/domain/errors.ts'
import type { ConversationId, DraftId, MessageId } from '#src/domain/ids.ts'
import type { ReplyWay } from '#src/domain/review.ts'
import { asked, choiceOf, queueHref } from '../choice.ts'
import { operatorOf, type Room, readsOf, type Visit } from '../env.ts'
import { localPath } from '../forms.ts'
import { frameOf } from '../frame.ts'
import { type Done, withNotice } from '../notice.ts'
import type { Refusal, Typed } from '../parts/refusal.ts'
import { drawConversation } from './conversations.tsx'
import { drawQueue } from './queue.tsx'
import { page } from './respond.ts'

/** Where the operator came from, and what they had written. */
export interface Origin {
  conversationId: ConversationId
  back: string | undefined
  text?: string
  way?: ReplyWay | undefined
  /** What they had in front of them. */
  seen?: { draftId?: DraftId; headMessageId: string }
}

/** Runs the verb and follows it; a refusal draws the conversation as it is now, with the operator's own words in place. */
export async function attempt(c: Visit, room: Room, origin: Origin, work: () => Promise<string>) {
  try {
    return c.redirect(await work(), 303)
  } catch (thrown) {
    const error = AppError.from(thrown)
    if (error.code !== 'conflict' && error.code !== 'invalid_input') throw thrown
    const { text, way } = origin
    const then = error.code === 'conflict' ? await thenOf(c, origin) : undefined
    const refusal = { message: `${error.message}.`, field: error.field, text, way, then }
    return page(c, await redraw(c, room, origin, { refusal }), handling[error.code].status)
  }
}

async function thenOf(c: Visit, { conversationId, seen }: Origin) {
  if (!seen) return undefined
  const { draftId, headMessageId } = seen
  return readsOf(c).seenThen(conversationId, { draftId, headMessageId: headMessageId as MessageId })
}

/** The page the form came from, with what was typed still in it. */
export async function redraw(
  c: Visit,
  room: Room,
  { conversationId: id, back }: Origin,
  typed: { refusal?: Refusal; checked?: Typed },
) {
  const path = localPath(back, '')
  if (!isQueue(path)) return drawConversation(c, room, { frame: await frameOf(c, room, 'conversations'), id, ...typed })
  const frame = await frameOf(c, room, 'queue')
  return drawQueue(c, room, { frame, choice: choiceOf(path), opened: id, ...typed })
}

function isQueue(path: string): boolean {
  return /^\/queue(\?|$)/.test(path)
}

/** The conversation's place in the queue, read before a decision takes it out. */
export async function placeOf(c: Visit, { config }: Room, id: ConversationId) {
  const conversation = await readsOf(c).conversation(id, config.now())
  return conversation && { at: conversation.deadlineAt, id }
}

interface Onward {
  origin: Origin
  place: { at: Date; id: string } | undefined
  notice: { done: Done } | { approved: string }
}

/** From the queue on to the next item of what was chosen of it, else back to where the operator was. */
export async function goOn(c: Visit, { config }: Room, { origin, place, notice }: Onward): Promise<string> {
  const back = localPath(origin.back, `/conversations/${origin.conversationId}`)
  if (!isQueue(back) || !place) return withNotice(back, notice)
  const choice = choiceOf(back)
  const look = { choice: asked(choice, operatorOf(c).id), after: place, at: config.now() }
  const next = await readsOf(c).nextInQueue(look)
  return withNotice(next ? `${queueHref(choice, { c: next })}#composer` : queueHref(choice), notice)
}

/** The same conversation again, in the queue or on its own. */
export function stayAt({ conversationId, back }: Origin, notice: Onward['notice']): string {
  const path = localPath(back, '')
  if (/^\/start(#|$)/.test(path)) return withNotice(path, notice)
  const here = isQueue(path) ? queueHref(choiceOf(path), { c: conversationId }) : `/conversations/${conversationId}`
  return withNotice(here, notice)
}
