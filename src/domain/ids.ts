import { AppError } from './errors.ts'

/** Ours end in `Id`, a platform's own end in `Ref`; the compiler keeps them apart. */
type Id<Kind extends string> = string & { readonly kind: Kind }

export type AccountId = Id<'account'>
export type ContactId = Id<'contact'>
export type ConversationId = Id<'conversation'>
export type MessageId = Id<'message'>
export type DraftId = Id<'draft'>
export type DecisionId = Id<'decision'>
export type PostId = Id<'post'>
export type AttemptId = Id<'attempt'>
export type OperatorId = Id<'operator'>
export type SessionId = Id<'session'>
export type EventId = Id<'event'>
export type EntryId = Id<'entry'>
export type AlertId = Id<'alert'>
export type DeletionId = Id<'deletion'>
export type LoginId = Id<'login'>
export type IncidentId = Id<'incident'>
export type MediaId = Id<'media'>
export type ApiKeyId = Id<'key'>
export type InvitationId = Id<'invitation'>
export type NoteId = Id<'note'>
export type TemplateId = Id<'template'>
export type ViewId = Id<'view'>
export type ReminderId = Id<'reminder'>
export type PasskeyId = Id<'passkey'>
export type RuleId = Id<'rule'>

const prefixes = {
  account: 'acc',
  contact: 'con',
  conversation: 'cnv',
  message: 'msg',
  draft: 'drf',
  decision: 'dec',
  post: 'pst',
  attempt: 'att',
  operator: 'opr',
  session: 'ses',
  event: 'evt',
  entry: 'knw',
  alert: 'alr',
  deletion: 'del',
  login: 'lgn',
  media: 'med',
  key: 'key',
  invitation: 'inv',
  incident: 'inc',
  note: 'nte',
  template: 'tpl',
  view: 'viw',
  reminder: 'rem',
  passkey: 'psk',
  rule: 'rul',
} as const

type Kind = keyof typeof prefixes

const ALPHABET = '0123456789abcdefghjkmnpqrstvwxyz'
const TIME_CHARS = 10
const RANDOM_CHARS = 16

/** A ULID behind its prefix (30 characters): sorts by time, so inserts stay at the end of an index. https://github.com/ulid/spec */
export function newId<K extends Kind>(kind: K, at: Date): Id<K> {
  let tail = ''
  for (const byte of randomBytes()) tail += ALPHABET[byte % 32]
  return `${prefixes[kind]}_${timeChars(at)}${tail}` as Id<K>
}

/** Lies before every id of this moment, and after every earlier one: where a range of the primary key begins. */
export function idsFrom(kind: Kind, at: Date): string {
  return `${prefixes[kind]}_${timeChars(at)}`
}

function timeChars(at: Date): string {
  let time = ''
  for (let ms = at.getTime(), i = 0; i < TIME_CHARS; i++, ms = Math.floor(ms / 32)) time = ALPHABET[ms % 32] + time
  return time
}

/** Sorts before every id that was made at this instant or later. */
export function firstId<K extends Kind>(kind: K, at: Date): Id<K> {
  return newId(kind, at).slice(0, -RANDOM_CHARS) as Id<K>
}

/** Fetched for many ids at once: asking the system for each costs more than the rest of the id. */
const pool = new Uint8Array(256 * RANDOM_CHARS)
let used = pool.length

function randomBytes(): Uint8Array {
  if (used === pool.length) {
    crypto.getRandomValues(pool)
    used = 0
  }
  used += RANDOM_CHARS
  return pool.subarray(used - RANDOM_CHARS, used)
}

/** Whether something from outside can be one of our ids. */
export function isId<K extends Kind>(kind: K, text: unknown): text is Id<K> {
  return typeof text === 'string' && new RegExp(`^${prefixes[kind]}_[${ALPHABET}]{26}$`).test(text)
}

/** Takes an id from outside (a URL, a job); throws `not_found` when it cannot be one of ours. */
export function parseId<K extends Kind>(kind: K, text: unknown): Id<K> {
  if (isId(kind, text)) return text
  throw new AppError('not_found', `There is no such ${kind}`)
}
