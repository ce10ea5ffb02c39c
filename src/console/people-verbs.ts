import type { ApiKey } from '#src/domain/api-key.ts'
import type { Role } from '#src/domain/identity.ts'
import type {
  AccountId,
  ApiKeyId,
  ConversationId,
  InvitationId,
  OperatorId,
  PasskeyId,
  SessionId,
} from '#src/domain/ids.ts'
import type { KeyChoice, Keys } from '#src/domain/keys.ts'

/** A person who is signed in. */
export interface Operator {
  id: OperatorId
  name: string
  email: string
  role: Role
}

export interface Session {
  sessionId: SessionId
  operator: Operator
  /** When they last proved who they are. */
  confirmedAt: Date | null
  hasFactor: boolean
  /** What they chose of the console's keys. */
  keys: KeyChoice | null
}

/** What a browser keeps of a session. */
export interface SessionTokens {
  access: string
  refresh: string
}

/** How far somebody has come: in, or in front of a step for which the ticket stands. */
export type Entered = { kind: 'in'; tokens: SessionTokens } | { kind: 'code' | 'enrol'; ticket: string }

/** The browser somebody signs in with. */
export interface Browser {
  address: string
  agent: string
}

/** An authenticator app to be set up: the key for typing, the address for scanning. */
export interface FactorOffer {
  sealedSeed: string
  key: string
  uri: string
}

/** What a script hands to `navigator.credentials`, as JSON. */
export type PasskeyQuestion = object

export interface PasskeyView {
  id: PasskeyId
  name: string
  lastUsedAt: Date | null
  createdAt: Date
}

export interface SignInVerbs {
  isSetupOpen(token: string): Promise<boolean>
  setUp(input: { token: string; name: string; email: string; password: string; agent: string }): Promise<Entered>
  signIn(input: { email: string; password: string } & Browser): Promise<Entered>
  /** What the bearer of a ticket has to do next. */
  stepOf(ticket: string): Promise<{ kind: 'code' | 'enrol' } | undefined>
  enterCode(input: { ticket: string; code: string } & Browser): Promise<Entered>
  /** Whether the bearer of a ticket could answer with a passkey. */
  takesPasskey(ticket: string): Promise<boolean>
  /** What the browser is asked; an answer is good once, here, for five minutes. */
  askPasskey(ticket: string): Promise<PasskeyQuestion>
  enterPasskey(input: { ticket: string; answer: string } & Browser): Promise<Entered>
  askConfirmation(session: Session): Promise<PasskeyQuestion>
  /** Throws `invalid_input` when it is no proof. */
  confirmByPasskey(input: { session: Session; answer: string; address: string }): Promise<void>
  offerFactor(ticket: string, sealedSeed?: string): Promise<FactorOffer>
  enrol(input: { ticket: string; sealedSeed: string; code: string; agent: string }): Promise<{
    tokens: SessionTokens
    recoveryCodes: string[]
  }>
  readInvitation(token: string): Promise<{ kind: 'join' | 'password'; email: string; role: Role | null } | undefined>
  acceptInvitation(input: { token: string; name: string; password: string; agent: string }): Promise<Entered>
  /** `touch: false` asks without counting as somebody being there. */
  sessionOf(
    tokens: Partial<SessionTokens>,
    options?: { touch: boolean },
  ): Promise<{ session: Session; renewed?: SessionTokens } | undefined>
  /** Whether the session goes on. */
  checkSession(id: SessionId): Promise<Session | undefined>
  /** Throws `invalid_input` when it is no proof. */
  confirm(input: { session: Session; proof: string; address: string }): Promise<void>
  signOut(input: { sessionId: SessionId; operatorId: OperatorId }): Promise<void>
}

export interface OwnAccount {
  factorSince: Date | null
  recoveryCodesLeft: number
  /** Undefined where browsers make none. */
  passkeys: PasskeyView[] | undefined
  sessions: { id: SessionId; agent: string; lastSeenAt: Date; createdAt: Date }[]
}

/** What an operator has their own way in the console. */
export interface PreferenceVerbs {
  /** Throws `invalid_input` naming what is wrong with the keys. */
  saveKeys(input: { operatorId: OperatorId; typed: Partial<Keys>; on: boolean }): Promise<void>
}

/** Somebody who has a conversation in front of them. */
export interface PresentView {
  conversationId: ConversationId
  operatorId: OperatorId
  name: string
  isEditing: boolean
  /** Nobody is there any more unless they say so again. */
  until: Date
}

export interface PresenceVerbs {
  /** What a tab shows from now on, nothing when it closes. Answers who is where. */
  say(input: {
    sessionId: SessionId
    tab: string
    operatorId: OperatorId
    place: { conversationId: ConversationId; isEditing: boolean } | undefined
  }): Promise<PresentView[]>
  list(): Promise<PresentView[]>
  /** The session is over. */
  leave(sessionId: SessionId): Promise<void>
}

/** An operator's own way in. */
export interface OwnVerbs {
  readOwn(session: Session): Promise<OwnAccount>
  changePassword(input: { session: Session; current: string; password: string; address: string }): Promise<void>
  offerOwnFactor(session: Session, sealedSeed?: string): Promise<FactorOffer>
  enrolOwn(input: { session: Session; sealedSeed: string; code: string }): Promise<string[]>
  renewRecoveryCodes(session: Session): Promise<string[]>
  hasPasskey(session: Session): Promise<boolean>
  offerPasskey(session: Session): Promise<PasskeyQuestion>
  addPasskey(input: { session: Session; name: string; answer: string }): Promise<void>
  removePasskey(input: { session: Session; id: PasskeyId }): Promise<void>
  endOwnSessions(input: { session: Session; id?: SessionId }): Promise<void>
}

export interface PersonView {
  id: OperatorId
  name: string
  email: string
  role: Role
  disabledAt: Date | null
  factorSince: Date | null
  lastSeenAt: Date | null
  createdAt: Date
}

export interface InvitationView {
  id: InvitationId
  kind: 'join' | 'password'
  email: string
  role: Role | null
  /** Nobody when it came from the command line. */
  invitedBy: string | null
  expiresAt: Date
  createdAt: Date
}

interface ByOnOperator {
  by: OperatorId
  operatorId: OperatorId
}

/** Who may sign in, and as what. */
export interface PeopleVerbs {
  listPeople(): Promise<{ operators: PersonView[]; invitations: InvitationView[] }>
  invite(input: { by: OperatorId; email: string; role: Role }): Promise<{ token: string; expiresAt: Date }>
  revokeInvitation(input: { by: OperatorId; id: InvitationId }): Promise<void>
  changeRole(input: ByOnOperator & { role: Role }): Promise<void>
  disable(input: ByOnOperator): Promise<void>
  enable(input: ByOnOperator): Promise<void>
  endSessionsOf(input: ByOnOperator): Promise<void>
}

/** An operator who can be kept to some accounts, as one of these accounts sees them. */
export interface AssignableView {
  id: OperatorId
  name: string
  role: string
  isHere: boolean
  /** To how many other accounts they are kept. */
  elsewhere: number
}

export interface AssignVerbs {
  of(accountId: AccountId): Promise<AssignableView[]>
  set(input: { accountId: AccountId; operatorId: OperatorId } & { operatorIds: readonly OperatorId[] }): Promise<void>
}

export type KeyView = ApiKey & {
  hint: string
  createdAt: Date
  lastUsedAt: Date | null
  replacedBy: ApiKeyId | null
  uses: { route: string; uses: number }[]
}

interface ByWhom {
  by: { kind: 'operator'; id: OperatorId }
}

/** What is made is shown once. */
export interface KeyVerbs {
  list(): Promise<KeyView[]>
  create(
    input: ByWhom & { name: string; scopes: readonly string[]; expiresAt: Date | undefined },
  ): Promise<{ key: string }>
  rotate(input: ByWhom & { id: ApiKeyId; overlapHours: number }): Promise<{ key: string }>
  revoke(input: ByWhom & { id: ApiKeyId }): Promise<void>
}
