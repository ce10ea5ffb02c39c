import { eq, inArray } from 'drizzle-orm'
import fc from 'fast-check'
import { beforeAll, expect, it } from 'vitest'
import type { Database } from '#db/client.ts'
import { findDeliveries } from '#db/deliveries.ts'
import { contacts } from '#db/schema/contacts.ts'
import { conversations } from '#db/schema/conversations.ts'
import { inboundEvents } from '#db/schema/inbound-events.ts'
import { messages } from '#db/schema/messages.ts'
import { webhookDeliveries } from '#db/schema/webhook-deliveries.ts'
import { createReceive } from '#src/flow/receive.ts'
import { openDelivery } from '#src/flow/receive-arrivals.ts'
import { receiveDelivery } from '#src/flow/receive-delivery.ts'
import {
  aBell,
  aBody,
  aComment,
  anEcho,
  anEdit,
  anUnsend,
  aReaction,
  aStoredDelivery,
  aText,
  T0,
} from '#tests/support/instagram.ts'
import { aDatabase } from '#tests/support/stores.ts'
import { anAccount } from '#tests/support/threads.ts'

let db: Database
beforeAll(async () => {
  ;({ db } = await aDatabase())
})

const NOW = new Date(T0 + 500_000)
const ITEMS = 14
let serial = 0

const kind = fc.oneof(
  { weight: 10, arbitrary: fc.constant('text') },
  {
    weight: 2,
    arbitrary: fc.constantFrom('unsupported', 'echo', 'unsend', 'edit', 'reaction', 'seen', 'comment', 'odd'),
  },
)
const said = fc.record({ kind, contact: fc.nat(3), about: fc.nat(ITEMS - 1) })
const plan = fc.record({
  /** What happens; the index is the time. */
  items: fc.array(said, { minLength: ITEMS, maxLength: ITEMS }),
  /** Which of it each delivery brings: in any order, some of it again, some never. */
  cuts: fc.array(
    fc.record({
      bring: fc.array(fc.nat(ITEMS - 1), { minLength: 1, maxLength: 2 }),
      standby: fc.integer({ min: 0, max: 9 }).map((n) => n === 0),
    }),
    { minLength: 1, maxLength: 10 },
  ),
  /** After which deliveries a new job begins. */
  jobEnds: fc.array(fc.nat(9), { maxLength: 3 }),
})
type Plan = typeof plan extends fc.Arbitrary<infer T> ? T : never

function itemOf({ items }: Plan, n: number, us: string): object {
  const { kind, contact, about } = items[n] ?? { kind: 'odd', contact: 0, about: 0 }
  const from = `3000000000${contact}`
  const at = T0 + n * 1000
  const it = { from, to: us, at }
  const other = { from: `3000000000${items[about]?.contact ?? 0}`, to: us, at, mid: `m${about}` }
  switch (kind) {
    case 'text':
      return aText({ ...it, mid: `m${n}`, text: `text ${n}` })
    case 'unsupported':
      return aText({ ...it, mid: `m${n}`, text: '', rest: { is_unsupported: true } })
    case 'echo':
      return anEcho({ from: us, to: from, at, mid: `m${n}`, text: `echo ${n}` })
    case 'unsend':
      return anUnsend(other)
    case 'edit':
      return anEdit({ ...other, text: `edited ${n}` })
    case 'reaction':
      return aReaction({ ...other, emoji: `${n}` })
    case 'seen':
      return { sender: { id: from }, recipient: { id: us }, timestamp: at, read: { mid: `m${about}` } }
    case 'comment':
      return aComment({ from, id: `m${n}`, text: `comment ${n}` })
    default:
      return { odd: n }
  }
}

/** The deliveries of a plan for a new account, stored. */
async function setUp(plan: Plan) {
  const account = await anAccount(db, { accountRef: `1784190000000${String(++serial).padStart(4, '0')}` })
  const us = account.accountRef
  const ids: number[] = []
  for (const [n, { bring, standby }] of plan.cuts.entries()) {
    const items = bring.map((item) => itemOf(plan, item, us))
    // A comment has no time of its own.
    const body = aBody(us, items, { standby }).replace(/"time":\d+/, `"time":${T0 + 100 + n}`)
    ids.push(await aStoredDelivery(db, body))
  }
  const heard = aBell()
  return { account, ids, deps: { db, ...heard, now: () => NOW }, heard }
}

/** Everything of the account, without our own ids and counters. */
async function readTables(id: Awaited<ReturnType<typeof anAccount>>['id'], deliveryIds: number[]) {
  const said = await db.select().from(messages).where(eq(messages.accountId, id)).orderBy(messages.messageRef)
  const refs = new Map<string, string>(said.map((row) => [row.id, row.messageRef]))
  const threads = await db
    .select()
    .from(conversations)
    .innerJoin(contacts, eq(contacts.id, conversations.contactId))
    .where(eq(conversations.accountId, id))
    .orderBy(contacts.contactRef, conversations.kind)
  const names = new Map<string, string>(
    threads.map(({ contacts: { contactRef }, conversations: { id, kind } }) => [id, `${kind} ${contactRef}`]),
  )
  const events = await db.select().from(inboundEvents).where(eq(inboundEvents.accountId, id))
  const bodies = await db.select().from(webhookDeliveries).where(inArray(webhookDeliveries.id, deliveryIds))
  return {
    messages: said.map(({ id: _id, version: _version, accountId: _account, conversationId, ...row }) => ({
      ...row,
      conversation: names.get(conversationId),
    })),
    conversations: threads.map(
      ({ conversations: { id: _id, version: _version, accountId, contactId, ...row } }, n) => ({
        ...row,
        contact: threads[n]?.contacts.contactRef,
        username: threads[n]?.contacts.username,
        headMessageId: refs.get(row.headMessageId ?? ''),
      }),
    ),
    events: events
      .map(({ kind, messageRef, reason, raw, occurredAt, conversationId, itemIndex }) =>
        JSON.stringify([kind, messageRef, reason, raw, occurredAt, names.get(conversationId ?? ''), itemIndex]),
      )
      .sort(),
    deliveries: bodies.map(({ status, receivedAt, body }) => ({ status, receivedAt, isEmpty: body.length === 0 })),
  }
}

it('many deliveries received together leave the tables as each received alone does', async () => {
  await fc.assert(
    fc.asyncProperty(plan, async (plan) => {
      const together = await setUp(plan)
      const receive = createReceive(together.deps)
      const ends = [...new Set(plan.jobEnds)].sort((a, b) => a - b)
      const starts = [0, ...ends.map((end) => end + 1)]
      let received = 0
      for (const [n, start] of starts.entries()) {
        const deliveryIds = together.ids.slice(start, starts[n + 1])
        if (deliveryIds.length > 0) received += (await receive({ deliveryIds })).received
      }
      const alone = await setUp(plan)
      let receivedAlone = 0
      for (const delivery of await findDeliveries(db, alone.ids))
        receivedAlone += (await receiveDelivery(alone.deps, openDelivery(delivery))).received
      expect(await readTables(together.account.id, together.ids)).toEqual(await readTables(alone.account.id, alone.ids))
      expect(received).toBe(receivedAlone)
      expect(together.heard.rung.contacts).toHaveLength(alone.heard.rung.contacts.length)
    }),
    { numRuns: 20 },
  )
}, 120_000)

it('messages that came late are put in their place, in one transaction with those that did not', async () => {
  const account = await anAccount(db)
  const us = account.accountRef
  const heard = aBell()
  const receive = createReceive({ db, ...heard, now: () => NOW })
  const text = (from: string, n: number) => aText({ from, to: us, mid: `${from}-${n}`, text: `${n}`, at: T0 + n })
  const store = (...items: object[]) => aStoredDelivery(db, aBody(us, items))
  await receive({ deliveryIds: [await store(text('41', 5)), await store(anEcho({ from: us, to: '42', at: T0 + 7 }))] })
  const ids = [await store(text('41', 3)), await store(text('42', 6), text('43', 1)), await store(text('41', 4))]
  heard.rung.drafts.length = 0
  expect(await receive({ deliveryIds: ids })).toEqual({ received: 4, unrecognised: 0 })
  const rows = await db
    .select({ ref: contacts.contactRef, headAt: conversations.headAt, attention: conversations.attention })
    .from(conversations)
    .innerJoin(contacts, eq(contacts.id, conversations.contactId))
    .where(eq(conversations.accountId, account.id))
    .orderBy(contacts.contactRef)
  expect(rows).toEqual([
    { ref: '41', headAt: new Date(T0 + 5), attention: 'waiting' },
    { ref: '42', headAt: new Date(T0 + 7), attention: 'none' },
    { ref: '43', headAt: new Date(T0 + 1), attention: 'waiting' },
  ])
  expect(heard.rung.drafts).toHaveLength(2)
})
