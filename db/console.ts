import { and, asc, desc, eq, isNotNull, sql } from 'drizzle-orm'
import { isWithin, type Reach } from '#src/domain/identity.ts'
import type { AccountId, ContactId, ConversationId, DraftId, OperatorId, PostId } from '#src/domain/ids.ts'
import type { InsightQuery } from '#src/domain/insight.ts'
import type { PostStatus } from '#src/domain/outbox.ts'
import { listBlocks } from './address-blocks.ts'
import type { Conn } from './client.ts'
import { listAccountViews, listAlertViews, readAccountDetail } from './console-accounts.ts'
import { listCalmDrafts } from './console-bulk.ts'
import { type ContactQuery, listContacts, readContactView } from './console-contacts.ts'
import { findConversationOfDraft, readConversation } from './console-conversation.ts'
import type { Place } from './console-list.ts'
import { findPostView, listEvidence, listMovingPosts, listPosts } from './console-outbox.ts'
import { findNextInQueue, listFacets, listQueue, type QueueLook } from './console-queue.ts'
import { listRecent, searchConversations } from './console-recent.ts'
import { readStages } from './console-stages.ts'
import { readSeenThen } from './console-then.ts'
import { readInsight } from './insight.ts'
import { listApprovalsOf } from './pace.ts'
import { listPauses } from './pauses.ts'
import { isOnDesk } from './queue-choice.ts'
import { alertsWithin, isInReach, within } from './reach.ts'
import { listRules } from './rules.ts'
import { alerts } from './schema/alerts.ts'
import { conversations } from './schema/conversations.ts'
import { deskEntries } from './schema/desk-entries.ts'
import { inboundEvents } from './schema/inbound-events.ts'
import { outboxPosts } from './schema/outbox-posts.ts'
import { switches } from './schema/switches.ts'
import { webhookDeliveries } from './schema/webhook-deliveries.ts'

/** Counting stops here: beyond it a number helps nobody, and costs the database. */
const COUNT_MAX = 100
const CRITICAL_MAX = 3
const PAUSES_MAX = 500

type Look = Omit<QueueLook, 'reach'>

/** Everything the console's pages read, of the accounts within this reach. What lies beyond it is not there. */
export function createReads(conn: Conn, reach: Reach = 'all') {
  return {
    overview: (at: Date) => readOverview(conn, reach, at),
    queue: (look: Look, limit: number) => listQueue(conn, { ...look, reach }, limit),
    nextInQueue: (look: Look & { after: Place }) => findNextInQueue(conn, { ...look, reach }),
    facets: (of: OperatorId) => listFacets(conn, of, reach),
    calmDrafts: (look: Look, limit: number) => listCalmDrafts(conn, { ...look, reach }, limit),
    approvalsSince: async (id: OperatorId, since: Date) => (await listApprovalsOf(conn, id, since, COUNT_MAX)).length,
    conversations: ({ search, before, at }: { search?: string; before?: Place; at: Date }, limit: number) =>
      search ? searchConversations(conn, { search, at }, { limit, reach }) : listRecent(conn, before, { limit, reach }),
    conversation: (id: ConversationId, at: Date, before?: Place) => readConversation(conn, id, { at, before, reach }),
    contacts: (query: ContactQuery, limit: number) => listContacts(conn, query, { limit, reach }),
    contact: (id: ContactId) => readContactView(conn, id, reach),
    conversationOfDraft: (id: DraftId) => findConversationOfDraft(conn, id, reach),
    post: (id: PostId) => findPostView(conn, id, reach),
    posts: (group: PostStatus | 'moving', before: Place | undefined, limit: number) =>
      group === 'moving' ? listMovingPosts(conn, { limit, reach }) : listPosts(conn, group, { before, limit, reach }),
    evidence: (ids: PostId[]) => listEvidence(conn, ids, reach),
    accounts: (at: Date) => listAccountViews(conn, reach, at),
    account: async (id: AccountId, at: Date) => (isWithin(reach, id) ? readAccountDetail(conn, id, at) : undefined),
    rules: async (id: AccountId) => (isWithin(reach, id) ? ((await listRules(conn, [id])).get(id) ?? []) : []),
    alerts: (limit: number) => listAlertViews(conn, reach, limit),
    health: () => readHealth(conn, reach),
    stages: (at: Date) => readStages(conn, reach, at),
    seenThen: (id: ConversationId, seen: Parameters<typeof readSeenThen>[2]) => readSeenThen(conn, id, seen),
    /** Whether news of this thing is for whoever reads here. */
    concerns: (id: string) => isInReach(conn, id, reach),
    blocks: (at: Date) => listBlocks(conn, at),
    insight: (query: InsightQuery, now: Date) => readInsight(conn, { ...query, now }, reach),
  }
}

async function readOverview(conn: Conn, reach: Reach, at: Date) {
  const [row] = await conn.select(overviewCounts(reach, at)).from(sql`(select 1) as one`)
  const critical = await conn
    .select({ id: alerts.id, text: alerts.text })
    .from(alerts)
    .where(and(isNotNull(alerts.openKey), eq(alerts.severity, 'critical'), alertsWithin(reach)))
    .orderBy(desc(alerts.lastAt))
    .limit(CRITICAL_MAX)
  const [sending] = await conn.select().from(switches).where(eq(switches.name, 'sending'))
  const pauses = (await listPauses(conn, at, PAUSES_MAX)).filter(
    ({ accountId }) => !accountId || isWithin(reach, accountId),
  )
  const counts = row ?? { queue: 0, uncertain: 0, alerts: 0 }
  return { ...counts, critical, pauses, sendingStoppedAt: sending?.stoppedAt ?? null }
}

async function readHealth(conn: Conn, reach: Reach) {
  const [row] = await conn.select(healthCounts(reach)).from(sql`(select 1) as one`)
  const [due] = await conn
    .select({ at: conversations.draftDueAt })
    .from(conversations)
    .where(
      and(
        eq(conversations.attention, 'waiting'),
        isNotNull(conversations.draftDueAt),
        within(conversations.accountId, reach),
      ),
    )
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

/** More of a question that counts rows of these accounts only. */
function only(column: Parameters<typeof within>[0], reach: Reach) {
  const condition = within(column, reach)
  return condition ? sql` and ${condition}` : sql``
}

const inQueue = (reach: Reach, at: Date) =>
  upTo(
    sql`select 1 from ${conversations} left join ${deskEntries} on ${deskEntries.conversationId} = ${conversations.id} where ${conversations.attention} in ('review', 'person') and ${isOnDesk(at)}${only(conversations.accountId, reach)}`,
  )
const conversationsThat = (condition: ReturnType<typeof sql>, reach: Reach) =>
  upTo(sql`select 1 from ${conversations} where ${condition}${only(conversations.accountId, reach)}`)
const postsThatAre = (status: PostStatus, reach: Reach) =>
  upTo(sql`select 1 from ${outboxPosts} where status = ${status}${only(outboxPosts.accountId, reach)}`)
const deliveriesThatAre = (status: string) => upTo(sql`select 1 from ${webhookDeliveries} where status = ${status}`)

function overviewCounts(reach: Reach, at: Date) {
  const mine = alertsWithin(reach)
  return {
    queue: inQueue(reach, at),
    uncertain: postsThatAre('uncertain', reach),
    alerts: upTo(sql`select 1 from ${alerts} where open_key is not null${mine ? sql` and ${mine}` : sql``}`),
  }
}

function healthCounts(reach: Reach) {
  return {
    deliveriesStored: deliveriesThatAre('stored'),
    deliveriesFailed: deliveriesThatAre('failed'),
    unrecognised: upTo(sql`select 1 from ${inboundEvents} where kind = 'unrecognised'`),
    waitingForDraft: conversationsThat(sql`attention = 'waiting'`, reach),
    queued: postsThatAre('queued', reach),
    sending: postsThatAre('sending', reach),
    uncertain: postsThatAre('uncertain', reach),
  }
}
