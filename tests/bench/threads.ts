/* Many rows at once, as a busy installation would have them. */
import { createHash } from 'node:crypto'
import type { Database } from '#db/client.ts'
import { type ContactId, type ConversationId, type DraftId, type MessageId, newId } from '#src/domain/ids.ts'
import { textHash } from '#src/vault/hash.ts'
import { type Account, insertMany } from './people.ts'

const BATCH = 1000
const DAY_MS = 86_400_000
const ASKED = 'Do you ship to Graz, and how long does it take? I need it by Friday.'
let serial = 0

export interface Thread {
  contactRef: string
  contactId: ContactId
  conversationId: ConversationId
  messageId: MessageId
  draftId: DraftId
  /** Nobody else's: the same words may not go to many people. */
  answer: string
}

interface Fill {
  account: Account
  count: number
  /** `review` has a draft, `waiting` is due for one. */
  attention: 'review' | 'waiting' | 'none'
  /** With the deliveries and events that the messages came in. */
  withDeliveries?: boolean
}

/** Conversations of one message each. */
export async function fillThreads(db: Database, fill: Fill): Promise<Thread[]> {
  const threads: Thread[] = []
  for (let left = fill.count; left > 0; left -= BATCH) {
    const part = Array.from({ length: Math.min(left, BATCH) }, aThread)
    await insertThreads(db, fill, part)
    threads.push(...part)
  }
  return threads
}

function aThread(): Thread {
  const at = new Date()
  return {
    answer: `Hello! Yes, we ship to Graz; a parcel takes two to three days. Your number is ${++serial}.`,
    contactRef: `3${String(serial).padStart(15, '0')}`,
    contactId: newId('contact', at),
    conversationId: newId('conversation', at),
    messageId: newId('message', at),
    draftId: newId('draft', at),
  }
}

async function insertThreads(db: Database, { account, attention, withDeliveries }: Fill, threads: Thread[]) {
  const at = new Date()
  const own = { account_id: account.id, created_at: at }
  const expires = (i: number) => new Date(at.getTime() + DAY_MS - i * 37)
  const all = <Row extends object>(table: string, row: (thread: Thread, i: number) => Row) =>
    insertMany(db, table, threads.map(row))
  await all('contacts', ({ contactId, contactRef }) => ({
    ...own,
    id: contactId,
    contact_ref: contactRef,
    name: `Name ${contactRef}`,
    username: `user.${contactRef}`,
  }))
  await all('conversations', ({ conversationId, contactId, messageId }, i) => ({
    ...own,
    id: conversationId,
    contact_id: contactId,
    kind: 'direct',
    thread_ref: '',
    head_message_id: messageId,
    head_at: at,
    last_inbound_at: at,
    window_expires_at: expires(i),
    attention,
    draft_due_at: attention === 'waiting' ? at : null,
    deadline_at: expires(i),
    updated_at: at,
  }))
  await all('messages', ({ conversationId, messageId, contactRef }) => ({
    ...own,
    id: messageId,
    conversation_id: conversationId,
    message_ref: `aWdfbench.${contactRef}`,
    direction: 'inbound',
    origin: 'contact',
    form: 'text',
    text: ASKED,
    attachments: '[]',
    sent_at: at,
  }))
  if (attention === 'review') await all('drafts', (thread) => aDraftRow(thread, own, at))
  if (withDeliveries) await insertDeliveries(db, account, threads)
}

function aDraftRow({ conversationId, messageId, draftId, answer }: Thread, own: object, at: Date) {
  return {
    ...own,
    id: draftId,
    conversation_id: conversationId,
    waiting_for: conversationId,
    head_message_id: messageId,
    author: 'claude',
    text: answer,
    text_hash: textHash(answer),
    language: 'en',
    confidence: 0.9,
    rationale: 'The entry on shipping says so.',
    citations: '[]',
    flags: '[]',
    status: 'pending_review',
    updated_at: at,
  }
}

async function insertDeliveries(db: Database, { id, accountRef }: Account, threads: Thread[]) {
  const at = new Date()
  const hashOf = (ref: string) => createHash('sha256').update(ref).digest('hex')
  const body = Buffer.alloc(1000, 'x')
  await insertMany(
    db,
    'webhook_deliveries',
    threads.map(({ contactRef }) => ({
      source: 'instagram',
      digest: hashOf(contactRef),
      secret_label: 'bench',
      body,
      status: 'received',
      received_at: at,
      created_at: at,
    })),
  )
  await insertMany(
    db,
    'inbound_events',
    threads.map(({ contactRef, conversationId }) => ({
      id: newId('event', at),
      source: 'instagram',
      dedupe_key: hashOf(contactRef),
      delivery_id: 1,
      item_index: 0,
      kind: 'message',
      account_ref: accountRef,
      account_id: id,
      conversation_id: conversationId,
      message_ref: `aWdfbench.${contactRef}`,
      occurred_at: at,
      created_at: at,
    })),
  )
}
