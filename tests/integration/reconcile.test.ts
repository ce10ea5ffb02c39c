import { eq } from 'drizzle-orm'
import { expect, it } from 'vitest'
import { auditEntries } from '#db/schema/audit-entries.ts'
import { conversations } from '#db/schema/conversations.ts'
import { messages } from '#db/schema/messages.ts'
import { outboxPosts } from '#db/schema/outbox-posts.ts'
import { newId } from '#src/domain/ids.ts'
import { createReconcile } from '#src/flow/reconcile.ts'
import { aQueuedPost } from '#tests/support/posts.ts'
import { aDatabase } from '#tests/support/stores.ts'

const { db } = await aDatabase()
const { settle } = createReconcile({ db, publish: () => undefined, now: () => new Date() })

async function anUncertainPost() {
  const queued = await aQueuedPost(db, {
    post: { status: 'uncertain', fence: 1, attempts: 1, outcomeCode: 'TimeoutError' },
  })
  const read = async () => (await db.select().from(outboxPosts).where(eq(outboxPosts.id, queued.id)))[0]
  const { account, conversation } = queued.thread
  const thread = () => db.select().from(messages).where(eq(messages.conversationId, conversation.id))
  return {
    postId: queued.id,
    operatorId: queued.operator.id,
    accountId: account.id,
    conversationId: conversation.id,
    read,
    thread,
  }
}

it('an operator who saw the reply arrive settles it as sent, and it stands in the thread', async () => {
  const { postId, operatorId, read, thread } = await anUncertainPost()
  await settle({ postId, operatorId, arrived: true })
  expect((await read())?.status).toBe('sent')
  expect((await thread()).find(({ direction }) => direction === 'outbound')).toMatchObject({
    direction: 'outbound',
    postId,
    text: 'Yes, 2-3 days.',
  })
  const [entry] = await db.select().from(auditEntries).where(eq(auditEntries.subjectId, postId))
  expect(entry).toMatchObject({
    action: 'post.settled',
    actorId: operatorId,
    detail: expect.objectContaining({ arrived: true }),
  })
})

it('the message that the thread already shows is taken for it, not shown twice', async () => {
  const { postId, operatorId, accountId, conversationId, read, thread } = await anUncertainPost()
  const at = new Date(Date.now() + 100)
  await db.insert(messages).values({
    id: newId('message', at),
    accountId,
    conversationId,
    messageRef: 'mid.seen',
    direction: 'outbound',
    origin: 'elsewhere',
    form: 'text',
    text: 'Yes, 2-3 days.',
    attachments: [],
    sentAt: at,
    createdAt: at,
  })
  await settle({ postId, operatorId, arrived: true })
  expect((await read())?.messageRef).toBe('mid.seen')
  expect((await thread()).filter(({ direction }) => direction === 'outbound')).toEqual([
    expect.objectContaining({ postId, origin: 'countersign' }),
  ])
})

it('one who did not see it gets the conversation back, and nothing is sent again', async () => {
  const { postId, operatorId, read, thread, conversationId } = await anUncertainPost()
  await settle({ postId, operatorId, arrived: false })
  expect((await read())?.status).toBe('failed')
  expect((await thread()).filter(({ direction }) => direction === 'outbound')).toHaveLength(0)
  const [conversation] = await db.select().from(conversations).where(eq(conversations.id, conversationId))
  expect(conversation).toMatchObject({ attention: 'person', attentionReason: 'not_sent' })
})

it('what has been settled stays settled: of twenty who click at once, one wins', async () => {
  const { postId, operatorId } = await anUncertainPost()
  const clicks = Array.from({ length: 20 }, (_, i) => settle({ postId, operatorId, arrived: i % 2 === 0 }))
  const won = (await Promise.allSettled(clicks)).filter(({ status }) => status === 'fulfilled')
  expect(won).toHaveLength(1)
  await expect(settle({ postId, operatorId, arrived: true })).rejects.toMatchObject({ code: 'conflict' })
})
