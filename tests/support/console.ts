import { Readable } from 'node:stream'
import type { Hono } from 'hono'
import { createConsole } from '#src/console/console.tsx'
import type { ContactView } from '#src/console/contact-views.ts'
import type { ConsoleDeps } from '#src/console/deps.ts'
import type { Env } from '#src/console/env.ts'
import type { AccountDetail, HealthView, Overview } from '#src/console/house-views.ts'
import type { Session } from '#src/console/people-verbs.ts'
import type { ConversationView, ListItem, PostView } from '#src/console/views.ts'
import { AppError } from '#src/domain/errors.ts'
import type { Role } from '#src/domain/identity.ts'
import { newId } from '#src/domain/ids.ts'
import { type AccountInsight, daysOf, type Insight, noFigures } from '#src/domain/insight.ts'
import type { MediaType } from '#src/domain/media.ts'
import { policyCase } from '#src/domain/policy-case.ts'
import type { Report } from '#src/domain/report.ts'

export const PUBLIC_URL = 'http://127.0.0.1:3000'
export const at = new Date('2026-11-22T12:00:00.000Z')
const HOUR_MS = 3_600_000

const accountId = newId('account', at)
const party = {
  accountId,
  accountName: 'Alpine Outfitters',
  platform: 'instagram' as const,
  contactName: 'Lena',
  contactUsername: 'lena.h',
}

export function aConversationView(changed: Partial<ConversationView> = {}): ConversationView {
  const view = viewOf(changed)
  const account = { platform: view.platform, humanAgent: false, disclosure: null, disclosureGapMs: 0 }
  const conversation = { windowExpiresAt: view.windowExpiresAt, lastInboundAt: null, standby: view.standby }
  const policy = policyCase({ account, contact: view, conversation }, { comment: view.comment ?? undefined })
  return { policy, ...view }
}

function viewOf(changed: Partial<ConversationView>): Omit<ConversationView, 'policy'> {
  const headMessageId = newId('message', at)
  return {
    ...party,
    id: newId('conversation', at),
    kind: 'direct',
    contactId: newId('contact', at),
    optedOutAt: null,
    erasedAt: null,
    standby: false,
    comment: null,
    attention: 'review',
    attentionReason: null,
    attentionNote: null,
    headMessageId,
    windowExpiresAt: new Date(at.getTime() + HOUR_MS),
    deadlineAt: new Date(at.getTime() + HOUR_MS),
    seenAt: null,
    draftDueAt: null,
    undoMs: 10_000,
    accountStoppedAt: null,
    accountStoppedReason: null,
    credentialStatus: 'valid',
    messages: [
      {
        id: headMessageId,
        messageRef: 'mid.1',
        direction: 'inbound',
        origin: 'contact',
        form: 'text',
        text: 'Do you ship to Graz?',
        attachments: [],
        replyToRef: null,
        reaction: null,
        sentAt: at,
        editedAt: null,
        deletedAt: null,
        hiddenAt: null,
        postId: null,
      },
    ],
    earlier: null,
    draft: {
      id: newId('draft', at),
      author: 'claude',
      text: 'Yes, we do.',
      textHash: 'a'.repeat(64),
      language: 'en',
      confidence: 0.9,
      rationale: 'The shipping entry says so.',
      flags: [],
      model: 'claude-haiku-5-5',
      costMicros: 2000,
      createdAt: at,
      second: null,
      sources: [],
    },
    posts: [],
    lastDecision: null,
    others: [],
    assigneeId: null,
    assigneeName: null,
    snoozedUntil: null,
    notes: [],
    templates: [],
    colleagues: [],
    ...changed,
  }
}

export function aListItem(view: ConversationView): ListItem {
  const { id, kind, attention, attentionReason, windowExpiresAt, deadlineAt } = view
  const head = view.messages.at(-1)
  return {
    ...party,
    contactName: view.contactName,
    contactUsername: view.contactUsername,
    id,
    kind,
    attention,
    attentionReason,
    windowExpiresAt,
    deadlineAt,
    headAt: head?.sentAt ?? null,
    headText: head?.text ?? null,
    headForm: head?.form ?? null,
    headDirection: head?.direction ?? null,
    headDeletedAt: head?.deletedAt ?? null,
    draftText: view.draft?.text ?? null,
    draftFlags: view.draft?.flags ?? null,
    draftConfidence: view.draft?.confidence ?? null,
    assigneeName: view.assigneeName,
    label: null,
    isUrgent: null,
  }
}

export function aPostView(changed: Partial<PostView> = {}): PostView {
  return {
    ...party,
    id: newId('post', at),
    conversationId: newId('conversation', at),
    kind: 'message',
    text: 'Yes, we do.',
    status: 'queued',
    notBefore: new Date(at.getTime() + 10_000),
    waitUntil: null,
    attempts: 0,
    outcomeCode: null,
    outcomeNote: null,
    messageRef: null,
    sentAt: null,
    createdAt: at,
    updatedAt: at,
    approvedBy: 'Ada',
    edited: false,
    accountStoppedAt: null,
    ...changed,
  }
}

/** Somebody who has written once. */
export function aContactView(): ContactView {
  const rest = { optedOutAt: null, createdAt: at, lastAt: at, conversations: [], posts: [], notes: [] }
  return { ...party, id: newId('contact', at), ...rest }
}

export function anAccountDetail(changed: Partial<AccountDetail> = {}): AccountDetail {
  return {
    id: accountId,
    platform: 'instagram',
    accountRef: '17841400000000001',
    name: 'Alpine Outfitters',
    voice: 'Friendly.',
    quietMs: 4000,
    undoMs: 10_000,
    dailyBudgetMicros: 5_000_000,
    humanAgent: false,
    longAds: false,
    maskForModel: false,
    disclosure: null,
    disclosureGapMs: 24 * HOUR_MS,
    spentTodayMicros: 0,
    secondFor: null,
    secondProposed: null,
    credentialStatus: 'valid',
    tokenObtainedAt: at,
    tokenExpiresAt: new Date(at.getTime() + 60 * 24 * HOUR_MS),
    tokenCheckedAt: null,
    tokenError: null,
    scopes: null,
    heardAt: null,
    lookedAt: null,
    missedFound: 0,
    dataAccessExpiresAt: null,
    subscribedFields: null,
    subscriptionsCheckedAt: null,
    stoppedAt: null,
    stoppedReason: null,
    queuedPosts: 0,
    knowledge: [],
    templates: [],
    decisions: { asDrafted: 0, edited: 0, rejected: 0, byHand: 0 },
    ...changed,
  }
}

const overview: Overview = { queue: 1, uncertain: 0, alerts: 0, critical: [], pauses: [], sendingStoppedAt: null }

const health: HealthView = {
  deliveriesStored: 0,
  deliveriesFailed: 0,
  unrecognised: 0,
  waitingForDraft: 0,
  oldestDueAt: null,
  queued: 0,
  sending: 0,
  uncertain: 0,
  lastDeliveryAt: null,
}

/** A week of one account. */
export function anInsight(changed: Partial<AccountInsight> = {}): Insight {
  const days = daysOf(7, at)
  const figures = { ...noFigures(), inbound: 8, exchanges: 4, answered: 3, inWindow: 3, waiting: 1, ...changed }
  const [medianMs, p90Ms] = [90_000, 5_400_000]
  const rest = { medianMs, p90Ms, editedShare: 0.25, peakSends: 2, peakPrivate: 1, spike: undefined }
  const account = { id: accountId, name: 'Alpine Outfitters', platform: 'instagram' as const }
  return {
    days,
    accounts: [{ ...figures, ...rest, ...account, ...changed }],
    rows: [{ ...figures, accountId, day: days.at(-1) ?? '' }],
    reasons: [],
    countedFrom: undefined,
    isMore: false,
  }
}

/** A file that is kept, with these bytes in it. */
export function aMedia(text: string, contentType: MediaType = 'image/png') {
  const bytes = Buffer.from(text)
  const read = ({ start, end } = { start: 0, end: bytes.length - 1 }) =>
    new Blob([new Uint8Array(bytes.subarray(start, end + 1))]).stream() as ReadableStream<Uint8Array<ArrayBuffer>>
  return { contentType, bytes: bytes.length, read }
}

interface Options {
  view?: ConversationView
  /** The roles whose name is a valid session token; `undefined` lets nobody in. */
  publicUrl?: string
  reads?: Partial<ReturnType<ConsoleDeps['reads']>>
  reachOf?: ConsoleDeps['reachOf']
  report?: Report
  review?: Partial<ConsoleDeps['review']>
  record?: Partial<ConsoleDeps['record']>
  rules?: Partial<ConsoleDeps['rules']>
  connect?: Partial<ConsoleDeps['connect']>
  signIn?: Partial<ConsoleDeps['signIn']>
  own?: Partial<ConsoleDeps['own']>
  people?: Partial<ConsoleDeps['people']>
  preferences?: ConsoleDeps['preferences']
  presence?: ConsoleDeps['presence']
  config?: Partial<ConsoleDeps['config']>
  live?: ConsoleDeps['live']
  openMedia?: ConsoleDeps['openMedia']
  counters?: NonNullable<ConsoleDeps['counters']>
}

/** The console over made-up reads and verbs; the name of a role is the token of a session with that role. */
export function aConsole(options: Options = {}) {
  const view = options.view ?? aConversationView()
  const page = { items: [aListItem(view)], next: null }
  const calls: [string, unknown][] = []
  const note = (verb: string) => (input: unknown) => {
    calls.push([verb, input])
    return Promise.resolve([])
  }
  const nothing = (verb: string) => (input: unknown) => {
    calls.push([verb, input])
    return Promise.resolve()
  }
  const errors: unknown[] = []
  const app: Hono<Env> = createConsole({
    reachOf: options.reachOf ?? (async () => 'all'),
    reads: () => ({
      overview: async () => overview,
      queue: async () => page,
      nextInQueue: async () => undefined,
      conversations: async () => page,
      conversation: async (id) => ({ ...view, id }),
      calmDrafts: async () => [],
      approvalsSince: async () => 1,
      facets: async () => ({ accounts: [], languages: [], colleagues: [], views: [] }),
      contacts: async () => ({ items: [], next: null }),
      contact: async (id) => ({ ...aContactView(), id }),
      seenThen: async () => ({ message: null, draft: null }),
      conversationOfDraft: async () => view.id,
      post: async (id) => aPostView({ id }),
      posts: async () => ({ items: [aPostView()], next: null }),
      evidence: async () => [],
      accounts: async () => [anAccountDetail()],
      account: async (id) => anAccountDetail({ id }),
      rules: async () => [],
      alerts: async () => [],
      health: async () => health,
      stages: async () => ({
        ...{ oldestDeliveryAt: null, oldestQueuedAt: null, oldestSendingAt: null, oldestUncertainAt: null },
        ...{ failedToday: 0, rounds: [] },
      }),
      blocks: async () => [],
      concerns: async () => true,
      insight: async () => anInsight(),
      ...options.reads,
    }),
    examine: async () => options.report ?? { at, house: [], app: [], accounts: [], unseen: [] },
    review: {
      decide: note('decide'),
      approveMany: async (input) => {
        calls.push(['approveMany', input])
        return []
      },
      answer: note('answer'),
      moderate: note('moderate'),
      redraft: note('redraft'),
      dismiss: note('dismiss'),
      undo: note('undo'),
      settle: note('settle'),
      bringBack: note('bringBack'),
      ...options.review,
    },
    desk: {
      note: nothing('note'),
      removeNote: nothing('removeNote'),
      snooze: nothing('snooze'),
      assign: nothing('assign'),
      optOut: nothing('optOut'),
    },
    views: { save: nothing('saveView'), remove: nothing('removeView') },
    configure: {
      saveSettings: nothing('saveSettings'),
      saveKnowledge: nothing('saveKnowledge'),
      removeKnowledge: nothing('removeKnowledge'),
      proposeSecond: nothing('proposeSecond'),
      confirmSecond: nothing('confirmSecond'),
      saveTemplate: nothing('saveTemplate'),
      removeTemplate: nothing('removeTemplate'),
      stopAccount: nothing('stopAccount'),
      resumeAccount: nothing('resumeAccount'),
      stopSending: nothing('stopSending'),
      resumeSending: nothing('resumeSending'),
      eraseContact: nothing('eraseContact'),
    },
    rules: {
      saveRule: nothing('saveRule'),
      removeRule: nothing('removeRule'),
      moveRule: nothing('moveRule'),
      ...options.rules,
    },
    contacts: {
      export: async (input) => {
        calls.push(['exportContact', input])
        return Readable.from(['{}\n'])
      },
    },
    record: {
      list: async () => ({ items: [], next: undefined, names: new Map() }),
      proof: async () => ({ entries: 0, checkpoint: undefined, isSigned: false, isBroken: false }),
      people: async () => [],
      export: async (input) => {
        calls.push(['export', input])
        return Readable.from(['{}\n'])
      },
      noteInsight: nothing('noteInsight'),
      ...options.record,
    },
    connect: { ...aConnectRoom(note), ...options.connect },
    assign: { of: async () => [], set: nothing('assign') },
    keys: aKeyRoom(nothing),
    signIn: {
      isSetupOpen: async (token) => token === 'open',
      setUp: async () => inAs('admin'),
      signIn: async () => inAs('admin'),
      stepOf: async (ticket) => (ticket === 'code' || ticket === 'enrol' ? { kind: ticket } : undefined),
      enterCode: async () => inAs('admin'),
      takesPasskey: async () => false,
      askPasskey: async () => ({ challenge: 'canaryChallenge' }),
      enterPasskey: async () => inAs('admin'),
      askConfirmation: async () => ({ challenge: 'canaryChallenge' }),
      confirmByPasskey: nothing('confirmByPasskey'),
      offerFactor: async () => anOffer(),
      enrol: async () => ({ tokens: tokensOf('admin'), recoveryCodes: ['abcde-fghjk'] }),
      readInvitation: async (token) =>
        token === 'open' ? { kind: 'join', email: 'ben@example.com', role: 'approver' } : undefined,
      acceptInvitation: async () => inAs('admin'),
      sessionOf: async ({ access }) => aSession(access),
      checkSession: async () => aSession('admin')?.session,
      confirm: nothing('confirm'),
      signOut: nothing('signOut'),
      ...options.signIn,
    },
    own: {
      readOwn: async (session) => ({
        factorSince: at,
        recoveryCodesLeft: 10,
        passkeys: [],
        sessions: [{ id: session.sessionId, agent: 'Firefox on Linux', lastSeenAt: at, createdAt: at }],
      }),
      changePassword: nothing('changePassword'),
      offerOwnFactor: async () => anOffer(),
      enrolOwn: async () => ['abcde-fghjk'],
      renewRecoveryCodes: async () => ['abcde-fghjk'],
      endOwnSessions: nothing('endOwnSessions'),
      hasPasskey: async () => false,
      offerPasskey: async () => ({ challenge: 'canaryChallenge' }),
      addPasskey: nothing('addPasskey'),
      removePasskey: nothing('removePasskey'),
      ...options.own,
    },
    presence: options.presence ?? noPresence,
    preferences: options.preferences ?? { saveKeys: nothing('saveKeys') },
    people: {
      listPeople: async () => ({ operators: [], invitations: [] }),
      invite: async (input) => {
        calls.push(['invite', input])
        return { token: 'canaryLink', expiresAt: at }
      },
      revokeInvitation: nothing('revokeInvitation'),
      changeRole: nothing('changeRole'),
      disable: nothing('disable'),
      enable: nothing('enable'),
      endSessionsOf: nothing('endSessionsOf'),
      ...options.people,
    },
    openMedia: options.openMedia ?? (async () => aMedia('a picture')),
    ...(options.counters && { counters: options.counters }),
    live: options.live ?? (() => () => undefined),
    reportError: (error) => errors.push(error),
    config: { publicUrl: options.publicUrl ?? PUBLIC_URL, sandbox: false, now: () => at, ...options.config },
  })
  return { app, view, calls, errors }
}

/** Nobody is anywhere. */
export const noPresence: ConsoleDeps['presence'] = {
  say: async () => [],
  list: async () => [],
  leave: async () => undefined,
}

/** No program has a key; with `nothing` the verbs are heard of. */
export function aKeyRoom(
  nothing: (verb: string) => (input: unknown) => Promise<void> = () => async () => undefined,
): ConsoleDeps['keys'] {
  const made = (verb: string) => async (input: unknown) => {
    await nothing(verb)(input)
    return { key: 'cs_test_canary' }
  }
  return { list: async () => [], create: made('createKey'), rotate: made('rotateKey'), revoke: nothing('revokeKey') }
}

/** Sign-ins at platforms that nobody is at; with `note` they are heard of. */
export function aConnectRoom(note: (verb: string) => (input: unknown) => unknown = () => () => undefined) {
  const loginId = newId('login', at)
  const account = { accountId, name: 'Alpine', isNew: true, missing: [], isSubscribed: true }
  const nobody = async () => {
    throw new AppError('not_found', 'There is no such sign-in')
  }
  return {
    lacks: { instagram: undefined, messenger: undefined },
    begin: async (input) => {
      note('begin')(input)
      return { url: 'https://www.instagram.com/oauth/authorize?state=s' }
    },
    open: async () => ({ url: 'https://www.instagram.com/oauth/authorize?state=s', linkCookie: 'linked' }),
    finish: async () => ({ kind: 'denied', loginId }),
    read: nobody,
    choose: nobody,
    withToken: async (input) => {
      note('withToken')(input)
      return account
    },
  } satisfies ConsoleDeps['connect']
}

const tokensOf = (role: string) => ({ access: role, refresh: `${role}-next` })
const inAs = (role: string) => ({ kind: 'in' as const, tokens: tokensOf(role) })

function anOffer() {
  const key = 'GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ'
  return { sealedSeed: 'sealed', key, uri: `otpauth://totp/Countersign:ada%40example.com?secret=${key}` }
}

/** The session of a role, as somebody has it who signed in just now. */
export function aSession(role: string | undefined): { session: Session } | undefined {
  if (role === undefined || !['viewer', 'approver', 'admin', 'auditor'].includes(role)) return undefined
  const operator = { id: newId('operator', at), name: 'Ada', email: 'ada@example.com', role: role as Role }
  return { session: { sessionId: newId('session', at), operator, confirmedAt: at, hasFactor: true, keys: null } }
}

/** A form post as a browser makes it from our own page. */
export function aForm(
  fields: Record<string, string>,
  { as, headers }: { as?: string; headers?: Record<string, string> } = {},
) {
  return {
    method: 'POST',
    headers: {
      'content-type': 'application/x-www-form-urlencoded',
      'sec-fetch-site': 'same-origin',
      origin: PUBLIC_URL,
      ...(as && { cookie: `countersign=${as}` }),
      ...headers,
    },
    body: new URLSearchParams(fields).toString(),
  }
}

export function signedInAs(role: string): RequestInit {
  return { headers: { cookie: `countersign=${role}` } }
}
