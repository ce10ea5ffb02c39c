import type { CredentialStatus } from '#src/domain/credential.ts'
import type { AccountId, AlertId, EntryId, OperatorId } from '#src/domain/ids.ts'
import type { EndpointClass } from '#src/domain/limit.ts'
import type { Platform } from '#src/domain/platform.ts'
import type { RiskKind } from '#src/domain/second.ts'
import type { TemplateView } from './desk-views.ts'

export interface AccountView {
  id: AccountId
  platform: Platform
  accountRef: string
  name: string
  voice: string
  quietMs: number
  undoMs: number
  dailyBudgetMicros: number
  humanAgent: boolean
  longAds: boolean
  maskForModel: boolean
  disclosure: string | null
  disclosureGapMs: number
  spentTodayMicros: number
  /** Kinds of reply that two people approve, and what one admin would have instead. */
  secondFor: RiskKind[] | null
  secondProposed: { kinds: RiskKind[]; by: OperatorId; byName: string | null } | null
  credentialStatus: CredentialStatus
  tokenObtainedAt: Date
  tokenExpiresAt: Date
  tokenCheckedAt: Date | null
  tokenError: string | null
  /** What its owner allowed; null while the platform has not said. */
  scopes: string[] | null
  /** When its first webhook came since it was connected. */
  heardAt: Date | null
  /** When the platform was last asked what no webhook told of, and how much came to light so. */
  lookedAt: Date | null
  missedFound: number
  dataAccessExpiresAt: Date | null
  subscribedFields: string[] | null
  subscriptionsCheckedAt: Date | null
  stoppedAt: Date | null
  stoppedReason: string | null
  queuedPosts: number
}

export interface AccountDetail extends AccountView {
  templates: TemplateView[]
  knowledge: { id: EntryId; title: string; body: string; version: number; updatedAt: Date }[]
  /** Decisions of the last thirty days. */
  decisions: { asDrafted: number; edited: number; rejected: number; byHand: number }
}

export interface AlertView {
  id: AlertId
  kind: string
  severity: 'info' | 'warning' | 'critical'
  accountId: AccountId | null
  accountName: string | null
  text: string
  count: number
  createdAt: Date
  lastAt: Date
  resolvedAt: Date | null
}

export interface PauseView {
  platform: Platform
  /** Empty when the whole app waits. */
  accountId: AccountId | null
  accountName: string | null
  /** Only calls of this class wait; empty when replies do too. */
  only: EndpointClass | null
  until: Date
  code: string
}

/** An address, of IPv6 its network, that is refused for a while. */
export interface BlockView {
  network: string
  reason: 'person' | 'signatures' | 'sign_in' | 'probing'
  until: Date
}

/** What stands beside every page. Counts end at `COUNT_MAX`: beyond it a number helps nobody. */
export interface Overview {
  queue: number
  uncertain: number
  alerts: number
  critical: { id: AlertId; text: string }[]
  /** What the platforms asked us to leave alone at this moment, the longest first. */
  pauses: PauseView[]
  sendingStoppedAt: Date | null
}

export interface HealthView {
  deliveriesStored: number
  deliveriesFailed: number
  unrecognised: number
  waitingForDraft: number
  oldestDueAt: Date | null
  queued: number
  sending: number
  uncertain: number
  lastDeliveryAt: Date | null
}

/** Since when the oldest of each stage waits; for rounds of work, when they were last at it. */
export interface StagesView {
  oldestDeliveryAt: Date | null
  oldestQueuedAt: Date | null
  oldestSendingAt: Date | null
  oldestUncertainAt: Date | null
  failedToday: number
  rounds: {
    name: 'sweep' | 'renew' | 'erase' | 'subscriptions' | 'catch_up' | 'media' | 'audit' | 'remind'
    at: Date
  }[]
}

/** A number that stopped counting here is shown as `99+`. */
export const COUNT_MAX = 100
