/* All that a run left behind, as values: what the platform saw, what the tables hold, what people wanted. */
import type { PostKind } from '#src/domain/outbox.ts'
import type { Deed } from './operators.ts'
import type { PlatformRecord } from './platform.ts'
import type { Probe } from './probe.ts'
import type { Tampering } from './tamper.ts'

export interface StoredMessage {
  id: string
  accountId: string
  conversationId: string
  messageRef: string
  direction: 'inbound' | 'outbound'
  sentAt: number
  postId: string | null
}

export interface StoredPost {
  id: string
  decisionId: string
  accountId: string
  conversationId: string
  kind: PostKind
  recipientRef: string
  text: string
  textHash: string
  status: string
  messageRef: string | null
  notBefore: number
  waitUntil: number | null
  createdAt: number
  updatedAt: number
  outcomeCode: string | null
  /** The product has looked into the thread and asks a person. */
  asked: boolean
}

export interface StoredDecision {
  id: string
  verdict: string
  text: string
  textHash: string
  headMessageId: string
  conversationId: string
  operatorId: string
  createdAt: number
  /** The product's own check of the signature, over the fields of the post that goes by this decision. */
  isSigned: boolean
}

export interface StoredConversation {
  id: string
  accountId: string
  kind: 'direct' | 'comment' | 'mention'
  contactRef: string
  attention: string
  attentionReason: string | null
  headMessageId: string | null
  draftDueAt: number | null
}

export interface StoredDraft {
  id: string
  conversationId: string
  headMessageId: string
  status: string
}

export interface StoredEntry {
  action: string
  subjectId: string
  detail: Record<string, unknown>
}

export interface History {
  /** When everything was whole again, and when this was read. */
  healedAt: number
  readAt: number
  platform: PlatformRecord
  accounts: { id: string; accountRef: string; platform: 'instagram' | 'messenger' }[]
  operatorIds: string[]
  deliveries: { digest: string; status: string; createdAt: number }[]
  messages: StoredMessage[]
  conversations: StoredConversation[]
  drafts: StoredDraft[]
  decisions: StoredDecision[]
  posts: StoredPost[]
  entries: StoredEntry[]
  alerts: { kind: string; openKey: string | null }[]
  audit: { ok: boolean; fault?: string }
  deeds: Deed[]
  probes: Probe[]
  tamperings: Tampering[]
  /** Posts that stood in the lanes when Redis was emptied. */
  wiped: string[]
  /** Where a secret was found in clear. */
  leaks: string[]
  /** Jobs the queue gave up that hold the only copy of what was accepted. */
  lostBodies: number
}

/** One promise, whether it was kept, and the figures that say so. */
export interface Line {
  promise: string
  broken: number
  counts: Record<string, number>
  /** The first few faults, for whoever looks for their cause. */
  faults: string[]
}

const FAULTS_MAX = 5

export function line(promise: string, faults: string[], counts: Record<string, number>): Line {
  return { promise, broken: faults.length, counts, faults: faults.slice(0, FAULTS_MAX) }
}

export function groupBy<T>(list: readonly T[], keyOf: (one: T) => string): Map<string, T[]> {
  const groups = new Map<string, T[]>()
  for (const one of list) {
    const group = groups.get(keyOf(one))
    if (group) group.push(one)
    else groups.set(keyOf(one), [one])
  }
  return groups
}
