import type { z } from '@hono/zod-openapi'
import type { Context } from 'hono'
import type { ApiKey } from '#src/domain/api-key.ts'
import type { Attention } from '#src/domain/draft.ts'
import type { Reach, Role } from '#src/domain/identity.ts'
import type { AccountId, AlertId, ApiKeyId, ConversationId, DraftId, OperatorId, PostId } from '#src/domain/ids.ts'
import type { Counter } from '#src/http/rate.ts'
import type { AuditEntry, AuditQuery } from './shapes/audit.ts'
import type { Account, Alert, AlertQuery, Post, PostQuery, Status } from './shapes/house.ts'
import type { Conversation, ConversationQuery, Draft, DraftQuery, Message, MessageQuery } from './shapes/threads.ts'

/** A person, whichever way they proved who they are. */
export interface Person {
  kind: 'operator'
  via: 'session' | 'bearer'
  id: OperatorId
  role: Role
  reach: Reach
  /** When they last proved who they are. */
  confirmedAt: Date | null
}

/** A program with a key. */
export interface Program {
  kind: 'key'
  via: 'key'
  id: ApiKeyId
  key: StoredKey
  reach: Reach
}

export type Actor = Person | Program

export type StoredKey = ApiKey & { hint: string; createdAt: Date; lastUsedAt: Date | null; replacedBy: ApiKeyId | null }
export type ListedKey = StoredKey & { createdBy: string; uses: { route: string; uses: number; lastAt: Date }[] }

export interface Place {
  at: Date
  id: string
}

interface Slice<After = string> {
  after?: After | undefined
  limit: number
}

interface Found<Item, After = string> {
  items: Item[]
  next: After | null
}

type Rows<Shape extends z.ZodType> = z.infer<Shape>

/** What a query asks for besides its page. */
type Filter<Query extends z.ZodType> = Omit<z.infer<Query>, 'cursor' | 'limit'>

export interface ApiReads {
  conversations(
    filter: Filter<typeof ConversationQuery>,
    slice: Slice<Place>,
  ): Promise<Found<Rows<typeof Conversation>, Place>>
  conversation(id: ConversationId): Promise<Rows<typeof Conversation> | undefined>
  messages(
    filter: Filter<typeof MessageQuery> & { attention?: Attention | undefined },
    slice: Slice,
  ): Promise<Found<Rows<typeof Message>>>
  drafts(filter: Filter<typeof DraftQuery>, slice: Slice): Promise<Found<Rows<typeof Draft>>>
  draft(id: DraftId): Promise<Rows<typeof Draft> | undefined>
  posts(filter: Filter<typeof PostQuery>, slice: Slice): Promise<Found<Rows<typeof Post>>>
  post(id: PostId): Promise<Rows<typeof Post> | undefined>
  accounts(): Promise<Rows<typeof Account>[]>
  account(id: AccountId): Promise<Rows<typeof Account> | undefined>
  alerts(filter: Filter<typeof AlertQuery>, slice: Slice): Promise<Found<Rows<typeof Alert>>>
  alert(id: AlertId): Promise<Rows<typeof Alert> | undefined>
  audit(filter: Filter<typeof AuditQuery>, slice: Slice<number>): Promise<Found<Rows<typeof AuditEntry>, number>>
}

interface By {
  by: { kind: 'operator' | 'key'; id: string }
}

export interface KeyVerbs {
  check(text: string): Promise<{ key: StoredKey } | { refused: string; hash: string }>
  create(
    input: By & {
      name: string
      scopes: readonly string[]
      accountIds?: readonly string[]
      expiresAt?: Date | undefined
    },
  ): Promise<{ id: ApiKeyId; key: string }>
  list(): Promise<ListedKey[]>
  rotate(input: By & { id: ApiKeyId; overlapHours: number }): Promise<{ id: ApiKeyId; key: string }>
  revoke(input: By & { id: ApiKeyId }): Promise<void>
}

export interface ApiDeps {
  /** How often a key, a session, and an address with neither may ask. */
  counters?: { key: Counter; session: Counter; address: Counter }
  reads: (reach: Reach) => ApiReads
  status: (reach: Reach) => Promise<z.infer<typeof Status>>
  acknowledge(input: By & { id: AlertId; reach: Reach }): Promise<void>
  keys: KeyVerbs
  /** Hears of every call with a key. */
  noteUse: (id: ApiKeyId, route: string) => void
  /** The person of a browser's session. */
  sessionOf: (c: Context) => Promise<Person | undefined>
  /** The person of a token of another service; absent while people sign in here. */
  bearerOf?: ((token: string) => Promise<Person | undefined>) | undefined
  tellSecurity: (said: Record<string, string>) => void
  publicUrl: string
  now: () => Date
}
