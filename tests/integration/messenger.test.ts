import { readdirSync, readFileSync } from 'node:fs'
import { eq, inArray } from 'drizzle-orm'
import { describe, expect, it } from 'vitest'
import { verifyAudit } from '#db/audit.ts'
import { accounts } from '#db/schema/accounts.ts'
import { alerts } from '#db/schema/alerts.ts'
import { auditEntries } from '#db/schema/audit-entries.ts'
import { conversations } from '#db/schema/conversations.ts'
import { drafts } from '#db/schema/drafts.ts'
import { inboundEvents } from '#db/schema/inbound-events.ts'
import { messages } from '#db/schema/messages.ts'
import { outboxPosts } from '#db/schema/outbox-posts.ts'
import { webhookDeliveries } from '#db/schema/webhook-deliveries.ts'
import { NO_EXPIRY } from '#src/domain/credential.ts'
import { newId, type PostId } from '#src/domain/ids.ts'
import { createReceive } from '#src/flow/receive.ts'
import { createRenew } from '#src/flow/renew.ts'
import { createLimiter } from '#src/limits/slots.ts'
import { adaptersAt } from '#tests/support/adapters.ts'
import { aFakeGraph, graphError } from '#tests/support/fake-graph.ts'
import { aBell, aBody, aStoredDelivery, aText, T0 } from '#tests/support/instagram.ts'
import { aNamedEcho, aPageBody, aStoredPageDelivery } from '#tests/support/messenger.ts'
import { aConnectedAccount, aConnectedThread, aQueuedPost, aSender, keyring } from '#tests/support/posts.ts'
import { aDatabase, aRedis } from '#tests/support/stores.ts'
import { aThread, DAY_MS } from '#tests/support/threads.ts'

const { db } = await aDatabase()
const { redis, prefix } = aRedis()

const aPage = () => aConnectedAccount(db, { platform: 'messenger' })
let people = 0
const somebody = () => `70000000000${++people}`

/** A Page and a person who writes to it. */
async function setUp() {
  const page = await aPage()
  const heard = aBell()
  const receive = createReceive({ db, now: () => new Date(), ...heard })
  const us = page.accountRef
  const them = somebody()
  const deliver = async (items: object[], place: 'messaging' | 'standby' | 'changes' = 'messaging') =>
    receive({ deliveryIds: [await aStoredPageDelivery(db, aPageBody(us, items, place))] })
  const conversation = async () =>
    (await db.select().from(conversations).where(eq(conversations.accountId, page.id)))[0]
  return { page, us, them, receive, deliver, conversation, ...heard }
}

/** An answered thread of a Page, with a sender for what we say in it. */
async function setUpThread(thread?: Awaited<ReturnType<typeof aThread>>) {
  const own = thread ?? (await aConnectedThread(db, await aPage()))
  const heard = aBell()
  const receive = createReceive({ db, now: () => new Date(), ...heard })
  const graph = await aFakeGraph()
  const sender = await aSender({ db, redis, prefix, graphUrl: graph.url })
  const us = own.account.accountRef
  const them = own.contact.contactRef
  const deliver = async (...items: object[]) =>
    receive({ deliveryIds: [await aStoredPageDelivery(db, aPageBody(us, items))] })
  return { thread: own, us, them, deliver, graph, ...sender }
}

const postOf = async (id: PostId) => (await db.select().from(outboxPosts).where(eq(outboxPosts.id, id)))[0]
const messageOf = async (ref: string) => (await db.select().from(messages).where(eq(messages.messageRef, ref)))[0]

describe('what comes for a Page', () => {
  it('becomes a conversation with a day’s reply window, and waits for its draft', async () => {
    const { us, them, deliver, conversation, rung } = await setUp()
    expect(await deliver([aText({ from: them, to: us, mid: `m_${them}`, at: T0 })])).toEqual({
      received: 1,
      unrecognised: 0,
    })
    const found = await conversation()
    expect(found).toMatchObject({ attention: 'waiting', windowExpiresAt: new Date(T0 + DAY_MS) })
    expect(rung.drafts).toEqual([[found?.id, 4000]])
  })

  it('never meets what comes for an Instagram account of the same number in the same job', async () => {
    const { page, us, them, receive } = await setUp()
    const shop = await aConnectedAccount(db, { accountRef: us })
    const item = (mid: string, from = them) => aText({ from, to: us, mid })
    const ids = [
      await aStoredPageDelivery(db, aPageBody(us, [item('m_page')])),
      await aStoredDelivery(db, aBody(us, [item('m_shop', somebody())])),
    ]
    expect((await receive({ deliveryIds: ids })).received).toBe(2)
    const refsOf = async (id: typeof page.id) =>
      (await db.select().from(messages).where(eq(messages.accountId, id))).map(({ messageRef }) => messageRef)
    expect([await refsOf(page.id), await refsOf(shop.id)]).toEqual([['m_page'], ['m_shop']])
  })

  it('of any shape we know is received without a fault, and means nothing the second time', async () => {
    const { receive } = await setUp()
    await aConnectedAccount(db, { platform: 'messenger', accountRef: '200000000000001' })
    const folder = new URL('../fixtures/messenger/', import.meta.url)
    const ids: number[] = []
    for (const file of readdirSync(folder)) {
      ids.push(await aStoredPageDelivery(db, readFileSync(new URL(file, folder))))
    }
    expect((await receive({ deliveryIds: ids })).received).toBeGreaterThan(30)
    await db.update(webhookDeliveries).set({ status: 'stored' }).where(inArray(webhookDeliveries.id, ids))
    expect(await receive({ deliveryIds: ids })).toEqual({ received: 0, unrecognised: 0 })
  })

  it('for a Page that is not connected is kept, with an alert that names Messenger', async () => {
    const { them, receive } = await setUp()
    const body = aPageBody('299999999999999', [aText({ from: them, to: '299999999999999' })])
    expect((await receive({ deliveryIds: [await aStoredPageDelivery(db, body)] })).received).toBe(1)
    const open = await db.select().from(alerts).where(eq(alerts.openKey, 'unknown_account:299999999999999'))
    expect(open).toMatchObject([{ text: expect.stringContaining('Messenger account 299999999999999') }])
  })

  it('is seen up to the watermark, which never goes back; a delivery is not a read', async () => {
    const { us, them, deliver, conversation } = await setUp()
    await deliver([aText({ from: them, to: us })])
    const mark = (kind: 'read' | 'delivery', at: number) => ({
      sender: { id: them },
      recipient: { id: us },
      timestamp: at + 500,
      [kind]: { watermark: at },
    })
    await deliver([mark('delivery', T0 + 9000)])
    expect((await conversation())?.seenAt).toBeNull()
    await deliver([mark('read', T0 + 5000)])
    await deliver([mark('read', T0 + 2000)])
    expect((await conversation())?.seenAt).toEqual(new Date(T0 + 5000))
  })

  it('in standby is stored and asks nobody for an answer', async () => {
    const { us, them, deliver, conversation, rung } = await setUp()
    await deliver([aText({ from: them, to: us })], 'standby')
    expect(await conversation()).toMatchObject({ attention: 'none', standby: true })
    expect(rung.drafts).toEqual([])
  })

  it('as a warning or a block of Meta is told to an operator, until the block is lifted', async () => {
    const { page, us, deliver } = await setUp()
    const told = (action: string, reason?: string) => [
      { recipient: { id: us }, timestamp: Date.now(), policy_enforcement: { action, ...(reason && { reason }) } },
    ]
    const open = () =>
      db
        .select()
        .from(alerts)
        .where(eq(alerts.openKey, `policy_enforcement:${page.id}`))
    await deliver(told('block', 'Misuse of tags'))
    expect(await open()).toMatchObject([{ severity: 'critical', text: expect.stringContaining('Misuse of tags') }])
    await deliver(told('unblock'))
    expect(await open()).toEqual([])
  })

  it('as a comment on a post is answered in a thread of its post, as it now reads, and goes when it is removed', async () => {
    const { page, us, them, deliver, conversation, rung } = await setUp()
    const comment = (verb: string, more: object = {}) => ({
      field: 'feed',
      value: {
        ...{ item: 'comment', verb, comment_id: `55_${them}`, post_id: `${us}_55`, parent_id: `${us}_55` },
        ...{ created_time: Math.floor(T0 / 1000), ...more },
      },
    })
    const stored = async () => (await db.select().from(messages).where(eq(messages.accountId, page.id)))[0]
    const from = { id: them, name: 'Eva' }
    await deliver([comment('add', { from, message: 'Open on Sunday?' })], 'changes')
    expect(await conversation()).toMatchObject({ kind: 'comment', threadRef: `${us}_55`, attention: 'waiting' })
    // Who did it is left out, as it often is.
    await deliver(
      [comment('edited', { message: 'Open on Monday?', edited_time: Math.floor(T0 / 1000) + 5 })],
      'changes',
    )
    expect(await stored()).toMatchObject({
      text: 'Open on Monday?',
      editedAt: new Date((Math.floor(T0 / 1000) + 5) * 1000),
    })
    await deliver([comment('hide', { is_hidden: true })], 'changes')
    expect((await stored())?.hiddenAt).not.toBeNull()
    await deliver([comment('unhide', { is_hidden: false })], 'changes')
    expect((await stored())?.hiddenAt).toBeNull()
    await deliver([comment('remove')], 'changes')
    expect(await stored()).toMatchObject({ text: '', deletedAt: expect.any(Date) })
    expect(await conversation()).toMatchObject({ attention: 'none' })
    expect(rung.drafts).toHaveLength(2)
    expect(await db.select().from(conversations).where(eq(conversations.accountId, page.id))).toHaveLength(1)
  })

  it('about a comment that nobody told us of, or of a kind we do not know, changes nothing', async () => {
    const { page, us, them, deliver } = await setUp()
    const value = {
      item: 'comment',
      comment_id: `55_${them}`,
      post_id: `${us}_55`,
      created_time: Math.floor(T0 / 1000),
    }
    await deliver(
      ['edited', 'remove', 'hide', 'mute'].map((verb) => ({ field: 'feed', value: { ...value, verb } })),
      'changes',
    )
    expect(await db.select().from(conversations).where(eq(conversations.accountId, page.id))).toEqual([])
    const events = await db.select().from(inboundEvents).where(eq(inboundEvents.accountId, page.id))
    expect(events.map(({ kind }) => kind).sort()).toEqual(['edit', 'unrecognised', 'unsend', 'visibility'])
  })
})

describe('an echo', () => {
  it('with the post’s name settles an uncertain post, whatever its text says, once and on the record', async () => {
    const { thread, us, them, deliver } = await setUpThread()
    const { id } = await aQueuedPost(db, { thread, post: { status: 'uncertain' } })
    const echo = aNamedEcho({ from: us, to: them, mid: `m_${id}`, text: 'Reworded by Meta', metadata: id })
    await deliver(echo)
    await deliver({ ...echo, timestamp: echo.timestamp + 1 })
    expect(await postOf(id)).toMatchObject({ status: 'sent', messageRef: `m_${id}` })
    expect(await messageOf(`m_${id}`)).toMatchObject({ origin: 'countersign', postId: id })
    const entries = await db.select().from(auditEntries).where(eq(auditEntries.subjectId, id))
    expect(entries).toMatchObject([{ action: 'post.settled', actorId: 'messenger' }])
    expect(await verifyAudit(db)).toMatchObject({ ok: true })
  })

  it('settles the one of two equal posts that it names', async () => {
    const { thread, us, them, deliver } = await setUpThread()
    const [first, second] = [
      await aQueuedPost(db, { thread, post: { status: 'uncertain' } }),
      await aQueuedPost(db, { thread, post: { status: 'uncertain' } }),
    ]
    await deliver(aNamedEcho({ from: us, to: them, mid: `m_${second.id}`, metadata: second.id }))
    expect((await postOf(first.id))?.status).toBe('uncertain')
    expect((await postOf(second.id))?.status).toBe('sent')
  })

  it('keeps a post from going out once more that was given up for lost too early', async () => {
    const { thread, us, them, deliver, graph, sendToEnd } = await setUpThread()
    const { id } = await aQueuedPost(db, { thread, post: { attempts: 1, fence: 1 } })
    await deliver(aNamedEcho({ from: us, to: them, mid: `m_${id}`, metadata: id }))
    await sendToEnd(id)
    expect(graph.sends()).toEqual([])
    expect(await postOf(id)).toMatchObject({ status: 'sent', messageRef: `m_${id}` })
  })

  it.each([
    ['another app, in our very words', { app: 26390203743090 }],
    ['an app of ours, about no post', { metadata: 'outbox:9f2c' }],
    ['an app of ours, about a post that does not exist', { metadata: newId('post', new Date()) }],
  ])('from %s is somebody’s answer: it settles nothing and voids the draft', async (_case, named) => {
    const { thread, us, them, deliver } = await setUpThread(await aThread(db, { account: await aPage() }))
    const { id } = await aQueuedPost(db, { thread, text: 'Yes, we do.', post: { status: 'uncertain' } })
    const at = Date.now() + 1000
    await deliver(aNamedEcho({ from: us, to: them, mid: `m_else_${them}`, text: 'Yes, we do.', at, ...named }))
    expect((await postOf(id))?.status).toBe('uncertain')
    expect(await messageOf(`m_else_${them}`)).toMatchObject({ origin: 'elsewhere', postId: null })
    const [draft] = await db.select().from(drafts).where(eq(drafts.conversationId, thread.conversation.id))
    expect(draft?.status).toBe('superseded')
  })

  it('that names a post for somebody else settles it for nobody', async () => {
    const page = await aPage()
    const mine = await aQueuedPost(db, { thread: await aConnectedThread(db, page), post: { status: 'uncertain' } })
    const { us, them, deliver } = await setUpThread(await aConnectedThread(db, page))
    await deliver(aNamedEcho({ from: us, to: them, mid: `m_x_${them}`, metadata: mine.id }))
    expect((await postOf(mine.id))?.status).toBe('uncertain')
  })
})

describe('a post for a Page', () => {
  it('goes out with its own name, and its echo is the same message', async () => {
    const { thread, us, them, deliver, graph, sendToEnd } = await setUpThread()
    const { id } = await aQueuedPost(db, { thread })
    await sendToEnd(id)
    expect(graph.sends()).toMatchObject([
      {
        path: `/v26.0/${us}/messages`,
        token: 'IGAAtest',
        json: { recipient: { id: them }, messaging_type: 'RESPONSE', message: { metadata: id } },
      },
    ])
    const sent = await postOf(id)
    expect(sent).toMatchObject({ status: 'sent', messageRef: expect.any(String) })
    await deliver(aNamedEcho({ from: us, to: them, mid: sent?.messageRef ?? '', metadata: id }))
    expect(await db.select().from(messages).where(eq(messages.postId, id))).toHaveLength(1)
  })

  it('whose call nobody answered is uncertain until its echo comes, and is not sent again', async () => {
    const { thread, us, them, deliver, graph, sendToEnd } = await setUpThread()
    const { id } = await aQueuedPost(db, { thread })
    graph.next('messages', { drop: true })
    await sendToEnd(id)
    expect((await postOf(id))?.status).toBe('uncertain')
    await deliver(aNamedEcho({ from: us, to: them, mid: `m_${id}`, text: 'other words', metadata: id }))
    await sendToEnd(id)
    expect(graph.sends()).toHaveLength(1)
    expect(await postOf(id)).toMatchObject({ status: 'sent', messageRef: `m_${id}` })
  })

  it('is named by an echo that overtakes its answer', async () => {
    const { thread, us, them, deliver, graph, sendToEnd } = await setUpThread()
    const { id } = await aQueuedPost(db, { thread })
    const echo = aNamedEcho({ from: us, to: them, mid: `m_early_${id}`, text: 'other words', metadata: id })
    graph.next('messages', { after: () => deliver(echo), drop: true })
    await sendToEnd(id)
    expect(await postOf(id)).toMatchObject({ status: 'sent', messageRef: `m_early_${id}` })
  })

  it('leaves as long as 2,000 characters and no longer', async () => {
    const { thread, graph, sendToEnd } = await setUpThread()
    const [fits, over] = [
      await aQueuedPost(db, { thread, text: '🙂'.repeat(2000) }),
      await aQueuedPost(db, { thread, text: 'a'.repeat(2001) }),
    ]
    await sendToEnd(fits.id)
    await sendToEnd(over.id)
    expect(graph.sends()).toHaveLength(1)
    expect(await postOf(fits.id)).toMatchObject({ status: 'sent' })
    expect(await postOf(over.id)).toMatchObject({ status: 'failed', outcomeCode: 'text_limit' })
  })

  it('does not leave once the window is closed, and fails when Meta says that it is', async () => {
    const { thread, graph, sendToEnd } = await setUpThread()
    const { id } = await aQueuedPost(db, { thread })
    graph.next('messages', { status: 400, body: graphError(10, 2_018_278) })
    await sendToEnd(id)
    expect(await postOf(id)).toMatchObject({ status: 'failed', outcomeCode: '10/2018278' })
    await db
      .update(conversations)
      .set({ windowExpiresAt: new Date(Date.now() - 1) })
      .where(eq(conversations.id, thread.conversation.id))
    const late = await aQueuedPost(db, { thread })
    await sendToEnd(late.id)
    expect(await postOf(late.id)).toMatchObject({ status: 'failed', outcomeCode: 'reply_window' })
    expect(graph.sends()).toHaveLength(1)
  })

  it('never leaves into a thread that another app has taken meanwhile', async () => {
    const { thread, us, them, graph, sendToEnd } = await setUpThread()
    const { id } = await aQueuedPost(db, { thread })
    const receive = createReceive({ db, now: () => new Date(), ...aBell() })
    const body = aPageBody(us, [aText({ from: them, to: us, at: Date.now() + 5000 })], 'standby')
    await receive({ deliveryIds: [await aStoredPageDelivery(db, body)] })
    await sendToEnd(id)
    expect(graph.sends()).toEqual([])
    expect(await postOf(id)).toMatchObject({ status: 'failed', outcomeCode: 'standby' })
  })
})

describe('the token of a Page', () => {
  it('has no end: it is asked, never renewed, and never said to expire', async () => {
    const graph = await aFakeGraph()
    const old = new Date('2020-01-01T00:00:00Z')
    const page = await aConnectedAccount(db, {
      platform: 'messenger',
      tokenObtainedAt: old,
      tokenExpiresAt: NO_EXPIRY,
    })
    const adapters = adaptersAt(graph.url)
    const { renew } = createRenew({
      ...{ db, keyring, adapters, publish: () => undefined, now: () => new Date() },
      lanes: { add: async () => undefined },
      limiter: createLimiter(redis, prefix),
    })
    const me = { body: { id: page.accountRef, name: 'Alpine' } }
    graph.next('me', me, { status: 400, body: graphError(190, 460) })
    const found = async () => (await db.select().from(accounts).where(eq(accounts.id, page.id)))[0]
    await renew(page.id)
    expect(await found()).toMatchObject({ credentialStatus: 'valid', tokenExpiresAt: NO_EXPIRY, tokenError: null })
    await renew(page.id)
    expect(await found()).toMatchObject({ credentialStatus: 'revoked', tokenError: '190/460' })
    expect(graph.arrivals.map(({ path }) => path)).toEqual(['/v26.0/me', '/v26.0/me'])
    expect(await db.select().from(alerts).where(eq(alerts.accountId, page.id))).toMatchObject([
      { kind: 'token_refused' },
    ])
  })

  it('whose end is known is asked at its half-life too', async () => {
    const graph = await aFakeGraph()
    const page = await aConnectedAccount(db, {
      platform: 'messenger',
      tokenObtainedAt: new Date(Date.now() - 50 * DAY_MS),
      tokenExpiresAt: new Date(Date.now() + 10 * DAY_MS),
    })
    const { renew } = createRenew({
      ...{ db, keyring, adapters: adaptersAt(graph.url), publish: () => undefined, now: () => new Date() },
      lanes: { add: async () => undefined },
      limiter: createLimiter(redis, prefix),
    })
    graph.next('me', { body: { id: page.accountRef, name: 'Alpine' } })
    await renew(page.id)
    expect(graph.arrivals.map(({ path }) => path)).toEqual(['/v26.0/me'])
    const [account] = await db.select().from(accounts).where(eq(accounts.id, page.id))
    expect(account).toMatchObject({ credentialStatus: 'expiring', tokenError: null })
  })
})
