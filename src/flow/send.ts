/*
 * Approved post → platform, at most once. All gates are asked again from MySQL; the limiter names the instant; the claim
 * (`queued` to `sending`) is a compare-and-set on the row exactly as the gates saw it. Between claim and settlement lies
 * one POST, never two: whatever goes wrong there, and is not certain to have stopped before the platform, rests as
 * `uncertain`. A worker that froze finds its fence or its lease gone and writes nothing.
 */
import { setTimeout as sleep } from 'node:timers/promises'
import { type Database, inTransaction } from '#db/client.ts'
import { type Claim, claimPost, deferPost, releasePost } from '#db/outbox.ts'
import { findEarlierPost, readSendCase, type SendCase, wasAnsweredElsewhere } from '#db/send-cases.ts'
import type { PostId } from '#src/domain/ids.ts'
import { type Outcome, outcomeOf } from '#src/domain/outbox.ts'
import type { Platform } from '#src/domain/platform.ts'
import { pauseKeyOf, slotRequest } from '#src/limits/scopes.ts'
import type { Limiter } from '#src/limits/slots.ts'
import type { PlatformAdapter } from '#src/platforms/adapter.ts'
import type { Bell } from '#src/queues/bell.ts'
import type { Publish } from '#src/queues/live.ts'
import type { Keyring } from '#src/vault/keyring.ts'
import { earlier } from './conclude.ts'
import type { Next } from './next.ts'
import { refusePost } from './refuse.ts'
import { type ApprovalCheck, type Gate, gateOf } from './send-gates.ts'
import { settleOutcome } from './settle.ts'

export interface SendDeps {
  db: Database
  keyring: Keyring
  isApproved: ApprovalCheck
  adapters: Record<Platform, PlatformAdapter>
  limiter: Limiter
  bell: Pick<Bell, 'reconcile'>
  publish: Publish
  now: () => Date
}

const LEASE_MS = 30_000
const CALL_MS = 20_000
/** Somebody else wrote the row between our read and our claim: look again. */
const LOOK_AGAIN_MS = 1000
/** A claimed post waits this long for its slot; anything longer is left to the queue, where it occupies nobody. */
const NEAR_SLOT_MS = 1000
/** A longer wait is written down, so that the sweep does not take the post for forgotten. */
const LONG_WAIT_MS = 5000

/** Delivers one approved post. Running it twice for the same post sends once. */
export function createSend(deps: SendDeps): (id: PostId) => Promise<Next> {
  return async (id) => {
    const found = await readSendCase(deps.db, id)
    if (!found) return {}
    const gate = await askGates(deps, found)
    switch (gate.kind) {
      case 'gone':
        return {}
      case 'wait':
        return { waitUntil: gate.until }
      case 'refuse':
        return refusePost(deps, found, gate)
      case 'pass':
        return deliver(deps, found)
    }
  }
}

async function deliver(deps: SendDeps, found: SendCase): Promise<Next> {
  const { db, limiter, publish, now } = deps
  const slot = await limiter.reserve(slotOf(found))
  if (slot > now()) return waitForSlot(deps, found, slot)
  const at = now()
  const leaseUntil = new Date(at.getTime() + LEASE_MS)
  const claim = await inTransaction(db, (tx) => claimPost(tx, found.post, at, leaseUntil))
  if (!claim) return { waitUntil: new Date(now().getTime() + LOOK_AGAIN_MS) }
  publish({ topic: 'outbox', id: found.post.id })

  const late = await lateness(deps, found, claim)
  if (late) return { waitUntil: late }
  const outcome = await call(deps, found)
  await pauseFor(deps, found, outcome)
  return settleOutcome(deps, found, claim, outcome)
}

async function askGates({ db, isApproved, now }: SendDeps, found: SendCase): Promise<Gate> {
  const { post, decision } = found
  const earlier = await findEarlierPost(db, post)
  const answeredElsewhere = decision
    ? await wasAnsweredElsewhere(db, post.conversationId, decision.headMessageId)
    : false
  return gateOf(found, { earlier, answeredElsewhere, isApproved, at: now() })
}

/** One id per intended call: asking again before it is made gives the same slot, a later call gets its own. */
function slotOf({ post }: SendCase) {
  const { id, attempts, platform, accountId, conversationId } = post
  return slotRequest(`${id}:${attempts}`, { platform, endpointClass: 'send', accountId, conversationId })
}

async function waitForSlot({ db, now }: SendDeps, { post, conversation }: SendCase, slot: Date): Promise<Next> {
  const at = now()
  const waitUntil = earlier(slot, conversation.windowExpiresAt)
  if (waitUntil.getTime() - at.getTime() > LONG_WAIT_MS) await deferPost(db, post, waitUntil, at)
  return { waitUntil }
}

/**
 * Claiming takes its time, and the slot may have been missed meanwhile. A near one is awaited, so that a slow database
 * costs no slot twice; for a far one, or with too little left of the lease, the post goes back untouched.
 */
async function lateness(deps: SendDeps, found: SendCase, claim: Claim): Promise<Date | undefined> {
  const { db, now } = deps
  const slot = await untilSlot(deps, found, claim).catch(async (error: unknown) => {
    await inTransaction(db, (tx) => releasePost(tx, claim, now(), now()))
    throw error
  })
  if (slot) await inTransaction(db, (tx) => releasePost(tx, claim, slot, now()))
  return slot
}

/** Undefined when the slot is now; otherwise the slot that this claim cannot wait for. */
async function untilSlot({ limiter, now }: SendDeps, found: SendCase, claim: Claim): Promise<Date | undefined> {
  for (;;) {
    const slot = await limiter.reserve(slotOf(found))
    const at = now()
    const hasTime = claim.leaseUntil.getTime() - at.getTime() >= CALL_MS
    if (!hasTime) return slot
    if (slot <= at) return undefined
    const ms = slot.getTime() - at.getTime()
    if (ms > NEAR_SLOT_MS) return slot
    await sleep(ms)
  }
}

/** The one call. The token is open inside this function and nowhere else. */
async function call({ keyring, adapters }: SendDeps, { post, account }: SendCase): Promise<Outcome> {
  let token: ReturnType<Keyring['open']>
  try {
    token = keyring.open(account.sealedToken, { owner: account.id, field: 'token' })
  } catch {
    return { kind: 'stop_account', code: 'token_unreadable', note: 'The stored token cannot be opened with these keys' }
  }
  const { recipientRef, text } = post
  try {
    const { accountRef } = account
    return await adapters[post.platform].send({ accountRef, recipientRef, text }, token, AbortSignal.timeout(CALL_MS))
  } catch (error) {
    return outcomeOf(error)
  }
}

/** A throttle holds up everything in its scope. Should Redis be away, the post itself still waits. */
async function pauseFor({ limiter }: SendDeps, { post }: SendCase, outcome: Outcome): Promise<void> {
  if (outcome.kind !== 'wait') return
  await limiter.pause(pauseKeyOf(outcome.scope, post), outcome.until).catch(() => undefined)
}
