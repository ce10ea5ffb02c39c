/*
 * Finds what a crash, a wiped Redis or a lost bell left behind, and rings again. One process sweeps at a time; what it
 * changes itself is guarded by the fence of its lease, so that a sweeper that froze changes nothing when it wakes up.
 */
import { clearLogins } from '#db/account-logins.ts'
import { type Database, inTransaction, type Transaction } from '#db/client.ts'
import { holdsLease, type Lease, takeLease } from '#db/leases.ts'
import { listNotices } from '#db/mentions.ts'
import { lockConversation } from '#db/outbox.ts'
import { endPauseAlerts } from '#db/pauses.ts'
import { listUnread } from '#db/read-backs.ts'
import { setAttention } from '#db/reviews.ts'
import { clearSessions } from '#db/sessions.ts'
import {
  expireDraft,
  listClosedReviews,
  listDuePosts,
  listLostPosts,
  listOverdueConversations,
  listStoredDeliveries,
} from '#db/sweep.ts'
import { type ConversationId, newId, type PostId } from '#src/domain/ids.ts'
import type { Lanes } from '#src/limits/lanes.ts'
import type { Bell } from '#src/queues/bell.ts'
import type { Publish } from '#src/queues/live.ts'
import { lineUp } from './line-up.ts'
import { createReminder } from './reminder.ts'
import { settleOutcome } from './settle.ts'

export interface SweepDeps {
  db: Database
  bell: Pick<Bell, 'inbox' | 'draft' | 'reconcile' | 'mention'>
  lanes: Pick<Lanes, 'add'>
  publish: Publish
  now: () => Date
  /** This process, for the lease. */
  holder: string
}

export interface Swept {
  deliveries: number
  drafts: number
  posts: number
  /** Uncertain posts that nobody has looked for yet. */
  unread: number
  uncertain: number
  expired: number
}

const LEASE_MS = 15_000
const BATCH = 500
/** How long each has to get going by itself before the sweep steps in. */
const STORED_MS = 5000
const DRAFT_MS = 15_000
const POST_MS = 10_000
const UNREAD_MS = 30_000
const MENTION_MS = 30_000
/** A mention that came so long ago is told of by now, or never will be. */
const MENTION_DAYS_MS = 2 * 86_400_000

/** One round. Rounds of a second process do nothing while the first one holds the lease. */
export function createSweep(deps: SweepDeps): () => Promise<Swept> {
  const { db, now, holder } = deps
  const ring = createRings(deps)

  return async () => {
    const at = now()
    const lease = await takeLease(db, { name: 'sweep', holder, at, until: new Date(at.getTime() + LEASE_MS) })
    if (!lease) return { deliveries: 0, drafts: 0, posts: 0, unread: 0, uncertain: 0, expired: 0 }
    const uncertain = await giveUpLostPosts(deps, lease)
    const expired = await expireDrafts(deps, lease)
    await clearLogins(db, at)
    await clearSessions(db, at)
    if ((await endPauseAlerts(db, at)) > 0) deps.publish({ topic: 'alerts', id: 'pauses' })
    return { ...(await ring(at)), uncertain, expired }
  }
}

/** What has no job gets one; what was rung just now is left in peace, so that a slow worker is not buried in bells. */
function createRings({ db, bell, lanes }: SweepDeps) {
  const remind = createReminder()
  let lastPost: PostId | undefined
  const ago = (at: Date, ms: number) => new Date(at.getTime() - ms)

  return async (at: Date) => {
    const deliveries = remind(await listStoredDeliveries(db, ago(at, STORED_MS), BATCH), at)
    if (deliveries.length > 0) await bell.inbox(deliveries.map(({ id }) => id))
    const overdue = remind(await listOverdueConversations(db, { before: ago(at, DRAFT_MS), at }, BATCH), at)
    for (const { id } of overdue) await bell.draft(id, 0)
    const due = await listDuePosts(db, { before: ago(at, POST_MS), at, after: lastPost }, BATCH)
    lastPost = due.length === BATCH ? due.at(-1)?.id : undefined
    const posts = remind(due, at)
    await lineUp(lanes, posts, at)
    const unread = remind(await listUnread(db, ago(at, UNREAD_MS), BATCH), at)
    for (const { id } of unread) await bell.reconcile(id, 0)
    const span = { from: newId('event', ago(at, MENTION_DAYS_MS)), before: ago(at, MENTION_MS) }
    for (const { id } of remind(await listNotices(db, span, BATCH), at)) await bell.mention(id)
    return { deliveries: deliveries.length, drafts: overdue.length, posts: posts.length, unread: unread.length }
  }
}

const LOST = {
  kind: 'uncertain',
  code: 'lease_lost',
  note: 'The process that sent this ended before it knew the outcome',
} as const

/** A sender died between call and settlement. Only an echo that came meanwhile makes that anything but uncertain. */
async function giveUpLostPosts(deps: SweepDeps, lease: Lease): Promise<number> {
  const { db, now } = deps
  const lost = await listLostPosts(db, now(), BATCH)
  for (const { post, account } of lost) {
    const guard = (tx: Transaction) => holdsLease(tx, lease)
    await settleOutcome({ ...deps, guard }, { post, account }, { postId: post.id, fence: post.fence }, LOST)
  }
  return lost.length
}

async function expireDrafts({ db, publish, now }: SweepDeps, lease: Lease): Promise<number> {
  const closed = await listClosedReviews(db, now(), BATCH)
  let expired = 0
  for (const { id } of closed) {
    if (!(await inTransaction(db, (tx) => expireIn(tx, id, { lease, at: now() })))) continue
    expired++
    publish({ topic: 'queue', id })
    publish({ topic: 'conversation', id })
  }
  return expired
}

/** Under the conversation's lock the window is looked at once more: the contact may just have written. */
async function expireIn(
  tx: Transaction,
  id: ConversationId,
  { lease, at }: { lease: Lease; at: Date },
): Promise<boolean> {
  if (!(await holdsLease(tx, lease))) return false
  const conversation = await lockConversation(tx, id)
  if (conversation?.attention !== 'review' || !conversation.windowExpiresAt || conversation.windowExpiresAt > at)
    return false
  if (!(await expireDraft(tx, id, at))) return false
  await setAttention(tx, id, { attention: 'person', reason: 'window_closed' }, at)
  return true
}
