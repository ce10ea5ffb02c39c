import { AppError, type ErrorCode } from './errors.ts'

export const postStatuses = ['queued', 'sending', 'sent', 'failed', 'uncertain', 'cancelled'] as const
export type PostStatus = (typeof postStatuses)[number]

/** A post in one of these has said its words, or still may. */
export const standingStatuses: PostStatus[] = ['queued', 'sending', 'sent', 'uncertain']

/**
 * What a post does: writes into the thread, answers a comment for all to read, answers it in a direct message to its author,
 * answers for all to read where somebody named the account elsewhere, or changes whether the comment is seen.
 */
export const postKinds = [
  'message',
  'public_reply',
  'private_reply',
  'mention_reply',
  'hide',
  'unhide',
  'delete',
] as const
export type PostKind = (typeof postKinds)[number]

/** These carry words; the others only name a comment. */
export function isReply(kind: PostKind): boolean {
  return kind === 'message' || kind === 'public_reply' || kind === 'private_reply' || kind === 'mention_reply'
}

/** What one call to a platform came to. Born in the platform's error table, never from message text. */
export type Outcome =
  /** `recipientRef`: whom it reached, where the platform says so. */
  | { kind: 'sent'; messageRef: string; recipientRef?: string }
  /** Refused before anything happened; nothing arrived. `scope` waits until `until`. */
  | { kind: 'wait'; scope: 'account' | 'app' | 'conversation'; until: Date; code: string }
  /** The token is dead; the account stops until it is connected again. */
  | { kind: 'reauthorise'; code: string; note: string }
  /** The account or app lacks a right, or was sanctioned: all its sends stop and someone is told. */
  | { kind: 'stop_account'; code: string; note: string }
  /** Will never arrive as it is. `reply_window`, `recipient` and `content` say what a person could do about it. */
  | { kind: 'refused'; code: string; note: string; about: 'reply_window' | 'recipient' | 'content' | 'thread' }
  /** For certain not delivered, and the same call may succeed later. */
  | { kind: 'retry'; code: string; note: string }
  /** Nobody knows whether it arrived. */
  | { kind: 'uncertain'; code: string; note: string }

/** Where an attempt leaves its post. */
export function statusAfter(outcome: Outcome): PostStatus {
  switch (outcome.kind) {
    case 'sent':
      return 'sent'
    case 'wait':
    case 'retry':
    case 'reauthorise':
    case 'stop_account':
      return 'queued'
    case 'refused':
      return 'failed'
    case 'uncertain':
      return 'uncertain'
  }
}

/** A thrown error during a call says nothing about arrival, so it rests as uncertain unless we know better. */
export function outcomeOf(error: unknown): Outcome {
  const { code, message } = AppError.from(error)
  return { kind: 'uncertain', code: code satisfies ErrorCode, note: message }
}
