import { eq } from 'drizzle-orm'
import { describe, expect, it } from 'vitest'
import { contacts } from '#db/schema/contacts.ts'
import { conversations } from '#db/schema/conversations.ts'
import { messages } from '#db/schema/messages.ts'
import { outboxPosts } from '#db/schema/outbox-posts.ts'
import { webhookDeliveries } from '#db/schema/webhook-deliveries.ts'
import { createReceive } from '#src/flow/receive.ts'
import { aBell } from '#tests/support/instagram.ts'
import { aNamedEcho, aPageBody, aStoredPageDelivery } from '#tests/support/messenger.ts'
import { aConnectedAccount, aQueuedPost } from '#tests/support/posts.ts'
import { aDatabase } from '#tests/support/stores.ts'
import { aThread } from '#tests/support/threads.ts'

const { db } = await aDatabase()
let serial = 0

/** A Page, and one comment under its post with all that can be told about it. */
async function setUp() {
  const page = await aConnectedAccount(db, { platform: 'messenger' })
  const heard = aBell()
  const receive = createReceive({ db, now: () => new Date(), ...heard })
  const commentRef = `55_${++serial}`
  const about = { item: 'comment', comment_id: commentRef, post_id: `${page.accountRef}_55` }
  const change = (verb: string, value: object = {}) => ({ field: 'feed', value: { ...about, verb, ...value } })
  const from = { id: `30000000000${serial}`, name: 'Eva Berg' }
  const said = { from, message: 'Open on Sunday?', created_time: 1_763_800_099 }
  const store = (item: object) => aStoredPageDelivery(db, aPageBody(page.accountRef, [item], 'changes'))
  const deliver = async (item: object) => {
    const id = await store(item)
    return { id, ...(await receive({ deliveryIds: [id] })) }
  }
  const find = async () => ({
    conversation: (await db.select().from(conversations).where(eq(conversations.accountId, page.id)))[0],
    contact: (await db.select().from(contacts).where(eq(contacts.accountId, page.id)))[0],
    message: (await db.select().from(messages).where(eq(messages.accountId, page.id)))[0],
  })
  const bodyOf = async (id: number) =>
    (await db.select().from(webhookDeliveries).where(eq(webhookDeliveries.id, id)))[0]?.body.length
  return { page, receive, commentRef, from, added: change('add', said), change, store, deliver, find, bodyOf, ...heard }
}

describe('a comment on a Page', () => {
  it('comes with the name of its author, which is kept as the contact’s', async () => {
    const { deliver, added, find, from } = await setUp()
    await deliver(added)
    expect(await find()).toMatchObject({
      contact: { name: 'Eva Berg', contactRef: from.id },
      conversation: { kind: 'comment', attention: 'waiting' },
    })
  })

  it('names a contact of whom no name was known, and takes no known name away', async () => {
    const { deliver, added, change, find, from } = await setUp()
    await deliver({ ...added, value: { ...added.value, from: { id: from.id } } })
    expect((await find()).contact?.name).toBeNull()
    const later = (name: string, id: string) =>
      deliver(
        change('add', { from: { id: from.id, name }, comment_id: id, message: 'And?', created_time: 1_763_800_100 }),
      )
    await later('Eva Berg', `55_${++serial}`)
    await later('E. B.', `55_${++serial}`)
    expect((await find()).contact?.name).toBe('Eva Berg')
  })

  it('that comes after its own removal is not drafted, and its words are kept nowhere', async () => {
    const { deliver, added, change, find, bodyOf, rung } = await setUp()
    expect(await deliver(change('remove'))).toMatchObject({ received: 1 })
    const late = await deliver(added)
    expect(late).toMatchObject({ received: 1 })
    expect(await find()).toMatchObject({
      message: { text: '', deletedAt: expect.any(Date) },
      conversation: { attention: 'none' },
    })
    expect(await bodyOf(late.id)).toBe(0)
    expect(rung.drafts).toEqual([])
  })

  it('and its removal at the same moment leave nothing to answer, whoever is first', async () => {
    for (let round = 0; round < 15; round++) {
      const { receive, store, added, change, find } = await setUp()
      const ids = [await store(added), await store(change('remove'))]
      await Promise.all(ids.map((id) => receive({ deliveryIds: [id] })))
      expect(await find()).toMatchObject({ message: { text: '' }, conversation: { attention: 'none' } })
    }
  })
})

it('settles a private reply by its own name when it comes back in the direct conversation', async () => {
  const page = await aConnectedAccount(db, { platform: 'messenger' })
  const thread = await aThread(db, { account: page, draft: null })
  const doubtful = { status: 'uncertain' as const, fence: 1, attempts: 1, outcomeCode: 'http/500' }
  const { id } = await aQueuedPost(db, { thread, kind: 'private_reply', recipientRef: '55_1', post: doubtful })
  const receive = createReceive({ db, now: () => new Date(), ...aBell() })
  const echo = aNamedEcho({ from: page.accountRef, to: '70000000009999', mid: 'm_PRIVATE', metadata: id })
  await receive({ deliveryIds: [await aStoredPageDelivery(db, aPageBody(page.accountRef, [echo]))] })
  const [post] = await db.select().from(outboxPosts).where(eq(outboxPosts.id, id))
  expect(post).toMatchObject({ status: 'sent', messageRef: 'm_PRIVATE' })
  const [message] = await db.select().from(messages).where(eq(messages.postId, id))
  expect(message).toMatchObject({ origin: 'countersign', messageRef: 'm_PRIVATE' })
})
