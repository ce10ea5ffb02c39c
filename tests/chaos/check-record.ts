import { RECEIVE_MS } from './check-inbound.ts'
import { type History, type Line, line, type StoredPost } from './history.ts'

/** The chain holds, and every decision and every sent post has its entry. */
export function onRecord({ audit, entries, posts, decisions, tamperings }: History): Line {
  const told = new Set(entries.map(({ action, subjectId }) => `${action} ${subjectId}`))
  const forged = new Set(tamperings.map(({ postId }) => postId))
  const own = new Set(posts.filter(({ id }) => !forged.has(id as never)).map(({ decisionId }) => decisionId))
  const sent = posts.filter(({ status }) => status === 'sent')
  const missing = sent
    .filter(({ id }) => !told.has(`post.sent ${id}`) && !told.has(`post.settled ${id}`))
    .map(({ id }) => `${id} was sent without an entry`)
  const decided = new Set(
    entries.flatMap(({ action, detail }) => (action.startsWith('draft.') ? [detail['decisionId']] : [])),
  )
  const silent = decisions
    .filter(({ id }) => own.has(id) && !decided.has(id))
    .map(({ id }) => `${id} was decided without an entry`)
  const chain = audit.ok ? [] : [`the chain is broken: ${audit.fault}`]
  return line('on the record', [...chain, ...missing, ...silent], { entries: entries.length, sent: sent.length })
}

export function noSecrets({ leaks }: History): Line {
  return line('no secret readable', leaks, {})
}

const LEASE_MS = 30_000
const SWEEP_MS = 15_000
/** From a lost sender to the end of what may still be on its way: domain/reconcile.ts. */
const TRAVEL_MS = 120_000
/** A look takes two of an account's reads, so many uncertain posts wait for each other. */
const LOOK_MS = 2500
const SLACK_MS = 15_000

/** Nothing stays uncertain beyond the time that the rules give it, save what a person has been asked about. */
export function uncertain({ posts, healedAt, readAt }: History): Line {
  const open = posts.filter(({ status }) => status === 'uncertain' || status === 'sending')
  const boundMs = LEASE_MS + SWEEP_MS + TRAVEL_MS + open.length * LOOK_MS + SLACK_MS
  const isLate = (post: StoredPost) => readAt - Math.max(healedAt, post.updatedAt) > boundMs
  const late = open
    .filter((post) => !post.asked && isLate(post))
    .map(({ id, status, outcomeCode }) => `${id} is still ${status} (${outcomeCode})`)
  return line('no lasting doubt', late, {
    open: open.length,
    asked: open.filter(({ asked }) => asked).length,
    boundSeconds: Math.round(boundMs / 1000),
  })
}

/** What the platform tries again takes at most so long once all is well: its pauses grow to a minute. */
const REDELIVERY_MS = 75_000
/** A call to Claude that was lost holds its conversation for a minute; then the sweep has to come by. */
const DRAFT_MS = 60_000 + SWEEP_MS + SLACK_MS
const POST_MS = 60_000

/** Nothing is forgotten: no delivery, no conversation, no post waits longer than everything needs. */
export function stuck(history: History): Line {
  const { healedAt, readAt, deliveries, conversations, platform } = history
  const isPast = (ms: number, since: number) => readAt - Math.max(healedAt, since) > ms
  const pending = platform.deliveries.filter(({ outcome }) => outcome === 'pending')
  const unread = deliveries.filter(({ status }) => status !== 'received')
  const failed = unread.filter(({ status }) => status === 'failed')
  const overdue = conversations.filter(
    ({ attention, draftDueAt }) => attention === 'waiting' && isPast(DRAFT_MS, draftDueAt ?? 0),
  )
  const due = history.posts.filter((post) => isForgotten(history, post))
  return line(
    'nothing stuck',
    [
      ...failed.map(({ digest }) => `delivery ${digest.slice(0, 12)} was given up`),
      ...pending
        .filter(({ at }) => isPast(REDELIVERY_MS, at))
        .map(({ id, attempts }) => `delivery ${id} is not accepted after ${attempts} tries`),
      ...unread
        .filter(({ createdAt }) => isPast(RECEIVE_MS, createdAt))
        .map(({ digest, status }) => `delivery ${digest.slice(0, 12)} is ${status}`),
      ...overdue.map(({ id }) => `${id} waits for a draft`),
      ...due.map(({ id }) => `${id} is due and waits`),
    ],
    { pending: pending.length, unread: unread.length, overdue: overdue.length, due: due.length },
  )
}

/** Due, and behind nothing that is allowed to take its time. */
function isForgotten({ posts, healedAt, readAt }: History, post: StoredPost): boolean {
  if (post.status !== 'queued') return false
  const isBehind = posts.some(
    ({ conversationId, id, status }) =>
      conversationId === post.conversationId && id < post.id && ['queued', 'sending', 'uncertain'].includes(status),
  )
  return !isBehind && readAt - Math.max(healedAt, post.notBefore, post.waitUntil ?? 0) > POST_MS
}
