import type { Hono } from 'hono'
import { AppError, handling } from '#src/domain/errors.ts'
import { type ConversationId, type MessageId, parseId } from '#src/domain/ids.ts'
import type { ReplyWay, ReviewDecision } from '#src/domain/review.ts'
import { type Env, operatorOf, type Room, readsOf, type Visit } from '../env.ts'
import {
  BackForm,
  DecisionForm,
  DismissalForm,
  localPath,
  ModerationForm,
  RedraftForm,
  ReplyForm,
  readForm,
  SettlementForm,
} from '../forms.ts'
import { frameOf } from '../frame.ts'
import { type Done, withNotice } from '../notice.ts'
import { drawConversation } from './conversations.tsx'
import { drawQueue } from './queue.tsx'
import { page } from './respond.ts'

/** Where the operator came from, and what they had written. */
interface Origin {
  conversationId: ConversationId
  back: string | undefined
  text?: string
  way?: ReplyWay | undefined
}

export function addDecisions(app: Hono<Env>, room: Room): void {
  const { review } = room

  app.post('/drafts/:id/decision', async (c) => {
    const draftId = parseId('draft', c.req.param('id'))
    const form = await readForm(c, DecisionForm)
    const conversationId = await readsOf(c).conversationOfDraft(draftId)
    if (!conversationId) throw new AppError('not_found', 'There is no such draft')
    const approves = form.verdict === 'approve'
    const { way } = form
    const origin = { conversationId, back: form.back, ...(approves && { text: form.text, way }) }
    return attempt(c, room, origin, async () => {
      const place = await placeOf(c, room, conversationId)
      const [made] = await review.decide({
        draftId,
        decision: decisionOf(form),
        ...(way && { way }),
        operatorId: operatorOf(c).id,
        givenBy: 'console',
      })
      return goOn(c, {
        origin,
        place,
        notice: made ? { approved: made.postId } : { done: approves ? 'endorsed' : 'rejected' },
      })
    })
  })

  app.post('/conversations/:id/replies', async (c) => {
    const conversationId = parseId('conversation', c.req.param('id'))
    const { text, way, headMessageId, back } = await readForm(c, ReplyForm)
    const origin = { conversationId, back, text, way }
    return attempt(c, room, origin, async () => {
      const place = await placeOf(c, room, conversationId)
      const by = {
        headMessageId: headMessageId as MessageId,
        operatorId: operatorOf(c).id,
        givenBy: 'console' as const,
      }
      const [made] = await review.answer({ conversationId, text, ...(way && { way }), ...by })
      return goOn(c, { origin, place, notice: made ? { approved: made.postId } : { done: 'endorsed' } })
    })
  })

  app.post('/conversations/:id/drafts', async (c) => {
    const conversationId = parseId('conversation', c.req.param('id'))
    const { instruction, back } = await readForm(c, RedraftForm)
    return attempt(c, room, { conversationId, back }, async () => {
      await review.redraft({ conversationId, instruction, operatorId: operatorOf(c).id })
      return withNotice(back === '/queue' ? `/queue?c=${conversationId}` : `/conversations/${conversationId}`, {
        done: 'redraft',
      })
    })
  })

  app.post('/conversations/:id/dismissal', async (c) => {
    const conversationId = parseId('conversation', c.req.param('id'))
    const { headMessageId, back } = await readForm(c, DismissalForm)
    const origin = { conversationId, back }
    return attempt(c, room, origin, async () => {
      const place = await placeOf(c, room, conversationId)
      await review.dismiss({ conversationId, headMessageId: headMessageId as MessageId, operatorId: operatorOf(c).id })
      return goOn(c, { origin, place, notice: { done: 'dismissed' } })
    })
  })

  addModeration(app, room)
  addPosts(app, room)
}

function addModeration(app: Hono<Env>, room: Room): void {
  app.post('/conversations/:id/moderation', async (c) => {
    const conversationId = parseId('conversation', c.req.param('id'))
    const { kind, headMessageId, back } = await readForm(c, ModerationForm)
    return attempt(c, room, { conversationId, back }, async () => {
      const by = {
        headMessageId: headMessageId as MessageId,
        operatorId: operatorOf(c).id,
        givenBy: 'console' as const,
      }
      const [made] = await room.review.moderate({ conversationId, kind, ...by })
      const here = back === '/queue' ? `/queue?c=${conversationId}` : `/conversations/${conversationId}`
      return withNotice(here, made ? { approved: made.postId } : { done: 'saved' })
    })
  })
}

function addPosts(app: Hono<Env>, room: Room): void {
  app.post('/posts/:id/cancellation', async (c) => {
    const postId = parseId('post', c.req.param('id'))
    const { back } = await readForm(c, BackForm)
    await room.review.undo({ postId, operatorId: operatorOf(c).id })
    return c.redirect(withNotice(localPath(back, '/outbox'), { done: 'undone' }), 303)
  })

  app.post('/posts/:id/settlement', async (c) => {
    const postId = parseId('post', c.req.param('id'))
    const { arrived, back } = await readForm(c, SettlementForm)
    await room.review.settle({ postId, operatorId: operatorOf(c).id, arrived: arrived === 'yes' })
    return c.redirect(
      withNotice(localPath(back, '/outbox'), { done: arrived === 'yes' ? 'arrived' : 'not-arrived' }),
      303,
    )
  })
}

function decisionOf(form: {
  verdict: 'approve' | 'reject'
  text: string
  reason: string
  textHash: string
  headMessageId: string
}): ReviewDecision {
  const seen = { textHash: form.textHash, headMessageId: form.headMessageId as MessageId }
  return form.verdict === 'approve'
    ? { verdict: 'approve', text: form.text, seen }
    : { verdict: 'reject', reason: form.reason, seen }
}

/** Runs the verb and follows it; a refusal draws the conversation as it is now, with the operator's own words in place. */
async function attempt(c: Visit, room: Room, origin: Origin, work: () => Promise<string>) {
  try {
    return c.redirect(await work(), 303)
  } catch (thrown) {
    const error = AppError.from(thrown)
    if (error.code !== 'conflict' && error.code !== 'invalid_input') throw thrown
    const { conversationId: id, back, text, way } = origin
    const fromQueue = localPath(back, '').startsWith('/queue')
    const frame = await frameOf(c, room, fromQueue ? 'queue' : 'conversations')
    const refusal = { message: `${error.message}.`, field: error.field, text, way }
    const drawn = fromQueue
      ? drawQueue(c, room, { frame, opened: id, refusal })
      : drawConversation(c, room, { frame, id, refusal })
    return page(c, await drawn, handling[error.code].status)
  }
}

/** The conversation's place in the queue, read before a decision takes it out. */
async function placeOf(c: Visit, { config }: Room, id: ConversationId) {
  const conversation = await readsOf(c).conversation(id, config.now())
  return conversation && { at: conversation.deadlineAt, id }
}

interface Onward {
  origin: Origin
  place: { at: Date; id: string } | undefined
  notice: { done: Done } | { approved: string }
}

/** From the queue on to its next item, else back to where the operator was. */
async function goOn(c: Visit, { origin, place, notice }: Onward): Promise<string> {
  const back = localPath(origin.back, `/conversations/${origin.conversationId}`)
  if (!back.startsWith('/queue') || !place) return withNotice(back, notice)
  const next = await readsOf(c).nextInQueue(place)
  return withNotice(next ? `/queue?c=${next}#composer` : '/queue', notice)
}
