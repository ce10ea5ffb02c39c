import { cleanReply } from './review.ts'

/** One message of a thread as the platform shows it. */
export interface ShownMessage {
  messageRef: string
  text: string
  sentAt: Date
  fromUs: boolean
}

/** A thread as it was read back; `complete` when nothing older was left out. */
export interface ShownThread {
  messages: ShownMessage[]
  complete: boolean
}

/** A post of which nobody knows whether it arrived. */
export interface Doubt {
  text: string
  /** The calls that may have arrived. */
  calls: { first: Date; count: number }
  /** When the last of them was given up, and with which code. */
  since: Date
  code: string | null
}

export type Finding =
  | { kind: 'arrived'; message: ShownMessage }
  /** For certain it did not arrive. */
  | { kind: 'lost' }
  | { kind: 'wait'; until: Date }
  /** A person decides. `shown` is what the thread shows of ours that belongs to no post. */
  | { kind: 'undecided'; note: string; shown: ShownMessage[] }

/** How long the platform gets to show what it has taken in. */
const SETTLE_MS = 20_000
/** How long an unanswered call may still be on its way: Linux gives the bytes of a closed connection 8 retries, about 102 s. https://docs.kernel.org/networking/ip-sysctl.html (tcp_orphan_retries) */
const TRAVEL_MS = 120_000
/** Their clock against ours, and times cut to the second. */
const SKEW_MS = 10_000
/** The platform answered, or the connection was ended from its side: nothing of the call is on its way any more. */
const ENDED = /^(http\/|\d)|^(ECONNRESET|EPIPE|UND_ERR_SOCKET)$/
/** The sender went missing. If it is only frozen, it may still make its call, however long that takes. */
const SENDER_LOST = 'lease_lost'

/** When a look at the thread begins to tell something. */
export function firstLookAt({ since }: Pick<Doubt, 'since'>): Date {
  return new Date(since.getTime() + SETTLE_MS)
}

/** What the thread says about the post. `isClaimed`: the message belongs to another post. */
export function judgeThread(
  doubt: Doubt,
  thread: ShownThread | undefined,
  isClaimed: (messageRef: string) => boolean,
  at: Date,
): Finding {
  const from = new Date(doubt.calls.first.getTime() - SKEW_MS)
  const shown = (thread?.messages ?? []).filter(
    ({ fromUs, sentAt, messageRef }) => fromUs && sentAt >= from && !isClaimed(messageRef),
  )
  const [same, ...others] = shown.filter(({ text }) => cleanReply(text) === cleanReply(doubt.text))
  if (same && others.length === 0) return { kind: 'arrived', message: same }
  const undecided = (note: string): Finding => ({ kind: 'undecided', note, shown })
  if (same) return undecided('The thread shows these words more than once, and which one is this reply cannot be told')
  const rested = restedAt(doubt)
  if (rested > at) return { kind: 'wait', until: rested }
  if (shown.length > 0) return undecided('The thread shows something else that was said in our name')
  if (!thread) return undecided('The platform does not show the thread')
  if (!covers(thread, from)) return undecided('The platform does not show enough of the thread')
  if (doubt.calls.count > 1) return undecided('The thread does not show it, and it has been sent again before')
  if (doubt.code === SENDER_LOST) return undecided('The thread does not show it; its sender went missing')
  return { kind: 'lost' }
}

function restedAt({ since, code }: Doubt): Date {
  return new Date(since.getTime() + (ENDED.test(code ?? '') ? SETTLE_MS : TRAVEL_MS))
}

/** Whether a message sent at or after `from` would have to be among those shown. */
function covers({ messages, complete }: ShownThread, from: Date): boolean {
  return complete || messages.some(({ sentAt }) => sentAt < from)
}
