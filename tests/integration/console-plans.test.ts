import { drizzle } from 'drizzle-orm/mysql2'
import { beforeAll, describe, expect, it } from 'vitest'
import type { Database } from '#db/client.ts'
import { createReads } from '#db/console.ts'
import { contacts } from '#db/schema/contacts.ts'
import { conversations } from '#db/schema/conversations.ts'
import { drafts } from '#db/schema/drafts.ts'
import { inboundEvents } from '#db/schema/inbound-events.ts'
import { messages } from '#db/schema/messages.ts'
import { outboxPosts } from '#db/schema/outbox-posts.ts'
import { reviewDecisions } from '#db/schema/review-decisions.ts'
import { webhookDeliveries } from '#db/schema/webhook-deliveries.ts'
import type { QueueChoice } from '#src/domain/desk.ts'
import type { Reach } from '#src/domain/identity.ts'
import { type ContactId, type ConversationId, newId, type PostId } from '#src/domain/ids.ts'
import { aDatabase } from '#tests/support/stores.ts'
import { anAccount, anOperator, aThread } from '#tests/support/threads.ts'

const ROWS = 5000
const BATCH = 1000
/** Reading more rows than this for one page means that the table was walked through. */
const FEW = 1000

interface Plan {
  table: string | null
  type: string | null
  key: string | null
  rows: number | string | null
}

let db: Database
let accountId: Awaited<ReturnType<typeof anAccount>>['id']
let quietId: typeof accountId
let conversationId: ConversationId
let contactId: ContactId
let postIds: PostId[]

/** A busy year in small: thousands of conversations, messages, posts and deliveries; a few of them wait. */
beforeAll(async () => {
  db = (await aDatabase()).db
  const account = await anAccount(db)
  const operator = await anOperator(db)
  const thread = await aThread(db, { account })
  accountId = account.id
  quietId = (await anAccount(db)).id
  conversationId = thread.conversation.id
  contactId = thread.contact.id
  postIds = []
  const from = Date.now()
  for (let batch = 0; batch < ROWS / BATCH; batch++) {
    const rows = Array.from({ length: BATCH }, (_, i) => aBusyRow(from, batch * BATCH + i, { thread, operator }))
    await db.insert(contacts).values(rows.map(({ contact }) => contact))
    await db.insert(conversations).values(rows.map(({ conversation }) => conversation))
    await db.insert(messages).values(rows.map(({ message }) => message))
    await db.insert(drafts).values(rows.map(({ draft }) => draft))
    await db.insert(reviewDecisions).values(rows.map(({ decision }) => decision))
    await db.insert(outboxPosts).values(rows.map(({ post }) => post))
    await db.insert(webhookDeliveries).values(rows.map(({ delivery }) => delivery))
    await db.insert(inboundEvents).values(rows.map(({ event }) => event))
    postIds.push(...rows.slice(0, 3).map(({ post }) => post.id))
  }
  await db.execute(
    'analyze table contacts, conversations, messages, drafts, review_decisions, outbox_posts, webhook_deliveries, inbound_events',
  )
})

function aBusyRow(
  from: number,
  n: number,
  { thread, operator }: { thread: Awaited<ReturnType<typeof aThread>>; operator: { id: string } },
) {
  const at = new Date(from - n * 3 * 3_600_000)
  const ids = {
    contactId: newId('contact', at),
    conversationId: newId('conversation', at),
    decisionId: newId('decision', at),
    draftId: newId('draft', at),
  }
  const hash = n.toString(16).padStart(64, '0')
  const { conversation, message, contact } = thread
  const own = {
    accountId: conversation.accountId,
    conversationId: ids.conversationId,
    textHash: hash,
    text: 'Yes.',
    createdAt: at,
  }
  return {
    contact: { ...contact, id: ids.contactId, contactRef: `n${n}`, name: `Name ${n}`, username: `user.${n}` },
    conversation: {
      ...conversation,
      id: ids.conversationId,
      contactId: ids.contactId,
      attention: n % 25 === 0 ? ('review' as const) : ('none' as const),
      deadlineAt: new Date(from + n * 1000),
      headAt: at,
    },
    message: {
      ...message,
      id: newId('message', at),
      conversationId: ids.conversationId,
      messageRef: `m${n}`,
      sentAt: at,
    },
    draft: {
      ...own,
      id: ids.draftId,
      headMessageId: message.id,
      author: 'claude' as const,
      citations: [],
      flags: [],
      status: 'approved' as const,
      updatedAt: at,
    },
    decision: {
      ...own,
      id: ids.decisionId,
      draftId: ids.draftId,
      operatorId: operator.id as never,
      verdict: 'approve' as const,
      headMessageId: message.id,
      edited: false,
    },
    post: {
      ...own,
      id: newId('post', at),
      decisionId: ids.decisionId,
      platform: 'instagram' as const,
      recipientRef: 'r',
      status: n % 100 === 0 ? ('uncertain' as const) : n % 50 === 1 ? ('queued' as const) : ('sent' as const),
      notBefore: at,
      updatedAt: at,
    },
    delivery: {
      source: 'instagram' as const,
      digest: hash,
      secretLabel: 'a',
      body: Buffer.from('{}'),
      status: 'received' as const,
      createdAt: at,
    },
    event: {
      id: newId('event', at),
      source: 'instagram' as const,
      dedupeKey: hash,
      deliveryId: n,
      itemIndex: 0,
      kind: 'message' as const,
      accountRef: '1',
      occurredAt: at,
      createdAt: at,
    },
  }
}

/** Every sentence the read says, with its plan. */
async function plansOf(read: (reads: ReturnType<typeof createReads>) => Promise<unknown>, reach: Reach = 'all') {
  const said: { sentence: string; params: unknown[] }[] = []
  const watched = drizzle(db.$client, {
    casing: 'snake_case',
    logger: { logQuery: (sentence, params) => void said.push({ sentence, params }) },
  }) as Database
  await read(createReads(watched, reach))
  const plans = []
  for (const { sentence, params } of said) {
    const [plan] = await db.$client.promise().query(`explain ${sentence}`, params)
    plans.push({ sentence, plan: plan as Plan[] })
  }
  return plans
}

function isWalk({ table, type, rows }: Plan): boolean {
  return table !== null && !table.startsWith('<') && (type === 'ALL' || type === 'index') && Number(rows) > FEW
}

describe('a page of the console', () => {
  const now = new Date()
  const everyChoice = (): QueueChoice => ({
    accountId,
    platform: 'instagram',
    risk: 'calm',
    language: 'en',
    assigneeId: null,
    search: 'words',
  })
  const middle = { at: new Date(now.getTime() + 1000_000), id: 'cnv_00000000000000000000000000' }

  it.each([
    ['queue, first page', (reads) => reads.queue({ choice: {}, at: new Date() }, 30)],
    ['queue, later page', (reads) => reads.queue({ choice: {}, at: now, after: middle }, 30)],
    ['next of the queue', (reads) => reads.nextInQueue({ choice: {}, at: now, after: middle })],
    ['queue, everything chosen', (reads) => reads.queue({ choice: everyChoice(), at: now, after: middle }, 30)],
    ['next of what was chosen', (reads) => reads.nextInQueue({ choice: everyChoice(), at: now, after: middle })],
    ['drafts that ask for no second look', (reads) => reads.calmDrafts({ choice: {}, at: now }, 20)],
    ['how quickly somebody approves', (reads) => reads.approvalsSince(newId('operator', now), now)],
    ['what can be chosen from', (reads) => reads.facets(newId('operator', now))],
    ['conversations, first page', (reads) => reads.conversations({ at: now }, 40)],
    ['conversations, later page', (reads) => reads.conversations({ at: now, before: middle }, 40)],
    ['conversations, found by name or words', (reads) => reads.conversations({ at: now, search: 'name 12' }, 40)],
    ['contacts, first page', (reads) => reads.contacts({}, 40)],
    ['contacts, later page', (reads) => reads.contacts({ before: { at: now, id: newId('contact', now) } }, 40)],
    ['contacts, of one account', (reads) => reads.contacts({ accountId }, 40)],
    ['contacts, found by name', (reads) => reads.contacts({ search: 'name 12' }, 40)],
    ['one contact', (reads) => reads.contact(contactId)],
    ['one conversation', (reads) => reads.conversation(conversationId, new Date())],
    ['posts that were sent', (reads) => reads.posts('sent', undefined, 30)],
    ['posts that were sent before', (reads) => reads.posts('sent', { ...middle, id: 'pst_0' }, 30)],
    ['posts on their way', (reads) => reads.posts('moving', undefined, 50)],
    ['uncertain posts and their evidence', (reads) => reads.evidence(postIds)],
    ['one post', (reads) => reads.post(postIds[0]!)],
    ['accounts', (reads) => reads.accounts(now)],
    ['overview', (reads) => reads.overview(new Date())],
    ['health', (reads) => reads.health()],
    ['how long things wait', (reads) => reads.stages(now)],
  ] as [string, (reads: ReturnType<typeof createReads>) => Promise<unknown>][])(
    'walks through no large table: %s',
    async (_name, read) => {
      // For whoever sees everything, for whoever is kept to the busy account, and for whoever is kept to a quiet one.
      for (const reach of ['all', [accountId], [quietId]] as Reach[]) {
        const walks = (await plansOf(read, reach)).filter(({ plan }) => plan.some(isWalk))
        expect(walks, String(reach)).toEqual([])
      }
    },
  )

  it('says no more sentences for many conversations than for few', async () => {
    expect((await plansOf((reads) => reads.queue({ choice: {}, at: new Date() }, 2))).length).toBe(2)
    expect((await plansOf((reads) => reads.queue({ choice: {}, at: new Date() }, 100))).length).toBe(2)
  })

  it('sorts nothing to find the head of the queue', async () => {
    const [places] = await plansOf((reads) => reads.queue({ choice: {}, at: new Date() }, 30))
    const own = places?.plan.filter(({ table }) => table === 'conversations') ?? []
    expect(own).toHaveLength(2)
    for (const step of own) expect(step).toMatchObject({ key: 'conversations_queue' })
    expect(own.map((step) => (step as Plan & { Extra?: string }).Extra ?? '').join()).not.toContain('filesort')
  })

  it('counts the year’s account figures from their index', async () => {
    const plans = await plansOf((reads) => reads.account(accountId, now))
    const own = plans.flatMap(({ plan }) => plan).filter(({ table }) => table === 'review_decisions')
    expect(own.map(({ key }) => key)).toEqual(['review_decisions_account'])
  })
})
