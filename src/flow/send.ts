/*
 * Approved post → platform, at most once, at the instant the limiter named. All gates are asked again from MySQL; the claim
 * (`queued` to `sending`) is a compare-and-set on the row exactly as the gates saw it. Between claim and settlement lies
 * one POST, never two: whatever goes wrong there, and is not certain to have stopped before the platform, rests as
 * `uncertain`. A worker that froze finds its fence, its lease or its slot gone and neither calls nor writes.
 * Posts that are under way at the same time share their statements.
 */
import { type Claim, claimPosts, releasePost } from '#db/claims.ts'
import { type Database, inTransaction } from '#db/client.ts'
import { type Post, readSendCases, type SendCase } from '#db/send-cases.ts'
import type { PostId } from '#src/domain/ids.ts'
import { outcomeOf } from '#src/domain/outbox.ts'
import type { Platform } from '#src/domain/platform.ts'
import type { Slot, WaitingPost } from '#src/limits/lanes.ts'
import type { Limiter } from '#src/limits/slots.ts'
import type { Answered, PlatformAdapter } from '#src/platforms/adapter.ts'
import type { Bell } from '#src/queues/bell.ts'
import type { Publish } from '#src/queues/live.ts'
import type { Keyring } from '#src/vault/keyring.ts'
import { awaitSlot, CALL_MS } from './await-slot.ts'
import { createGroup } from './group.ts'
import type { Next } from './next.ts'
import { createPause } from './pause.ts'
import { refusePost } from './refuse.ts'
import type { ApprovalCheck } from './second-gate.ts'
import { type Gate, gateOf } from './send-gates.ts'
import { createSettleCall } from './settle-call.ts'
import { recordTampering } from './tampered.ts'

export interface SendDeps {
  db: Database
  keyring: Keyring
  isApproved: ApprovalCheck
  adapters: Record<Platform, PlatformAdapter>
  limiter: Pick<Limiter, 'reserve' | 'pause'>
  bell: Pick<Bell, 'reconcile'>
  publish: Publish
  now: () => Date
}

export interface Sent extends Next {
  /** Whether the platform was called: otherwise the slot is free again. */
  called: boolean
  /** The post as its row has it; undefined when there is no such post. */
  post?: WaitingPost
}

const LEASE_MS = 30_000
const GROUP_MAX = 100
/** Somebody else wrote the row between our read and our claim: look again. */
const LOOK_AGAIN_MS = 1000

/** Delivers one approved post at its slot. Running it twice for the same post sends once. */
export function createSend(deps: SendDeps): (slot: Slot) => Promise<Sent> {
  const { db, isApproved, now } = deps
  const read = createGroup((ids: PostId[]) => readInOrder(db, ids, now()), { max: GROUP_MAX })
  const parts = { ...deps, claim: createClaim(deps), settle: createSettleCall(deps), pause: createPause(deps) }

  return async (slot) => {
    const found = await read(slot.post.id)
    if (!found || !isFor(slot, found)) await recordTampering(deps, slot)
    if (!found) return { called: false }
    const post = placeOf(found)
    const gate = gateOf(found, { isApproved, at: now() })
    switch (gate.kind) {
      case 'gone':
        return { called: false, post }
      case 'wait':
        return { called: false, post, waitUntil: gate.until }
      case 'refuse':
        return { called: false, post, ...(await refusePost(deps, found, gate)) }
      case 'pass':
        return { post, ...(await deliver(parts, { ...found, tag: gate.tag }, slot)) }
    }
  }
}

type Parts = SendDeps & {
  claim: (post: Post) => Promise<Claim | undefined>
  settle: ReturnType<typeof createSettleCall>
  pause: ReturnType<typeof createPause>
}

/** A post as the gates let it pass. */
type Passed = SendCase & Pick<Extract<Gate, { kind: 'pass' }>, 'tag'>

async function deliver(parts: Parts, found: Passed, slot: Slot): Promise<Sent> {
  const { db, claim, settle, pause, publish, now } = parts
  if (!slot.call || !isFor(slot, found)) return { called: false, waitUntil: now() }
  const claimed = await claim(found.post)
  if (!claimed) return { called: false, waitUntil: new Date(now().getTime() + LOOK_AGAIN_MS) }
  publish({ topic: 'outbox', id: found.post.id })
  const giveBack = () => inTransaction(db, (tx) => releasePost(tx, claimed, now()))
  const mayCall = await awaitSlot(parts, slot.call, { claim: claimed, post: found.post }).catch(async (error) => {
    await giveBack()
    throw error
  })
  if (!mayCall) {
    await giveBack()
    return { called: false, waitUntil: now() }
  }
  const { outcome, pauses } = await call(parts, found)
  await pause(found.post, pauses)
  return { called: true, ...(await settle(found, claimed, outcome)) }
}

async function readInOrder(db: Database, ids: PostId[], at: Date): Promise<(SendCase | undefined)[]> {
  const cases = new Map((await readSendCases(db, ids, at)).map((found) => [found.post.id, found]))
  return ids.map((id) => cases.get(id))
}

function createClaim({ db, now }: SendDeps) {
  return createGroup(
    (posts: Post[]) => {
      const at = now()
      return inTransaction(db, (tx) => claimPosts(tx, posts, { at, leaseUntil: new Date(at.getTime() + LEASE_MS) }))
    },
    { max: GROUP_MAX },
  )
}

function placeOf({ post, conversation }: SendCase): WaitingPost {
  const { id, accountId, conversationId } = post
  return { id, accountId, conversationId, windowExpiresAt: conversation.windowExpiresAt }
}

/** The slot was counted for an account and a conversation that only Redis named. */
function isFor({ post }: Slot, found: SendCase): boolean {
  return post.accountId === found.post.accountId && post.conversationId === found.post.conversationId
}

/** The one call. The token is open inside this function and nowhere else. */
async function call({ keyring, adapters }: SendDeps, { post, account, conversation, tag }: Passed): Promise<Answered> {
  let token: ReturnType<Keyring['open']>
  try {
    token = keyring.open(account.sealedToken, { owner: account.id, field: 'token' })
  } catch {
    const note = 'The stored token cannot be opened with these keys'
    return { outcome: { kind: 'stop_account', code: 'token_unreadable', note }, pauses: [] }
  }
  const { id: postId, kind, recipientRef, text } = post
  const { accountRef } = account
  try {
    const place = kind === 'mention_reply' ? { mediaRef: conversation.threadRef } : {}
    const toSend = { postId, accountRef, kind, recipientRef, text, ...place, ...(tag && { tag }) }
    return await adapters[post.platform].send(toSend, token, AbortSignal.timeout(CALL_MS))
  } catch (error) {
    return { outcome: outcomeOf(error), pauses: [] }
  }
}
