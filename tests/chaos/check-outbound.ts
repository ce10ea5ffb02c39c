import { createHash } from 'node:crypto'
import { groupBy, type History, type Line, line, type StoredPost } from './history.ts'
import type { Deed } from './operators.ts'
import type { Arrival, PlatformMessage } from './platform.ts'

const MAY_ARRIVE = new Set(['queued', 'sending', 'sent', 'uncertain', 'failed'])

/** What the platform holds of ours. */
function copiesOf({ platform }: History): PlatformMessage[] {
  return platform.messages.filter(({ from }) => from === 'account')
}

function place({ contactRef, text }: { contactRef: string; text: string }): string {
  return `${contactRef} ${text}`
}

/** Each approved reply is there once or not at all: never more copies of a text than people wanted, never a sent one missing. */
export function copies(history: History): Line {
  const held = groupBy(copiesOf(history), place)
  const wanted = wantedByPlace(history)
  const posts = groupBy(history.posts, ({ recipientRef, text }) => place({ contactRef: recipientRef, text }))
  const places = new Set([...held.keys(), ...posts.keys()])
  const faults = [...places].flatMap((at) =>
    countFaults(at, { copies: held.get(at)?.length ?? 0, wanted: wanted.get(at) ?? 0, posts: posts.get(at) ?? [] }),
  )
  const names = groupBy(
    history.posts.filter(({ messageRef }) => messageRef),
    ({ messageRef }) => messageRef ?? '',
  )
  const shared = [...names].filter(([, own]) => own.length > 1).map(([ref]) => `several posts claim the message ${ref}`)
  const several = [...wanted.values()].filter((count) => count > 1).length
  const arrived = copiesOf(history).length
  const tooMany = [...held].reduce((sum, [at, own]) => sum + Math.max(0, own.length - (wanted.get(at) ?? 0)), 0)
  const counts = { posts: history.posts.length, arrived, repeated: several, tooMany }
  return line('sent once', [...faults, ...shared], counts)
}

interface Counted {
  copies: number
  wanted: number
  posts: StoredPost[]
}

function countFaults(at: string, { copies, wanted, posts }: Counted): string[] {
  const possible = posts.filter(({ status }) => MAY_ARRIVE.has(status)).length
  const sent = posts.filter(({ status }) => status === 'sent').length
  return [
    ...(copies > wanted ? [`${copies} copies, ${wanted} wanted: ${at}`] : []),
    ...(copies > possible ? [`${copies} copies of ${possible} posts: ${at}`] : []),
    ...(sent > copies ? [`${sent} posts are sent, ${copies} arrived: ${at}`] : []),
  ]
}

/** How often people wanted a text in a place, by their own account; without an answer it may have been taken. */
function wantedByPlace({ deeds, conversations, posts }: History): Map<string, number> {
  const byId = new Map(conversations.map((conversation) => [conversation.id, conversation]))
  const made = groupBy(posts, ({ conversationId, text }) => `${conversationId} ${text}`)
  const placesOf = ({ conversationId, text }: Deed) => {
    const conversation = byId.get(conversationId)
    if (conversation?.kind !== 'comment') return [place({ contactRef: conversation?.contactRef ?? '', text })]
    // Which comment was answered, people do not say; the post does.
    const answered = made.get(`${conversationId} ${text}`) ?? []
    return new Set(answered.map(({ recipientRef: contactRef }) => place({ contactRef, text })))
  }
  const wanted = new Map<string, number>()
  const mayHaveMade = deeds.filter(({ kind, answer }) => ['approve', 'answer'].includes(kind) && answer !== 'no')
  for (const at of mayHaveMade.flatMap((deed) => [...placesOf(deed)])) wanted.set(at, (wanted.get(at) ?? 0) + 1)
  return wanted
}

/** Every copy belongs to a post with a valid approval of exactly these words; tampering led to a refusal, an entry and an alert. */
export function approved(history: History): Line {
  const without = copiesOf(history).flatMap((copy) => approvalFaults(history, copy))
  const faults = [...without, ...tamperFaults(history)]
  const taken = new Set(
    history.posts.filter(({ status }) => status === 'cancelled').map(({ messageRef }) => messageRef),
  )
  const anyway = copiesOf(history).filter(({ mid }) => taken.has(mid))
  faults.push(...anyway.map(({ mid }) => `${mid} belongs to a post that was taken back`))
  const [arrived, tampered] = [copiesOf(history).length, history.tamperings.length]
  return line('approved', faults, { arrived, without: without.length, tampered })
}

function approvalFaults({ posts, decisions, operatorIds }: History, copy: PlatformMessage): string[] {
  const mine = posts.filter(({ recipientRef, text }) => recipientRef === copy.contactRef && text === copy.text)
  const good = mine.filter((post) => {
    const decision = decisions.find(({ id }) => id === post.decisionId)
    const hash = createHash('sha256').update(copy.text, 'utf8').digest('hex')
    return (
      decision?.verdict === 'approve' &&
      decision.isSigned &&
      operatorIds.includes(decision.operatorId) &&
      decision.text === copy.text &&
      [decision.textHash, post.textHash].every((given) => given === hash)
    )
  })
  return good.length > 0 ? [] : [`${copy.mid} arrived without a valid approval (${mine.length} posts say so)`]
}

function tamperFaults(history: History): string[] {
  const tampered = new Set<string | undefined>(history.tamperings.map(({ postId }) => postId))
  const own = history.posts.filter(({ id }) => !tampered.has(id))
  return history.tamperings.flatMap(({ how, postId, forbidden, linedUp }) => {
    // The same words may have been approved for this contact too: only a copy beyond those says that it worked.
    const meant =
      forbidden &&
      own.filter(({ recipientRef, text }) => place({ contactRef: recipientRef, text }) === place(forbidden))
    const copies = forbidden && copiesOf(history).filter((copy) => place(copy) === place(forbidden))
    const arrived = (copies?.length ?? 0) > (meant?.length ?? 0)
    const faults = arrived ? ['the words arrived'] : []
    if (postId) faults.push(...refusalFaults(history, postId))
    if (linedUp) faults.push(...laneFaults(history, linedUp))
    return faults.map((fault) => `${how}: ${fault}`)
  })
}

/** Somebody has to have been told of what was put into the lanes, unless it was wiped out before anybody saw it. */
function laneFaults({ entries, alerts, wiped }: History, linedUp: readonly string[]): string[] {
  if (linedUp.some((id) => wiped.includes(id))) return []
  const isTold = entries.some(
    ({ action, detail }) => action === 'queue.tampered' && linedUp.includes(String(detail['postId'])),
  )
  const isAlarming = alerts.some(({ kind }) => kind === 'queue_tampered')
  return [...(isTold ? [] : ['no entry tells of it']), ...(isAlarming ? [] : ['no alert tells of it'])]
}

/** What a forged post has to have led to. */
function refusalFaults({ posts, entries, alerts }: History, postId: string): string[] {
  const status = posts.find(({ id }) => id === postId)?.status
  // Somebody took it back before it would have left: nothing was there to be refused.
  if (status === 'cancelled') return []
  const isTold = entries.some(({ action, subjectId }) => action === 'post.refused' && subjectId === postId)
  const isAlarming = alerts.some(({ openKey }) => openKey === `approval_invalid:${postId}`)
  return [
    ...(status === 'failed' ? [] : [`${postId} is ${status ?? 'gone'}`]),
    ...(isTold ? [] : [`no entry tells of ${postId}`]),
    ...(isAlarming ? [] : [`no alert tells of ${postId}`]),
  ]
}

/** Published: 100 text sends a second for an account, 40 for a Page, 2 reads of threads; one a second in a thread is our own rule. */
const WINDOWS = [
  { name: 'account', max: 100, perMs: 1000, isMeant: isSend, keyOf: ({ accountRef }: Arrival) => accountRef },
  { name: 'page', max: 40, perMs: 1000, isMeant: isSend, keyOf: ({ accountRef }: Arrival) => accountRef },
  { name: 'thread', max: 1, perMs: 800, isMeant: isSend, keyOf: ({ contactRef }: Arrival) => contactRef },
  { name: 'reads', max: 2, perMs: 1000, isMeant: isRead, keyOf: ({ accountRef }: Arrival) => accountRef },
] as const

function isSend({ method, path }: Arrival): boolean {
  return method === 'POST' && path.endsWith('/messages')
}

function isRead({ method, path }: Arrival): boolean {
  return method === 'GET' && /\/(conversations|messages)$/.test(path)
}

/** No sliding window holds more than its limit, counted on arrival. */
export function limits({ platform, accounts }: History): Line {
  const pages = new Set(accounts.flatMap(({ platform, accountRef }) => (platform === 'messenger' ? accountRef : [])))
  const faults: string[] = []
  const worst: Record<string, number> = {}
  let overshoot = 0
  for (const { name, max, perMs, isMeant, keyOf } of WINDOWS) {
    worst[name] = 0
    const isAbout = (call: Arrival) => isMeant(call) && (name !== 'page' || pages.has(call.accountRef ?? ''))
    for (const [key, calls] of groupBy(platform.arrivals.filter(isAbout), (call) => keyOf(call) ?? 'nobody')) {
      const fullest = fullestWindow(calls, perMs)
      worst[name] = Math.max(worst[name] ?? 0, fullest)
      if (key === 'nobody' || fullest <= max) continue
      overshoot = Math.max(overshoot, fullest - max)
      faults.push(`${fullest} calls in ${perMs} ms (${name} ${key}), at most ${max}`)
    }
  }
  const refused = platform.arrivals.filter(({ overLimit }) => overLimit).length
  if (refused > 0) faults.push(`the platform counted ${refused} calls over its limit`)
  return line('limits', faults, { overshoot: Math.max(overshoot, refused), ...worst })
}

/** The most calls that any window of that length holds. */
export function fullestWindow(calls: readonly { at: number }[], perMs: number): number {
  const times = calls.map(({ at }) => at).sort((a, b) => a - b)
  let fullest = 0
  let from = 0
  for (const [i, at] of times.entries()) {
    while (at - (times[from] ?? at) >= perMs) from++
    fullest = Math.max(fullest, i - from + 1)
  }
  return fullest
}

/** In a conversation replies arrive in the order in which they were approved. */
export function outboundOrder({ platform, posts }: History): Line {
  const arrivedAt = new Map(platform.messages.map(({ mid, at }, i) => [mid, { at, i }]))
  let pairs = 0
  const faults: string[] = []
  for (const [id, own] of groupBy(posts, ({ conversationId }) => conversationId)) {
    const arrived = own.flatMap((post) => {
      const found = arrivedAt.get(post.messageRef ?? '')
      return found ? [{ post, i: found.i }] : []
    })
    arrived.sort((a, b) => byApproval(a.post, b.post))
    for (const [i, next] of arrived.slice(1).entries()) {
      pairs++
      const before = arrived[i]
      if (before && before.i > next.i) faults.push(`${id}: ${next.post.id} arrived before ${before.post.id}`)
    }
  }
  return line('outbound order', faults, { pairs, outOfOrder: faults.length })
}

function byApproval(a: StoredPost, b: StoredPost): number {
  return a.createdAt - b.createdAt || (a.id < b.id ? -1 : 1)
}
