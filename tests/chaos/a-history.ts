/* A small history in which every promise was kept, for tests that break one of them. */
import { createHash } from 'node:crypto'
import type { AccountId, PostId } from '#src/domain/ids.ts'
import type { History, StoredDecision, StoredPost } from './history.ts'

const START = 1_000_000
const POST: StoredPost = {
  id: 'pst_1',
  decisionId: 'dec_1',
  accountId: 'acc_1' as AccountId,
  conversationId: 'cnv_1',
  kind: 'message',
  recipientRef: '100',
  text: 'Yes, we do.',
  textHash: hashOf('Yes, we do.'),
  status: 'sent',
  messageRef: 'mid-out-1',
  notBefore: START + 3000,
  waitUntil: null,
  createdAt: START + 2000,
  updatedAt: START + 4000,
  outcomeCode: null,
  asked: false,
}

export function hashOf(text: string): string {
  return createHash('sha256').update(text).digest('hex')
}

export function aPost(changed: Partial<StoredPost> = {}): StoredPost {
  return { ...POST, ...changed }
}

export function aDecision(changed: Partial<StoredDecision> = {}): StoredDecision {
  return {
    id: 'dec_1',
    verdict: 'approve',
    text: POST.text,
    textHash: POST.textHash,
    headMessageId: 'msg_1',
    conversationId: 'cnv_1',
    operatorId: 'opr_1',
    createdAt: START + 2000,
    isSigned: true,
    ...changed,
  }
}

/** Anna asks, Olga approves, the reply arrives; a minute after everything healed it is all read. */
export function aHistory(changed: Partial<History> = {}): History {
  const asked = { mid: 'mid-1', accountRef: '17', contactRef: '100', from: 'contact' as const, text: 'Hi?', at: START }
  const reply = { ...asked, mid: 'mid-out-1', from: 'account' as const, text: POST.text, at: START + 4000 }
  const stored = { accountId: 'acc_1', conversationId: 'cnv_1' }
  return {
    healedAt: START + 60_000,
    readAt: START + 600_000,
    platform: {
      arrivals: [
        {
          at: START + 4000,
          method: 'POST',
          path: '/v26.0/17/messages',
          status: 200,
          accountRef: '17',
          contactRef: '100',
        },
      ],
      messages: [asked, reply],
      deliveries: [{ id: 1, thread: '100', mids: ['mid-1'], attempts: 1, outcome: 'accepted', at: START }],
    },
    accounts: [{ id: 'acc_1', accountRef: '17', platform: 'instagram' }],
    operatorIds: ['opr_1'],
    deliveries: [{ digest: 'd1', status: 'received', createdAt: START }],
    messages: [
      { ...stored, id: 'msg_1', messageRef: 'mid-1', direction: 'inbound', sentAt: START, postId: null },
      { ...stored, id: 'msg_2', messageRef: 'mid-out-1', direction: 'outbound', sentAt: START + 4000, postId: 'pst_1' },
    ],
    conversations: [aConversation({ headMessageId: 'msg_2' })],
    drafts: [{ id: 'drf_1', conversationId: 'cnv_1', headMessageId: 'msg_1', status: 'approved' }],
    decisions: [aDecision()],
    posts: [aPost()],
    entries: [
      { action: 'draft.approved', subjectId: 'drf_1', detail: { decisionId: 'dec_1' } },
      { action: 'post.sent', subjectId: 'pst_1', detail: {} },
    ],
    alerts: [],
    audit: { ok: true },
    deeds: [aDeed()],
    probes: [],
    tamperings: [],
    wiped: [],
    leaks: [],
    lostBodies: 0,
    ...changed,
  }
}

export function aDeed(changed: Partial<History['deeds'][number]> = {}): History['deeds'][number] {
  const whom = { operatorId: 'opr_1', conversationId: 'cnv_1', text: POST.text }
  return { kind: 'approve', ...whom, answer: 'yes', at: START + 2000, ...changed }
}

export function aConversation(
  changed: Partial<History['conversations'][number]> = {},
): History['conversations'][number] {
  const whom = { id: 'cnv_1', accountId: 'acc_1', kind: 'direct' as const, contactRef: '100' }
  return { ...whom, attention: 'none', attentionReason: null, headMessageId: 'msg_1', draftDueAt: null, ...changed }
}

export const forged = 'pst_9' as PostId
