import type { Hono } from 'hono'
import { AppError } from '#src/domain/errors.ts'
import { type MessageId, parseId } from '#src/domain/ids.ts'
import type { ReviewDecision } from '#src/domain/review.ts'
import { type Env, operatorOf, type Room, readsOf } from '../env.ts'
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
import { withNotice } from '../notice.ts'
import { attempt, goOn, placeOf, stayAt } from './attempt.tsx'

export function addDecisions(app: Hono<Env>, room: Room): void {
  const { review } = room

  app.post('/drafts/:id/decision', async (c) => {
    const draftId = parseId('draft', c.req.param('id'))
    const form = await readForm(c, DecisionForm)
    const conversationId = await readsOf(c).conversationOfDraft(draftId)
    if (!conversationId) throw new AppError('not_found', 'There is no such draft')
    const approves = form.verdict === 'approve'
    const { way, headMessageId } = form
    const seen = { draftId, headMessageId }
    const origin = { conversationId, back: form.back, seen, ...(approves && { text: form.text, way }) }
    return attempt(c, room, origin, async () => {
      const place = await placeOf(c, room, conversationId)
      const [made] = await review.decide({
        draftId,
        decision: decisionOf(form),
        ...(way && { way }),
        operatorId: operatorOf(c).id,
        givenBy: 'console',
      })
      return goOn(c, room, {
        origin,
        place,
        notice: made ? { approved: made.postId } : { done: approves ? 'endorsed' : 'rejected' },
      })
    })
  })

  app.post('/conversations/:id/replies', async (c) => {
    const conversationId = parseId('conversation', c.req.param('id'))
    const { text, way, headMessageId, back } = await readForm(c, ReplyForm)
    const origin = { conversationId, back, text, way, seen: { headMessageId } }
    return attempt(c, room, origin, async () => {
      const place = await placeOf(c, room, conversationId)
      const by = {
        headMessageId: headMessageId as MessageId,
        operatorId: operatorOf(c).id,
        givenBy: 'console' as const,
      }
      const [made] = await review.answer({ conversationId, text, ...(way && { way }), ...by })
      return goOn(c, room, { origin, place, notice: made ? { approved: made.postId } : { done: 'endorsed' } })
    })
  })

  app.post('/conversations/:id/drafts', async (c) => {
    const conversationId = parseId('conversation', c.req.param('id'))
    const { instruction, back } = await readForm(c, RedraftForm)
    const origin = { conversationId, back }
    return attempt(c, room, origin, async () => {
      await review.redraft({ conversationId, instruction, operatorId: operatorOf(c).id })
      return stayAt(origin, { done: 'redraft' })
    })
  })

  app.post('/conversations/:id/dismissal', async (c) => {
    const conversationId = parseId('conversation', c.req.param('id'))
    const { headMessageId, back } = await readForm(c, DismissalForm)
    const origin = { conversationId, back }
    return attempt(c, room, origin, async () => {
      const place = await placeOf(c, room, conversationId)
      await review.dismiss({ conversationId, headMessageId: headMessageId as MessageId, operatorId: operatorOf(c).id })
      return goOn(c, room, { origin, place, notice: { done: 'dismissed' } })
    })
  })

  addModeration(app, room)
  addPosts(app, room)
}

function addModeration(app: Hono<Env>, room: Room): void {
  app.post('/conversations/:id/moderation', async (c) => {
    const conversationId = parseId('conversation', c.req.param('id'))
    const { kind, headMessageId, back } = await readForm(c, ModerationForm)
    const origin = { conversationId, back }
    return attempt(c, room, origin, async () => {
      const by = {
        headMessageId: headMessageId as MessageId,
        operatorId: operatorOf(c).id,
        givenBy: 'console' as const,
      }
      const [made] = await room.review.moderate({ conversationId, kind, ...by })
      return stayAt(origin, made ? { approved: made.postId } : { done: 'saved' })
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

  app.post('/posts/:id/return', async (c) => {
    const postId = parseId('post', c.req.param('id'))
    const post = await readsOf(c).post(postId)
    if (!post) throw new AppError('not_found', 'There is no such post')
    const origin = { conversationId: post.conversationId, back: undefined }
    return attempt(c, room, origin, async () => {
      await room.review.bringBack({ postId, operatorId: operatorOf(c).id })
      return stayAt(origin, { done: 'returned' })
    })
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
