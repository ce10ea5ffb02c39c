import { eq } from 'drizzle-orm'
import { beforeEach, describe, expect, it } from 'vitest'
import { holdsLease, takeLease } from '#db/leases.ts'
import { accounts } from '#db/schema/accounts.ts'
import { auditEntries } from '#db/schema/audit-entries.ts'
import { conversations } from '#db/schema/conversations.ts'
import { deliveryAttempts } from '#db/schema/delivery-attempts.ts'
import { drafts } from '#db/schema/drafts.ts'
import { inboundEvents } from '#db/schema/inbound-events.ts'
import { outboxPosts } from '#db/schema/outbox-posts.ts'
import { leases, switches } from '#db/schema/switches.ts'
import { webhookDeliveries } from '#db/schema/webhook-deliveries.ts'
import { newId } from '#src/domain/ids.ts'
import { createSweep, type SweepDeps } from '#src/flow/sweep.ts'
import { textHash } from '#src/vault/hash.ts'
import { aConnectedThread, aQueuedPost } from '#tests/support/posts.ts'
import { aDatabase } from '#tests/support/stores.ts'
import { anAccount, aThread } from '#tests/support/threads.ts'

const { db } = await aDatabase()
const ago = (ms: number) => new Date(Date.now() - ms)
let serial = 0

// Every test sweeps the whole database, so each begins with an empty one.
beforeEach(async () => {
  for (const table of [webhookDeliveries, conversations, outboxPosts, leases, switches, drafts]) await db.delete(table)
})

function aSweep(changed: Partial<SweepDeps> = {}) {
  const rung = {
    inbox: [] as number[],
    draft: [] as string[],
    outbox: [] as string[],
    reconcile: [] as string[],
    mention: [] as string[],
  }
  const bell = {
    inbox: async (ids: number[]) => void rung.inbox.push(...ids),
    draft: async (id: string) => void rung.draft.push(id),
    reconcile: async (id: string) => void rung.reconcile.push(id),
    mention: async (id: string) => void rung.mention.push(id),
  }
  const sweep = createSweep({
    db,
    bell,
    lanes: { add: async (_platform, posts) => void rung.outbox.push(...posts.map(({ id }) => id)) },
    publish: () => undefined,
    now: () => new Date(),
    holder: `h${++serial}`,
    ...changed,
  })
  return { sweep, rung }
}

async function aDelivery({
  createdAt = ago(6000),
  status = 'stored' as const,
}: Partial<typeof webhookDeliveries.$inferInsert> = {}) {
  const row = {
    source: 'instagram' as const,
    digest: textHash(`${++serial}`),
    secretLabel: 'instagram',
    body: Buffer.from('{}'),
    status,
    createdAt,
  }
  const [{ insertId }] = await db.insert(webhookDeliveries).values(row)
  return insertId
}

const postOf = async (id: string) =>
  (
    await db
      .select()
      .from(outboxPosts)
      .where(eq(outboxPosts.id, id as never))
  )[0]

describe('the sweep rings again', () => {
  it('for deliveries that nobody received within five seconds', async () => {
    const late = await aDelivery()
    await aDelivery({ createdAt: ago(1000) })
    await aDelivery({ status: 'received' })
    const { sweep, rung } = aSweep()
    expect(await sweep()).toMatchObject({ deliveries: 1 })
    expect(rung.inbox).toEqual([late])
  })

  it('for conversations whose draft is overdue, unless one is being written', async () => {
    const [overdue, fresh, leased] = [
      await aConnectedThread(db),
      await aConnectedThread(db),
      await aConnectedThread(db),
    ]
    const set = async (id: string, change: object) =>
      void (await db
        .update(conversations)
        .set({ attention: 'waiting', ...change })
        .where(eq(conversations.id, id as never)))
    await set(overdue.conversation.id, { draftDueAt: ago(16_000), draftLeaseUntil: ago(1000) })
    await set(fresh.conversation.id, { draftDueAt: ago(5000) })
    await set(leased.conversation.id, { draftDueAt: ago(16_000), draftLeaseUntil: new Date(Date.now() + 30_000) })
    const { sweep, rung } = aSweep()
    expect(await sweep()).toMatchObject({ drafts: 1 })
    expect(rung.draft).toEqual([overdue.conversation.id])
  })

  it('for posts that are due and forgotten, not for those that wait or are held', async () => {
    const due = { notBefore: ago(11_000) }
    const forgotten = await aQueuedPost(db, { post: due })
    await aQueuedPost(db, { post: { notBefore: ago(1000) } })
    await aQueuedPost(db, { post: { ...due, waitUntil: new Date(Date.now() + 60_000) } })
    const stopped = await aQueuedPost(db, { post: due })
    await db.update(accounts).set({ stoppedAt: new Date() }).where(eq(accounts.id, stopped.thread.account.id))
    const dead = await aQueuedPost(db, { post: due })
    await db.update(accounts).set({ credentialStatus: 'revoked' }).where(eq(accounts.id, dead.thread.account.id))
    const { sweep, rung } = aSweep()
    await sweep()
    expect(rung.outbox).toEqual([forgotten.id])

    await db.insert(switches).values({ name: 'sending', stoppedAt: new Date(), createdAt: new Date() })
    const second = aSweep({ now: () => new Date(Date.now() + 20_000) })
    await second.sweep()
    expect(second.rung.outbox).toEqual([])
  })

  it('for uncertain posts that nobody has looked for, unless there is no token to look with', async () => {
    const uncertain = { status: 'uncertain' as const, fence: 1, updatedAt: ago(31_000) }
    const lost = await aQueuedPost(db, { post: uncertain })
    await aQueuedPost(db, { post: { ...uncertain, updatedAt: ago(20_000) } })
    const dead = await aQueuedPost(db, { post: uncertain })
    await db.update(accounts).set({ credentialStatus: 'revoked' }).where(eq(accounts.id, dead.thread.account.id))
    const looked = await aQueuedPost(db, { post: uncertain })
    const at = new Date()
    await db.insert(deliveryAttempts).values({
      id: newId('attempt', at),
      postId: looked.id,
      accountId: looked.thread.account.id,
      endpointClass: 'read',
      fence: 1,
      createdAt: at,
    })
    const { sweep, rung } = aSweep()
    expect(await sweep()).toMatchObject({ unread: 1 })
    expect(rung.reconcile).toEqual([lost.id])
  })

  it('for mentions of which nobody has asked the platform, for two days', async () => {
    const account = await anAccount(db)
    const anEvent = async (told: Date, changed: Partial<typeof inboundEvents.$inferInsert> = {}) => {
      const id = newId('event', told)
      const about = { source: 'instagram', accountRef: account.accountRef, accountId: account.id } as const
      const when = { occurredAt: told, createdAt: told }
      const row = { id, deliveryId: 1, itemIndex: 0, kind: 'mention_notice' as const, ...about, ...when, ...changed }
      await db.insert(inboundEvents).values({ ...row, dedupeKey: textHash(`event ${++serial}`) })
      return id
    }
    const forgotten = await anEvent(ago(31_000))
    await anEvent(ago(20_000))
    await anEvent(ago(31_000), { reason: 'shown' })
    await anEvent(ago(31_000), { accountId: null })
    await anEvent(ago(31_000), { kind: 'mention' })
    await anEvent(ago(3 * 86_400_000))
    const { sweep, rung } = aSweep()
    await sweep()
    expect(rung.mention).toEqual([forgotten])
  })

  it('not at every round: a slow worker is not buried in bells', async () => {
    await aDelivery()
    let at = Date.now()
    const { sweep, rung } = aSweep({ now: () => new Date(at) })
    for (let round = 0; round < 5; round++, at += 2000) await sweep()
    expect(rung.inbox).toHaveLength(1)
    at += 30_000
    await sweep()
    expect(rung.inbox).toHaveLength(2)
  })
})

describe('the sweep settles', () => {
  const lost = { status: 'sending' as const, fence: 3, leaseUntil: ago(1000), attempts: 1 }

  it('a post whose sender died as uncertain, with an entry', async () => {
    const { id } = await aQueuedPost(db, { post: lost })
    const alive = await aQueuedPost(db, { post: { ...lost, leaseUntil: new Date(Date.now() + 10_000) } })
    const { sweep, rung } = aSweep()
    expect(await sweep()).toMatchObject({ uncertain: 1 })
    expect(await postOf(id)).toMatchObject({ status: 'uncertain', outcomeCode: 'lease_lost' })
    expect((await postOf(alive.id))?.status).toBe('sending')
    expect(await db.select().from(auditEntries).where(eq(auditEntries.subjectId, id))).toEqual([
      expect.objectContaining({ action: 'post.uncertain' }),
    ])
    await sweep()
    expect(rung.outbox).toEqual([])
  })

  it('the same post as sent when its echo came before the end', async () => {
    const { id } = await aQueuedPost(db, { post: { ...lost, messageRef: 'mid.echo' } })
    await aSweep().sweep()
    expect(await postOf(id)).toMatchObject({ status: 'sent', messageRef: 'mid.echo' })
  })

  it('a draft whose reply window closed as expired, and says so', async () => {
    const closed = await aThread(db)
    const open = await aThread(db)
    const window = { windowExpiresAt: ago(1000), deadlineAt: ago(1000) }
    await db.update(conversations).set(window).where(eq(conversations.id, closed.conversation.id))
    expect(await aSweep().sweep()).toMatchObject({ expired: 1 })
    const statusOf = async (id: string | undefined) =>
      (
        await db
          .select()
          .from(drafts)
          .where(eq(drafts.id, id as never))
      )[0]
    expect(await statusOf(closed.draft?.id)).toMatchObject({ status: 'expired', waitingFor: null })
    expect((await statusOf(open.draft?.id))?.status).toBe('pending_review')
    const [conversation] = await db.select().from(conversations).where(eq(conversations.id, closed.conversation.id))
    expect(conversation).toMatchObject({ attention: 'person', attentionReason: 'window_closed' })
  })
})

describe('one sweeper at a time', () => {
  it('a second one does nothing while the first holds the lease, and takes over when it ends', async () => {
    await aDelivery()
    let at = Date.now()
    const now = () => new Date(at)
    const [first, second] = [aSweep({ now }), aSweep({ now })]
    await first.sweep()
    expect(await second.sweep()).toMatchObject({ deliveries: 0 })
    at += 16_000
    expect(await second.sweep()).toMatchObject({ deliveries: 1 })
    expect(await first.sweep()).toMatchObject({ deliveries: 0 })
  })

  it('one that froze changes nothing after another took over', async () => {
    const at = new Date()
    const taken = { name: 'sweep' as const, at, until: new Date(at.getTime() + 1000) }
    const frozen = await takeLease(db, { ...taken, holder: 'frozen' })
    expect(await takeLease(db, { ...taken, holder: 'other' })).toBeUndefined()
    const later = new Date(at.getTime() + 1001)
    const next = await takeLease(db, { ...taken, holder: 'other', at: later, until: new Date(later.getTime() + 1000) })
    const holds = (lease: typeof next) =>
      db.transaction((tx) => (lease ? holdsLease(tx, lease) : Promise.resolve(false)))
    expect([await holds(frozen), await holds(next)]).toEqual([false, true])
  })

  it('only one of twenty gets a lease that ran out', async () => {
    const at = new Date()
    const until = new Date(at.getTime() + 1000)
    const taken = await Promise.all(
      Array.from({ length: 20 }, (_, i) => takeLease(db, { name: 'sweep', holder: `p${i}`, at, until })),
    )
    expect(taken.filter(Boolean)).toHaveLength(1)
  })
})
