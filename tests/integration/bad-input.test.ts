import { eq } from 'drizzle-orm'
import { describe, expect, it } from 'vitest'
import { verifyAudit } from '#db/audit.ts'
import { alerts } from '#db/schema/alerts.ts'
import { auditEntries } from '#db/schema/audit-entries.ts'
import { operators } from '#db/schema/operators.ts'
import { outboxPosts } from '#db/schema/outbox-posts.ts'
import { reviewDecisions } from '#db/schema/review-decisions.ts'
import { newId, type PostId } from '#src/domain/ids.ts'
import { createUndo } from '#src/flow/recall.ts'
import { textHash } from '#src/vault/hash.ts'
import { aFakeGraph, graphError } from '#tests/support/fake-graph.ts'
import { aConnectedThread, aQueuedPost, aSender, aSlot } from '#tests/support/posts.ts'
import { aDatabase, aRedis } from '#tests/support/stores.ts'
import { anOperator } from '#tests/support/threads.ts'

/* Somebody who can write to the database, and cannot sign, changes rows after the approval. */

const { db } = await aDatabase()
const { redis, prefix } = aRedis()

type Queued = Awaited<ReturnType<typeof aQueuedPost>>
type Change<T> = Partial<T> | Promise<Partial<T>>
type PostRow = typeof outboxPosts.$inferInsert
type DecisionRow = typeof reviewDecisions.$inferInsert

async function setUp() {
  const graph = await aFakeGraph()
  return { graph, ...(await aSender({ db, redis, prefix, graphUrl: graph.url })) }
}

const changePost = async (id: PostId, change: Change<PostRow>) =>
  void (await db
    .update(outboxPosts)
    .set(await change)
    .where(eq(outboxPosts.id, id)))
const changeDecision = async ({ approval }: Queued, change: Change<DecisionRow>) =>
  void (await db
    .update(reviewDecisions)
    .set(await change)
    .where(eq(reviewDecisions.id, approval.decisionId)))
const changeApproval = (queued: Queued, change: Partial<Queued['approval']>) =>
  changeDecision(queued, { approval: { ...queued.approval, ...change } })

async function statusOf(id: PostId) {
  const [post] = await db.select().from(outboxPosts).where(eq(outboxPosts.id, id))
  return { status: post?.status, code: post?.outcomeCode }
}
const actionsOn = async (id: string) =>
  (await db.select().from(auditEntries).where(eq(auditEntries.subjectId, id))).map(({ action }) => action)
const nobody = async () => undefined
const reviewing = {
  db,
  bell: { draft: nobody },
  lanes: { add: nobody },
  publish: () => undefined,
  now: () => new Date(),
  sign: () => '',
}
const tamperings = () => db.select().from(auditEntries).where(eq(auditEntries.action, 'queue.tampered'))
const alertsOn = (id: string, kind: string) =>
  db
    .select()
    .from(alerts)
    .where(eq(alerts.openKey, `${kind}:${id}`))

async function elsewhere(): Promise<Partial<Pick<PostRow, 'accountId' | 'conversationId' | 'recipientRef'>>> {
  const { account, conversation, contact } = await aConnectedThread(db)
  return { accountId: account.id, conversationId: conversation.id, recipientRef: contact.contactRef }
}

/** Two posts whose approvals change places; the unique key on the decision needs a third name meanwhile. */
async function swapDecisions(one: Queued, other: Queued): Promise<void> {
  await changePost(other.id, { decisionId: newId('decision', new Date()) })
  await changePost(one.id, { decisionId: other.approval.decisionId })
  await changePost(other.id, { decisionId: one.approval.decisionId })
}

/** The same decision once more under other names, for a post that nobody approved. */
async function copyDecision({ approval, thread }: Queued): Promise<PostId> {
  const at = new Date()
  const [original] = await db.select().from(reviewDecisions).where(eq(reviewDecisions.id, approval.decisionId))
  if (!original) throw new Error('the decision is gone')
  const id = newId('post', at)
  const copy = { ...original, id: newId('decision', at), draftId: newId('draft', at) }
  await db.insert(reviewDecisions).values(copy)
  const { text, textHash } = original
  const { account, conversation, contact } = thread
  const place = { accountId: account.id, conversationId: conversation.id, recipientRef: contact.contactRef }
  const row = { id, decisionId: copy.id, platform: 'instagram' as const, text, textHash, status: 'queued' as const }
  await db.insert(outboxPosts).values({ ...row, ...place, notBefore: at, createdAt: at, updatedAt: at })
  return id
}

describe('a row edited in the database after the approval', () => {
  const everything = { text: 'Pay here.', textHash: textHash('Pay here.') }
  /** Does the deed and answers the post that must not go out; usually the approved one. */
  type Deed = (queued: Queued) => Promise<unknown>
  const deeds: [string, Deed][] = [
    ['its text', ({ id }) => changePost(id, { text: 'Pay here.' })],
    ['its text and hash', ({ id }) => changePost(id, everything)],
    [
      'its text and hash, in the decision and the approval too',
      async (queued) => {
        await changePost(queued.id, everything)
        await changeDecision(queued, { ...everything, approval: { ...queued.approval, textHash: everything.textHash } })
      },
    ],
    ['one invisible character of its text', async ({ id }) => changePost(id, { text: 'Yes, 2-3 days.\u200b' })],
    ['its recipient', ({ id }) => changePost(id, { recipientRef: '666' })],
    [
      'its recipient, to somebody else who wrote to us',
      async ({ id }) => changePost(id, { recipientRef: (await elsewhere()).recipientRef ?? '' }),
    ],
    [
      'its account, to another one of ours',
      async ({ id }) => changePost(id, { accountId: (await elsewhere()).accountId ?? newId('account', new Date()) }),
    ],
    [
      'its conversation, to another one',
      async ({ id }) =>
        changePost(id, { conversationId: (await elsewhere()).conversationId ?? newId('conversation', new Date()) }),
    ],
    ['its whole place, to another thread', ({ id }) => changePost(id, elsewhere())],
    [
      'its whole place, in the approval too',
      async (queued) => {
        const place = await elsewhere()
        await changePost(queued.id, place)
        await changeApproval(queued, place)
      },
    ],
    [
      'its approval, for that of another post',
      async (queued) => {
        await swapDecisions(queued, await aQueuedPost(db, { thread: await aConnectedThread(db) }))
      },
    ],
    [
      'its approval, for that of another post with the same words in the same thread',
      async (queued) => {
        await swapDecisions(queued, await aQueuedPost(db, { thread: queued.thread }))
      },
    ],
    ['its approval, copied for a post that nobody saw', copyDecision],
    [
      'the operator, to one who may',
      async (queued) => changeDecision(queued, { operatorId: (await anOperator(db)).id }),
    ],
    [
      'the newest message that the operator saw',
      (queued) => changeDecision(queued, { headMessageId: newId('message', new Date()) }),
    ],
    ['the verdict', (queued) => changeDecision(queued, { verdict: 'reject' })],
    ['the time of the approval', (queued) => changeApproval(queued, { decidedAt: queued.approval.decidedAt + 1 })],
    ['the way in which it was given', (queued) => changeApproval(queued, { givenBy: 'api' as never })],
    ['the policy it was given under', (queued) => changeApproval(queued, { policyVersion: 'another' as never })],
    ['the signature', (queued) => changeDecision(queued, { signature: Buffer.alloc(64, 7).toString('base64') })],
    ['the signature, to none', (queued) => changeDecision(queued, { signature: '' })],
    [
      'the decision, which is gone',
      ({ approval }) =>
        db
          .delete(reviewDecisions)
          .where(eq(reviewDecisions.id, approval.decisionId))
          .then(() => undefined),
    ],
  ]
  it.each(deeds)('never goes out: %s', async (_what, deed) => {
    const { graph, sendToEnd } = await setUp()
    const queued = await aQueuedPost(db)
    const made = await deed(queued)
    const id = typeof made === 'string' ? (made as PostId) : queued.id
    if (id !== queued.id) await db.delete(outboxPosts).where(eq(outboxPosts.id, queued.id))
    await sendToEnd(id)
    await sendToEnd(id)
    expect(graph.arrivals).toEqual([])
    expect(await statusOf(id)).toEqual({ status: 'failed', code: 'approval_invalid' })
    expect(await actionsOn(id)).toEqual(['post.refused'])
    expect(await alertsOn(id, 'approval_invalid')).toMatchObject([{ severity: 'critical' }])
  })

  it('leaves the record whole: the refusals are on it, and it verifies', async () => {
    expect(await verifyAudit(db)).toMatchObject({ ok: true })
  })
})

describe('an operator', () => {
  const losses: [string, (id: Queued['operator']['id']) => Promise<unknown>][] = [
    ['who was disabled', (id) => db.update(operators).set({ disabledAt: new Date() }).where(eq(operators.id, id))],
    ['who is a viewer now', (id) => db.update(operators).set({ role: 'viewer' }).where(eq(operators.id, id))],
    ['who is an auditor now', (id) => db.update(operators).set({ role: 'auditor' }).where(eq(operators.id, id))],
    [
      'with a role that does not exist',
      (id) =>
        db
          .update(operators)
          .set({ role: 'owner' as never })
          .where(eq(operators.id, id)),
    ],
    ['who is gone', (id) => db.delete(operators).where(eq(operators.id, id))],
  ]
  it.each(losses)('%s approves nothing any more, not even what waits', async (_who, lose) => {
    const { graph, sendToEnd } = await setUp()
    const { id, operator } = await aQueuedPost(db)
    await lose(operator.id)
    await sendToEnd(id)
    expect(graph.arrivals).toEqual([])
    expect(await statusOf(id)).toEqual({ status: 'failed', code: 'right_lost' })
    expect(await actionsOn(id)).toEqual(['post.refused'])
  })
})

describe('a reply that has ended', () => {
  type Ended = [string, (queued: Queued, house: Awaited<ReturnType<typeof setUp>>) => Promise<unknown>]
  const ends: Ended[] = [
    ['was sent', async ({ id }, { sendToEnd }) => sendToEnd(id)],
    [
      'was turned down by the platform',
      async ({ id }, { graph, sendToEnd }) => {
        graph.next('messages', { status: 400, body: graphError(551) })
        await sendToEnd(id)
      },
    ],
    [
      'nobody knows to have arrived',
      async ({ id }, { graph, send }) => {
        graph.next('messages', { drop: true })
        await send(id)
      },
    ],
    [
      'was taken back',
      async ({ id, operator }) => {
        await changePost(id, { notBefore: new Date(Date.now() + 60_000) })
        await createUndo(reviewing)({ postId: id, operatorId: operator.id })
      },
    ],
  ]
  it.each(ends)('and %s never goes out because its row is set back by hand', async (_how, end) => {
    const house = await setUp()
    const queued = await aQueuedPost(db)
    await end(queued, house)
    const calls = house.graph.arrivals.length
    const fresh = { messageRef: null, sentAt: null, outcomeCode: null, fence: 0, attempts: 0, leaseUntil: null }
    await changePost(queued.id, { ...fresh, status: 'queued', notBefore: new Date(), waitUntil: null })
    await house.sendToEnd(queued.id)
    expect(house.graph.arrivals).toHaveLength(calls)
    expect(await statusOf(queued.id)).toEqual({ status: 'failed', code: 'approval_invalid' })
    expect((await actionsOn(queued.id)).at(-1)).toBe('post.refused')
    expect(await alertsOn(queued.id, 'approval_invalid')).toMatchObject([{ severity: 'critical' }])
  })
})

describe('a slot from a queue that somebody else wrote', () => {
  it('with an id that is no post changes nothing and calls nobody', async () => {
    const { graph, sendAt } = await setUp()
    const { id, approval } = await aQueuedPost(db)
    const slot = await aSlot(db, id)
    const others = [newId('post', new Date()), approval.decisionId, approval.draftId, '', `${id} `, "' or 1=1 -- "]
    for (const other of others) {
      expect(await sendAt({ ...slot, post: { ...slot.post, id: other as PostId } })).toEqual({ called: false })
    }
    expect(graph.arrivals).toEqual([])
    expect(await statusOf(id)).toMatchObject({ status: 'queued' })
    expect((await tamperings()).slice(-others.length).map(({ detail }) => detail['postId'])).toEqual(others)
  })

  it('in the name of another account or conversation calls nobody, and the post keeps its turn', async () => {
    const { graph, sendAt } = await setUp()
    const queued = await aQueuedPost(db)
    const slot = await aSlot(db, queued.id)
    const { account, conversation } = await aConnectedThread(db)
    for (const place of [{ accountId: account.id }, { conversationId: conversation.id }]) {
      const { called, post, waitUntil } = await sendAt({ ...slot, post: { ...slot.post, ...place } })
      expect({ called, postId: post?.id, waits: waitUntil !== undefined }).toEqual({
        called: false,
        postId: queued.id,
        waits: true,
      })
      expect(post?.conversationId).toBe(queued.thread.conversation.id)
    }
    expect(graph.arrivals).toEqual([])
    expect(await statusOf(queued.id)).toMatchObject({ status: 'queued' })
    expect((await tamperings()).slice(-2).map(({ detail }) => detail)).toMatchObject([
      { postId: queued.id, accountId: account.id },
      { postId: queued.id, conversationId: conversation.id },
    ])
    expect(await alertsOn('outbox', 'queue_tampered')).toMatchObject([{ severity: 'critical' }])
    await sendAt(slot)
    expect(graph.sends()).toHaveLength(1)
  })
})
