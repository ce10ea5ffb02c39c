import { eq } from 'drizzle-orm'
import { describe, expect, it } from 'vitest'
import type { accounts } from '#db/schema/accounts.ts'
import { conversations } from '#db/schema/conversations.ts'
import { messages } from '#db/schema/messages.ts'
import { outboxPosts } from '#db/schema/outbox-posts.ts'
import { reviewDecisions } from '#db/schema/review-decisions.ts'
import type { Provenance } from '#src/domain/policy-case.ts'
import { createAnswer } from '#src/flow/answer.ts'
import { createDecide } from '#src/flow/review.ts'
import { aFakeGraph } from '#tests/support/fake-graph.ts'
import { aConnectedAccount, aQueuedPost, aSender, sign } from '#tests/support/posts.ts'
import { aDatabase, aRedis } from '#tests/support/stores.ts'
import { anOperator, aThread, DAY_MS } from '#tests/support/threads.ts'

const { db } = await aDatabase()
const { redis, prefix } = aRedis()

type Row<T extends { $inferInsert: object }> = Partial<T['$inferInsert']>
type Thread = Pick<Awaited<ReturnType<typeof aThread>>, 'conversation'>

async function setUp() {
  const graph = await aFakeGraph()
  const deps = {
    db,
    sign,
    bell: { draft: async () => undefined },
    lanes: { add: async () => undefined },
    publish: () => undefined,
    now: () => new Date(),
  }
  const { sendToEnd } = await aSender({ db, redis, prefix, graphUrl: graph.url })
  const operatorId = (await anOperator(db)).id
  const by = { operatorId, givenBy: 'console' as const }
  const decide = createDecide(deps)
  return {
    graph,
    by,
    /** The post as it rests. */
    async send(post: { id: typeof outboxPosts.$inferSelect.id }) {
      await sendToEnd(post.id)
      const [row] = await db.select().from(outboxPosts).where(eq(outboxPosts.id, post.id))
      return row
    },
    async answer({ conversation: { id } }: Thread, text: string) {
      const [now] = await db.select().from(conversations).where(eq(conversations.id, id))
      return createAnswer(deps)({ ...by, conversationId: id, text, headMessageId: now?.headMessageId as never })
    },
    approve: ({ draft, message }: Awaited<ReturnType<typeof aThread>>, text = draft?.text ?? '') =>
      decide({
        ...by,
        draftId: draft?.id as never,
        decision: { verdict: 'approve', text, seen: { textHash: draft?.textHash ?? '', headMessageId: message.id } },
      }),
  }
}

async function aThreadOf(account: Row<typeof accounts>, text?: string) {
  return aThread(db, { account: await aConnectedAccount(db, account), ...(text !== undefined && { draft: text }) })
}

/** The contact wrote two days ago, and nothing since. */
async function aLateThread(account: Row<typeof accounts> = {}) {
  const thread = await aThreadOf(account)
  const wroteAt = new Date(Date.now() - 2 * DAY_MS)
  const closed = { windowExpiresAt: new Date(wroteAt.getTime() + DAY_MS), lastInboundAt: wroteAt, headAt: wroteAt }
  await db.update(conversations).set(closed).where(eq(conversations.id, thread.conversation.id))
  await db.update(messages).set({ sentAt: wroteAt }).where(eq(messages.id, thread.message.id))
  return thread
}

describe('after the reply window, with the Human Agent feature', () => {
  it.each([
    ['instagram', 'written'],
    ['instagram', 'edited'],
    ['messenger', 'written'],
  ] as const)('%s: the words that a person has %s go out under its tag', async (platform, provenance) => {
    const { graph, send } = await setUp()
    const thread = await aLateThread({ platform, humanAgent: true })
    expect(await send(await aQueuedPost(db, { thread, provenance }))).toMatchObject({ status: 'sent' })
    expect(graph.sends()[0]?.json).toMatchObject({ messaging_type: 'MESSAGE_TAG', tag: 'HUMAN_AGENT' })
  })

  it.each([
    ['words as Claude drafted them', true, 'drafted'],
    ['an account that was not given the feature', false, 'written'],
  ] as [string, boolean, Provenance][])('not %s', async (_case, humanAgent, provenance) => {
    const { graph, send } = await setUp()
    const thread = await aLateThread({ humanAgent })
    const sent = await send(await aQueuedPost(db, { thread, provenance }))
    expect(sent).toMatchObject({ status: 'failed', outcomeCode: 'reply_window' })
    expect(graph.sends()).toEqual([])
  })

  it('not when somebody wrote into the table that a person had written them', async () => {
    const { graph, send } = await setUp()
    const post = await aQueuedPost(db, { thread: await aLateThread({ humanAgent: true }), provenance: 'drafted' })
    const forged = { approval: { ...post.approval, provenance: 'written' as const }, edited: true }
    await db.update(reviewDecisions).set(forged).where(eq(reviewDecisions.id, post.approval.decisionId))
    expect(await send(post)).toMatchObject({ status: 'failed', outcomeCode: 'approval_invalid' })
    expect(graph.sends()).toEqual([])
  })

  it('is seven days from what the contact wrote: a tap does not count', async () => {
    const { answer } = await setUp()
    const thread = await aLateThread({ humanAgent: true })
    expect(await answer(thread, 'Sorry for the wait')).toHaveLength(1)
    await db.update(messages).set({ form: 'postback' }).where(eq(messages.id, thread.message.id))
    await expect(answer(thread, 'Once more')).rejects.toMatchObject({ field: 'reply_window' })
  })

  it('an approval keeps the verdict it was given under, with its tag and its end', async () => {
    const { approve } = await setUp()
    const thread = await aLateThread({ humanAgent: true })
    await expect(approve(thread)).rejects.toMatchObject({ code: 'conflict', field: 'reply_window' })
    await approve(thread, 'Yes, we do, and gladly.')
    const [decision] = await db.select().from(reviewDecisions).where(eq(reviewDecisions.draftId, thread.draft!.id))
    expect(decision?.policyVerdict).toMatchObject({ allow: true, tag: 'HUMAN_AGENT', until: expect.any(String) })
    expect(decision?.approval).toMatchObject({ provenance: 'edited' })
  })
})

describe('an account that owns up to a machine’s help', () => {
  const disclosure = 'This is an automated answer.'

  it('sends Claude’s words only with its sentence at the start, and without it soon after', async () => {
    const { approve, send, answer } = await setUp()
    const thread = await aThreadOf({ disclosure, undoMs: 0 })
    await expect(approve(thread)).rejects.toMatchObject({ code: 'invalid_input', field: 'disclosure' })
    const [first] = await approve(thread, `Yes, we do.\n${disclosure}`)
    expect(await send({ id: first!.postId })).toMatchObject({ status: 'sent' })
    const next = await aQueuedPost(db, { thread, text: 'In two days.' })
    expect(await send(next)).toMatchObject({ status: 'sent' })
    const [byHand] = await answer(thread, 'Ada here: by Friday.')
    expect(await send({ id: byHand!.postId })).toMatchObject({ status: 'sent' })
    const after = await aQueuedPost(db, { thread, text: 'By Friday, then.' })
    expect(await send(after)).toMatchObject({ status: 'failed', outcomeCode: 'disclosure' })
  })

  it('asks for it again after a silence as long as it says', async () => {
    const { send } = await setUp()
    const thread = await aThreadOf({ disclosure, disclosureGapMs: 3_600_000 })
    const anHourAgo = new Date(Date.now() - 3_600_001)
    const first = await aQueuedPost(db, { thread, text: disclosure, post: { createdAt: anHourAgo } })
    expect(await send(first)).toMatchObject({ status: 'sent' })
    const second = await aQueuedPost(db, { thread, text: 'In two days.' })
    expect(await send(second)).toMatchObject({ status: 'failed', outcomeCode: 'disclosure' })
  })
})

describe('the same words to many people', () => {
  const text = 'Have you seen our spring sale?'

  it('reach twenty of them within an hour, and no more, at approval and at send', async () => {
    const { send, answer } = await setUp()
    const account = await aConnectedAccount(db)
    const aThreadMore = () => aThread(db, { account })
    for (let i = 0; i < 20; i++) expect(await answer(await aThreadMore(), text)).toHaveLength(1)
    await expect(answer(await aThreadMore(), text)).rejects.toMatchObject({
      code: 'invalid_input',
      field: 'repeated_text',
    })
    expect(await answer(await aThreadMore(), `${text} It ends today.`)).toHaveLength(1)
    const smuggled = await aQueuedPost(db, { thread: await aThreadMore(), text })
    expect(await send(smuggled)).toMatchObject({ status: 'failed', outcomeCode: 'repeated_text' })
    await db.update(outboxPosts).set({ createdAt: new Date(Date.now() - 3_600_000) })
    expect(await answer(await aThreadMore(), text)).toHaveLength(1)
  })

  it('are another account’s own matter, and a conversation may repeat itself', async () => {
    const { answer } = await setUp()
    for (let i = 0; i < 21; i++) expect(await answer(await aThreadOf({}), text)).toHaveLength(1)
    const thread = await aThreadOf({})
    for (let i = 0; i < 21; i++) expect(await answer(thread, text)).toHaveLength(1)
  })
})
