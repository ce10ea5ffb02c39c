import { eq } from 'drizzle-orm'
import { beforeAll, describe, expect, it } from 'vitest'
import { appendAudit, verifyAudit } from '#db/audit.ts'
import { type Database, inTransaction } from '#db/client.ts'
import { auditEntries } from '#db/schema/audit-entries.ts'
import { contacts } from '#db/schema/contacts.ts'
import { conversations } from '#db/schema/conversations.ts'
import { drafts } from '#db/schema/drafts.ts'
import { outboxPosts } from '#db/schema/outbox-posts.ts'
import { reviewDecisions } from '#db/schema/review-decisions.ts'
import { newId } from '#src/domain/ids.ts'
import type { ReviewDecision } from '#src/domain/review.ts'
import { createAnswer } from '#src/flow/answer.ts'
import { createDismiss, createRedraft, createUndo } from '#src/flow/recall.ts'
import { createDecide } from '#src/flow/review.ts'
import { createApprovalChecker, createApprovalSigner, generateApprovalKeys } from '#src/vault/approvals.ts'
import { textHash } from '#src/vault/hash.ts'
import { Secret } from '#src/vault/secret.ts'
import { aQueuedPost } from '#tests/support/posts.ts'
import { aDatabase } from '#tests/support/stores.ts'
import { anOperator, aThread } from '#tests/support/threads.ts'

let db: Database
beforeAll(async () => {
  db = (await aDatabase()).db
})

const keys = generateApprovalKeys()
const isApproved = createApprovalChecker(keys.publicKey)

function setUp({ now = () => new Date() } = {}) {
  const rung: string[] = []
  const deps = {
    db,
    sign: createApprovalSigner(new Secret(keys.privateKey)),
    bell: { draft: async (id: string) => void rung.push(id) },
    lanes: { add: async (_platform: string, posts: { id: string }[]) => void rung.push(...posts.map(({ id }) => id)) },
    publish: () => undefined,
    now,
  }
  return {
    rung,
    decide: createDecide(deps),
    answer: createAnswer(deps),
    undo: createUndo(deps),
    redraft: createRedraft(deps),
    dismiss: createDismiss(deps),
  }
}

type Thread = Awaited<ReturnType<typeof aThread>>

function approval({ draft, message }: Thread, text = draft?.text ?? ''): ReviewDecision {
  return { verdict: 'approve', text, seen: { textHash: draft?.textHash ?? '', headMessageId: message.id } }
}

async function postsOf({ conversation }: Thread) {
  return db.select().from(outboxPosts).where(eq(outboxPosts.conversationId, conversation.id))
}

async function attentionOf({ conversation }: Thread) {
  const [row] = await db.select().from(conversations).where(eq(conversations.id, conversation.id))
  return row?.attention
}

describe('approving', () => {
  it('makes one post of exactly the approved words, signed, held for the undo time, and on the record', async () => {
    const { decide, rung } = setUp()
    const thread = await aThread(db)
    const operator = await anOperator(db)
    const [made] = await decide({
      draftId: thread.draft!.id,
      decision: approval(thread, 'Yes, in 2 days.'),
      operatorId: operator.id,
      givenBy: 'console',
    })

    const [post] = await postsOf(thread)
    expect(post).toMatchObject({
      id: made?.postId,
      text: 'Yes, in 2 days.',
      textHash: textHash('Yes, in 2 days.'),
      status: 'queued',
      recipientRef: thread.contact.contactRef,
    })
    expect(post!.notBefore.getTime() - post!.createdAt.getTime()).toBe(10_000)
    const [decision] = await db.select().from(reviewDecisions).where(eq(reviewDecisions.id, post!.decisionId))
    expect(isApproved(decision!.approval!, decision!.signature!)).toBe(true)
    expect(isApproved({ ...decision!.approval!, recipientRef: '666' }, decision!.signature!)).toBe(false)
    expect(await attentionOf(thread)).toBe('none')
    expect(rung).toEqual([made?.postId])
    const entries = await db.select().from(auditEntries).where(eq(auditEntries.subjectId, thread.draft!.id))
    expect(entries).toMatchObject([{ action: 'draft.approved', actorId: operator.id }])
  })

  it('lets one of twenty operators win, and tells the others who it was', async () => {
    const { decide } = setUp()
    const thread = await aThread(db)
    const people = await Promise.all(Array.from({ length: 20 }, (_, i) => anOperator(db, { name: `Op${i}` })))
    const tries = await Promise.allSettled(
      people.map(({ id }) =>
        decide({ draftId: thread.draft!.id, decision: approval(thread), operatorId: id, givenBy: 'console' }),
      ),
    )
    expect(tries.filter((one) => one.status === 'fulfilled')).toHaveLength(1)
    const winner = people[tries.findIndex((one) => one.status === 'fulfilled')]
    for (const lost of tries.filter((one) => one.status === 'rejected')) {
      expect(lost.reason).toMatchObject({
        code: 'conflict',
        field: 'status',
        message: `This draft is already approved by ${winner!.name}`,
      })
    }
    expect(await postsOf(thread)).toHaveLength(1)
  })

  it('is refused, and leaves nothing behind, when a newer message has arrived', async () => {
    const { decide } = setUp()
    const thread = await aThread(db)
    const operator = await anOperator(db)
    await db
      .update(conversations)
      .set({ headMessageId: newId('message', new Date()) })
      .where(eq(conversations.id, thread.conversation.id))
    await expect(
      decide({ draftId: thread.draft!.id, decision: approval(thread), operatorId: operator.id, givenBy: 'console' }),
    ).rejects.toMatchObject({ code: 'conflict', field: 'headMessageId' })
    expect(await postsOf(thread)).toEqual([])
  })

  it('is refused once the reply window has closed', async () => {
    const thread = await aThread(db)
    const operator = await anOperator(db)
    const { decide } = setUp({ now: () => new Date(thread.conversation.windowExpiresAt.getTime() + 1) })
    await expect(
      decide({ draftId: thread.draft!.id, decision: approval(thread), operatorId: operator.id, givenBy: 'console' }),
    ).rejects.toMatchObject({ code: 'conflict', field: 'reply_window' })
  })
})

it('keeps the reason of a rejection and leaves the conversation to a person', async () => {
  const { decide } = setUp()
  const thread = await aThread(db)
  const operator = await anOperator(db)
  const seen = { textHash: thread.draft!.textHash, headMessageId: thread.message.id }
  await decide({
    draftId: thread.draft!.id,
    decision: { verdict: 'reject', reason: 'Too cold', seen },
    operatorId: operator.id,
    givenBy: 'console',
  })
  expect(await attentionOf(thread)).toBe('person')
  const [decision] = await db.select().from(reviewDecisions).where(eq(reviewDecisions.draftId, thread.draft!.id))
  expect(decision).toMatchObject({ verdict: 'reject', reason: 'Too cold', signature: null })
  expect(await postsOf(thread)).toEqual([])
})

describe('answering by hand', () => {
  it('sends an operator’s own words although there is no draft', async () => {
    const { answer } = setUp()
    const thread = await aThread(db, { draft: null })
    const operator = await anOperator(db)
    await answer({
      conversationId: thread.conversation.id,
      text: 'Hello!',
      headMessageId: thread.message.id,
      operatorId: operator.id,
      givenBy: 'console',
    })
    expect(await postsOf(thread)).toMatchObject([{ text: 'Hello!', status: 'queued' }])
  })

  it('takes the waiting draft out of the queue', async () => {
    const { answer } = setUp()
    const thread = await aThread(db)
    const operator = await anOperator(db)
    await answer({
      conversationId: thread.conversation.id,
      text: 'Mine.',
      headMessageId: thread.message.id,
      operatorId: operator.id,
      givenBy: 'console',
    })
    const [draft] = await db.select().from(drafts).where(eq(drafts.id, thread.draft!.id))
    expect(draft).toMatchObject({ status: 'superseded', waitingFor: null })
  })

  it('is refused for a text that is too long in bytes', async () => {
    const { answer } = setUp()
    const thread = await aThread(db)
    const operator = await anOperator(db)
    await expect(
      answer({
        conversationId: thread.conversation.id,
        text: '🙂'.repeat(251),
        headMessageId: thread.message.id,
        operatorId: operator.id,
        givenBy: 'console',
      }),
    ).rejects.toMatchObject({ code: 'invalid_input', field: 'text_limit' })
  })
})

describe('what stands against an answer', () => {
  const refused = async (thread: Thread) => {
    const operatorId = (await anOperator(db)).id
    const place = { conversationId: thread.conversation.id, headMessageId: thread.message.id }
    return setUp().answer({ ...place, text: 'One more thing', operatorId, givenBy: 'console' })
  }

  it('the contact’s wish for silence, until they write again', async () => {
    const thread = await aThread(db)
    const { lastInboundAt: at } = thread.conversation
    await db.update(contacts).set({ optedOutAt: at }).where(eq(contacts.id, thread.contact.id))
    await expect(refused(thread)).rejects.toMatchObject({ code: 'conflict', field: 'opt_out' })
    const earlier = new Date(at.getTime() - 1)
    await db.update(contacts).set({ optedOutAt: earlier }).where(eq(contacts.id, thread.contact.id))
    expect(await refused(thread)).toHaveLength(1)
  })

  it('thirty replies within the hour', async () => {
    const thread = await aThread(db)
    for (let i = 0; i < 30; i++) await aQueuedPost(db, { thread, post: { status: 'sent' } })
    await expect(refused(thread)).rejects.toMatchObject({ code: 'conflict', field: 'reply_rate' })
    await db
      .update(outboxPosts)
      .set({ createdAt: new Date(Date.now() - 3_600_001) })
      .where(eq(outboxPosts.conversationId, thread.conversation.id))
    expect(await refused(thread)).toHaveLength(1)
  })
})

describe('undo', () => {
  it('takes the reply back and puts its words into the queue again', async () => {
    const { decide, undo } = setUp()
    const thread = await aThread(db)
    const operator = await anOperator(db)
    const [made] = await decide({
      draftId: thread.draft!.id,
      decision: approval(thread, 'Edited words'),
      operatorId: operator.id,
      givenBy: 'console',
    })
    await undo({ postId: made!.postId, operatorId: operator.id })
    expect(await postsOf(thread)).toMatchObject([{ status: 'cancelled' }])
    expect(await attentionOf(thread)).toBe('review')
    const [waiting] = await db.select().from(drafts).where(eq(drafts.waitingFor, thread.conversation.id))
    expect(waiting).toMatchObject({ text: 'Edited words', textHash: textHash('Edited words') })
  })

  it('is refused once the reply has left', async () => {
    const { decide, undo } = setUp()
    const thread = await aThread(db)
    const operator = await anOperator(db)
    const [made] = await decide({
      draftId: thread.draft!.id,
      decision: approval(thread),
      operatorId: operator.id,
      givenBy: 'console',
    })
    await db.update(outboxPosts).set({ status: 'sending' }).where(eq(outboxPosts.id, made!.postId))
    await expect(undo({ postId: made!.postId, operatorId: operator.id })).rejects.toMatchObject({
      code: 'conflict',
      field: 'status',
    })
    expect(await postsOf(thread)).toMatchObject([{ status: 'sending' }])
  })

  it('is refused when only the row says that it has not left', async () => {
    const { decide, undo } = setUp()
    const thread = await aThread(db)
    const { id: operatorId } = await anOperator(db)
    const decision = approval(thread)
    const [made] = await decide({ draftId: thread.draft!.id, decision, operatorId, givenBy: 'console' })
    const sent = { action: 'post.sent', actor: { kind: 'process', id: 'sending' }, detail: {}, at: new Date() } as const
    await inTransaction(db, (tx) => appendAudit(tx, { ...sent, subject: { kind: 'post', id: made!.postId } }))
    await expect(undo({ postId: made!.postId, operatorId })).rejects.toMatchObject({
      code: 'conflict',
      field: 'status',
    })
    expect(await postsOf(thread)).toMatchObject([{ status: 'queued' }])
    expect(await attentionOf(thread)).toBe('none')
  })
})

it('asks for a new draft with the operator’s wish', async () => {
  const { redraft, rung } = setUp()
  const thread = await aThread(db)
  const operator = await anOperator(db)
  await redraft({ conversationId: thread.conversation.id, instruction: 'Shorter, please', operatorId: operator.id })
  const [row] = await db.select().from(conversations).where(eq(conversations.id, thread.conversation.id))
  expect(row).toMatchObject({ attention: 'waiting', draftInstruction: 'Shorter, please' })
  expect(rung).toEqual([thread.conversation.id])
})

it('lets an operator say that there is nothing to answer', async () => {
  const { dismiss } = setUp()
  const thread = await aThread(db)
  const operator = await anOperator(db)
  await dismiss({ conversationId: thread.conversation.id, headMessageId: thread.message.id, operatorId: operator.id })
  expect(await attentionOf(thread)).toBe('none')
})

it('leaves a valid audit chain behind all of this', async () => {
  expect(await verifyAudit(db)).toMatchObject({ ok: true })
})
