import type { AccountId, LoginId } from './ids.ts'
import type { Platform } from './platform.ts'

/**
 * `linked`: a link was printed. `asked`: a browser is at the platform. `returned`: it came back, and its code is being
 * traded. `choosing`: a person says which accounts. The other two are ends.
 */
export const loginStatuses = ['linked', 'asked', 'returned', 'choosing', 'connected', 'refused'] as const
export type LoginStatus = (typeof loginStatuses)[number]

/** How long a state, a link or a choice stays open. */
export const LOGIN_LIFE_MS = 600_000

/** What came of connecting one account. */
export interface ConnectedAccount {
  accountId: AccountId
  name: string
  /** False when the account was there and has a new token now. */
  isNew: boolean
  /** What its owner did not allow, by the platform's names. */
  missing: string[]
  /** Whether the platform will tell us of what happens there. */
  isSubscribed: boolean
}

export interface LoginEnd {
  connected: ConnectedAccount[]
  /** Why not, in words for a person. */
  refused: { name?: string; why: string }[]
}

interface Choice {
  accountRef: string
  name: string
  /** Tasks without which it cannot be connected. */
  lacks: string[]
  isConnected: boolean
}

/** What the browser that began it is shown. */
export interface LoginView {
  id: LoginId
  platform: Platform
  status: LoginStatus
  /** Its time is over; nothing can be chosen any more. */
  isExpired: boolean
  choices: Choice[]
  /** The account that was to be connected again. */
  asked: { accountRef: string; name: string } | null
  result: LoginEnd | null
}

export function isLoginOver(status: LoginStatus): boolean {
  return status === 'connected' || status === 'refused'
}

/** What somebody must be allowed to do on a Page, so that we can answer there and are told of what happens: https://developers.facebook.com/documentation/business-messaging/messenger-platform/get-started */
const NEEDED_TASKS = ['MESSAGING', 'MODERATE'] as const

/** Which of the needed tasks are not among these. */
export function missingTasks(tasks: readonly string[]): string[] {
  return NEEDED_TASKS.filter((task) => !tasks.includes(task))
}
