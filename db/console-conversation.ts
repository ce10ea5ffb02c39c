import { asc, desc, eq, inArray } from 'drizzle-orm'
import type { ConversationId, DraftId, EntryId } from '#src/domain/ids.ts'
import { policyCase } from '#src/domain/policy-case.ts'
import type { Conn } from './client.ts'
import { findCommentToAnswer } from './comments.ts'
import type { Place } from './console-list.ts'
import { listPostsOf } from './console-outbox.ts'
import { listMessages, withMedia } from './console-thread.ts'
import { listColleagues, listNotes, listTemplates } from './desk.ts'
import { readThreadFacts } from './policy-facts.ts'
import { countRecentReplies } from './recent-replies.ts'
import { accounts } from './schema/accounts.ts'
import { contacts } from './schema/contacts.ts'
import { conversations } from './schema/conversations.ts'
import { deskEntries } from './schema/desk-entries.ts'
import { drafts } from './schema/drafts.ts'
import { knowledgeEntries } from './schema/knowledge-entries.ts'
import { operators } from './schema/operators.ts'
import { reviewDecisions } from './schema/review-decisions.ts'

interface Look {
  at: Date
  /** Where the older messages begin. */
  before?: Place | undefined
}

/** A conversation with all that is needed to decide about it: eleven sentences, one more for comments and for files, a few where the account's settings ask for them, however long it is. */
export async function readConversation(conn: Conn, id: ConversationId, { at, before }: Look) {
  const head = await readHead(conn, id)
  if (!head) return undefined
  const { items, next } = await listMessages(conn, id, before)
  const comment = head.kind === 'comment' ? await findCommentToAnswer(conn, id) : undefined
  const { lastInboundAt, humanAgent, disclosure, disclosureGapMs, snoozedUntil, snoozedHeadId, ...rest } = head
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
    notes: await listNotes(conn, id),
    templates: await listTemplates(conn, head.accountId),
    colleagues: await listColleagues(conn),
  }
}

async function readHead(conn: Conn, id: ConversationId) {
  const [row] = await conn
    .select({
      id: conversations.id,
      kind: conversations.kind,
      contactId: conversations.contactId,
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
    })
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
      model: drafts.model,
      costMicros: drafts.costMicros,
      createdAt: drafts.createdAt,
    })
    .from(drafts)
    .where(eq(drafts.waitingFor, id))
  if (!row) return null
  const { citations, ...draft } = row
  return { ...draft, sources: await listSources(conn, citations) }
}

async function listSources(conn: Conn, ids: EntryId[]) {
  if (ids.length === 0) return []
  return conn
    .select({ id: knowledgeEntries.id, title: knowledgeEntries.title, body: knowledgeEntries.body })
    .from(knowledgeEntries)
    .where(inArray(knowledgeEntries.id, ids))
    .orderBy(asc(knowledgeEntries.id))
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
    .where(eq(reviewDecisions.conversationId, id))
    .orderBy(desc(reviewDecisions.id))
    .limit(1)
  return row ?? null
}

export async function findConversationOfDraft(conn: Conn, id: DraftId): Promise<ConversationId | undefined> {
  const [row] = await conn.select({ id: drafts.conversationId }).from(drafts).where(eq(drafts.id, id))
  return row?.id
}
