import { eq } from 'drizzle-orm'
import { describe, expect, it } from 'vitest'
import { auditEntries } from '#db/schema/audit-entries.ts'
import { drafts } from '#db/schema/drafts.ts'
import { operatorAccounts } from '#db/schema/operator-accounts.ts'
import { outboxPosts } from '#db/schema/outbox-posts.ts'
import type { PostStatus } from '#src/domain/outbox.ts'
import { createBringBack } from '#src/flow/bring-back.ts'
import { createDecide } from '#src/flow/review.ts'
import { aMessageMore } from '#tests/support/drafting.ts'
import { sign } from '#tests/support/posts.ts'
import { aDatabase } from '#tests/support/stores.ts'
import { anAccount, anOperator, aThread } from '#tests/support/threads.ts'

const { db } = await aDatabase()
const deps = { db, sign, publish: () => undefined, now: () => new Date() }
const bells = { bell: { draft: async () => undefined }, lanes: { add: async () => undefined } }
const decide = createDecide({ ...deps, ...bells })
const bringBack = createBringBack(deps)
const { id: operatorId } = await anOperator(db)

/** A reply that was approved after a change, and then came to this. */
async function aPostThat(status: PostStatus, outcomeCode: string | null = null) {
  const thread = await aThread(db)
  const draft = thread.draft!
  const seen = { textHash: draft.textHash, headMessageId: thread.message.id }
  const decision = { verdict: 'approve', text: 'Yes, within a week.', seen } as const
  const [made] = await decide({ draftId: draft.id, decision, operatorId, givenBy: 'console' })
  const { postId } = made!
  await db.update(outboxPosts).set({ status, outcomeCode }).where(eq(outboxPosts.id, postId))
  return { thread, postId }
}

const draftsOf = (id: string) =>
  db
    .select()
    .from(drafts)
    .where(eq(drafts.waitingFor, id as never))

describe('a reply that did not arrive', () => {
  it('waits for a new approval beside the newest message, and nothing leaves by itself', async () => {
    const { thread, postId } = await aPostThat('failed', '100/2534002')
    const { id } = thread.conversation
    const headMessageId = await aMessageMore(db, thread)
    await bringBack({ postId, operatorId })
    const [waiting] = await draftsOf(id)
    expect(waiting).toMatchObject({ text: 'Yes, within a week.', status: 'pending_review', headMessageId })
    expect(waiting?.author).toBe('claude')
    const posts = () => db.select().from(outboxPosts).where(eq(outboxPosts.conversationId, id))
    expect(await posts()).toMatchObject([{ id: postId, status: 'failed' }])
    await expect(bringBack({ postId, operatorId })).rejects.toMatchObject({ code: 'conflict' })
    expect(await draftsOf(id)).toHaveLength(1)
    const entries = await db.select().from(auditEntries).where(eq(auditEntries.subjectId, postId))
    expect(entries.map(({ action }) => action)).toEqual(['post.brought_back'])

    const seen = { textHash: waiting!.textHash, headMessageId }
    const decision = { verdict: 'approve', text: waiting!.text, seen } as const
    await decide({ draftId: waiting!.id, decision, operatorId, givenBy: 'console' })
    expect((await posts()).map(({ status }) => status).sort()).toEqual(['failed', 'queued'])
  })

  it.each([
    ['uncertain', null],
    ['sending', null],
    ['sent', null],
    ['queued', null],
    ['failed', 'reply_window'],
  ] as const)('is left alone while it is %s (%s)', async (status, code) => {
    const { thread, postId } = await aPostThat(status, code)
    await expect(bringBack({ postId, operatorId })).rejects.toMatchObject({ code: 'conflict' })
    expect(await draftsOf(thread.conversation.id)).toEqual([])
  })

  it('is not there for whoever is kept to other accounts', async () => {
    const { postId } = await aPostThat('failed')
    const kept = await anOperator(db, { name: 'Kept' })
    const elsewhere = await anAccount(db)
    await db.insert(operatorAccounts).values({ operatorId: kept.id, accountId: elsewhere.id, createdAt: new Date() })
    await expect(bringBack({ postId, operatorId: kept.id })).rejects.toMatchObject({ code: 'not_found' })
  })
})
