import { setTimeout as sleep } from 'node:timers/promises'
import { and, eq } from 'drizzle-orm'
import { describe, expect, it } from 'vitest'
import { verifyAudit } from '#db/audit.ts'
import { connect } from '#db/client.ts'
import { accounts } from '#db/schema/accounts.ts'
import { alerts } from '#db/schema/alerts.ts'
import { auditEntries } from '#db/schema/audit-entries.ts'
import { contacts } from '#db/schema/contacts.ts'
import { conversations } from '#db/schema/conversations.ts'
import { deliveryAttempts } from '#db/schema/delivery-attempts.ts'
import { messages } from '#db/schema/messages.ts'
import { operators } from '#db/schema/operators.ts'
import { outboxPosts } from '#db/schema/outbox-posts.ts'
import { switches } from '#db/schema/switches.ts'
import { newId, type PostId } from '#src/domain/ids.ts'
import { createLanes } from '#src/limits/lanes.ts'
import { createLimiter } from '#src/limits/slots.ts'
import { createLogger } from '#src/observability/logger.ts'
import { textHash } from '#src/vault/hash.ts'
import { aFakeGraph, graphError } from '#tests/support/fake-graph.ts'
import {
  aConnectedAccount,
  aConnectedThread,
  anOutboxWorker,
  aQueuedPost,
  aSender,
  aSlot,
  lineUpPosts,
} from '#tests/support/posts.ts'
import { aDatabase, aRedis } from '#tests/support/stores.ts'
import { anOperator, DAY_MS } from '#tests/support/threads.ts'

const { db, url } = await aDatabase()
const { redis, prefix } = aRedis()

async function setUp(changed: Parameters<typeof aSender>[1] = {}) {
  const graph = await aFakeGraph()
  return { graph, ...(await aSender({ db, redis, prefix, graphUrl: graph.url }, changed)) }
}

/** The same behind the worker, with lanes and pauses of its own. */
async function aWorkingSender(changed: Parameters<typeof aSender>[1] = {}) {
  const own = `${prefix}:${newId('entry', new Date())}`
  await redis.set(`${own}:limits:epoch`, '1')
  const lanes = createLanes(redis, own)
  const { graph, sendAt } = await setUp({ limiter: createLimiter(redis, own), ...changed })
  const log = createLogger({ level: 'silent', pretty: false, process: 'test' })
  const startWorker = () => anOutboxWorker({ redis, lanes, log, send: sendAt })
  return { graph, worker: startWorker(), startWorker, lineUp: (ids: PostId[]) => lineUpPosts(db, lanes, ids) }
}

async function aPostOf(account: Awaited<ReturnType<typeof aConnectedAccount>>, text: string): Promise<PostId> {
  return (await aQueuedPost(db, { thread: await aConnectedThread(db, account), text })).id
}

async function postOf(id: PostId) {
  const [post] = await db.select().from(outboxPosts).where(eq(outboxPosts.id, id))
  if (!post) throw new Error('the post is gone')
  return post
}

const conversationOf = async (id: (typeof conversations.$inferSelect)['id']) =>
  (await db.select().from(conversations).where(eq(conversations.id, id)))[0]
const auditOf = async (id: string) =>
  (await db.select({ action: auditEntries.action }).from(auditEntries).where(eq(auditEntries.subjectId, id))).map(
    ({ action }) => action,
  )
const textsSent = (graph: Awaited<ReturnType<typeof aFakeGraph>>) =>
  graph.sends().map(({ json }) => (json as { message: { text: string } }).message.text)

describe('an approved post', () => {
  it('arrives once, is on record, and stands in the thread', async () => {
    const { graph, sendToEnd, events } = await setUp()
    const { id, thread } = await aQueuedPost(db)
    await sendToEnd(id)
    expect(graph.sends()).toHaveLength(1)
    expect(graph.sends()[0]).toMatchObject({
      path: `/v26.0/${thread.account.accountRef}/messages`,
      token: 'IGAAtest',
      json: { recipient: { id: thread.contact.contactRef }, message: { text: 'Yes, 2-3 days.' } },
    })
    expect(await postOf(id)).toMatchObject({ status: 'sent', messageRef: 'mid.1', attempts: 1, leaseUntil: null })
    const [message] = await db.select().from(messages).where(eq(messages.postId, id))
    expect(message).toMatchObject({
      direction: 'outbound',
      origin: 'countersign',
      messageRef: 'mid.1',
      text: 'Yes, 2-3 days.',
    })
    expect((await conversationOf(thread.conversation.id))?.headMessageId).toBe(message?.id)
    const [attempt] = await db.select().from(deliveryAttempts).where(eq(deliveryAttempts.postId, id))
    expect(attempt).toMatchObject({ outcome: 'sent', fence: 1 })
    expect(await auditOf(id)).toEqual(['post.sent'])
    expect(events.map(({ topic }) => topic)).toContain('conversation')
  })

  it('is sent once when twenty workers race for it', async () => {
    const { graph, sendToEnd } = await setUp()
    const { id } = await aQueuedPost(db)
    await Promise.all(Array.from({ length: 20 }, () => sendToEnd(id)))
    expect(graph.sends()).toHaveLength(1)
    expect(await auditOf(id)).toEqual(['post.sent'])
  })

  it('waits for the end of its undo time', async () => {
    const { graph, send } = await setUp()
    const notBefore = new Date(Date.now() + 8000)
    const { id } = await aQueuedPost(db, { post: { notBefore } })
    expect((await send(id)).waitUntil).toEqual(notBefore)
    expect(graph.arrivals).toHaveLength(0)
  })

  it('leaves after the posts of its conversation that were approved before it', async () => {
    const { graph, sendToEnd } = await setUp()
    const thread = await aConnectedThread(db)
    const ids: PostId[] = []
    for (const text of ['first', 'second', 'third']) {
      const id = newId('post', new Date(Date.now() + ids.length))
      ids.push((await aQueuedPost(db, { thread, text, id })).id)
    }
    await Promise.all([...ids].reverse().map(sendToEnd))
    expect(textsSent(graph)).toEqual(['first', 'second', 'third'])
  })

  it('arrives beside an identical one: two intended replies are two', async () => {
    const { graph, sendToEnd } = await setUp()
    const thread = await aConnectedThread(db)
    const one = await aQueuedPost(db, { thread, text: 'Thank you!' })
    const two = await aQueuedPost(db, { thread, text: 'Thank you!' })
    await Promise.all([one, two].map(({ id }) => sendToEnd(id)))
    expect(textsSent(graph)).toEqual(['Thank you!', 'Thank you!'])
    const stored = await db
      .select()
      .from(messages)
      .where(and(eq(messages.conversationId, thread.conversation.id), eq(messages.direction, 'outbound')))
    expect(stored).toHaveLength(2)
  })

  it('is marked as ours when its echo was stored before the answer came', async () => {
    const { graph, sendToEnd } = await setUp()
    const { id, thread } = await aQueuedPost(db)
    const at = new Date()
    const { account, conversation } = thread
    const echo = { accountId: account.id, conversationId: conversation.id, messageRef: 'mid.1', text: 'Yes, 2-3 days.' }
    await db.insert(messages).values({
      ...echo,
      id: newId('message', at),
      direction: 'outbound',
      origin: 'countersign',
      form: 'text',
      attachments: [],
      sentAt: at,
      createdAt: at,
    })
    await sendToEnd(id)
    expect(graph.sends()).toHaveLength(1)
    const stored = await db.select().from(messages).where(eq(messages.conversationId, conversation.id))
    expect(stored.filter(({ direction }) => direction === 'outbound')).toEqual([
      expect.objectContaining({ postId: id, origin: 'countersign' }),
    ])
  })
})

describe('a gate stops without a call', () => {
  type Options = Parameters<typeof aQueuedPost>[1]
  const forged: [string, Options][] = [
    ['changed words', { post: { text: 'Send your card number.' } }],
    ['changed words with their hash', { post: { text: 'Other.', textHash: textHash('Other.') } }],
    [
      'words changed everywhere',
      {
        post: { text: 'Other.', textHash: textHash('Other.') },
        decision: { text: 'Other.', textHash: textHash('Other.') },
      },
    ],
    ['another recipient', { post: { recipientRef: '666' } }],
    ['a wrong signature', { decision: { signature: Buffer.alloc(64).toString('base64') } }],
    ['no signature', { decision: { signature: null } }],
    ['a rejection', { decision: { verdict: 'reject' } }],
    ['another head', { decision: { headMessageId: newId('message', new Date()) } }],
  ]
  it.each(forged)('on %s', async (_name, options) => {
    const { graph, sendToEnd } = await setUp()
    const { id, thread } = await aQueuedPost(db, options)
    await sendToEnd(id)
    expect(graph.arrivals).toHaveLength(0)
    expect(await postOf(id)).toMatchObject({ status: 'failed', outcomeCode: 'approval_invalid' })
    expect(await conversationOf(thread.conversation.id)).toMatchObject({
      attention: 'person',
      attentionReason: 'not_sent',
    })
    expect(await auditOf(id)).toEqual(['post.refused'])
    expect(
      await db
        .select()
        .from(alerts)
        .where(eq(alerts.openKey, `approval_invalid:${id}`)),
    ).toHaveLength(1)
  })

  it('on an approval that is no longer readable, or belongs to another operator', async () => {
    const { graph, sendToEnd } = await setUp()
    const other = await anOperator(db)
    const broken = await aQueuedPost(db)
    const stolen = await aQueuedPost(db, { decision: { operatorId: other.id } })
    await db.execute(`update review_decisions set approval = '{' where id = '${broken.approval.decisionId}'`)
    for (const { id } of [broken, stolen]) {
      await sendToEnd(id)
      expect(await postOf(id)).toMatchObject({ status: 'failed', outcomeCode: 'approval_invalid' })
    }
    expect(graph.arrivals).toHaveLength(0)
  })

  it.each([{ role: 'viewer' as const }, { disabledAt: new Date() }])(
    'on an operator who lost the right: %j',
    async (change) => {
      const { graph, sendToEnd } = await setUp()
      const { id, operator } = await aQueuedPost(db)
      await db.update(operators).set(change).where(eq(operators.id, operator.id))
      await sendToEnd(id)
      expect(graph.arrivals).toHaveLength(0)
      expect(await postOf(id)).toMatchObject({ status: 'failed', outcomeCode: 'right_lost' })
    },
  )

  it.each([
    ['reply_window', { windowExpiresAt: new Date(Date.now() - 1000) }],
    ['reply_window', { windowExpiresAt: null }],
    ['standby', { standby: true }],
  ])('on a moment that has passed: %s %j', async (code, change) => {
    const { graph, sendToEnd } = await setUp()
    const { id, thread } = await aQueuedPost(db)
    await db.update(conversations).set(change).where(eq(conversations.id, thread.conversation.id))
    await sendToEnd(id)
    expect(graph.arrivals).toHaveLength(0)
    expect(await postOf(id)).toMatchObject({ status: 'failed', outcomeCode: code })
    expect(await conversationOf(thread.conversation.id)).toMatchObject({
      attention: 'person',
      attentionReason: 'not_sent',
    })
  })

  it('of the thirty-first reply within an hour', async () => {
    const { graph, sendToEnd } = await setUp()
    const thread = await aConnectedThread(db)
    for (let i = 0; i < 30; i++) await aQueuedPost(db, { thread, post: { status: 'sent' } })
    const { id } = await aQueuedPost(db, { thread })
    await sendToEnd(id)
    expect(graph.arrivals).toHaveLength(0)
    expect(await postOf(id)).toMatchObject({ status: 'failed', outcomeCode: 'reply_rate' })
  })

  it('on a contact who does not want to be written to', async () => {
    const { graph, sendToEnd } = await setUp()
    const { id, thread } = await aQueuedPost(db)
    await db.update(contacts).set({ optedOutAt: new Date() }).where(eq(contacts.id, thread.contact.id))
    await sendToEnd(id)
    expect([graph.arrivals.length, (await postOf(id)).outcomeCode]).toEqual([0, 'opt_out'])
  })

  it('on an answer that somebody gave from the phone after the approval', async () => {
    const { graph, sendToEnd } = await setUp()
    const { id, thread } = await aQueuedPost(db)
    const at = new Date(Date.now() + 1000)
    const { account, conversation } = thread
    const phone = {
      accountId: account.id,
      conversationId: conversation.id,
      messageRef: `mid.phone.${id}`,
      text: 'On it!',
    }
    await db.insert(messages).values({
      ...phone,
      id: newId('message', at),
      direction: 'outbound',
      origin: 'elsewhere',
      form: 'text',
      attachments: [],
      sentAt: at,
      createdAt: at,
    })
    await sendToEnd(id)
    expect([graph.arrivals.length, (await postOf(id)).outcomeCode]).toEqual([0, 'answered_elsewhere'])
  })

  it('leaves a conversation in the queue when a newer message already put it there', async () => {
    const { sendToEnd } = await setUp()
    const { id, thread } = await aQueuedPost(db, { post: { text: 'Other.' } })
    await db.update(conversations).set({ attention: 'review' }).where(eq(conversations.id, thread.conversation.id))
    await sendToEnd(id)
    expect((await conversationOf(thread.conversation.id))?.attention).toBe('review')
  })
})

describe('a hold keeps the post and makes no call', () => {
  it.each([
    ['stopped account', { stoppedAt: new Date(), stoppedReason: 'Holiday' }],
    ['revoked token', { credentialStatus: 'revoked' as const }],
    ['expired token', { credentialStatus: 'expired' as const }],
    ['token past its end', { tokenExpiresAt: new Date(Date.now() - 1000) }],
  ])('%s', async (_name, change) => {
    const { graph, send, sendToEnd } = await setUp()
    const { id, thread } = await aQueuedPost(db)
    await db.update(accounts).set(change).where(eq(accounts.id, thread.account.id))
    const { waitUntil } = await send(id)
    expect(waitUntil?.getTime()).toBeGreaterThan(Date.now() + 10_000)
    expect([graph.arrivals.length, (await postOf(id)).status]).toEqual([0, 'queued'])
    const healthy = {
      stoppedAt: null,
      credentialStatus: 'valid' as const,
      tokenExpiresAt: new Date(Date.now() + DAY_MS),
    }
    await db.update(accounts).set(healthy).where(eq(accounts.id, thread.account.id))
    await sendToEnd(id)
    expect((await postOf(id)).status).toBe('sent')
  })

  it('the switch for everything', async () => {
    const { graph, send, sendToEnd } = await setUp()
    const { id } = await aQueuedPost(db)
    await db.insert(switches).values({ name: 'sending', stoppedAt: new Date(), createdAt: new Date() })
    expect((await send(id)).waitUntil).toBeDefined()
    expect([graph.arrivals.length, (await postOf(id)).status]).toEqual([0, 'queued'])
    await db.delete(switches)
    await sendToEnd(id)
    expect((await postOf(id)).status).toBe('sent')
  })
})

describe('when nobody knows whether it arrived', () => {
  const troubles = [
    ['a cut connection', { drop: true }],
    ['a 500', { status: 500, body: '' }],
    ['a 503 that asks to try again', { status: 503, body: graphError(2) }],
    ['code 1', { status: 400, body: graphError(1) }],
    ['the error whose messages were sent', { status: 400, body: graphError(1, 1357046) }],
    ['a success without an id', { body: {} }],
  ] as const
  it.each(troubles)('%s rests as uncertain and is never sent again by itself', async (_name, script) => {
    const { graph, sendToEnd } = await setUp()
    graph.next('messages', script)
    const { id } = await aQueuedPost(db)
    await sendToEnd(id)
    await sendToEnd(id)
    expect(graph.sends()).toHaveLength(1)
    expect((await postOf(id)).status).toBe('uncertain')
    expect(await auditOf(id)).toEqual(['post.uncertain'])
  })

  it('an adapter that throws rests as uncertain too', async () => {
    const broken = { send: () => Promise.reject(new Error('IGAAtest leaked')) } as never
    const { sendToEnd } = await setUp({ adapters: { instagram: broken, messenger: broken } })
    const { id } = await aQueuedPost(db)
    await sendToEnd(id)
    expect(await postOf(id)).toMatchObject({ status: 'uncertain', outcomeNote: 'Unexpected error' })
  })

  it.each([
    { drop: true },
    { status: 400, body: graphError(2) },
    { status: 400, body: graphError(80_002) },
    { status: 400, body: graphError(100) },
  ])('an echo that came first settles it as sent, whatever the answer: %j', async (script) => {
    const { graph, sendToEnd } = await setUp()
    const { id } = await aQueuedPost(db)
    const messageRef = `mid.echo.${id}`
    const echoed = db.update(outboxPosts).set({ messageRef }).where(eq(outboxPosts.id, id))
    graph.next('messages', { ...script, after: () => echoed.execute() })
    await sendToEnd(id)
    expect(graph.sends()).toHaveLength(1)
    expect(await postOf(id)).toMatchObject({ status: 'sent', messageRef })
    expect(await auditOf(id)).toEqual(['post.sent'])
  })
})

describe('when the platform says no', () => {
  it('a refusal ends the post and gives the conversation back with the reason', async () => {
    const { graph, sendToEnd } = await setUp()
    graph.next('messages', { status: 400, body: graphError(10, 2534022) })
    const { id, thread } = await aQueuedPost(db)
    await sendToEnd(id)
    await sendToEnd(id)
    expect(graph.sends()).toHaveLength(1)
    expect(await postOf(id)).toMatchObject({ status: 'failed', outcomeCode: '10/2534022' })
    expect(await conversationOf(thread.conversation.id)).toMatchObject({
      attention: 'person',
      attentionReason: 'not_sent',
      attentionNote: 'The reply window has closed',
    })
    expect(await auditOf(id)).toEqual(['post.failed'])
  })

  it('a throttle pauses its account until the time it names, and no other', async () => {
    const { graph, worker, lineUp } = await aWorkingSender()
    const account = await aConnectedAccount(db)
    const usage = {
      'X-Business-Use-Case-Usage': JSON.stringify({ 1: [{ type: 'instagram', estimated_time_to_regain_access: 7 }] }),
    }
    graph.next('messages', { status: 400, body: graphError(80_002), headers: usage })
    const [limited, sibling, other] = [
      await aQueuedPost(db, { thread: await aConnectedThread(db, account) }),
      await aQueuedPost(db, { thread: await aConnectedThread(db, account) }),
      await aQueuedPost(db),
    ]
    const start = Date.now()
    await lineUp([limited.id])
    await expect.poll(async () => (await postOf(limited.id)).waitUntil?.getTime() ?? 0).toBeGreaterThan(start + 414_000)
    await lineUp([sibling.id, other.id])
    await expect.poll(async () => (await postOf(other.id)).status).toBe('sent')
    await worker.close()
    expect(graph.sends()).toHaveLength(2)
    expect([(await postOf(limited.id)).status, (await postOf(sibling.id)).status]).toEqual(['queued', 'queued'])
  })

  it('a throttle longer than the reply window lets the post fail when the window closes', async () => {
    const { graph, sendToEnd } = await setUp()
    graph.next('messages', { status: 400, body: graphError(4) })
    const { id, thread } = await aQueuedPost(db)
    const windowExpiresAt = new Date(Date.now() + 1500)
    await db.update(conversations).set({ windowExpiresAt }).where(eq(conversations.id, thread.conversation.id))
    await sendToEnd(id)
    expect(await postOf(id)).toMatchObject({ status: 'failed', outcomeCode: 'reply_window' })
  })

  it('a dead token holds the posts of its account and tells an operator', async () => {
    const { graph, send, sendToEnd } = await setUp()
    graph.next('messages', { status: 400, body: graphError(190, 463) })
    const { id, thread } = await aQueuedPost(db)
    await sendToEnd(id)
    await send(id)
    expect(graph.sends()).toHaveLength(1)
    expect((await postOf(id)).status).toBe('queued')
    const [account] = await db.select().from(accounts).where(eq(accounts.id, thread.account.id))
    expect(account).toMatchObject({ credentialStatus: 'expired', tokenError: '190/463' })
    expect(
      await db
        .select()
        .from(alerts)
        .where(eq(alerts.openKey, `token_refused:${thread.account.id}`)),
    ).toHaveLength(1)
    expect(await auditOf(thread.account.id)).toEqual(['credential.refused'])
  })

  it('a sanction stops the account until somebody resumes it', async () => {
    const { graph, send, sendToEnd } = await setUp()
    graph.next('messages', { status: 400, body: graphError(368) })
    const { id, thread } = await aQueuedPost(db)
    await sendToEnd(id)
    await send(id)
    expect([graph.sends().length, (await postOf(id)).status]).toEqual([1, 'queued'])
    const [account] = await db.select().from(accounts).where(eq(accounts.id, thread.account.id))
    expect(account?.stoppedReason).toContain('blocked')
    expect(
      await db
        .select()
        .from(alerts)
        .where(eq(alerts.openKey, `account_stopped:${thread.account.id}`)),
    ).toHaveLength(1)
    expect(await auditOf(thread.account.id)).toEqual(['account.stopped'])
  })

  it('a token that these keys cannot open stops the account without a call', async () => {
    const { graph, sendToEnd } = await setUp()
    const { id, thread } = await aQueuedPost(db, {
      thread: await aConnectedThread(db, await aConnectedAccount(db, { sealedToken: 'gAAAAAbroken' })),
    })
    await sendToEnd(id)
    expect([graph.arrivals.length, (await postOf(id)).status]).toEqual([0, 'queued'])
    const [account] = await db.select().from(accounts).where(eq(accounts.id, thread.account.id))
    expect(account?.stoppedAt).not.toBeNull()
  })

  it('a platform that cannot be reached is tried again, five times at most', async () => {
    let at = Date.now()
    const { graph, send } = await setUp({ now: () => new Date(at) })
    await graph.close()
    const { id, thread } = await aQueuedPost(db)
    for (let run = 0; run < 40 && (await postOf(id)).status === 'queued'; run++) {
      const { waitUntil } = await send(id)
      at = Math.max(at + 1200, waitUntil?.getTime() ?? 0)
    }
    expect(await postOf(id)).toMatchObject({ status: 'failed', outcomeCode: 'ECONNREFUSED', attempts: 5 })
    expect((await conversationOf(thread.conversation.id))?.attention).toBe('person')
  })
})

describe('a worker that froze', () => {
  it('cannot write once its post has been taken from it', async () => {
    const { graph, send } = await setUp()
    const { id } = await aQueuedPost(db)
    const taken = db.update(outboxPosts).set({ status: 'uncertain', leaseUntil: null }).where(eq(outboxPosts.id, id))
    graph.next('messages', { after: () => taken.execute() })
    await send(id)
    expect(await postOf(id)).toMatchObject({ status: 'uncertain', messageRef: null })
    expect(await auditOf(id)).toEqual([])
    expect(await db.select().from(messages).where(eq(messages.postId, id))).toHaveLength(0)
  })

  it('makes no call when it woke up too late for its lease', async () => {
    let at = Date.now() + 5000
    const { graph, sendAt, send } = await setUp({ now: () => new Date(at) })
    const { id } = await aQueuedPost(db)
    const asleep = () => {
      at += 15_000
      return 0
    }
    expect(await sendAt(await aSlot(db, id, asleep))).toMatchObject({ called: false, waitUntil: expect.any(Date) })
    expect(graph.arrivals).toHaveLength(0)
    expect(await postOf(id)).toMatchObject({ status: 'queued', attempts: 0, fence: 1 })
    await send(id)
    expect([graph.sends().length, (await postOf(id)).status]).toEqual([1, 'sent'])
  })

  it('trades a slot that it missed for the next one', async () => {
    const { graph, sendAt } = await setUp()
    const { id } = await aQueuedPost(db)
    expect(await sendAt(await aSlot(db, id, () => -1000))).toMatchObject({ called: true })
    expect([graph.sends().length, (await postOf(id)).status]).toEqual([1, 'sent'])
  })

  it('makes no call when there is none near, and leaves the post as if it had not been claimed', async () => {
    const own = `${prefix}:${newId('entry', new Date())}`
    await redis.set(`${own}:limits:epoch`, '1')
    const limiter = createLimiter(redis, own)
    const { graph, sendAt } = await setUp({ limiter })
    const { id, thread } = await aQueuedPost(db)
    await limiter.pause(`account:${thread.account.id}`, new Date(Date.now() + 60_000))
    expect(await sendAt(await aSlot(db, id, () => -1000))).toMatchObject({ called: false, waitUntil: expect.any(Date) })
    expect([graph.arrivals.length, (await postOf(id)).status]).toEqual([0, 'queued'])
    expect(await db.select().from(deliveryAttempts).where(eq(deliveryAttempts.postId, id))).toHaveLength(0)
  })
})

describe('a database slower than any slot has lead', () => {
  it('delays posts, and neither stops them nor lets them pass a limit', async () => {
    const { db: slow } = connect(url)
    const transaction = slow.transaction.bind(slow)
    slow.transaction = (async (...args: Parameters<typeof transaction>) => {
      await sleep(400)
      return transaction(...args)
    }) as typeof transaction
    const { graph, lineUp } = await aWorkingSender({ db: slow })
    const account = await aConnectedAccount(db)
    const ids: PostId[] = []
    for (let i = 0; i < 60; i++) ids.push(await aPostOf(account, `Yes, ${i} days.`))
    await lineUp(ids)
    await expect.poll(() => graph.sends().length, { timeout: 15_000 }).toBe(60)
    const arrivals = graph.sends().map(({ at }) => at)
    const busiest = Math.max(...arrivals.map((start) => arrivals.filter((t) => t >= start && t < start + 105).length))
    expect(busiest).toBeLessThanOrEqual(16)
  }, 30_000)
})

describe('a place in the lanes that is not what MySQL says', () => {
  it('a reply window that was over there and is open here lets the post line up again', async () => {
    const { graph, sendAt } = await setUp()
    const { id } = await aQueuedPost(db)
    const { post } = await aSlot(db, id)
    const { called, waitUntil, post: own } = await sendAt({ post, call: undefined })
    expect([called, graph.arrivals.length, waitUntil !== undefined]).toEqual([false, 0, true])
    expect(own?.windowExpiresAt?.getTime()).toBeGreaterThan(Date.now())
  })
})

it('passes no limit, as counted on arrival, when many posts of one account are due at once', async () => {
  const { graph, lineUp, startWorker } = await aWorkingSender()
  startWorker()
  const account = await aConnectedAccount(db)
  const ids: PostId[] = []
  for (let i = 0; i < 120; i++) ids.push(await aPostOf(account, `Yes, ${i} days.`))
  await lineUp(ids)
  await expect.poll(() => graph.sends().length, { timeout: 30_000 }).toBe(120)
  const arrivals = graph.sends().map(({ at }) => at)
  const busiest = Math.max(...arrivals.map((start) => arrivals.filter((t) => t >= start && t < start + 1000).length))
  expect(busiest).toBeLessThanOrEqual(100)
}, 90_000)

it('leaves an audit chain that holds', async () => {
  expect(await verifyAudit(db)).toMatchObject({ ok: true })
})
