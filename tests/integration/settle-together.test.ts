import { and, eq } from 'drizzle-orm'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { type Claim, claimPosts } from '#db/claims.ts'
import { connect, type Database, inTransaction } from '#db/client.ts'
import { auditEntries } from '#db/schema/audit-entries.ts'
import { conversations } from '#db/schema/conversations.ts'
import { deliveryAttempts } from '#db/schema/delivery-attempts.ts'
import { messages } from '#db/schema/messages.ts'
import { outboxPosts } from '#db/schema/outbox-posts.ts'
import { readSendCases, type SendCase } from '#db/send-cases.ts'
import { newId } from '#src/domain/ids.ts'
import { type SettleDeps, settleOutcome } from '#src/flow/settle.ts'
import { createSettleCall } from '#src/flow/settle-call.ts'
import { aConnectedThread, aQueuedPost } from '#tests/support/posts.ts'
import { aDatabase } from '#tests/support/stores.ts'

const { db, url } = await aDatabase()
/** After everything that the posts are made of. */
const START = new Date(Math.ceil(Date.now() / 1000) * 1000 + 3_600_000)
const now = () => new Date(START.getTime() + 2000)
const deps: SettleDeps = { db, bell: { reconcile: async () => undefined }, publish: () => undefined, now }

type Queued = Awaited<ReturnType<typeof aQueuedPost>>
type Row = typeof messages.$inferInsert

/** What may have happened to a post between its call and its settlement. */
const meanwhile = {
  nothing: async () => undefined,
  'its echo came': (queued: Queued) => aMessage(queued, { direction: 'outbound', origin: 'elsewhere' }),
  'the contact wrote': (queued: Queued) => aMessage(queued, { messageRef: `mid.in.${queued.id}`, sentAt: later(1000) }),
  'the contact wrote at the very same time': (queued: Queued) =>
    aMessage(queued, { messageRef: `mid.same.${queued.id}`, sentAt: now() }),
  'the contact writes from the future': (queued: Queued) =>
    aMessage(queued, { messageRef: `mid.future.${queued.id}`, sentAt: later(60_000) }),
  'the sweep took it away': ({ id }: Queued) =>
    db.update(outboxPosts).set({ status: 'uncertain', leaseUntil: null }).where(eq(outboxPosts.id, id)),
  'somebody else has it now': ({ id }: Queued) =>
    db.update(outboxPosts).set({ fence: 7 }).where(eq(outboxPosts.id, id)),
  'its echo named it': ({ id }: Queued) =>
    db
      .update(outboxPosts)
      .set({ messageRef: refOf(id) })
      .where(eq(outboxPosts.id, id)),
}
type Event = keyof typeof meanwhile

const later = (ms: number) => new Date(START.getTime() + ms)
const refOf = (id: string) => `mid.${id}`
const outcomeOf = (id: string) => ({ kind: 'sent' as const, messageRef: refOf(id) })

/** A message in the thread; an inbound one becomes its head, as receiving makes it. */
async function aMessage({ id, thread }: Queued, changed: Partial<Row>): Promise<void> {
  const row: Row = {
    id: newId('message', START),
    accountId: thread.account.id,
    conversationId: thread.conversation.id,
    messageRef: refOf(id),
    direction: 'inbound',
    origin: 'contact',
    form: 'text',
    text: 'words',
    attachments: [],
    sentAt: START,
    createdAt: START,
    ...changed,
  }
  await db.insert(messages).values(row)
  if (row.direction !== 'inbound') return
  const head = { headMessageId: row.id, headAt: row.sentAt }
  await db.update(conversations).set(head).where(eq(conversations.id, row.conversationId))
}

interface Called {
  queued: Queued
  found: SendCase
  claim: Claim
}

/** A post that was claimed and called, and what happened then. */
async function aCalledPost(event: Event): Promise<Called> {
  const queued = await aQueuedPost(db, {
    thread: await aConnectedThread(db),
    post: { notBefore: START, waitUntil: null },
  })
  const [found] = await readSendCases(db, [queued.id], new Date())
  if (!found) throw new Error('the post is gone')
  const at = later(1000)
  const [claim] = await inTransaction(db, (tx) => claimPosts(tx, [found.post], { at, leaseUntil: later(31_000) }))
  if (!claim) throw new Error('the post was not claimed')
  await meanwhile[event](queued)
  return { queued, found, claim }
}

async function eachCalled(happened: Event[]): Promise<Called[]> {
  const called: Called[] = []
  for (const event of happened) called.push(await aCalledPost(event))
  return called
}

const eachRecord = (called: Called[]) => Promise.all(called.map(readRecord))

/** All that is on record about it, without ids that are its own. */
async function readRecord({ queued: { id, thread } }: Called) {
  const own = (ref: string | null) => ref?.replace(id, 'POST').replace(/_[^.]*$/, '') ?? null
  const [post] = await db.select().from(outboxPosts).where(eq(outboxPosts.id, id))
  const [conversation] = await db.select().from(conversations).where(eq(conversations.id, thread.conversation.id))
  const rows = await db.select().from(messages).where(eq(messages.conversationId, thread.conversation.id))
  const head = rows.find((row) => row.id === conversation?.headMessageId)
  const ofPost = and(eq(auditEntries.subjectKind, 'post'), eq(auditEntries.subjectId, id))
  const entries = await db.select().from(auditEntries).where(ofPost)
  const attempts = await db.select().from(deliveryAttempts).where(eq(deliveryAttempts.postId, id))
  const { status, waitUntil, leaseUntil, outcomeCode, outcomeNote, sentAt, updatedAt, version, fence } = post ?? {}
  return {
    post: { status, waitUntil, leaseUntil, outcomeCode, outcomeNote, sentAt, updatedAt, version, fence },
    ref: own(post?.messageRef ?? null),
    head: head?.id === thread.message.id ? 'as it was' : [own(head?.messageRef ?? null), conversation?.headAt],
    attention: conversation?.attention,
    messages: rows
      .filter((row) => row.id !== thread.message.id)
      .map((row) => [
        own(row.messageRef),
        row.direction,
        row.origin,
        row.text,
        row.postId === id,
        row.sentAt,
        row.version,
      ])
      .toSorted(),
    attempts: attempts.map(({ outcome, code, note, finishedAt, fence }) => ({
      outcome,
      code,
      note,
      finishedAt,
      fence,
    })),
    entries: entries.map(({ action, actorId, detail, at }) => ({
      action,
      actorId,
      at,
      detail: { ...detail, decisionId: null, messageRef: own(String(detail['messageRef'])) },
    })),
  }
}

const events = fc.array(fc.constantFrom(...(Object.keys(meanwhile) as Event[])), { minLength: 1, maxLength: 12 })

describe('calls that arrived', () => {
  it('leave the same record when many are settled together as when each is settled alone', async () => {
    await fc.assert(
      fc.asyncProperty(events, async (happened) => {
        const [together, alone] = [await eachCalled(happened), await eachCalled(happened)]
        const settle = createSettleCall(deps)
        await Promise.all(together.map(({ queued, found, claim }) => settle(found, claim, outcomeOf(queued.id))))
        for (const { queued, found, claim } of alone) await settleOutcome(deps, found, claim, outcomeOf(queued.id))
        expect(await eachRecord(together)).toEqual(await eachRecord(alone))
      }),
      { numRuns: 12, examples: [[Object.keys(meanwhile) as Event[]]] },
    )
  }, 60_000)
})

describe('while the database is away', () => {
  /** A database that fails so many transactions, the last of them after its commit. */
  function aShakyDatabase(failures: number): { shaky: Database; tries: () => number } {
    const { db: shaky } = connect(url)
    let tries = 0
    const transaction = shaky.transaction.bind(shaky)
    shaky.transaction = (async (...args: Parameters<typeof transaction>) => {
      tries++
      if (tries < failures) throw new Error('away')
      const result = await transaction(...args)
      if (tries === failures) throw new Error('lost after the commit')
      return result
    }) as typeof transaction
    return { shaky, tries: () => tries }
  }

  it('a call that arrived is written down once when it is back, and the last commit whose answer was lost counts', async () => {
    const { shaky, tries } = aShakyDatabase(3)
    const { queued, found, claim } = await aCalledPost('nothing')
    const settle = createSettleCall({ ...deps, db: shaky })
    await settle(found, claim, outcomeOf(queued.id))
    expect(tries()).toBeGreaterThan(3)
    const { post, messages, entries } = await readRecord({ queued, found, claim })
    expect({ status: post.status, messages: messages.length, entries: entries.length }).toEqual({
      status: 'sent',
      messages: 1,
      entries: 1,
    })
  })

  it('it gives up when the lease is over, and leaves the post to the sweep', async () => {
    const { shaky, tries } = aShakyDatabase(1000)
    const { queued, found, claim } = await aCalledPost('nothing')
    let looks = 0
    // Each look at the clock takes ten seconds of the lease.
    const settle = createSettleCall({ ...deps, db: shaky, now: () => later(2000 + 10_000 * ++looks) })
    await expect(settle(found, claim, outcomeOf(queued.id))).rejects.toThrow('away')
    expect(tries()).toBeGreaterThan(1)
    expect((await readRecord({ queued, found, claim })).post.status).toBe('sending')
  })
})
