import { and, eq } from 'drizzle-orm'
import { afterAll, describe, expect, it, onTestFinished } from 'vitest'
import { verifyAudit } from '#db/audit.ts'
import { listEvidence } from '#db/console-outbox.ts'
import { accounts } from '#db/schema/accounts.ts'
import { auditEntries } from '#db/schema/audit-entries.ts'
import { deliveryAttempts } from '#db/schema/delivery-attempts.ts'
import { messages } from '#db/schema/messages.ts'
import { operators } from '#db/schema/operators.ts'
import { outboxPosts } from '#db/schema/outbox-posts.ts'
import { newId, type PostId } from '#src/domain/ids.ts'
import { createReconcile } from '#src/flow/reconcile.ts'
import { createLogger } from '#src/observability/logger.ts'
import { createBell } from '#src/queues/bell.ts'
import { graphError } from '#tests/support/fake-graph.ts'
import { aConnectedAccount, aConnectedThread, aQueuedPost, aSender, toEnd } from '#tests/support/posts.ts'
import { aDatabase, aRedis } from '#tests/support/stores.ts'
import { aReadBack, aThreadGraph, type SendFault } from '#tests/support/thread-graph.ts'
import { runReconcile } from '#workers/reconcile.ts'

const { db } = await aDatabase()
const { redis, prefix } = aRedis()
const SETTLED_MS = 21_000
const TRAVELLED_MS = 121_000

/** A post whose first call ends with `fault`, in a house whose clock can be put forward. */
async function setUp({ fault = 'kept, then 500' as SendFault, thread = undefined as Thread | undefined } = {}) {
  let ahead = 0
  const now = () => new Date(Date.now() + ahead)
  const graph = await aThreadGraph({ now, faultOf: (_contact, serial) => (serial === 0 ? fault : undefined) })
  const stores = { db, redis, prefix, graphUrl: graph.url }
  const { send } = await aSender(stores, { now })
  const { reconcile, rung } = await aReadBack(stores, { now })
  const sendToEnd = (id: PostId) => toEnd(() => send(id), now)
  const look = (id: PostId) => toEnd(() => reconcile(id), now)
  const queued = await aQueuedPost(db, thread && { thread })
  const contactRef = queued.thread.contact.contactRef
  graph.keep(contactRef, { text: 'Do you ship to Graz?', from: 'them', at: new Date(Date.now() - 60_000) })
  const pass = (ms: number) => {
    ahead += ms
  }
  return { ...queued, graph, contactRef, send, sendToEnd, reconcile, look, rung, now, pass }
}
type Thread = Awaited<ReturnType<typeof aConnectedThread>>

async function postOf(id: PostId) {
  const [post] = await db.select().from(outboxPosts).where(eq(outboxPosts.id, id))
  return post
}
const auditOf = async (id: string) =>
  (await db.select().from(auditEntries).where(eq(auditEntries.subjectId, id))).map(({ action, detail }) => ({
    action,
    detail,
  }))
const ours = (graph: { threads: Map<string, { from: string; text: string }[]> }, contactRef: string) =>
  (graph.threads.get(contactRef) ?? []).filter(({ from }) => from === 'us').map(({ text }) => text)
const looksAt = (id: PostId) =>
  db
    .select()
    .from(deliveryAttempts)
    .where(and(eq(deliveryAttempts.postId, id), eq(deliveryAttempts.endpointClass, 'read')))

describe('an uncertain post that the thread shows', () => {
  it('is settled as sent under the platform’s id, with its message and an audit entry, and not sent again', async () => {
    const { id, graph, contactRef, sendToEnd, reconcile, pass } = await setUp()
    await sendToEnd(id)
    expect((await postOf(id))?.status).toBe('uncertain')
    pass(SETTLED_MS)
    expect(await reconcile(id)).toEqual({})
    const kept = graph.threads.get(contactRef)?.at(-1)
    expect(await postOf(id)).toMatchObject({ status: 'sent', messageRef: kept?.mid })
    const [message] = await db.select().from(messages).where(eq(messages.postId, id))
    expect(message).toMatchObject({ messageRef: kept?.mid, origin: 'countersign', direction: 'outbound' })
    expect((await auditOf(id)).at(-1)).toMatchObject({
      action: 'post.settled',
      detail: { status: 'sent', evidence: 'read_back', messageRef: kept?.mid },
    })
    await sendToEnd(id)
    expect(ours(graph, contactRef)).toEqual(['Yes, 2-3 days.'])
  })

  it('is not looked for before the platform had time to show it', async () => {
    const { id, graph, sendToEnd, reconcile, now } = await setUp()
    await sendToEnd(id)
    const { waitUntil } = await reconcile(id)
    expect(waitUntil?.getTime()).toBeGreaterThan(now().getTime() + 15_000)
    expect(graph.reads).toHaveLength(0)
  })

  it('is looked for once when twenty workers race', async () => {
    const { id, graph, sendToEnd, reconcile, pass } = await setUp()
    await sendToEnd(id)
    pass(SETTLED_MS)
    await Promise.all(Array.from({ length: 20 }, () => reconcile(id)))
    expect(graph.reads.map(({ path }) => path.split('/').at(-1))).toEqual(['conversations', 'messages'])
    expect((await auditOf(id)).filter(({ action }) => action === 'post.settled')).toHaveLength(1)
  })

  it('may have been sent by a process that ended', async () => {
    const { id, graph, contactRef, reconcile, pass } = await setUp()
    const leaseLost = { status: 'uncertain' as const, fence: 1, attempts: 1, outcomeCode: 'lease_lost' }
    await db.update(outboxPosts).set(leaseLost).where(eq(outboxPosts.id, id))
    graph.keep(contactRef, { text: 'Yes, 2-3 days.' })
    pass(SETTLED_MS)
    await reconcile(id)
    expect((await postOf(id))?.status).toBe('sent')
  })
})

describe('an uncertain post that the thread does not show', () => {
  it('is queued once more, through all gates, and arrives', async () => {
    const { id, graph, contactRef, sendToEnd, reconcile, rung, pass } = await setUp({ fault: '500' })
    await sendToEnd(id)
    pass(SETTLED_MS)
    await reconcile(id)
    expect(await postOf(id)).toMatchObject({ status: 'queued', messageRef: null })
    expect(rung).toEqual([id])
    expect((await auditOf(id)).at(-1)).toMatchObject({ action: 'post.settled', detail: { status: 'queued' } })
    await sendToEnd(id)
    expect((await postOf(id))?.status).toBe('sent')
    expect(ours(graph, contactRef)).toEqual(['Yes, 2-3 days.'])
  })

  it('does not leave when its approval has lost its ground meanwhile', async () => {
    const { id, graph, contactRef, operator, sendToEnd, reconcile, pass } = await setUp({ fault: '500' })
    await sendToEnd(id)
    pass(SETTLED_MS)
    await reconcile(id)
    await db.update(operators).set({ disabledAt: new Date() }).where(eq(operators.id, operator.id))
    await sendToEnd(id)
    expect(await postOf(id)).toMatchObject({ status: 'failed', outcomeCode: 'right_lost' })
    expect(ours(graph, contactRef)).toEqual([])
  })

  it('stays with a person after a second call of unknown fate', async () => {
    const { id, graph, contactRef, sendToEnd, look, pass } = await setUp()
    graph.faultOf = () => 'cut'
    for (let round = 0; round < 2; round++) {
      await sendToEnd(id)
      pass(TRAVELLED_MS)
      await look(id)
    }
    expect((await postOf(id))?.status).toBe('uncertain')
    pass(TRAVELLED_MS)
    await Promise.all([look(id), sendToEnd(id)])
    expect((await postOf(id))?.status).toBe('uncertain')
    expect(ours(graph, contactRef)).toEqual([])
    const [evidence] = await listEvidence(db, [id], 'all')
    expect(evidence?.attempts.map(({ code }) => code)).toEqual([
      'UND_ERR_SOCKET',
      'read_back',
      'UND_ERR_SOCKET',
      'read_back',
    ])
  })

  it('stays with a person when its sender went missing: one that is frozen may wake and make its call', async () => {
    const { id, graph, contactRef, reconcile, look, rung, pass } = await setUp()
    const leaseLost = { status: 'uncertain' as const, fence: 1, attempts: 1, outcomeCode: 'lease_lost' }
    await db.update(outboxPosts).set(leaseLost).where(eq(outboxPosts.id, id))
    pass(SETTLED_MS)
    expect((await reconcile(id)).waitUntil).toBeDefined()
    pass(TRAVELLED_MS)
    await look(id)
    expect(await postOf(id)).toMatchObject({ status: 'uncertain' })
    expect((await looksAt(id))[0]?.note).toContain('went missing')
    expect(rung).toEqual([])
    expect(ours(graph, contactRef)).toEqual([])
  })

  it('stays with a person when newer messages have pushed its time out of what is shown', async () => {
    const { id, graph, contactRef, sendToEnd, reconcile, pass } = await setUp({ fault: '500' })
    await sendToEnd(id)
    for (let i = 0; i < 20; i++) graph.keep(contactRef, { text: `${i}?`, from: 'them' })
    pass(SETTLED_MS)
    await reconcile(id)
    expect((await postOf(id))?.status).toBe('uncertain')
    expect((await looksAt(id))[0]?.note).toContain('not show enough')
  })
})

describe('an uncertain post of which the thread does not tell', () => {
  it('stays with a person, who sees what the thread shows; of that nothing counts as sent by it', async () => {
    const { id, thread, graph, contactRef, sendToEnd, reconcile, pass } = await setUp({ fault: '500' })
    await sendToEnd(id)
    graph.keep(contactRef, { text: 'Call us!' })
    pass(SETTLED_MS)
    await reconcile(id)
    expect((await postOf(id))?.status).toBe('uncertain')
    const [evidence] = await listEvidence(db, [id], 'all')
    expect(evidence?.candidates).toMatchObject([{ text: 'Call us!', origin: 'elsewhere' }])
    const stored = await db.select().from(messages).where(eq(messages.conversationId, thread.conversation.id))
    expect(stored.filter(({ postId }) => postId !== null)).toEqual([])
  })

  it('takes no message that another post has named', async () => {
    const { id, thread, graph, contactRef, sendToEnd, reconcile, pass } = await setUp({ fault: '500' })
    await sendToEnd(id)
    const { mid } = graph.keep(contactRef, { text: 'Yes, 2-3 days.' })
    await aQueuedPost(db, { thread, post: { status: 'sent', messageRef: mid } })
    pass(SETTLED_MS)
    await reconcile(id)
    expect(await postOf(id)).toMatchObject({ status: 'queued', messageRef: null })
  })

  it('waits while another call to the conversation is under way, whose message has no name yet', async () => {
    const { id, thread, graph, contactRef, sendToEnd, reconcile, pass } = await setUp({ fault: '500' })
    await sendToEnd(id)
    graph.keep(contactRef, { text: 'Yes, 2-3 days.' })
    await aQueuedPost(db, { thread, post: { status: 'sending', fence: 1 } })
    pass(SETTLED_MS)
    expect((await reconcile(id)).waitUntil).toBeDefined()
    expect((await postOf(id))?.status).toBe('uncertain')
  })

  it('is left to whoever settles it first: a person may while the thread is read', async () => {
    const { id, operator, sendToEnd, reconcile, now, pass } = await setUp({ fault: '500' })
    await sendToEnd(id)
    pass(SETTLED_MS)
    const { settle } = createReconcile({ db, publish: () => undefined, now })
    await Promise.all(
      [settle({ postId: id, operatorId: operator.id, arrived: false }), reconcile(id)].map((done) =>
        done.catch(() => undefined),
      ),
    )
    const settled = (await auditOf(id)).filter(({ action }) => action === 'post.settled')
    expect(settled).toHaveLength(1)
    expect((await postOf(id))?.status).toBe(settled[0]?.detail['arrived'] === false ? 'failed' : 'queued')
  })
})

describe('a later post of the conversation', () => {
  it('waits until the thread has been read, so that replies leave in the order of their approval', async () => {
    const { id, thread, graph, contactRef, send, sendToEnd, reconcile, pass } = await setUp({ fault: '500' })
    await sendToEnd(id)
    const later = newId('post', new Date(Date.now() + 5))
    await aQueuedPost(db, { thread, id: later, text: 'Anything else?' })
    // Far beyond any slot of the limiter.
    pass(5000)
    expect((await send(later)).waitUntil).toBeDefined()
    expect((await postOf(later))?.attempts).toBe(0)
    pass(SETTLED_MS)
    await reconcile(id)
    await Promise.all([sendToEnd(later), sendToEnd(id)])
    expect(ours(graph, contactRef)).toEqual(['Yes, 2-3 days.', 'Anything else?'])
  })
})

describe('when the thread cannot be read', () => {
  it.each([
    ['a throttle', { status: 400, body: graphError(80_002) }],
    ['a dead token', { status: 400, body: graphError(190) }],
    ['an outage', { status: 500, body: '' }],
  ])('%s is waited out', async (_name, reading) => {
    const { id, graph, sendToEnd, reconcile, now, pass } = await setUp()
    await sendToEnd(id)
    pass(SETTLED_MS)
    graph.readings.push(reading)
    const { waitUntil } = await reconcile(id)
    expect(waitUntil?.getTime()).toBeGreaterThan(now().getTime())
    expect((await postOf(id))?.status).toBe('uncertain')
    expect(await looksAt(id)).toEqual([])
  })

  it('for minutes, a person decides', async () => {
    const { id, graph, sendToEnd, reconcile, pass } = await setUp()
    await sendToEnd(id)
    pass(300_001)
    graph.readings.push({ status: 500, body: '' })
    await reconcile(id)
    expect((await postOf(id))?.status).toBe('uncertain')
    expect(await looksAt(id)).toMatchObject([{ note: 'The thread could not be read' }])
  })

  it('because the account is disconnected, nothing is asked', async () => {
    const { id, thread, graph, sendToEnd, reconcile, pass } = await setUp()
    await sendToEnd(id)
    await db.update(accounts).set({ credentialStatus: 'revoked' }).where(eq(accounts.id, thread.account.id))
    pass(SETTLED_MS)
    expect(await reconcile(id)).toEqual({})
    expect(graph.reads).toEqual([])
  })
})

it('many uncertain posts of one account are read at two calls a second', async () => {
  const account = await aConnectedAccount(db)
  const graph = await aThreadGraph({ faultOf: () => 'kept, then 500' })
  const { reconcile } = await aReadBack({ db, redis, prefix, graphUrl: graph.url })
  const doubt = { status: 'uncertain' as const, fence: 1, attempts: 1, updatedAt: new Date(Date.now() - SETTLED_MS) }
  const ids: PostId[] = []
  for (let i = 0; i < 4; i++) {
    const { id, thread } = await aQueuedPost(db, { thread: await aConnectedThread(db, account), post: doubt })
    graph.keep(thread.contact.contactRef, { text: 'Yes, 2-3 days.' })
    ids.push(id)
  }
  await Promise.all(ids.map((id) => toEnd(() => reconcile(id))))
  for (const id of ids) expect((await postOf(id))?.status).toBe('sent')
  const times = graph.reads.map(({ at }) => at)
  expect(times).toHaveLength(8)
  expect(Math.max(...times.map((start) => times.filter((at) => at >= start && at < start + 1000).length))).toBe(2)
})

describe('the reconcile queue', () => {
  const { redis: connection } = aRedis({ forWorkers: true })
  const { bell, close } = createBell(redis, prefix)
  afterAll(close)

  it('is rung by the sender whose post ends as uncertain, once per post, and says nothing of its words', async () => {
    const lines: string[] = []
    const log = createLogger({ level: 'debug', pretty: false, process: 'test', write: (line) => lines.push(line) })
    const graph = await aThreadGraph({ faultOf: () => 'kept, then 500' })
    const stores = { db, redis, prefix, graphUrl: graph.url }
    const rung: number[] = []
    const early = {
      reconcile: (id: PostId, delayMs: number) => {
        rung.push(delayMs)
        return bell.reconcile(id, 0)
      },
    }
    const { sendToEnd } = await aSender(stores, { bell: early })
    const { reconcile } = await aReadBack(stores, { now: () => new Date(Date.now() + SETTLED_MS) })
    const { id } = await aQueuedPost(db)
    await sendToEnd(id)
    await bell.reconcile(id, 0)
    expect(rung).toEqual([20_000])
    const worker = runReconcile({ connection, prefix, log, reconcile })
    onTestFinished(() => worker.close())
    await expect.poll(async () => (await postOf(id))?.status, { timeout: 10_000 }).toBe('sent')
    await expect.poll(() => lines.filter((line) => line.includes('job done')).length).toBe(1)
    expect(lines.join()).not.toContain('2-3 days')
  })
})

it('leaves an audit chain that holds', async () => {
  expect(await verifyAudit(db)).toMatchObject({ ok: true })
})
