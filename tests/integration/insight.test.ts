import { drizzle } from 'drizzle-orm/mysql2'
import { beforeAll, describe, expect, it } from 'vitest'
import type { Database } from '#db/client.ts'
import { readInsight } from '#db/insight.ts'
import { deliveryAttempts } from '#db/schema/delivery-attempts.ts'
import { draftingBudgets } from '#db/schema/drafting-budgets.ts'
import { drafts } from '#db/schema/drafts.ts'
import { messages } from '#db/schema/messages.ts'
import { outboxPosts } from '#db/schema/outbox-posts.ts'
import { reviewDecisions } from '#db/schema/review-decisions.ts'
import { newId } from '#src/domain/ids.ts'
import type { Insight } from '#src/domain/insight.ts'
import { textHash } from '#src/vault/hash.ts'
import { aDatabase } from '#tests/support/stores.ts'
import { anAccount, anOperator, aThread } from '#tests/support/threads.ts'

const now = new Date('2026-11-24T12:00:00.000Z')
const MINUTE_MS = 60_000
const HOUR = 60
const DAY = 24 * HOUR
const OLD_ROWS = 1200
const ago = (minutes: number) => new Date(now.getTime() - minutes * MINUTE_MS)

const { db } = await aDatabase()
let alpine: Awaited<ReturnType<typeof aThread>>
let other: Awaited<ReturnType<typeof aThread>>
let operatorId: Awaited<ReturnType<typeof anOperator>>['id']
let serial = 0

type Thread = typeof alpine

function aMessage({ message }: Thread, minutesAgo: number, direction: 'inbound' | 'outbound' = 'inbound') {
  const at = ago(minutesAgo)
  return { ...message, id: newId('message', at), messageRef: `n${++serial}`, direction, sentAt: at, createdAt: at }
}

function aDraftOf({ conversation, message }: Thread, minutesAgo: number, changed: object = {}) {
  const at = ago(minutesAgo)
  return {
    ...{ id: newId('draft', at), accountId: conversation.accountId, conversationId: conversation.id },
    ...{ headMessageId: message.id, author: 'claude' as const, text: 'We ship to Graz.', textHash: textHash('a') },
    ...{ citations: [], flags: [] as string[], status: 'approved' as const, createdAt: at, updatedAt: at, ...changed },
  }
}

function aDecisionOn(draft: ReturnType<typeof aDraftOf>, changed: object = {}) {
  const { id: draftId, accountId, conversationId, headMessageId, text, textHash: hash, createdAt } = draft
  return {
    ...{ id: newId('decision', createdAt), draftId, accountId, conversationId, headMessageId, text, textHash: hash },
    ...{ operatorId, verdict: 'approve' as const, edited: false, createdAt, ...changed },
  }
}

function aPostOf(decision: ReturnType<typeof aDecisionOn>, changed: object = {}) {
  const { id: decisionId, accountId, conversationId, text, textHash: hash, createdAt } = decision
  return {
    ...{ id: newId('post', createdAt), decisionId, accountId, conversationId, text, textHash: hash, createdAt },
    ...{ platform: 'instagram' as const, recipientRef: 'r', status: 'sent' as const, notBefore: createdAt },
    ...{ updatedAt: createdAt, ...changed },
  }
}

/** Two accounts, a few days of one, and long before them what no question of ours should touch. */
beforeAll(async () => {
  operatorId = (await anOperator(db)).id
  alpine = await aThread(db, { account: await anAccount(db, { name: 'Alpine' }), draft: null })
  other = await aThread(db, { account: await anAccount(db, { name: 'Other' }), draft: null })
  await db.delete(messages)
  const old = Array.from({ length: OLD_ROWS }, (_, n) => 200 * DAY + n)
  const oldDrafts = old.map((minutes) => aDraftOf(other, minutes))
  await db
    .insert(messages)
    .values([
      ...old.map((minutes) => aMessage(other, minutes)),
      ...[aMessage(alpine, 3 * DAY), aMessage(alpine, 3 * DAY - 5), aMessage(alpine, 3 * DAY - 10, 'outbound')],
      ...[
        aMessage(alpine, 3 * DAY - 11, 'outbound'),
        aMessage(alpine, 2 * DAY),
        aMessage(alpine, DAY - HOUR, 'outbound'),
      ],
      ...[aMessage(alpine, 90), aMessage(alpine, 60, 'outbound'), aMessage(alpine, 10)],
      aMessage(other, 5),
    ])
  const made = [
    ...[aDraftOf(alpine, 3 * DAY), aDraftOf(alpine, 2 * DAY), aDraftOf(alpine, 80, { flags: ['abuse'] })],
    ...[aDraftOf(alpine, 70, { author: 'operator' }), aDraftOf(alpine, 30, { status: 'expired' })],
  ] as const
  const [first, second, third, written] = made
  const decided = [
    ...[aDecisionOn(first), aDecisionOn(second, { edited: true, text: 'We ship to Linz.' })],
    ...[aDecisionOn(third, { verdict: 'reject', reason: ' Wrong tone ' }), aDecisionOn(written)],
  ] as const
  const oldDecisions = oldDrafts.map((draft) => aDecisionOn(draft))
  const posts = [aPostOf(decided[0]), aPostOf(decided[1], { status: 'failed' }), aPostOf(decided[3])] as const
  await db.insert(drafts).values([...oldDrafts, ...made])
  await db.insert(reviewDecisions).values([...oldDecisions, ...decided])
  await db.insert(outboxPosts).values([...oldDecisions.map((decision) => aPostOf(decision)), ...posts])
  const calls = [3 * DAY, 3 * DAY - 1, 30].map((minutes, i) => {
    const at = ago(minutes)
    const send = { endpointClass: 'send' as const, fence: i, createdAt: at, accountId: alpine.account.id }
    return { ...send, id: newId('attempt', at), postId: posts[0].id }
  })
  await db.insert(deliveryAttempts).values(calls)
  const budget = { accountId: alpine.account.id, createdAt: now }
  await db.insert(draftingBudgets).values([
    { ...budget, day: '2026-11-24', spentMicros: 3000 },
    { ...budget, day: '2026-11-22', spentMicros: 1000 },
    { ...budget, day: '2026-10-01', spentMicros: 9999 },
  ])
  await db.execute('analyze table messages, drafts, review_decisions, outbox_posts')
})

const read = (changed: object = {}, reach: Parameters<typeof readInsight>[2] = 'all') =>
  readInsight(db, { span: 7, now, ...changed }, reach)
const named = (insight: Insight, name: string) => insight.accounts.find((account) => account.name === name)

describe('what insight tells of an account', () => {
  it('is how soon it answers, and whether in time', async () => {
    expect(named(await read(), 'Alpine')).toMatchObject({
      ...{ inbound: 5, exchanges: 4, answered: 3, inWindow: 2, waiting: 1 },
      // Waits of 10 minutes, half an hour and 25 hours.
      ...{ medianMs: 30 * MINUTE_MS, p90Ms: 25 * HOUR * MINUTE_MS },
    })
  })

  it('is what became of drafts, what they cost, and what was sent', async () => {
    const insight = await read()
    expect(named(insight, 'Alpine')).toMatchObject({
      ...{ drafted: 4, asDrafted: 1, edited: 1, rejected: 1, expired: 1, byHand: 1, sent: 2, costMicros: 4000 },
      ...{ editedShare: expect.closeTo(0.2), peakSends: 2, peakPrivate: 0, spike: undefined },
    })
    expect(insight.reasons).toEqual([{ reason: 'Wrong tone', count: 1 }])
  })

  it('is told day by day, and of as many days as asked for', async () => {
    const today = await read({ span: 1 })
    expect(today.rows.map(({ day, inbound }) => [day, inbound])).toEqual([
      ['2026-11-24', 2],
      ['2026-11-24', 1],
    ])
    expect(named(today, 'Alpine')).toMatchObject({ inbound: 2, costMicros: 3000, medianMs: 30 * MINUTE_MS })
    expect((await read()).rows.map(({ day }) => day)).toEqual(['2026-11-21', '2026-11-22', '2026-11-24', '2026-11-24'])
  })

  it('is nothing of an account beyond reach, whatever is asked for', async () => {
    const reach = [other.account.id]
    expect((await read({}, reach)).accounts.map(({ name }) => name)).toEqual(['Other'])
    const none = await read({ accountId: alpine.account.id }, reach)
    expect(none).toMatchObject({ accounts: [], rows: [], reasons: [] })
    expect((await read({ accountId: alpine.account.id })).accounts).toHaveLength(1)
  })

  it('leaves out the oldest when there is too much, and says from when it counted', async () => {
    const cut = await read({ rowsMax: 4 })
    expect(cut.countedFrom).toEqual(ago(DAY - HOUR))
    expect((await read()).countedFrom).toBeUndefined()
    expect(named(cut, 'Alpine')).toMatchObject({ inbound: 2 })
  })

  it('warns when harsh words pile up', async () => {
    const threads = [alpine, other, other, other, other].map((thread, i) =>
      aDraftOf(thread, i, { flags: ['refund', 'complaint'], conversationId: newId('conversation', now) }),
    )
    await db.insert(drafts).values(threads)
    const insight = await read({ span: 1 })
    expect(named(insight, 'Other')?.spike).toEqual({ day: '2026-11-24', count: 4, usual: 0 })
    expect(named(insight, 'Alpine')?.spike).toBeUndefined()
  })
})

it('walks through no large table, however long the past is', async () => {
  const said: { sentence: string; params: unknown[] }[] = []
  const logger = { logQuery: (sentence: string, params: unknown[]) => void said.push({ sentence, params }) }
  await readInsight(drizzle(db.$client, { casing: 'snake_case', logger }) as Database, { span: 7, now }, 'all')
  expect(said.length).toBe(15)
  for (const { sentence, params } of said) {
    const [plan] = await db.$client.promise().query(`explain ${sentence}`, params)
    for (const step of plan as { table: string | null; type: string | null; rows: unknown }[]) {
      const walks = step.table && !step.table.startsWith('<') && ['ALL', 'index'].includes(step.type ?? '')
      expect(walks && Number(step.rows) > 100, `${sentence}\n${JSON.stringify(plan)}`).toBeFalsy()
    }
  }
})
