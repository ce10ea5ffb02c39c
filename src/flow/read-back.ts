/*
 * An uncertain post is looked for in its thread, once. What the thread shows is weighed by `domain/reconcile.ts`: it
 * arrived, it is queued once more, or a person decides. Until then the later posts of the conversation wait behind it.
 */
import { type Database, inTransaction } from '#db/client.ts'
import { lockConversation } from '#db/outbox.ts'
import { claimLook, findUnread, listDoubtfulCalls } from '#db/read-backs.ts'
import { AppError } from '#src/domain/errors.ts'
import type { PostId } from '#src/domain/ids.ts'
import type { Platform } from '#src/domain/platform.ts'
import { firstLookAt, type ShownThread } from '#src/domain/reconcile.ts'
import type { Lanes } from '#src/limits/lanes.ts'
import { slotRequest } from '#src/limits/scopes.ts'
import type { Limiter } from '#src/limits/slots.ts'
import type { PlatformAdapter } from '#src/platforms/adapter.ts'
import type { Publish } from '#src/queues/live.ts'
import type { Keyring } from '#src/vault/keyring.ts'
import type { Next } from './next.ts'
import { createPace } from './pace.ts'
import { createListener } from './pause.ts'
import { type Look, settleLook, settleUnreadable, type Unread } from './read-back-settle.ts'
import { isDead } from './renewed.ts'

export interface ReadBackDeps {
  db: Database
  keyring: Keyring
  adapters: Record<Platform, PlatformAdapter>
  limiter: Limiter
  lanes: Pick<Lanes, 'add'>
  publish: Publish
  now: () => Date
}

const CALL_MS = 10_000
/** While the platform refuses the token there is nothing to ask. */
const HOLD_MS = 600_000
const AGAIN_MS = 15_000
/** A thread that cannot be read for so long is a person's to look at. */
const GIVE_UP_MS = 300_000

/** Finds out what became of one uncertain post. Running it twice for the same post finds out once. */
export function createReadBack(deps: ReadBackDeps): (id: PostId) => Promise<Next> {
  const { db, limiter, now } = deps

  return async (id) => {
    const found = await findUnread(db, id)
    if (!found) return {}
    const { post, account } = found
    const ready = firstLookAt({ since: post.updatedAt })
    if (ready > now()) return { waitUntil: ready }
    // The sweep rings again when the account is well.
    if (isDead(account)) return {}
    const slot = await limiter.reserve(slotOf(post, 0))
    if (slot > now()) return { waitUntil: slot }
    const calls = await listDoubtfulCalls(db, id)
    const isOurs = await inTransaction(db, async (tx) => {
      await lockConversation(tx, post.conversationId)
      return claimLook(tx, post)
    })
    return isOurs ? look(deps, { ...found, calls }) : {}
  }
}

/** Each call of each look counts by itself. */
function slotOf({ id, version, platform, accountId, conversationId }: Unread['post'], call: number) {
  return slotRequest(`${id}:${version}:${call}`, { platform, endpointClass: 'read', accountId, conversationId })
}

async function look(deps: ReadBackDeps, unread: Unread): Promise<Next> {
  const startedAt = deps.now()
  try {
    return await settleLook(deps, { ...unread, startedAt, thread: await readThread(deps, unread) })
  } catch (error) {
    return afterFailure(deps, { ...unread, startedAt, thread: undefined }, AppError.from(error))
  }
}

/** A private reply is addressed to a comment, and lands in the thread of its author. */
function placeOf({ post, contact }: Unread): string {
  return post.kind === 'private_reply' ? (contact.directRef ?? contact.contactRef) : post.recipientRef
}

/** The token is open inside this function and nowhere else. */
async function readThread(deps: ReadBackDeps, unread: Unread): Promise<ShownThread | undefined> {
  const { post, account } = unread
  const adapter = deps.adapters[post.platform]
  if (!adapter.readBack) return undefined
  const token = deps.keyring.open(account.sealedToken, { owner: account.id, field: 'token' })
  const listener = createListener(deps, account)
  // The first slot is held already.
  const toSlot = createPace(deps, (call) => slotOf(post, call))
  // The first answer may hold up the second call.
  const pace = () => listener.heeded().then(toSlot)
  try {
    const sent = { accountRef: account.accountRef, kind: post.kind, recipientRef: placeOf(unread) }
    return await adapter.readBack(sent, token, AbortSignal.timeout(CALL_MS), { ...listener, pace })
  } finally {
    await listener.heeded()
  }
}

async function afterFailure(deps: ReadBackDeps, look: Look, error: AppError): Promise<Next> {
  const { now } = deps
  const { post } = look
  switch (error.code) {
    case 'rate_limited':
      if (!error.until) throw error
      return { waitUntil: error.until }
    case 'credential_rejected':
      return { waitUntil: new Date(now().getTime() + HOLD_MS) }
    case 'platform_unavailable':
      if (now().getTime() - post.updatedAt.getTime() > GIVE_UP_MS) return settleUnreadable(deps, look)
      return { waitUntil: new Date(now().getTime() + AGAIN_MS) }
    default:
      throw error
  }
}
