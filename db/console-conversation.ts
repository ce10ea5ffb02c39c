import { and, asc, desc, eq, inArray, ne, or } from 'drizzle-orm'
import { isWithin, type Reach } from '#src/domain/identity.ts'
import type { ConversationId, DraftId, EntryId } from '#src/domain/ids.ts'
import { policyCase } from '#src/domain/policy-case.ts'
import type { Conn } from './client.ts'
import { findCommentToAnswer } from './comments.ts'
import type { Place } from './console-list.ts'
import { listPostsOf } from './console-outbox.ts'
import { listMessages, withMedia } from './console-thread.ts'
import { listColleagues, listNotes, listTemplates } from './desk.ts'
import { readThreadFacts } from './policy-facts.ts'
import { within } from './reach.ts'
import { countRecentReplies } from './recent-replies.ts'
import { accounts } from './schema/accounts.ts'
import { contacts } from './schema/contacts.ts'
import { conversations } from './schema/conversations.ts'
import { deskEntries } from './schema/desk-entries.ts'
import { drafts } from './schema/drafts.ts'
import { knowledgeEntries } from './schema/knowledge-entries.ts'
import { operators } from './schema/operators.ts'
import { reviewDecisions } from './schema/review-decisions.ts'
import { findEndorsement } from './second.ts'

interface Look {
  at: Date
  /** Where the older messages begin. */
  before?: Place | undefined
  reach: Reach
}

/** A conversation with all that is needed to decide about it: some thirteen sentences, one more for comments and for files, a few where the account's settings ask for them, however long it is. */
export async function readConversation(conn: Conn, id: ConversationId, { at, before, reach }: Look) {
  const head = await readHead(conn, id)
  if (!head || !isWithin(reach, head.accountId)) return undefined
  const { items, next } = await listMessages(conn, id, before)
  const comment = head.kind !== 'direct' ? await findCommentToAnswer(conn, id) : undefined
  const { lastInboundAt, contactRef: _ref, directRef: _direct, humanAgent, disclosure, disclosureGapMs, ...more } = head
  const { snoozedUntil, snoozedHeadId, ...rest } = more
  const isAside = snoozedUntil !== null && snoozedUntil > at && snoozedHeadId === head.headMessageId
  const past = {
    comment: comment?.facts,
    repliesLastHour: await countRecentReplies(conn, id, at),
    ...(await readThreadFacts(conn, { id, account: head })),
  }
  const policy = policyCase({ account: head, contact: head, conversation: head }, past)
  return {
    ...rest,
    snoozedUntil: isAside ? snoozedUntil : null,
    policy,
    optedOutAt: policy.optedOutAt ?? null,
    comment: comment?.facts ?? null,
    messages: await withMedia(conn, items.reverse()),
    earlier: next,
    draft: await readDraft(conn, id),
    posts: await listPostsOf(conn, id),
    lastDecision: await readLastDecision(conn, id),
    others: await listOthers(conn, head),
    notes: await listNotes(conn, id),
    templates: await listTemplates(conn, head.accountId),
    colleagues: await listColleagues(conn),
  }
}

const head = {
  id: conversations.id,
  kind: conversations.kind,
  contactId: conversations.contactId,
  contactRef: contacts.contactRef,
  directRef: contacts.directRef,
  standby: conversations.standby,
  attention: conversations.attention,
  attentionReason: conversations.attentionReason,
  attentionNote: conversations.attentionNote,
  headMessageId: conversations.headMessageId,
  windowExpiresAt: conversations.windowExpiresAt,
  deadlineAt: conversations.deadlineAt,
  seenAt: conversations.seenAt,
  lastInboundAt: conversations.lastInboundAt,
  draftDueAt: conversations.draftDueAt,
  contactName: contacts.name,
  contactUsername: contacts.username,
  optedOutAt: contacts.optedOutAt,
  erasedAt: contacts.erasedAt,
  accountId: accounts.id,
  accountName: accounts.name,
  platform: accounts.platform,
  undoMs: accounts.undoMs,
  humanAgent: accounts.humanAgent,
  disclosure: accounts.disclosure,
  disclosureGapMs: accounts.disclosureGapMs,
  accountStoppedAt: accounts.stoppedAt,
  accountStoppedReason: accounts.stoppedReason,
  credentialStatus: accounts.credentialStatus,
  assigneeId: deskEntries.assigneeId,
  assigneeName: operators.name,
  snoozedUntil: deskEntries.snoozedUntil,
  snoozedHeadId: deskEntries.snoozedHeadId,
}

async function readHead(conn: Conn, id: ConversationId) {
  const [row] = await conn
    .select(head)
    .from(conversations)
    .innerJoin(accounts, eq(accounts.id, conversations.accountId))
    .innerJoin(contacts, eq(contacts.id, conversations.contactId))
    .leftJoin(deskEntries, eq(deskEntries.conversationId, conversations.id))
    .leftJoin(operators, eq(operators.id, deskEntries.assigneeId))
    .where(eq(conversations.id, id))
  return row
}

async function readDraft(conn: Conn, id: ConversationId) {
  const [row] = await conn
    .select({
      id: drafts.id,
      author: drafts.author,
      text: drafts.text,
      textHash: drafts.textHash,
      language: drafts.language,
      confidence: drafts.confidence,
      rationale: drafts.rationale,
      citations: drafts.citations,
      flags: drafts.flags,
      status: drafts.status,
      model: drafts.model,
      costMicros: drafts.costMicros,
      createdAt: drafts.createdAt,
    })
    .from(drafts)
    .where(eq(drafts.waitingFor, id))
  if (!row) return null
  const { citations, status, ...draft } = row
  const first = status === 'needs_second' ? await findEndorsement(conn, draft.id) : undefined
  const { operatorId: by, createdAt: at } = first?.decision ?? {}
  const second = first && by && at ? { by, byName: first.operator.name, at } : null
  return { ...draft, second, sources: await listSources(conn, citations) }
}

async function listSources(conn: Conn, ids: EntryId[]) {
  if (ids.length === 0) return []
  return conn
    .select({ id: knowledgeEntries.id, title: knowledgeEntries.title, body: knowledgeEntries.body })
    .from(knowledgeEntries)
    .where(inArray(knowledgeEntries.id, ids))
    .orderBy(asc(knowledgeEntries.id))
}

const OTHERS_MAX = 5

/** Where else the same person speaks with the account: a private reply joins a commenter to the writer of messages. */
async function listOthers(conn: Conn, head: NonNullable<Awaited<ReturnType<typeof readHead>>>) {
  const { accountId, contactId, contactRef, directRef } = head
  const { id, kind, headAt } = conversations
  const isSame = or(
    eq(contacts.id, contactId),
    eq(contacts.directRef, contactRef),
    directRef ? eq(contacts.contactRef, directRef) : undefined,
  )
  const people = await conn
    .select({ id: contacts.id })
    .from(contacts)
    .where(and(eq(contacts.accountId, accountId), isSame))
  return conn
    .select({ id, kind })
    .from(conversations)
    .where(
      and(
        eq(conversations.accountId, accountId),
        inArray(
          conversations.contactId,
          people.map((person) => person.id),
        ),
        ne(id, head.id),
      ),
    )
    .orderBy(desc(headAt), desc(id))
    .limit(OTHERS_MAX)
}

async function readLastDecision(conn: Conn, id: ConversationId) {
  const [row] = await conn
    .select({
      verdict: reviewDecisions.verdict,
      reason: reviewDecisions.reason,
      by: operators.name,
      at: reviewDecisions.createdAt,
    })
    .from(reviewDecisions)
    .leftJoin(operators, eq(operators.id, reviewDecisions.operatorId))
    .where(and(eq(reviewDecisions.conversationId, id), ne(reviewDecisions.verdict, 'endorse')))
    .orderBy(desc(reviewDecisions.id))
    .limit(1)
  return row ? { ...row, verdict: row.verdict === 'reject' ? ('reject' as const) : ('approve' as const) } : null
}

export async function findConversationOfDraft(
  conn: Conn,
  id: DraftId,
  reach: Reach,
): Promise<ConversationId | undefined> {
  const mine = and(eq(drafts.id, id), within(drafts.accountId, reach))
  const [row] = await conn.select({ id: drafts.conversationId }).from(drafts).where(mine)
  return row?.id
}
