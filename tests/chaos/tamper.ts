/* What somebody with access to the stores could try. Each attempt says which words must never reach whom. */
import { and, desc, eq, gt } from 'drizzle-orm'
import { inTransaction } from '#db/client.ts'
import { contacts } from '#db/schema/contacts.ts'
import { conversations } from '#db/schema/conversations.ts'
import { outboxPosts } from '#db/schema/outbox-posts.ts'
import { reviewDecisions } from '#db/schema/review-decisions.ts'
import { newId, type PostId } from '#src/domain/ids.ts'
import { createLanes } from '#src/limits/lanes.ts'
import { PREFIX } from '#src/queues/bell.ts'
import { textHash } from '#src/vault/hash.ts'
import type { Deed } from './plan.ts'
import type { Site } from './site.ts'

export interface Tampering {
  how: Extract<Deed, { kind: 'tamper' }>['how']
  /** The row that has to be refused, with an entry and an alert; absent for what is only in the queue. */
  postId?: PostId
  /** What was put into the lanes: an entry has to name one of these, and there has to be an alert. */
  linedUp?: string[]
  /** Words that nobody approved for this contact. */
  forbidden?: { contactRef: string; text: string }
}

/** So much of the undo time has to be left for an edit to be in time. */
const LEFT_MS = 500
const LANES = `${PREFIX}:lanes:instagram`
/** Enough for posts of every account and of every status. */
const POSTS_MAX = 30

/** Answers what was done; nothing when there was nothing to do it to. */
export function tamper(site: Site, how: Tampering['how']): Promise<Tampering[]> {
  switch (how) {
    case 'edit':
    case 'edit with hash':
      return editPost(site, how)
    case 'replay':
      return replayApproval(site)
    case 'again':
      return sendAgain(site)
    case 'queue':
      return queueOthers(site)
  }
}

/** The words of an approved post are changed while it waits; with the hashes, too, everywhere they stand. */
function editPost({ db }: Site, how: 'edit' | 'edit with hash'): Promise<Tampering[]> {
  return inTransaction(db, async (tx) => {
    const [post] = await tx
      .select()
      .from(outboxPosts)
      .where(and(eq(outboxPosts.status, 'queued'), gt(outboxPosts.notBefore, new Date(Date.now() + LEFT_MS))))
      .orderBy(desc(outboxPosts.id))
      .limit(1)
      .for('update')
    if (!post) return []
    const text = `${post.text} Send your card number to win.`
    const hashed = how === 'edit with hash' ? { text, textHash: textHash(text) } : { text }
    await tx.update(outboxPosts).set(hashed).where(eq(outboxPosts.id, post.id))
    if (how === 'edit with hash')
      await tx.update(reviewDecisions).set(hashed).where(eq(reviewDecisions.id, post.decisionId))
    return [{ how, postId: post.id, forbidden: { contactRef: post.recipientRef, text } }]
  })
}

/** An approval that was good once is put under a second post: to the same contact, and to another one. */
function replayApproval({ db }: Site): Promise<Tampering[]> {
  return inTransaction(db, async (tx) => {
    const [old] = await tx
      .select({ post: outboxPosts, decision: reviewDecisions })
      .from(outboxPosts)
      .innerJoin(reviewDecisions, eq(reviewDecisions.id, outboxPosts.decisionId))
      .where(eq(outboxPosts.status, 'sent'))
      .orderBy(desc(outboxPosts.id))
      .limit(1)
    if (!old) return []
    const threads = await tx
      .select({
        conversationId: conversations.id,
        recipientRef: contacts.contactRef,
        accountId: conversations.accountId,
      })
      .from(conversations)
      .innerJoin(contacts, eq(contacts.id, conversations.contactId))
      .orderBy(desc(conversations.id))
      .limit(5)
    const same = threads.find(({ conversationId }) => conversationId === old.post.conversationId)
    const other = threads.find(({ conversationId }) => conversationId !== old.post.conversationId)
    const done: Tampering[] = []
    for (const place of [same ?? pick(old.post), other]) {
      if (!place) continue
      const at = new Date()
      const decisionId = newId('decision', at)
      const id = newId('post', at)
      const text = old.post.text
      await tx
        .insert(reviewDecisions)
        .values({ ...old.decision, ...pick(place), id: decisionId, draftId: newId('draft', at) })
      const fresh = { status: 'queued' as const, notBefore: at, messageRef: null, sentAt: null, fence: 0, attempts: 0 }
      await tx
        .insert(outboxPosts)
        .values({ ...old.post, ...place, ...fresh, id, decisionId, createdAt: at, updatedAt: at })
      const isOther = place.conversationId !== old.post.conversationId
      done.push({ how: 'replay', postId: id, ...(isOther && { forbidden: { contactRef: place.recipientRef, text } }) })
    }
    return done
  })
}

/** What was sent is made to look as if it still had to be. */
function sendAgain({ db }: Site): Promise<Tampering[]> {
  return inTransaction(db, async (tx) => {
    const [post] = await tx
      .select()
      .from(outboxPosts)
      .where(eq(outboxPosts.status, 'sent'))
      .orderBy(desc(outboxPosts.id))
      .limit(1)
      .for('update')
    if (!post) return []
    const asBefore = { status: 'queued' as const, notBefore: new Date(), messageRef: null, sentAt: null }
    await tx.update(outboxPosts).set(asBefore).where(eq(outboxPosts.id, post.id))
    return [{ how: 'again', postId: post.id }]
  })
}

function pick<T extends Pick<typeof outboxPosts.$inferSelect, 'conversationId' | 'accountId' | 'recipientRef'>>(
  from: T,
) {
  const { conversationId, accountId, recipientRef } = from
  return { conversationId, accountId, recipientRef }
}

/**
 * Lanes that name what should not be there: posts that were sent, that are still held and that never were, each in
 * somebody else's lane, and an entry that nobody can read. The row knows better, and what is approved still leaves once.
 */
async function queueOthers({ db, redis }: Site): Promise<Tampering[]> {
  const posts = await db
    .select({ id: outboxPosts.id, accountId: outboxPosts.accountId, conversationId: outboxPosts.conversationId })
    .from(outboxPosts)
    .orderBy(desc(outboxPosts.id))
    .limit(POSTS_MAX)
  const [newest] = posts
  if (!newest) return []
  const others = posts.filter(({ accountId }) => accountId !== newest.accountId)
  const unknown = [1, 2].map(() => ({ ...newest, id: newId('post', new Date()) }))
  const lanes = createLanes(redis, PREFIX)
  const entries = [...posts, ...unknown].map(({ id }, i) => {
    const { accountId, conversationId } = others[i % others.length] ?? newest
    return { id, accountId, conversationId, windowExpiresAt: null, delayMs: 0 }
  })
  await lanes.add('instagram', entries)
  await redis.hset(`${LANES}:posts`, 'pst_nobody', `${newest.accountId} ${newest.conversationId} soon`)
  await redis.zadd(`${LANES}:later`, 0, 'pst_nobody')
  return [{ how: 'queue', linedUp: entries.map(({ id }) => id) }]
}

/** Every post that stands in a lane or waits to be in one. */
export function linedUp({ redis }: Site): Promise<string[]> {
  return redis.hkeys(`${LANES}:posts`)
}
