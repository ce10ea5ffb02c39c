import { setTimeout as sleep } from 'node:timers/promises'
import { eq, inArray } from 'drizzle-orm'
import type { Redis } from 'ioredis'
import { afterAll } from 'vitest'
import type { Database } from '#db/client.ts'
import { conversations } from '#db/schema/conversations.ts'
import { outboxPosts } from '#db/schema/outbox-posts.ts'
import { reviewDecisions } from '#db/schema/review-decisions.ts'
import { waiting } from '#db/sweep.ts'
import { newId, type PostId } from '#src/domain/ids.ts'
import type { PostKind } from '#src/domain/outbox.ts'
import { POLICY_VERSION } from '#src/domain/policy.ts'
import type { Approval } from '#src/domain/review.ts'
import { lineUp } from '#src/flow/line-up.ts'
import { createSend, type SendDeps, type Sent } from '#src/flow/send.ts'
import type { Lanes, Slot } from '#src/limits/lanes.ts'
import { createLimiter } from '#src/limits/slots.ts'
import { createWaker, type LiveEvent } from '#src/queues/live.ts'
import { createApprovalChecker, createApprovalSigner, generateApprovalKeys } from '#src/vault/approvals.ts'
import { textHash } from '#src/vault/hash.ts'
import { createKeyring, generateFernetKey } from '#src/vault/keyring.ts'
import { Secret } from '#src/vault/secret.ts'
import { runOutbox } from '#workers/outbox.ts'
import { adaptersAt } from './adapters.ts'
import { anAccount, anOperator, aThread } from './threads.ts'

const keys = generateApprovalKeys()
export const sign = createApprovalSigner(new Secret(keys.privateKey))
export const isApproved = createApprovalChecker(keys.publicKey)
export const keyring = createKeyring(new Secret(generateFernetKey()))

/** An account whose token opens with `keyring`. */
export async function aConnectedAccount(
  db: Database,
  changed: Parameters<typeof anAccount>[1] = {},
  token = 'IGAAtest',
) {
  const id = newId('account', new Date())
  const sealedToken = keyring.seal(new Secret(token), { owner: id, field: 'token' })
  return anAccount(db, { id, sealedToken, ...changed })
}

type Thread = Awaited<ReturnType<typeof aThread>>

/** A thread of a connected account that waits for nothing. */
export async function aConnectedThread(
  db: Database,
  account?: Awaited<ReturnType<typeof aConnectedAccount>>,
): Promise<Thread> {
  return aThread(db, { account: account ?? (await aConnectedAccount(db)), draft: null })
}

interface PostOptions {
  id?: PostId
  thread?: Thread
  text?: string
  kind?: PostKind
  /** The comment, for every other kind than a message. */
  recipientRef?: string
  operator?: Awaited<ReturnType<typeof anOperator>>
  provenance?: Approval['provenance']
  /** Written over the row after it was signed. */
  post?: Partial<typeof outboxPosts.$inferInsert>
  decision?: Partial<typeof reviewDecisions.$inferInsert>
}

/** A post that is due, approved by an operator with a real signature. */
export async function aQueuedPost(db: Database, { text = 'Yes, 2-3 days.', ...options }: PostOptions = {}) {
  const at = new Date()
  const thread = options.thread ?? (await aConnectedThread(db))
  const operator = options.operator ?? (await anOperator(db))
  const { account, conversation, contact, message } = thread
  const approval: Approval = {
    decisionId: newId('decision', at),
    draftId: newId('draft', at),
    postId: options.id ?? newId('post', at),
    accountId: account.id,
    conversationId: conversation.id,
    platform: account.platform,
    kind: options.kind ?? 'message',
    recipientRef: options.recipientRef ?? contact.contactRef,
    textHash: textHash(text),
    headMessageId: message.id,
    policyVersion: POLICY_VERSION,
    provenance: options.provenance ?? 'drafted',
    operatorId: operator.id,
    givenBy: 'console',
    decidedAt: at.getTime(),
  }
  const shared = {
    accountId: account.id,
    conversationId: conversation.id,
    text,
    textHash: approval.textHash,
    createdAt: at,
  }
  await db.insert(reviewDecisions).values({
    ...shared,
    id: approval.decisionId,
    draftId: approval.draftId,
    operatorId: operator.id,
    verdict: 'approve',
    headMessageId: message.id,
    edited: false,
    approval,
    signature: sign(approval),
    ...options.decision,
  })
  const { platform, kind, recipientRef, decisionId, postId: id } = approval
  const post = { ...shared, id, decisionId, platform, kind, recipientRef, notBefore: at, updatedAt: at }
  await db.insert(outboxPosts).values({ ...post, status: 'queued', ...options.post })
  return { id, thread, operator, approval }
}

/** The send verb against a Graph at `graphUrl`, with a limiter of its own that has long been running. */
export async function aSender(
  stores: { db: Database; redis: Redis; prefix: string; graphUrl: string },
  changed: Partial<SendDeps> = {},
) {
  const { db, redis, graphUrl } = stores
  const prefix = `${stores.prefix}:${newId('entry', new Date())}`
  await redis.set(`${prefix}:limits:epoch`, '1')
  const events: LiveEvent[] = []
  const send = createSend({
    db,
    keyring,
    isApproved,
    adapters: adaptersAt(graphUrl),
    limiter: createLimiter(redis, prefix),
    bell: { reconcile: async () => undefined },
    publish: (event) => void events.push(event),
    now: () => new Date(),
    ...changed,
  })
  const now = changed.now ?? (() => new Date())
  const sendNow = async (id: PostId) => send(await aSlot(db, id))
  return { send: sendNow, sendAt: send, events, sendToEnd: (id: PostId) => toEnd(() => sendNow(id), now) }
}

/** A slot for this post, `msLeft` from now on, as the lanes would hand it out. */
export async function aSlot(db: Database, id: PostId, msLeft: () => number = () => 0): Promise<Slot> {
  const [post] = await db
    .select(waiting)
    .from(outboxPosts)
    .innerJoin(conversations, eq(conversations.id, outboxPosts.conversationId))
    .where(eq(outboxPosts.id, id))
  if (!post) throw new Error('there is no such post')
  return { post, call: { name: `${id}:1`, msLeft } }
}

/** Lines these posts up as an approval does. */
export async function lineUpPosts(db: Database, lanes: Pick<Lanes, 'add'>, ids: PostId[]): Promise<void> {
  const posts = await db
    .select(waiting)
    .from(outboxPosts)
    .innerJoin(conversations, eq(conversations.id, outboxPosts.conversationId))
    .where(inArray(outboxPosts.id, ids))
  await lineUp(lanes, posts, new Date())
}

type Starting = Pick<Parameters<typeof runOutbox>[0], 'log'> & {
  lanes: Lanes
  send: (slot: Slot) => Promise<Sent>
  redis: Redis
}

/** The sending worker on these lanes; ends with the file. */
export function anOutboxWorker({ redis, ...options }: Starting): { close(): Promise<void> } {
  const { on, close } = createWaker(redis.duplicate())
  const worker = runOutbox<Slot>({ platform: 'instagram', woken: on, ...options })
  afterAll(async () => {
    await worker.close()
    await close()
  })
  return worker
}

/** Runs a verb as its queue would: again at each instant it names, as long as that is near. */
export async function toEnd(
  run: () => Promise<{ waitUntil?: Date }>,
  now = () => new Date(),
): Promise<Date | undefined> {
  for (;;) {
    const { waitUntil } = await run()
    const ms = (waitUntil?.getTime() ?? 0) - now().getTime()
    if (!waitUntil || ms > 5000) return waitUntil
    await sleep(Math.max(1, ms))
  }
}
