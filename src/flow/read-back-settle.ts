/* What a look at the thread came to, written down once: post, thread, the look itself and the audit entry in one transaction. */
import { appendAudit } from '#db/audit.ts'
import { type Database, inTransaction, type Transaction } from '#db/client.ts'
import { moveConversation } from '#db/conversations.ts'
import { settleUncertain } from '#db/echoes.ts'
import { insertMessage, listRecent } from '#db/messages.ts'
import { endPost, lockConversation, recordSent } from '#db/outbox.ts'
import { findUnread, isSending, listClaimed, recordLook } from '#db/read-backs.ts'
import type { Post } from '#db/send-cases.ts'
import { newId } from '#src/domain/ids.ts'
import { isReply } from '#src/domain/outbox.ts'
import { type Finding, judgeThread, type ShownMessage, type ShownThread } from '#src/domain/reconcile.ts'
import { cleanReply } from '#src/domain/review.ts'
import type { Lanes } from '#src/limits/lanes.ts'
import type { Publish } from '#src/queues/live.ts'
import type { Next } from './next.ts'
import { headOf } from './receive-window.ts'

interface SettleDeps {
  db: Database
  lanes: Pick<Lanes, 'add'>
  publish: Publish
  now: () => Date
}

export type Unread = NonNullable<Awaited<ReturnType<typeof findUnread>>> & { calls: Date[] }
export interface Look extends Unread {
  startedAt: Date
  thread: ShownThread | undefined
}

/** A message of a call that is under way has no name yet; it has one soon. */
const BUSY_MS = 5000
/** Taking the look counted as a change of the row. */
const OWN_CLAIM = 1

/** Settles what was looked at, unless it has been settled meanwhile. */
export function settleLook(deps: SettleDeps, look: Look): Promise<Next> {
  return settle(deps, look, (tx, at) => judge(tx, look, at))
}

/** The thread could not be read: a person looks. */
export function settleUnreadable(deps: SettleDeps, look: Look): Promise<Next> {
  return settle(deps, look, async () => ({ kind: 'undecided', note: 'The thread could not be read', shown: [] }))
}

type Judge = (tx: Transaction, at: Date) => Promise<Finding>

async function settle({ db, lanes, publish, now }: SettleDeps, look: Look, judge: Judge): Promise<Next> {
  const { id, version, platform, accountId, conversationId } = look.post
  const finding = await inTransaction(db, async (tx) => {
    await lockConversation(tx, conversationId)
    const post = (await findUnread(tx, id))?.post
    // An echo or a person was faster, or another look has begun.
    if (post?.version !== version + OWN_CLAIM) return undefined
    const at = now()
    const found = await judge(tx, at)
    await apply(tx, { look: { ...look, post }, found, at })
    return found
  })
  if (!finding) return {}
  if (finding.kind === 'wait') return { waitUntil: finding.until }
  publish({ topic: 'outbox', id })
  publish({ topic: 'conversation', id: conversationId })
  if (finding.kind !== 'lost') return {}
  const waiting = { id, accountId, conversationId, windowExpiresAt: look.windowExpiresAt, delayMs: 0 }
  // The sweep lines it up should this fail.
  await lanes.add(platform, [waiting]).catch(() => undefined)
  return {}
}

async function judge(tx: Transaction, { post, calls, thread }: Look, at: Date): Promise<Finding> {
  if (await isSending(tx, post.conversationId)) return { kind: 'wait', until: new Date(at.getTime() + BUSY_MS) }
  // To hide or delete twice comes to the same as once.
  if (!isReply(post.kind)) return { kind: 'lost' }
  const refs = (thread?.messages ?? []).map(({ messageRef }) => messageRef)
  const claimed = await listClaimed(tx, post, refs)
  const { text, outcomeCode: code, updatedAt: since } = post
  const doubt = { text, code, since, calls: { first: calls[0] ?? post.notBefore, count: calls.length } }
  return judgeThread(doubt, thread, (ref) => claimed.has(ref), at)
}

interface Found {
  look: Look
  found: Finding
  at: Date
}

async function apply(tx: Transaction, { look, found, at }: Found): Promise<void> {
  const { post, startedAt } = look
  switch (found.kind) {
    case 'wait':
      return
    case 'arrived': {
      const { messageRef, sentAt } = found.message
      await settleUncertain(tx, post, { ref: messageRef, sentAt, at })
      await recordSent(tx, post, messageRef, sentAt)
      await recordLook(tx, post, { outcome: 'sent', note: 'The thread shows it', startedAt, at })
      return record(tx, post, { status: 'sent', messageRef }, at)
    }
    case 'lost': {
      const note = 'The thread does not show it: sent once more'
      await recordLook(tx, post, { outcome: 'uncertain', note, startedAt, at })
      await endPost(tx, post, { status: 'queued', code: post.outcomeCode ?? undefined, note, at })
      return record(tx, post, { status: 'queued', messageRef: null }, at)
    }
    case 'undecided':
      await keepShown(tx, post, found.shown, at)
      return recordLook(tx, post, { outcome: 'uncertain', note: found.note, startedAt, at })
  }
}

type Settled = { status: 'sent'; messageRef: string } | { status: 'queued'; messageRef: null }

function record(tx: Transaction, { id, accountId, textHash, fence }: Post, settled: Settled, at: Date): Promise<void> {
  return appendAudit(tx, {
    action: 'post.settled',
    actor: { kind: 'process', id: 'sending' },
    subject: { kind: 'post', id },
    accountId,
    detail: { ...settled, evidence: 'read_back', textHash, fence },
    at,
  })
}

/**
 * What the person is to see beside the post. Words that equal the post's may be the post itself, so only other words
 * count as somebody's answer from elsewhere; drafts are left to the echo, which comes with its own time.
 */
async function keepShown(tx: Transaction, post: Post, shown: ShownMessage[], at: Date): Promise<void> {
  const { accountId, conversationId } = post
  for (const { messageRef, text, sentAt } of shown) {
    await insertMessage(tx, {
      id: newId('message', at),
      accountId,
      conversationId,
      messageRef,
      direction: 'outbound',
      origin: cleanReply(text) === cleanReply(post.text) ? 'countersign' : 'elsewhere',
      form: text === '' ? 'media' : 'text',
      text,
      attachments: [],
      sentAt,
      createdAt: at,
    })
  }
  if (shown.length > 0) await moveConversation(tx, conversationId, headOf(await listRecent(tx, conversationId)), at)
}
