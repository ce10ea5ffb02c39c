/* What a call came to, written down once: post, attempt, thread, account and audit entry in one transaction. */

import { markCredential, stopAccount } from '#db/accounts.ts'
import { raiseAlert } from '#db/alerts.ts'
import { appendAudits } from '#db/audit.ts'
import { type Hold, lockClaimed } from '#db/claims.ts'
import { type Database, inTransaction, type Transaction } from '#db/client.ts'
import { finishAttempt, lockConversation, recordSent, settlePost } from '#db/outbox.ts'
import { countRetries, type Post, type SendCase } from '#db/send-cases.ts'
import type { AuditAction, AuditEvent } from '#src/domain/audit.ts'
import type { Outcome, PostStatus } from '#src/domain/outbox.ts'
import { firstLookAt } from '#src/domain/reconcile.ts'
import type { Bell } from '#src/queues/bell.ts'
import type { Publish } from '#src/queues/live.ts'
import { type Conclusion, conclude } from './conclude.ts'
import type { Next } from './next.ts'
import { giveBack } from './refuse.ts'
import { HOLD_MS } from './send-gates.ts'

export interface SettleDeps {
  db: Database
  bell: Pick<Bell, 'reconcile'>
  publish: Publish
  now: () => Date
  /** Asked inside the transaction: may this process still write at all? */
  guard?: (tx: Transaction) => Promise<boolean>
}

export type Settling = { post: Post; account: Pick<SendCase['account'], 'id' | 'name' | 'sealedToken'> }

/** Settles a claimed post; one that is no longer held by this claim is left alone. */
export async function settleOutcome(
  deps: SettleDeps,
  settling: Settling,
  claim: Hold,
  outcome: Outcome,
): Promise<Next> {
  const { db, bell, publish, now, guard } = deps
  const at = now()
  const conclusion = await inTransaction(db, async (tx) => {
    if (guard && !(await guard(tx))) return undefined
    const conversation = await lockConversation(tx, settling.post.conversationId)
    const post = await lockClaimed(tx, claim)
    if (!post) return undefined
    const retries = outcome.kind === 'retry' ? await countRetries(tx, post.id) : 0
    const windowExpiresAt = conversation?.windowExpiresAt ?? undefined
    const concluded = conclude(outcome, { messageRef: post.messageRef, retries, windowExpiresAt, at })
    await finishAttempt(tx, claim, outcome, at)
    await settlePost(tx, claim, { ...concluded, at })
    await followUp(tx, { settling: { ...settling, post }, outcome, concluded, attention: conversation?.attention, at })
    return concluded
  })
  if (!conclusion) return {}
  announce(publish, settling, outcome, conclusion)
  if (conclusion.status === 'uncertain') {
    const delayMs = firstLookAt({ since: at }).getTime() - at.getTime()
    // The sweep rings it should this fail.
    await bell.reconcile(settling.post.id, delayMs).catch(() => undefined)
  }
  if (conclusion.status !== 'queued') return {}
  return { waitUntil: conclusion.waitUntil ?? new Date(at.getTime() + HOLD_MS) }
}

interface FollowUp {
  settling: Settling
  outcome: Outcome
  concluded: Conclusion
  attention: string | undefined
  at: Date
}

/** What else changes with the post; the audit entry comes last. */
async function followUp(tx: Transaction, { settling, outcome, concluded, attention, at }: FollowUp): Promise<void> {
  const { post, account } = settling
  const { status, messageRef, note = '' } = concluded
  if (status === 'sent' && messageRef) await recordSent(tx, post, messageRef, at)
  if (status === 'failed') await giveBack(tx, { conversationId: post.conversationId, attention, note, at })
  if (outcome.kind === 'reauthorise') await disconnect(tx, account, outcome, at)
  if (outcome.kind === 'stop_account') await stop(tx, account, outcome, at)
  const entries = [accountEntry(settling, outcome), postEntry(settling, concluded)].filter(
    (entry) => entry !== undefined,
  )
  const actor = { kind: 'process', id: 'sending' } as const
  await appendAudits(
    tx,
    entries.map((entry) => ({ ...entry, actor, at })),
  )
}

async function disconnect(
  tx: Transaction,
  account: Settling['account'],
  { code, note }: { code: string; note: string },
  at: Date,
) {
  const credentialStatus = code === '190/463' ? 'expired' : 'revoked'
  if (!(await markCredential(tx, account, { credentialStatus, tokenError: code, checkedAt: at }, at))) return
  const text = `${account.name}: ${note}. Replies are held until it is connected again.`
  await raiseAlert(tx, {
    kind: 'token_refused',
    subject: account.id,
    severity: 'critical',
    accountId: account.id,
    text,
    at,
  })
}

async function stop(tx: Transaction, { id, name }: Settling['account'], { note }: { note: string }, at: Date) {
  await stopAccount(tx, id, note, at)
  const text = `${name}: ${note}. Replies are held until somebody resumes the account.`
  await raiseAlert(tx, { kind: 'account_stopped', subject: id, severity: 'critical', accountId: id, text, at })
}

const actions: Partial<Record<PostStatus, AuditAction>> = {
  sent: 'post.sent',
  failed: 'post.failed',
  uncertain: 'post.uncertain',
}

type Entry = Pick<AuditEvent, 'action' | 'subject' | 'accountId' | 'detail'>

function accountEntry({ post, account }: Settling, outcome: Outcome): Entry | undefined {
  if (outcome.kind !== 'reauthorise' && outcome.kind !== 'stop_account') return undefined
  const action = outcome.kind === 'reauthorise' ? 'credential.refused' : 'account.stopped'
  return { action, subject: { kind: 'account', id: account.id }, detail: { postId: post.id, code: outcome.code } }
}

export function postEntry({ post, account }: Settling, { status, code, messageRef }: Conclusion): Entry | undefined {
  const action = actions[status]
  const { id, decisionId, textHash, fence } = post
  const detail = { decisionId, textHash, fence, code: code ?? null, messageRef: messageRef ?? null }
  return action && { action, subject: { kind: 'post', id }, accountId: account.id, detail }
}

export function announce(
  publish: Publish,
  { post, account }: Settling,
  outcome: Outcome,
  { status }: Conclusion,
): void {
  publish({ topic: 'outbox', id: post.id })
  publish({ topic: 'conversation', id: post.conversationId })
  if (status === 'failed') publish({ topic: 'queue', id: post.conversationId })
  if (outcome.kind !== 'reauthorise' && outcome.kind !== 'stop_account') return
  publish({ topic: 'accounts', id: account.id })
  publish({ topic: 'alerts', id: account.id })
}
