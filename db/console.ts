import { and, asc, desc, eq, isNotNull, sql } from 'drizzle-orm'
import type { Reach } from '#src/domain/identity.ts'
import type { AccountId, ConversationId, DraftId, PostId } from '#src/domain/ids.ts'
import type { InsightQuery } from '#src/domain/insight.ts'
import type { PostStatus } from '#src/domain/outbox.ts'
import { listBlocks } from './address-blocks.ts'
import type { Conn } from './client.ts'
import { listAccountViews, listAlertViews, readAccountDetail } from './console-accounts.ts'
import { findConversationOfDraft, readConversation } from './console-conversation.ts'
import { findPostView, listEvidence, listMovingPosts, listPosts } from './console-outbox.ts'
import { findNextInQueue, listQueue, listRecent, type Place, searchConversations } from './console-queue.ts'
import { readInsight } from './insight.ts'
import { listPauses } from './pauses.ts'
import { alerts } from './schema/alerts.ts'
import { conversations } from './schema/conversations.ts'
import { inboundEvents } from './schema/inbound-events.ts'
import { outboxPosts } from './schema/outbox-posts.ts'
import { switches } from './schema/switches.ts'
import { webhookDeliveries } from './schema/webhook-deliveries.ts'

/** Counting stops here: beyond it a number helps nobody, and costs the database. */
const COUNT_MAX = 100
const CRITICAL_MAX = 3
const PAUSES_MAX = 500

/** Everything the console's pages read. */
export function createReads(conn: Conn, reach: Reach = 'all') {
  return {
    overview: (at: Date) => readOverview(conn, at),
    queue: (after: Place | undefined, limit: number) => listQueue(conn, after, limit),
    nextInQueue: (after: Place) => findNextInQueue(conn, after),
    conversations: ({ search, before }: { search?: string; before?: Place }, limit: number) =>
      search ? searchConversations(conn, search, limit) : listRecent(conn, before, limit),
    conversation: (id: ConversationId, at: Date, before?: Place) => readConversation(conn, id, { at, before }),
    conversationOfDraft: (id: DraftId) => findConversationOfDraft(conn, id),
    post: (id: PostId) => findPostView(conn, id),
    posts: (group: PostStatus | 'moving', before: Place | undefined, limit: number) =>
      group === 'moving' ? listMovingPosts(conn, limit) : listPosts(conn, group, before, limit),
    evidence: (ids: PostId[]) => listEvidence(conn, ids),
    accounts: (at: Date) => listAccountViews(conn, at),
    account: (id: AccountId, at: Date) => readAccountDetail(conn, id, at),
    alerts: (limit: number) => listAlertViews(conn, limit),
    health: () => readHealth(conn),
    blocks: (at: Date) => listBlocks(conn, at),
    insight: (query: InsightQuery, now: Date) => readInsight(conn, { ...query, now }, reach),
  }
}

async function readOverview(conn: Conn, at: Date) {
  const [row] = await conn.select(overviewCounts).from(sql`(select 1) as one`)
  const critical = await conn
    .select({ id: alerts.id, text: alerts.text })
    .from(alerts)
    .where(and(isNotNull(alerts.openKey), eq(alerts.severity, 'critical')))
    .orderBy(desc(alerts.lastAt))
    .limit(CRITICAL_MAX)
  const [sending] = await conn.select().from(switches).where(eq(switches.name, 'sending'))
  const pauses = await listPauses(conn, at, PAUSES_MAX)
  const counts = row ?? { queue: 0, uncertain: 0, alerts: 0 }
  return { ...counts, critical, pauses, sendingStoppedAt: sending?.stoppedAt ?? null }
}

async function readHealth(conn: Conn) {
  const [row] = await conn.select(healthCounts).from(sql`(select 1) as one`)
  const [due] = await conn
    .select({ at: conversations.draftDueAt })
    .from(conversations)
    .where(and(eq(conversations.attention, 'waiting'), isNotNull(conversations.draftDueAt)))
    .orderBy(asc(conversations.draftDueAt))
    .limit(1)
  const [last] = await conn
    .select({ at: webhookDeliveries.createdAt })
    .from(webhookDeliveries)
    .orderBy(desc(webhookDeliveries.id))
    .limit(1)
  const zero = {
    deliveriesStored: 0,
    deliveriesFailed: 0,
    unrecognised: 0,
    waitingForDraft: 0,
    queued: 0,
    sending: 0,
    uncertain: 0,
  }
  return { ...(row ?? zero), oldestDueAt: due?.at ?? null, lastDeliveryAt: last?.at ?? null }
}

function upTo(rows: ReturnType<typeof sql>) {
  return sql<number>`(select count(*) from (${rows} limit ${COUNT_MAX}) as counted)`.mapWith(Number)
}

const inQueue = upTo(sql`select 1 from ${conversations} where attention in ('review', 'person')`)
const postsThatAre = (status: PostStatus) => upTo(sql`select 1 from ${outboxPosts} where status = ${status}`)
const deliveriesThatAre = (status: string) => upTo(sql`select 1 from ${webhookDeliveries} where status = ${status}`)

const overviewCounts = {
  queue: inQueue,
  uncertain: postsThatAre('uncertain'),
  alerts: upTo(sql`select 1 from ${alerts} where open_key is not null`),
}

const healthCounts = {
  deliveriesStored: deliveriesThatAre('stored'),
  deliveriesFailed: deliveriesThatAre('failed'),
  unrecognised: upTo(sql`select 1 from ${inboundEvents} where kind = 'unrecognised'`),
  waitingForDraft: upTo(sql`select 1 from ${conversations} where attention = 'waiting'`),
  queued: postsThatAre('queued'),
  sending: postsThatAre('sending'),
  uncertain: postsThatAre('uncertain'),
}
