/*
 * Some mentions are told by ids alone, and of some comments nobody tells whether they stand under a post of ours. Asked once,
 * the platform shows the words, says that the post is ours, or shows nothing; then a person is told just that. Whatever keeps
 * us from asking, nobody waits for it longer than `GIVE_UP_MS`.
 */
import { randomUUID } from 'node:crypto'
import type { Account } from '#db/accounts.ts'
import { type Database, inTransaction } from '#db/client.ts'
import { lockConversationById } from '#db/conversations.ts'
import { endNotice, findNotice, makeMention, placeNotice } from '#db/mentions.ts'
import { findMessage, type Message } from '#db/messages.ts'
import { AppError } from '#src/domain/errors.ts'
import type { EventId } from '#src/domain/ids.ts'
import type { MentionItem } from '#src/domain/inbox.ts'
import { mentionRefOf } from '#src/domain/mention.ts'
import type { Platform } from '#src/domain/platform.ts'
import { slotRequest } from '#src/limits/scopes.ts'
import type { Limiter } from '#src/limits/slots.ts'
import type { MentionPlace, MentionShown, PlatformAdapter } from '#src/platforms/adapter.ts'
import { mentionOf } from '#src/platforms/meta/mentions.ts'
import type { Bell } from '#src/queues/bell.ts'
import type { Publish } from '#src/queues/live.ts'
import type { Keyring } from '#src/vault/keyring.ts'
import { announce, noAftermath } from './aftermath.ts'
import type { Next } from './next.ts'
import { createPace } from './pace.ts'
import { createListener } from './pause.ts'
import { receiveFetched } from './receive-item.ts'
import { isDead } from './renewed.ts'

export interface LearnMentionDeps {
  db: Database
  keyring: Keyring
  adapters: Record<Platform, PlatformAdapter>
  limiter: Limiter
  bell: Bell
  publish: Publish
  now: () => Date
}

interface Notice {
  id: EventId
  account: Account
  place: MentionPlace
  /** By the platform's clock, and by ours. */
  at: Date
  heardAt: Date
  deliveryId: number
}

const CALL_MS = 10_000
const AGAIN_MS = 15_000
const GIVE_UP_MS = 300_000
const HIDDEN: MentionShown = { kind: 'hidden' }

/** Safe to repeat: of several jobs for one mention one writes down what came of it. */
export function createLearnMention(deps: LearnMentionDeps): (id: EventId) => Promise<Next> {
  const { db, now } = deps

  return async (id) => {
    const found = await findNotice(db, id)
    if (!found) return {}
    const { event, account } = found
    const notice = {
      ...{ id, account, place: event.raw as MentionPlace, deliveryId: event.deliveryId },
      ...{ at: event.occurredAt, heardAt: event.createdAt },
    }
    try {
      await settle(deps, notice, await look(deps, notice))
      return {}
    } catch (error) {
      const again = againAt(AppError.from(error), now())
      if (again.getTime() - notice.heardAt.getTime() < GIVE_UP_MS) return { waitUntil: again }
      await settle(deps, notice, HIDDEN)
      return {}
    }
  }
}

/** When to ask once more. Anything that is not the platform's doing is thrown on. */
function againAt(error: AppError, at: Date): Date {
  switch (error.code) {
    case 'rate_limited':
      return error.until ?? new Date(at.getTime() + AGAIN_MS)
    case 'platform_unavailable':
    case 'credential_rejected':
      return new Date(at.getTime() + AGAIN_MS)
    default:
      throw error
  }
}

/** The token is open inside this function and nowhere else. */
async function look(deps: LearnMentionDeps, { account, place, at }: Notice): Promise<MentionShown> {
  const adapter = deps.adapters[account.platform]
  if (isDead(account)) throw new AppError('credential_rejected', 'The token is dead')
  if (!adapter.mention) return HIDDEN
  const token = deps.keyring.open(account.sealedToken, { owner: account.id, field: 'token' })
  const listener = createListener(deps, account)
  // Every look counts by itself, also one that repeats another.
  const [name, call] = [
    randomUUID(),
    { platform: account.platform, endpointClass: 'read', accountId: account.id } as const,
  ]
  const toSlot = createPace(deps, (serial) => slotRequest(`${name}:${serial}`, call))
  const pace = () => listener.heeded().then(toSlot)
  const named = { ...place, accountRef: account.accountRef, at }
  try {
    return await adapter.mention(named, token, AbortSignal.timeout(CALL_MS), { ...listener, pace })
  } finally {
    await listener.heeded()
  }
}

async function settle(deps: LearnMentionDeps, notice: Notice, shown: MentionShown): Promise<void> {
  const { db, now } = deps
  const { account, place } = notice
  const aftermath = await inTransaction(db, async (tx) => {
    const desk = { tx, accounts: new Map([[account.accountRef, account]]), aftermath: noAftermath(), now }
    const known = await findMessage(tx, { accountId: account.id, messageRef: mentionRefOf(place) })
    // As every writer of a conversation does first.
    const conversation = known && (await lockConversationById(tx, known.conversationId))
    const end = { as: shown.kind, conversationId: conversation?.id ?? null }
    if (!(await endNotice(tx, notice.id, end)) || shown.kind === 'ours') return desk.aftermath
    if (known && conversation) {
      await makeMention(tx, conversation, { messageId: known.id, attachments: linkOf(known, shown) }, now())
      desk.aftermath.conversations.add(conversation.id)
      desk.aftermath.queue.add(conversation.id)
      return desk.aftermath
    }
    const { deliveryId } = notice
    const thread = await receiveFetched(desk, account, { item: itemOf(notice, shown), deliveryId })
    if (thread) await placeNotice(tx, notice.id, thread.conversation.id)
    return desk.aftermath
  })
  await announce(aftermath, deps)
}

/** The words are ours already; what the platform adds is the way to them. */
function linkOf({ attachments }: Message, shown: MentionShown): Message['attachments'] {
  const link = shown.kind === 'shown' ? shown.item.link : undefined
  return link && attachments.length === 0 ? [{ type: 'mentioning_post', ...link }] : []
}

/** Of a mention that is not shown we know no author: each stands for a somebody of its own. */
function itemOf({ account, place, at }: Notice, shown: MentionShown): MentionItem {
  if (shown.kind === 'shown') return shown.item
  const contactRef = `mention:${mentionRefOf(place)}`
  const { accountRef } = account
  return { ...mentionOf({ ...place, accountRef, at }, { contactRef, text: '' }), hidden: true }
}
