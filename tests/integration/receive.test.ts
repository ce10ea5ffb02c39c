import { readdirSync, readFileSync } from 'node:fs'
import { eq } from 'drizzle-orm'
import { beforeAll, describe, expect, it } from 'vitest'
import { verifyAudit } from '#db/audit.ts'
import { connect, type Database } from '#db/client.ts'
import { accounts } from '#db/schema/accounts.ts'
import { alerts } from '#db/schema/alerts.ts'
import { auditEntries } from '#db/schema/audit-entries.ts'
import { contacts } from '#db/schema/contacts.ts'
import { conversations } from '#db/schema/conversations.ts'
import { drafts } from '#db/schema/drafts.ts'
import { inboundEvents } from '#db/schema/inbound-events.ts'
import { messages } from '#db/schema/messages.ts'
import { outboxPosts } from '#db/schema/outbox-posts.ts'
import { webhookDeliveries } from '#db/schema/webhook-deliveries.ts'
import { newId } from '#src/domain/ids.ts'
import { createReceive } from '#src/flow/receive.ts'
import { textHash } from '#src/vault/hash.ts'
import {
  aBell,
  aBody,
  aComment,
  aNewDelivery,
  anEcho,
  anEdit,
  anUnsend,
  aReaction,
  aStoredDelivery,
  aText,
  T0,
} from '#tests/support/instagram.ts'
import { aDatabase } from '#tests/support/stores.ts'
import { anAccount, aThread, DAY_MS } from '#tests/support/threads.ts'

let db: Database
let url: string
let emptyDb: Database
beforeAll(async () => {
  ;({ db, url } = await aDatabase())
  ;({ db: emptyDb } = await aDatabase())
})

let contactSerial = 0
const aContactRef = () => `2000000000${++contactSerial}`

async function setUp({ now = () => new Date() } = {}) {
  const account = await anAccount(db)
  const heard = aBell()
  const receive = createReceive({ db, now, ...heard })
  const us = account.accountRef
  const them = aContactRef()
  const deliver = async (...items: object[]) => {
    const id = await aStoredDelivery(db, aBody(us, items))
    return { id, ...(await receive({ deliveryIds: [id] })) }
  }
  const conversation = async () => {
    const [found] = await conversationsOf(account.id)
    if (!found) throw new Error('no conversation')
    return found
  }
  const conversationsOf = (id: typeof account.id) =>
    db.select().from(conversations).where(eq(conversations.accountId, id))
  const thread = async () =>
    (
      await db.select().from(messages).where(eq(messages.accountId, account.id)).orderBy(messages.sentAt, messages.id)
    ).map(({ text, direction }) => `${direction === 'inbound' ? '<' : '>'} ${text}`)
  const message = async (messageRef: string) =>
    (await db.select().from(messages).where(eq(messages.messageRef, messageRef)))[0]
  return { account, us, them, deliver, receive, conversation, thread, message, ...heard }
}

/** A post of ours in the conversation, as approval leaves it. */
async function aPost(thread: Awaited<ReturnType<typeof aThread>>, row: Partial<typeof outboxPosts.$inferInsert>) {
  const at = new Date()
  const post = {
    id: newId('post', at),
    decisionId: newId('decision', at),
    accountId: thread.account.id,
    conversationId: thread.conversation.id,
    platform: 'instagram' as const,
    recipientRef: thread.contact.contactRef,
    text: 'Yes, we do.',
    textHash: textHash('Yes, we do.'),
    status: 'uncertain' as const,
    notBefore: at,
    createdAt: at,
    updatedAt: at,
    ...row,
  }
  await db.insert(outboxPosts).values(post)
  return post
}

async function setUpThread(options: Parameters<typeof aThread>[1] = {}) {
  const heard = aBell()
  const receive = createReceive({ db, now: () => new Date(), ...heard })
  const thread = await aThread(db, options)
  const us = thread.account.accountRef
  const them = thread.contact.contactRef
  const deliver = async (...items: object[]) => receive({ deliveryIds: [await aStoredDelivery(db, aBody(us, items))] })
  const conversation = async () =>
    (await db.select().from(conversations).where(eq(conversations.id, thread.conversation.id)))[0]
  const draft = async () => (await db.select().from(drafts).where(eq(drafts.conversationId, thread.conversation.id)))[0]
  const post = async () =>
    (await db.select().from(outboxPosts).where(eq(outboxPosts.conversationId, thread.conversation.id)))[0]
  return { thread, us, them, deliver, conversation, draft, post, ...heard }
}

describe('a message', () => {
  it('becomes a message in a new conversation that waits for its draft', async () => {
    const { account, us, them, deliver, conversation, message, rung, published } = await setUp()
    expect(await deliver(aText({ from: them, to: us, mid: 'first', at: T0 }))).toMatchObject({
      received: 1,
      unrecognised: 0,
    })
    const stored = await message('first')
    const found = await conversation()
    expect(stored).toMatchObject({
      direction: 'inbound',
      origin: 'contact',
      form: 'text',
      text: 'Do you ship to Graz?',
      sentAt: new Date(T0),
    })
    expect(found).toMatchObject({
      kind: 'direct',
      threadRef: '',
      attention: 'waiting',
      headMessageId: stored?.id,
      headAt: new Date(T0),
      lastInboundAt: new Date(T0),
      windowExpiresAt: new Date(T0 + DAY_MS),
      deadlineAt: new Date(T0 + DAY_MS),
    })
    expect(found.draftDueAt?.getTime()).toBeGreaterThan(Date.now())
    expect(rung.drafts).toEqual([[found.id, 4000]])
    expect(rung.contacts).toEqual([found.contactId])
    expect(published).toEqual([
      { topic: 'queue', id: found.id },
      { topic: 'conversation', id: found.id },
      // Its first webhook.
      { topic: 'accounts', id: account.id },
    ])
    expect(account.id).toBe(found.accountId)
  })

  it('is received once when fifty workers get the same delivery at once', async () => {
    const { us, them, receive, account } = await setUp()
    const body = aBody(us, [aText({ from: them, to: us })])
    const ids = await Promise.all(Array.from({ length: 50 }, () => aStoredDelivery(db, body)))
    const results = await Promise.all(ids.map((id) => receive({ deliveryIds: [id] })))
    expect(results.reduce((sum, { received }) => sum + received, 0)).toBe(1)
    expect(await db.select().from(inboundEvents).where(eq(inboundEvents.accountId, account.id))).toHaveLength(1)
    expect(await db.select().from(messages).where(eq(messages.accountId, account.id))).toHaveLength(1)
    const [{ digest } = { digest: '' }] = await db
      .select()
      .from(webhookDeliveries)
      .where(eq(webhookDeliveries.id, ids[0] ?? 0))
    expect(await db.select().from(webhookDeliveries).where(eq(webhookDeliveries.digest, digest))).toMatchObject([
      { status: 'received' },
    ])
  })

  it('is known again however the deliveries are cut', async () => {
    const { us, them, deliver, thread, rung } = await setUp()
    const items = [1, 2, 3].map((n) => aText({ from: them, to: us, text: `${n}`, at: T0 + n }))
    const [one = {}, two = {}, three = {}] = items
    expect(await deliver(one, two)).toMatchObject({ received: 2 })
    expect(await deliver(two, three)).toMatchObject({ received: 1 })
    expect(await deliver(three)).toMatchObject({ received: 0 })
    expect(await deliver(...items)).toMatchObject({ received: 0 })
    expect(await thread()).toEqual(['< 1', '< 2', '< 3'])
    expect(rung.drafts).toHaveLength(2)
  })

  it('stands where the platform put it, in whatever order messages arrive', async () => {
    const { us, them, deliver, thread, conversation, message } = await setUp()
    for (const n of [3, 1, 4, 2])
      await deliver(aText({ from: them, to: us, mid: `order-${n}`, text: `${n}`, at: T0 + n * 1000 }))
    expect(await thread()).toEqual(['< 1', '< 2', '< 3', '< 4'])
    expect(await conversation()).toMatchObject({
      headMessageId: (await message('order-4'))?.id,
      headAt: new Date(T0 + 4000),
    })
    expect((await conversation()).windowExpiresAt).toEqual(new Date(T0 + 4000 + DAY_MS))
  })

  it('of two hundred in twenty conversations, received by eight workers at once, is never lost or disordered', async () => {
    const { account, us, receive } = await setUp()
    const people = Array.from({ length: 20 }, aContactRef)
    const items = people.flatMap((from) =>
      Array.from({ length: 10 }, (_, n) => aText({ from, to: us, text: `${n}`, at: T0 + n * 1000 })),
    )
    const shuffled = [...items, ...items].map((item) => ({ item, key: Math.random() })).sort((a, b) => a.key - b.key)
    const ids: number[] = []
    for (let n = 0; n < shuffled.length; n += 5) {
      ids.push(
        await aStoredDelivery(
          db,
          aBody(
            us,
            shuffled.slice(n, n + 5).map(({ item }) => item),
          ),
        ),
      )
    }
    const workers = Array.from({ length: 8 }, (_, w) => receive({ deliveryIds: ids.filter((_id, n) => n % 8 === w) }))
    const counts = await Promise.all(workers)
    expect(counts.reduce((sum, { received }) => sum + received, 0)).toBe(200)
    const found = await db.select().from(conversations).where(eq(conversations.accountId, account.id))
    expect(found).toHaveLength(20)
    for (const { id, headAt, attention } of found) {
      const rows = await db.select().from(messages).where(eq(messages.conversationId, id)).orderBy(messages.sentAt)
      expect(rows.map(({ text }) => text)).toEqual(['0', '1', '2', '3', '4', '5', '6', '7', '8', '9'])
      expect({ headAt, attention }).toEqual({ headAt: new Date(T0 + 9000), attention: 'waiting' })
    }
  }, 60_000)

  it('supersedes the draft that waits, even when it is an older one that came late', async () => {
    const { thread, us, them, deliver, draft, conversation, rung } = await setUpThread()
    await deliver(aText({ from: them, to: us, at: thread.message.sentAt.getTime() - 5000 }))
    expect(await draft()).toMatchObject({ status: 'superseded', waitingFor: null })
    expect(await conversation()).toMatchObject({ attention: 'waiting', headMessageId: thread.message.id })
    expect(rung.drafts).toHaveLength(1)
  })

  it('that the platform will not show us waits for a person', async () => {
    const { us, them, deliver, conversation, rung } = await setUp()
    await deliver(aText({ from: them, to: us, text: '', rest: { is_unsupported: true } }))
    expect(await conversation()).toMatchObject({ attention: 'person', attentionReason: 'unsupported' })
    expect(rung.drafts).toEqual([])
  })

  it('in a thread of another app is stored and never answered, until the thread is ours again', async () => {
    const { us, them, receive, deliver, conversation, rung } = await setUp()
    await receive({
      deliveryIds: [await aStoredDelivery(db, aBody(us, [aText({ from: them, to: us })], { standby: true }))],
    })
    expect(await conversation()).toMatchObject({ attention: 'none', standby: true })
    expect(rung.drafts).toEqual([])
    await deliver(aText({ from: them, to: us, at: T0 + 1000 }))
    expect(await conversation()).toMatchObject({ attention: 'waiting', standby: false })
  })

  it('opens no window beyond a day from now, whatever its time claims', async () => {
    const { us, them, deliver, conversation } = await setUp()
    await deliver(aText({ from: them, to: us, at: Date.now() + 30 * DAY_MS }))
    expect((await conversation()).windowExpiresAt?.getTime()).toBeLessThanOrEqual(Date.now() + DAY_MS)
  })

  it('whose numbers are beyond 2^53 keeps every digit', async () => {
    const { receive } = await setUp()
    const ref = '17841499999999999'
    await anAccount(db, { accountRef: ref })
    const body = `{"object":"instagram","entry":[{"id":${ref},"messaging":[{"sender":{"id":1000000000000000019},"recipient":{"id":${ref}},"timestamp":${T0},"message":{"mid":"big","text":"x"}}]}]}`
    await receive({ deliveryIds: [await aStoredDelivery(db, body)] })
    expect(await db.select().from(contacts).where(eq(contacts.contactRef, '1000000000000000019'))).toHaveLength(1)
  })
})

describe('a delivery', () => {
  it('with rubbish in it loses none of its neighbours', async () => {
    const { us, them, deliver, thread, account } = await setUp()
    const counts = await deliver(
      aText({ from: them, to: us, text: 'before' }),
      { nonsense: true },
      aText({ from: them, to: us, mid: 'x'.repeat(300) }),
      aComment({ from: aContactRef() }),
      aText({ from: them, to: us, text: 'after', at: T0 + 1 }),
    )
    expect(counts).toMatchObject({ received: 3, unrecognised: 2 })
    expect(await thread()).toEqual(expect.arrayContaining(['< before', '< after', '< price?']))
    const odd = await db.select().from(inboundEvents).where(eq(inboundEvents.kind, 'unrecognised'))
    const ours = odd.filter(({ accountId }) => accountId === account.id)
    expect(ours.map(({ reason }) => reason).sort()).toEqual([
      'Message: mid is missing or odd',
      'Messaging item of an unknown kind',
    ])
    expect(ours.map(({ raw }) => raw)).toContain('{"nonsense":true}')
  })

  it('that is not JSON is one unrecognised event', async () => {
    const { receive } = await setUp()
    const id = await aStoredDelivery(db, 'hello')
    expect(await receive({ deliveryIds: [id] })).toEqual({ received: 0, unrecognised: 1 })
    expect(await db.select().from(inboundEvents).where(eq(inboundEvents.deliveryId, id))).toMatchObject([
      { reason: 'The delivery is not JSON', accountRef: '', raw: 'hello' },
    ])
  })

  it('of any shape we know is received without a fault, and means nothing the second time', async () => {
    const receive = createReceive({ ...aBell(), db: emptyDb, now: () => new Date() })
    await anAccount(emptyDb, { accountRef: '17841400000000001' })
    const folder = new URL('../fixtures/instagram/', import.meta.url)
    const ids: number[] = []
    for (const file of readdirSync(folder))
      ids.push(await aStoredDelivery(emptyDb, readFileSync(new URL(file, folder))))
    expect((await receive({ deliveryIds: ids })).received).toBeGreaterThan(30)
    const before = await emptyDb.select().from(messages)
    await emptyDb.update(webhookDeliveries).set({ status: 'stored' })
    expect(await receive({ deliveryIds: ids })).toEqual({ received: 0, unrecognised: 0 })
    expect(await emptyDb.select().from(messages)).toEqual(before)
  })

  it('whose item the database refuses keeps the others and tells of it', async () => {
    const { us, them, deliver, thread } = await setUp()
    await db.execute(
      "CREATE TRIGGER refuse BEFORE INSERT ON messages FOR EACH ROW IF NEW.text = 'poison' THEN SIGNAL SQLSTATE '22001' SET MYSQL_ERRNO = 1406; END IF",
    )
    const counts = await deliver(
      aText({ from: them, to: us, text: 'good' }),
      aText({ from: them, to: us, text: 'poison' }),
    )
    await db.execute('DROP TRIGGER refuse')
    expect(counts).toMatchObject({ received: 1, unrecognised: 1 })
    expect(await thread()).toEqual(['< good'])
  })

  it('that Redis kept is stored first and then received, once', async () => {
    const { us, them, receive, thread } = await setUp()
    const { body, acceptedAt, ...delivery } = aNewDelivery(aBody(us, [aText({ from: them, to: us, text: 'kept' })]))
    const job = { bodies: [{ ...delivery, bodyBase64: body.toString('base64'), acceptedAt: acceptedAt.getTime() }] }
    expect(await receive(job)).toEqual({ received: 1, unrecognised: 0 })
    expect(await receive(job)).toEqual({ received: 0, unrecognised: 0 })
    expect(await thread()).toEqual(['< kept'])
    expect(
      await db.select().from(webhookDeliveries).where(eq(webhookDeliveries.digest, delivery.digest)),
    ).toMatchObject([{ status: 'received', body, createdAt: acceptedAt }])
  })

  it('for an account that is not connected is kept with an alert, and belongs to it once it is', async () => {
    const { receive, rung } = await setUp()
    const ref = '17841400000009999'
    const them = aContactRef()
    const item = aText({ from: them, to: ref, mid: 'early' })
    expect(await receive({ deliveryIds: [await aStoredDelivery(db, aBody(ref, [item]))] })).toMatchObject({
      received: 1,
    })
    expect(await db.select().from(inboundEvents).where(eq(inboundEvents.accountRef, ref))).toMatchObject([
      { accountId: null },
    ])
    expect(
      await db
        .select()
        .from(alerts)
        .where(eq(alerts.openKey, `unknown_account:${ref}`)),
    ).toHaveLength(1)
    expect(rung.drafts).toEqual([])

    const account = await anAccount(db, { accountRef: ref })
    expect(await receive({ deliveryIds: [await aStoredDelivery(db, aBody(ref, [item]))] })).toMatchObject({
      received: 1,
    })
    expect(await db.select().from(messages).where(eq(messages.accountId, account.id))).toHaveLength(1)
  })

  it('is received while the account’s token is dead', async () => {
    const { account, us, them, deliver, conversation } = await setUp()
    await db.update(accounts).set({ credentialStatus: 'revoked' }).where(eq(accounts.id, account.id))
    await deliver(aText({ from: them, to: us }))
    expect((await conversation()).attention).toBe('waiting')
  })

  it('that fails for ever is given up with an alert and keeps its bytes', async () => {
    const { us, them, receive } = await setUp()
    const id = await aStoredDelivery(db, aBody(us, [aText({ from: them, to: us, text: 'stuck' })]))
    await db.execute(
      "CREATE TRIGGER stuck BEFORE INSERT ON messages FOR EACH ROW SIGNAL SQLSTATE '45000' SET MYSQL_ERRNO = 1644",
    )
    for (let tries = 0; tries < 10; tries++)
      await expect(receive({ deliveryIds: [id] })).rejects.toMatchObject({ code: 'internal' })
    await db.execute('DROP TRIGGER stuck')
    const [row] = await db.select().from(webhookDeliveries).where(eq(webhookDeliveries.id, id))
    expect(row).toMatchObject({ status: 'failed', attempts: 10 })
    expect(row?.body.length).toBeGreaterThan(0)
    expect(
      await db
        .select()
        .from(alerts)
        .where(eq(alerts.openKey, `delivery_failed:${id}`)),
    ).toHaveLength(1)
  })

  it('is received when the database is back', async () => {
    const { us, them, thread } = await setUp()
    const id = await aStoredDelivery(db, aBody(us, [aText({ from: them, to: us, text: 'later' })]))
    const away = connect(url.replace(/:\d+\//, ':1/'))
    const heard = aBell()
    await expect(
      createReceive({ ...heard, db: away.db, now: () => new Date() })({ deliveryIds: [id] }),
    ).rejects.toThrow()
    await away.close()
    await createReceive({ ...heard, db, now: () => new Date() })({ deliveryIds: [id] })
    expect(await thread()).toEqual(['< later'])
  })
})

describe('an unsend', () => {
  it('erases the words everywhere they are kept, leaves a tombstone, and withdraws the draft', async () => {
    const { us, them, deliver, message, conversation, account } = await setUp()
    const first = await deliver(aText({ from: them, to: us, mid: 'gone', text: 'my number is 12345' }))
    const again = await deliver(aText({ from: them, to: us, mid: 'gone', text: 'my number is 12345' }))
    await deliver(anUnsend({ from: them, to: us, mid: 'gone', at: T0 + 1000 }))
    const late = await deliver(aText({ from: them, to: us, mid: 'gone', text: 'my number is 12345' }))
    expect(await message('gone')).toMatchObject({ text: '', attachments: [], deletedAt: expect.any(Date) })
    const bodies = await db.select().from(webhookDeliveries)
    for (const { id } of [first, late]) expect(bodies.find((row) => row.id === id)?.body).toHaveLength(0)
    expect(
      bodies.filter(({ id }) => id !== again.id && id >= first.id).some(({ body }) => body.includes('12345')),
    ).toBe(false)
    expect(await conversation()).toMatchObject({ attention: 'none' })
    const entries = await db.select().from(auditEntries).where(eq(auditEntries.action, 'message.erased'))
    expect(entries.some(({ subjectId }) => subjectId.startsWith('msg_'))).toBe(true)
    expect(await verifyAudit(db)).toMatchObject({ ok: true })
    expect(account.id).toBeTruthy()
  })

  it('that comes before its message erases it all the same', async () => {
    const { us, them, deliver, message, conversation } = await setUp()
    await deliver(anUnsend({ from: them, to: us, mid: 'never', at: T0 + 1000 }))
    const { id } = await deliver(aText({ from: them, to: us, mid: 'never', text: 'secret', at: T0 }))
    expect(await message('never')).toMatchObject({ text: '', deletedAt: expect.any(Date), sentAt: new Date(T0) })
    expect((await conversation()).attention).toBe('none')
    const [delivery] = await db.select().from(webhookDeliveries).where(eq(webhookDeliveries.id, id))
    expect(delivery?.body).toHaveLength(0)
  })

  it('in the same delivery as its message erases that delivery', async () => {
    const { us, them, deliver, message } = await setUp()
    const { id } = await deliver(
      aText({ from: them, to: us, mid: 'both', text: 'secret' }),
      anUnsend({ from: them, to: us, mid: 'both', at: T0 + 1 }),
    )
    expect(await message('both')).toMatchObject({ text: '' })
    expect((await db.select().from(webhookDeliveries).where(eq(webhookDeliveries.id, id)))[0]?.body).toHaveLength(0)
  })

  it('drafts anew when something else is still unanswered', async () => {
    const { thread, us, them, deliver, draft, conversation } = await setUpThread()
    const at = thread.message.sentAt.getTime()
    await deliver(aText({ from: them, to: us, mid: 'second', at: at + 1000 }))
    await deliver(anUnsend({ from: them, to: us, mid: 'second', at: at + 2000 }))
    expect(await conversation()).toMatchObject({ attention: 'waiting' })
    expect(await draft()).toMatchObject({ status: 'superseded' })
  })
})

describe('an edit', () => {
  it('replaces the text and drafts anew; an older edit changes nothing any more', async () => {
    const { thread, us, them, deliver, draft, conversation } = await setUpThread()
    const mid = thread.message.messageRef
    await deliver(anEdit({ from: them, to: us, mid, text: 'Do you ship to Linz?', count: 2 }))
    await deliver(anEdit({ from: them, to: us, mid, text: 'Do you ship to Wels?', count: 1, at: T0 + 1 }))
    const [message] = await db.select().from(messages).where(eq(messages.id, thread.message.id))
    expect(message).toMatchObject({ text: 'Do you ship to Linz?', editCount: 2 })
    expect(await draft()).toMatchObject({ status: 'superseded' })
    expect(await conversation()).toMatchObject({ attention: 'waiting' })
  })

  it('that comes before its message holds against it', async () => {
    const { us, them, deliver, message } = await setUp()
    await deliver(anEdit({ from: them, to: us, mid: 'edited', text: 'new', at: T0 + 1000 }))
    await deliver(aText({ from: them, to: us, mid: 'edited', text: 'old', at: T0 }))
    expect(await message('edited')).toMatchObject({ text: 'new', sentAt: new Date(T0), editCount: 1 })
  })
})

describe('an echo', () => {
  it('of an uncertain post settles it, once, on the record', async () => {
    const { thread, us, them, deliver, post, conversation, published } = await setUpThread({ draft: null })
    const { id } = await aPost(thread, { status: 'uncertain' })
    const echo = anEcho({ from: us, to: them, mid: `echo-${id}`, text: 'Yes, we do.', at: Date.now() })
    await deliver(echo)
    await deliver(echo)
    expect(await post()).toMatchObject({ status: 'sent', messageRef: `echo-${id}` })
    const [message] = await db
      .select()
      .from(messages)
      .where(eq(messages.messageRef, `echo-${id}`))
    expect(message).toMatchObject({ direction: 'outbound', origin: 'countersign', postId: id })
    expect(await db.select().from(auditEntries).where(eq(auditEntries.subjectId, id))).toMatchObject([
      { action: 'post.settled' },
    ])
    expect((await conversation())?.attention).toBe('person')
    expect(published).toContainEqual({ topic: 'outbox', id })
  })

  it('of a post that is being sent tells its sender the id and settles nothing', async () => {
    const { thread, us, them, deliver, post } = await setUpThread({ draft: null })
    const { id } = await aPost(thread, { status: 'sending', fence: 1 })
    await deliver(anEcho({ from: us, to: them, mid: `early-${id}`, text: 'Yes, we do.', at: Date.now() }))
    expect(await post()).toMatchObject({ status: 'sending', messageRef: `early-${id}`, fence: 1 })
  })

  it('of a post that somebody set back to be sent settles nothing: its sender refuses it', async () => {
    const { thread, us, them, deliver, post } = await setUpThread({ draft: null })
    const { id } = await aPost(thread, { status: 'queued', messageRef: `back-${newId('post', new Date())}` })
    const mid = (await post())?.messageRef ?? ''
    await deliver(anEcho({ from: us, to: them, mid, text: 'Yes, we do.', at: Date.now() }))
    expect(await post()).toMatchObject({ id, status: 'queued' })
  })

  it('of a post that was sent is one message, not two', async () => {
    const { thread, us, them, deliver } = await setUpThread({ draft: null })
    const { id } = await aPost(thread, { status: 'sent', messageRef: 'sent-1' })
    await deliver(anEcho({ from: us, to: them, mid: 'sent-1', text: 'Yes, we do.', at: Date.now() }))
    expect(await db.select().from(messages).where(eq(messages.messageRef, 'sent-1'))).toMatchObject([
      { origin: 'countersign', postId: id },
    ])
  })

  it('that fits two posts is ours and settles neither', async () => {
    const { thread, us, them, deliver } = await setUpThread({ draft: null })
    await aPost(thread, { status: 'uncertain' })
    await aPost(thread, { status: 'uncertain' })
    await deliver(anEcho({ from: us, to: them, mid: 'which', text: 'Yes, we do.', at: Date.now() }))
    const posts = await db.select().from(outboxPosts).where(eq(outboxPosts.conversationId, thread.conversation.id))
    expect(posts.map(({ status, messageRef }) => [status, messageRef])).toEqual([
      ['uncertain', null],
      ['uncertain', null],
    ])
    expect(await db.select().from(messages).where(eq(messages.messageRef, 'which'))).toMatchObject([
      { origin: 'countersign', postId: null },
    ])
  })

  it('from the phone supersedes the draft and takes the conversation out of the queue', async () => {
    const { us, them, deliver, draft, conversation, thread } = await setUpThread()
    await deliver(anEcho({ from: us, to: them, mid: `phone-${them}`, text: 'Already answered', at: Date.now() + 1000 }))
    expect(await draft()).toMatchObject({ status: 'superseded' })
    expect(await conversation()).toMatchObject({ attention: 'none' })
    const [message] = await db
      .select()
      .from(messages)
      .where(eq(messages.messageRef, `phone-${them}`))
    expect(message).toMatchObject({ origin: 'elsewhere', postId: null })
    expect(thread.draft).toBeDefined()
  })

  it('from the phone that is older than the question leaves the question in the queue', async () => {
    const { thread, us, them, deliver, conversation } = await setUpThread()
    await deliver(
      anEcho({ from: us, to: them, mid: `old-${them}`, text: 'Earlier', at: thread.message.sentAt.getTime() - 1000 }),
    )
    expect(await conversation()).toMatchObject({ attention: 'waiting' })
  })

  it('keeps a question open that came while our reply was on its way', async () => {
    const { thread, us, them, deliver, conversation } = await setUpThread({ draft: null })
    const sentAt = Date.now()
    await aPost(thread, { status: 'uncertain' })
    await deliver(aText({ from: them, to: us, text: 'And to Linz?', at: sentAt }))
    await deliver(anEcho({ from: us, to: them, mid: `cross-${them}`, text: 'Yes, we do.', at: sentAt + 1000 }))
    expect(await conversation()).toMatchObject({ attention: 'waiting' })
  })

  it('to ourselves makes no conversation', async () => {
    const { us, deliver, account } = await setUp()
    await deliver({
      ...anEcho({ from: us, to: us }),
      message: { mid: 'self', text: 'note', is_echo: true, is_self: true },
    })
    expect(await db.select().from(conversations).where(eq(conversations.accountId, account.id))).toEqual([])
  })
})

describe('what is not a message', () => {
  it('is shown where it belongs: the newest reaction, in any order, and how far we were read', async () => {
    const { us, them, deliver, message, conversation } = await setUp()
    await deliver(aReaction({ from: them, to: us, mid: 'liked', emoji: '❤️', at: T0 + 2000 }))
    await deliver(anEcho({ from: us, to: them, mid: 'liked', text: 'Here you are', at: T0 + 1000 }))
    expect(await message('liked')).toMatchObject({ reaction: '❤️' })
    await deliver(aReaction({ from: them, to: us, mid: 'liked', at: T0 + 4000 }))
    await deliver(aReaction({ from: them, to: us, mid: 'liked', emoji: '👍', at: T0 + 3000 }))
    expect(await message('liked')).toMatchObject({ reaction: null })
    await deliver({ sender: { id: them }, recipient: { id: us }, timestamp: T0 + 5000, read: { mid: 'liked' } })
    expect(await conversation()).toMatchObject({
      attention: 'none',
      seenAt: new Date(T0 + 5000),
      // A reaction opens the window; taking it back opens nothing.
      windowExpiresAt: new Date(T0 + 3000 + DAY_MS),
    })
  })

  it('opens the thread for a day by a link, and for seven by an advertisement where Meta gave the account that', async () => {
    const { account, us, them, deliver, conversation } = await setUp()
    await deliver(aText({ from: them, to: us, text: 'Hello', at: T0 - DAY_MS }))
    const referral = { ref: 'spring', source: 'SHORTLINK', type: 'OPEN_THREAD' }
    await deliver({ sender: { id: them }, recipient: { id: us }, timestamp: T0, referral })
    expect(await conversation()).toMatchObject({ windowExpiresAt: new Date(T0 + DAY_MS) })
    const ad = (mid: string, at: number) => {
      const event = aText({ from: them, to: us, text: 'How much is it?', at })
      return { ...event, message: { ...event.message, mid, referral: { ad_id: '77', source: 'ADS' } } }
    }
    await deliver(ad('ad1', T0 + 1000))
    expect((await conversation()).windowExpiresAt).toEqual(new Date(T0 + 1000 + DAY_MS))
    await db.update(accounts).set({ longAds: true }).where(eq(accounts.id, account.id))
    await deliver(ad('ad2', T0 + 2000))
    expect((await conversation()).windowExpiresAt).toEqual(new Date(T0 + 2000 + 7 * DAY_MS))
  })

  it('who asks for no more messages waits for a person, and for no draft', async () => {
    const { account, us, them, deliver, conversation, rung } = await setUp()
    await deliver(aText({ from: them, to: us, text: 'STOP', at: T0 }))
    const [contact] = await db.select().from(contacts).where(eq(contacts.accountId, account.id))
    expect(contact?.optedOutAt).toEqual(new Date(T0))
    expect(await conversation()).toMatchObject({ attention: 'person', attentionReason: 'opted_out' })
    expect(rung.drafts).toEqual([])
    const entries = await db.select().from(auditEntries).where(eq(auditEntries.accountId, account.id))
    expect(entries).toMatchObject([{ action: 'contact.opted_out', subjectId: contact?.id }])
    await deliver(aText({ from: them, to: us, text: 'Do you ship to Graz?', at: T0 + 1000 }))
    expect(await conversation()).toMatchObject({ attention: 'waiting' })
    expect(await verifyAudit(db)).toMatchObject({ ok: true })
  })

  it('a comment is stored in a thread of its post, and an answer from the phone is an answer', async () => {
    const { account, us, deliver, rung } = await setUp()
    const from = aContactRef()
    await deliver(aComment({ from, id: 'c1' }))
    await deliver(aComment({ from, id: 'c2', text: 'and in blue?' }))
    await deliver(aComment({ from: us, id: 'c3', parent_id: 'c1', text: '29 euros' }))
    const found = await db.select().from(conversations).where(eq(conversations.accountId, account.id))
    expect(found).toMatchObject([{ kind: 'comment', threadRef: '18000000000000011', attention: 'none' }])
    const rows = await db.select().from(messages).where(eq(messages.accountId, account.id))
    expect(rows.map(({ messageRef, direction, form }) => [messageRef, direction, form]).sort()).toEqual([
      ['c1', 'inbound', 'comment'],
      ['c2', 'inbound', 'comment'],
      ['c3', 'outbound', 'comment'],
    ])
    expect(await db.select().from(contacts).where(eq(contacts.contactRef, from))).toMatchObject([
      { username: `user.${from}` },
    ])
    expect(rung.drafts).toHaveLength(2)
  })
})
