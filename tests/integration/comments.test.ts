import { and, eq } from 'drizzle-orm'
import { describe, expect, it } from 'vitest'
import { verifyAudit } from '#db/audit.ts'
import { contacts } from '#db/schema/contacts.ts'
import { conversations } from '#db/schema/conversations.ts'
import { deliveryAttempts } from '#db/schema/delivery-attempts.ts'
import { messages } from '#db/schema/messages.ts'
import { outboxPosts } from '#db/schema/outbox-posts.ts'
import { reviewDecisions } from '#db/schema/review-decisions.ts'
import { type ConversationId, newId, type PostId } from '#src/domain/ids.ts'
import { privateReplyWindow } from '#src/domain/limit.ts'
import type { ReplyWay } from '#src/domain/review.ts'
import { createAnswer, createModerate } from '#src/flow/answer.ts'
import { createReadBack } from '#src/flow/read-back.ts'
import { createUndo } from '#src/flow/recall.ts'
import { createReceive } from '#src/flow/receive.ts'
import { createLimiter } from '#src/limits/slots.ts'
import { adaptersAt } from '#tests/support/adapters.ts'
import { aBell, aStoredDelivery } from '#tests/support/instagram.ts'
import { aConnectedAccount, aSender, keyring, sign } from '#tests/support/posts.ts'
import { aSandbox } from '#tests/support/sandbox.ts'
import { aDatabase, aRedis } from '#tests/support/stores.ts'
import { anOperator } from '#tests/support/threads.ts'

const { db } = await aDatabase()
const { redis, prefix } = aRedis()
let serial = 0
const WEEK_MS = 7 * 86_400_000

/** Somebody has commented on a post of ours in the sandbox, and we have heard of it. */
async function setUp({ kind = 'comments' } = {}) {
  const sandbox = await aSandbox({ seed: `comments ${++serial}` })
  const { control, receiver, url, accountRef, token } = sandbox
  const account = await aConnectedAccount(db, { accountRef, undoMs: 0 }, token)
  const clock = { ms: 0 }
  const now = () => new Date(Date.now() + clock.ms)
  const heard = aBell()
  const receive = createReceive({ db, now, ...heard })
  let taken = 0
  /** Takes in what the sandbox has delivered since, in its order. */
  const hear = async (count = taken + 1) => {
    await expect.poll(() => receiver.received.length).toBeGreaterThanOrEqual(count)
    for (; taken < receiver.received.length; taken++) {
      const body = (receiver.received[taken]?.body ?? '').replaceAll('"field":"comments"', `"field":"${kind}"`)
      await receive({ deliveryIds: [await aStoredDelivery(db, body)] })
    }
  }
  const waiting: string[] = []
  const lanes = { add: async (_: string, posts: { id: string }[]) => void waiting.push(...posts.map(({ id }) => id)) }
  const deps = { db, sign, bell: heard.bell, lanes, publish: () => undefined, now }
  const { sendToEnd } = await aSender({ db, redis, prefix, graphUrl: url }, { now })
  const operatorId = (await anOperator(db)).id
  await control.phone.comment({ name: 'Clara Moser', username: 'clara', text: 'What is the large bowl?' })
  await hear()

  const find = async () => {
    const mine = and(eq(conversations.accountId, account.id), eq(conversations.kind, 'comment'))
    const [row] = await db.select().from(conversations).where(mine)
    if (!row?.headMessageId) throw new Error('no conversation')
    return { ...row, headMessageId: row.headMessageId }
  }
  const by = async () => {
    const { id: conversationId, headMessageId } = await find()
    return { conversationId, headMessageId, operatorId, givenBy: 'console' as const }
  }
  const answerIn = async (conversationId: ConversationId, way: ReplyWay) => {
    const [row] = await db.select().from(conversations).where(eq(conversations.id, conversationId))
    const by = { operatorId, givenBy: 'console' as const, headMessageId: row!.headMessageId! }
    return createAnswer(deps)({ ...by, conversationId, text: '48 euros.', way })
  }
  const answer = async (way: ReplyWay | undefined, text = '48 euros.') =>
    createAnswer(deps)({ ...(await by()), text, ...(way && { way }) })
  const sendAll = async () => {
    for (const id of waiting.splice(0)) await sendToEnd(id as never)
  }
  const readBack = createReadBack({
    ...deps,
    keyring,
    adapters: adaptersAt(url),
    limiter: createLimiter(redis, `${prefix}:${account.id}`),
  })
  return {
    ...{ ...sandbox, ...heard, account, clock, hear, find, answer, answerIn, sendAll, operatorId, waiting, readBack },
    comment: () => control.comments()[0],
    moderate: async (kind: 'hide' | 'unhide' | 'delete') => createModerate(deps)({ ...(await by()), kind }),
    undo: createUndo(deps),
    posts: () => db.select().from(outboxPosts).where(eq(outboxPosts.accountId, account.id)),
    thread: async () =>
      (
        await db.select().from(messages).where(eq(messages.accountId, account.id)).orderBy(messages.sentAt, messages.id)
      ).map(({ text, direction, form }) => `${direction === 'inbound' ? '<' : '>'} ${form}: ${text}`),
  }
}

describe('a comment', () => {
  it('asks for an answer, and its author can be written to for seven days', async () => {
    const { find, rung } = await setUp()
    const { kind, attention, windowExpiresAt, lastInboundAt, id } = await find()
    expect({ kind, attention }).toEqual({ kind: 'comment', attention: 'waiting' })
    expect(windowExpiresAt?.getTime()).toBe((lastInboundAt?.getTime() ?? 0) + WEEK_MS)
    expect(rung.drafts).toEqual([[id, 4000]])
  })

  it('is answered in public under it, once, and our reply coming back changes nothing', async () => {
    const { answer, sendAll, hear, posts, thread, control, find } = await setUp()
    await answer('public')
    await sendAll()
    expect(await posts()).toMatchObject([{ kind: 'public_reply', status: 'sent' }])
    await hear()
    expect(await thread()).toEqual(['< comment: What is the large bowl?', '> comment: 48 euros.'])
    expect(control.arrivals().filter(({ kept }) => kept)).toMatchObject([{ text: '48 euros.' }])
    expect((await find()).attention).toBe('none')
  })

  it('is answered privately in a message to its author, once only', async () => {
    const { answer, sendAll, hear, posts, control, find, account, comment } = await setUp()
    await answer('private')
    await sendAll()
    expect(await posts()).toMatchObject([{ kind: 'private_reply', status: 'sent' }])
    const [arrival] = control.arrivals().filter(({ kept }) => kept)
    expect(arrival).toMatchObject({ path: expect.stringMatching(/\/messages$/), text: '48 euros.' })
    await hear()
    const all = await db.select().from(conversations).where(eq(conversations.accountId, account.id))
    expect(all.map(({ kind }) => kind).sort()).toEqual(['comment', 'direct'])
    const [author] = await db.select().from(contacts).where(eq(contacts.accountId, account.id))
    expect(author?.directRef).toBe(comment()?.contactRef)
    await expect(answer('private', 'And again')).rejects.toMatchObject({ field: 'private_reply_used' })
    expect((await find()).kind).toBe('comment')
  })

  it('is answered in both places with one decision, and taking one back takes back both', async () => {
    const { answer, sendAll, posts, undo, operatorId, control, waiting } = await setUp()
    const [first] = await answer('both')
    expect((await posts()).map(({ kind }) => kind).sort()).toEqual(['private_reply', 'public_reply'])
    await undo({ postId: first!.postId, operatorId })
    expect((await posts()).map(({ status }) => status)).toEqual(['cancelled', 'cancelled'])
    waiting.length = 0
    await answer('both', 'In two places')
    await sendAll()
    expect(control.arrivals().filter(({ kept }) => kept)).toHaveLength(2)
    expect((await posts()).filter(({ status }) => status === 'sent')).toHaveLength(2)
  })

  it.each([
    ['a way that nobody chose', undefined, 'way'],
    ['nothing at all', 'public', 'empty_text'],
  ] as const)('is not answered with %s', async (_case, way, field) => {
    const { answer, posts } = await setUp()
    await expect(answer(way, way ? ' ' : 'Hello')).rejects.toMatchObject({ code: 'invalid_input', field })
    expect(await posts()).toEqual([])
  })

  it('under a live video is answered privately only', async () => {
    const { answer } = await setUp({ kind: 'live_comments' })
    await expect(answer('public')).rejects.toMatchObject({ field: 'comment_live' })
    expect(await answer('private')).toHaveLength(1)
  })

  it('under a live video is answered privately as long as others still comment there', async () => {
    const { answer, clock, hear, control, account, find } = await setUp({ kind: 'live_comments' })
    clock.ms = 11 * 60_000
    await expect(answer('private')).rejects.toMatchObject({ field: 'private_reply_window' })
    await control.phone.comment({ name: 'Otto Huber', username: 'otto', text: 'And the small one?' })
    await hear()
    const { threadRef } = await find()
    const later = new Date(Date.now() + 10 * 60_000)
    const onVideo = and(eq(conversations.accountId, account.id), eq(conversations.kind, 'comment'))
    // Both under one video, the other just now.
    await db.update(conversations).set({ threadRef }).where(onVideo)
    const others = await db.select().from(conversations).where(onVideo)
    const other = others.find(({ id }) => id !== others[0]?.id)
    await db.update(conversations).set({ lastInboundAt: later }).where(eq(conversations.id, other!.id))
    expect(await answer('private')).toHaveLength(1)
  })

  it('that is a week old is answered in public only', async () => {
    const { answer, clock } = await setUp()
    clock.ms = WEEK_MS
    await expect(answer('private')).rejects.toMatchObject({ field: 'private_reply_window' })
    expect(await answer('public')).toHaveLength(1)
  })

  it('written while our answer waits, is answered too', async () => {
    const { answer, sendAll, hear, find, control, posts } = await setUp()
    await answer('public')
    await control.phone.commentAgain(control.comments()[0]!, 'And the small one?')
    await hear()
    await sendAll()
    expect(await posts()).toMatchObject([{ status: 'sent' }])
    expect(await find()).toMatchObject({ attention: 'waiting' })
  })
})

describe('a comment below another one', () => {
  /** Anna answers below what Clara has written, and we answer Anna. */
  async function below() {
    const made = await setUp()
    const { control, hear, account, answerIn } = made
    const [first] = control.comments()
    const { contactRef } = control.phone.meet('Anna Berg', { accountRef: account.accountRef })
    await control.phone.commentAgain({ ...first!, contactRef, username: 'anna.berg' }, 'And the small one?')
    await hear()
    const [theirs] = await db.select().from(messages).where(eq(messages.messageRef, control.comments()[1]!.commentRef))
    const conversationId = theirs!.conversationId
    return {
      ...{ ...made, top: first!.commentRef, own: theirs!.messageRef, conversationId },
      answerAnna: (way: ReplyWay) => answerIn(conversationId, way),
    }
  }

  it('is answered in public below the same one, and our reply stays with whom it was meant for', async () => {
    const { answerAnna, sendAll, hear, posts, top, control, conversationId, account } = await below()
    await answerAnna('public')
    await sendAll()
    expect(await posts()).toMatchObject([{ kind: 'public_reply', status: 'sent', recipientRef: top }])
    await hear()
    expect(control.comments()[2]).toMatchObject({ parentRef: top, text: '48 euros.' })
    const ours = await db
      .select()
      .from(messages)
      .where(and(eq(messages.accountId, account.id), eq(messages.direction, 'outbound')))
    expect(ours).toMatchObject([{ conversationId, origin: 'countersign' }])
  })

  it('is not answered twice when nobody knows whether the first answer arrived', async () => {
    const { answerAnna, sendAll, posts, readBack, clock, control } = await below()
    control.faults.queue([{ match: { method: 'POST', path: 'replies' }, after: 'commit', status: 500, body: {} }])
    const [made] = await answerAnna('public')
    await sendAll()
    clock.ms = 200_000
    await readBack(made!.postId)
    expect(await posts()).toMatchObject([{ status: 'sent' }])
    expect(control.comments()).toHaveLength(3)
  })

  it('is settled by our reply coming back, though that stands below somebody else’s', async () => {
    const { answerAnna, sendAll, posts, hear, control } = await below()
    control.faults.queue([{ match: { method: 'POST', path: 'replies' }, after: 'commit', drop: true }])
    await answerAnna('public')
    await sendAll()
    await hear()
    expect(await posts()).toMatchObject([{ status: 'sent' }])
  })

  it('is named itself where the answer is private', async () => {
    const { answerAnna, posts, own } = await below()
    await answerAnna('private')
    expect(await posts()).toMatchObject([{ kind: 'private_reply', recipientRef: own }])
  })

  it('is not named in public by an approval of before, since its answer would stand where nobody looks for it', async () => {
    const { answerAnna, sendAll, posts, own } = await below()
    const [made] = await answerAnna('public')
    const [decision] = await db
      .select()
      .from(reviewDecisions)
      .where(eq(reviewDecisions.id, (await posts())[0]!.decisionId))
    const approval = { ...decision!.approval!, recipientRef: own }
    await db
      .update(reviewDecisions)
      .set({ approval, signature: sign(approval) })
      .where(eq(reviewDecisions.id, decision!.id))
    await db.update(outboxPosts).set({ recipientRef: own }).where(eq(outboxPosts.id, made!.postId))
    await sendAll()
    expect(await posts()).toMatchObject([{ status: 'failed', outcomeCode: 'comment_nested' }])
  })
})

describe('hiding and deleting', () => {
  it('hides, shows again and deletes, and says so in the thread', async () => {
    const { moderate, sendAll, comment, thread, answer, find } = await setUp()
    await moderate('hide')
    await sendAll()
    expect(comment()).toMatchObject({ hidden: true })
    await expect(answer('public')).rejects.toMatchObject({ field: 'comment_hidden' })
    expect((await find()).attention).toBe('waiting')
    await moderate('unhide')
    await sendAll()
    expect(comment()).toMatchObject({ hidden: false })
    await moderate('delete')
    await sendAll()
    expect(comment()).toMatchObject({ deleted: true })
    expect(await thread()).toEqual(['< comment: '])
    expect((await find()).attention).toBe('none')
    await expect(answer('public')).rejects.toMatchObject({ field: 'no_comment' })
    expect(await verifyAudit(db)).toMatchObject({ ok: true })
  })

  it('is done again when nobody knows whether it was done', async () => {
    const { moderate, sendAll, control, posts, comment } = await setUp()
    control.faults.queue([{ match: { method: 'DELETE' }, after: 'commit', drop: true }])
    await moderate('delete')
    await sendAll()
    expect(comment()).toMatchObject({ deleted: true })
    // The second time there is no comment any more, which is no fault of the account's.
    expect(await posts()).toMatchObject([{ kind: 'delete', status: 'failed', outcomeCode: '100/33' }])
  })
})

describe('a public reply of which nobody knows whether it arrived', () => {
  it('is settled by coming back as a comment of ours', async () => {
    const { answer, sendAll, hear, control, posts, thread } = await setUp()
    control.faults.queue([{ match: { method: 'POST', path: 'replies' }, after: 'commit', drop: true }])
    await answer('public')
    await sendAll()
    expect(await posts()).toMatchObject([{ status: 'uncertain' }])
    await hear()
    expect(await posts()).toMatchObject([{ status: 'sent' }])
    expect(await thread()).toHaveLength(2)
  })

  it.each([
    ['is found among the replies', 'commit', 'sent'],
    ['is sent once more when it is not there', 'before', 'queued'],
  ] as const)('%s', async (_case, after, status) => {
    const { answer, sendAll, control, posts, readBack, clock } = await setUp()
    control.faults.queue([{ match: { method: 'POST', path: 'replies' }, after, status: 500, body: {} }])
    const [made] = await answer('public')
    await sendAll()
    expect(await posts()).toMatchObject([{ status: 'uncertain' }])
    clock.ms = 200_000
    await readBack(made!.postId)
    expect(await posts()).toMatchObject([{ status }])
  })
})

it('waits with a private reply while its account has made seven hundred within the hour', async () => {
  const { answer, sendAll, posts, account, clock, waiting } = await setUp()
  await answer('private')
  const at = new Date()
  const filler = { ...(await posts())[0]!, status: 'sent' as const, conversationId: newId('conversation', at) }
  const fillers = Array.from({ length: privateReplyWindow.max }, () => ({
    ...filler,
    id: newId('post', at),
    decisionId: newId('decision', at),
  }))
  await db.insert(outboxPosts).values(fillers)
  await db.insert(deliveryAttempts).values(
    fillers.map(({ id: postId }) => ({
      id: newId('attempt', at),
      postId,
      accountId: account.id,
      endpointClass: 'send' as const,
      fence: 1,
      createdAt: at,
    })),
  )
  const [own] = waiting
  const status = async () => (await posts()).find(({ id }) => id === own)?.status
  const { send } = await aSender({ db, redis, prefix, graphUrl: 'http://127.0.0.1:9' })
  expect(await send(own as PostId)).toMatchObject({ called: false, waitUntil: expect.any(Date) })
  clock.ms = privateReplyWindow.perMs + 1000
  await sendAll()
  expect(await status()).toBe('sent')
})

it('refuses a private reply that somebody made a public one in the database', async () => {
  const { answer, sendAll, posts, control } = await setUp()
  const [made] = await answer('private')
  await db.update(outboxPosts).set({ kind: 'public_reply' }).where(eq(outboxPosts.id, made!.postId))
  await sendAll()
  expect(await posts()).toMatchObject([{ status: 'failed', outcomeCode: 'approval_invalid' }])
  expect(control.arrivals().filter(({ kept }) => kept)).toEqual([])
})
