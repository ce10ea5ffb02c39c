import type { Database } from '#db/client.ts'
import { accounts } from '#db/schema/accounts.ts'
import { contacts } from '#db/schema/contacts.ts'
import { conversations } from '#db/schema/conversations.ts'
import { drafts } from '#db/schema/drafts.ts'
import { messages } from '#db/schema/messages.ts'
import { operators } from '#db/schema/operators.ts'
import type { Role } from '#src/domain/identity.ts'
import { newId } from '#src/domain/ids.ts'
import { textHash } from '#src/vault/hash.ts'

export const DAY_MS = 86_400_000
let serial = 0

/** A connected account whose token is fresh. */
export async function anAccount(db: Database, changed: Partial<typeof accounts.$inferInsert> = {}) {
  const at = new Date()
  const row = {
    id: newId('account', at),
    platform: 'instagram' as const,
    accountRef: `1784140000000${String(++serial).padStart(4, '0')}`,
    name: 'Alpine Outfitters',
    voice: 'Friendly and short.',
    sealedToken: 'sealed',
    credentialStatus: 'valid' as const,
    tokenObtainedAt: at,
    tokenExpiresAt: new Date(at.getTime() + 60 * DAY_MS),
    createdAt: at,
    updatedAt: at,
    ...changed,
  }
  await db.insert(accounts).values(row)
  return row
}

export async function anOperator(db: Database, { role = 'approver' as Role, name = 'Ada' } = {}) {
  const at = new Date()
  const row = {
    id: newId('operator', at),
    name,
    email: `${name}.${++serial}@example.com`.toLowerCase(),
    passwordHash: 'none',
    role,
    createdAt: at,
  }
  await db.insert(operators).values(row)
  return row
}

/** A conversation whose last message waits for an answer, with the draft of one. */
export async function aThread(
  db: Database,
  {
    account,
    text = 'Do you ship to Graz?',
    draft = 'Yes, we do.',
  }: { account?: Awaited<ReturnType<typeof anAccount>>; text?: string; draft?: string | null } = {},
) {
  const at = new Date()
  const owner = account ?? (await anAccount(db))
  const contact = { id: newId('contact', at), accountId: owner.id, contactRef: `10000000000${++serial}`, createdAt: at }
  const conversationId = newId('conversation', at)
  const message = {
    id: newId('message', at),
    accountId: owner.id,
    conversationId,
    messageRef: `mid.${serial}.${contact.id}`,
    direction: 'inbound' as const,
    origin: 'contact' as const,
    form: 'text' as const,
    text,
    attachments: [],
    sentAt: at,
    createdAt: at,
  }
  const windowExpiresAt = new Date(at.getTime() + DAY_MS)
  const conversation = {
    id: conversationId,
    accountId: owner.id,
    contactId: contact.id,
    kind: 'direct' as const,
    threadRef: '',
    headMessageId: message.id,
    headAt: at,
    lastInboundAt: at,
    windowExpiresAt,
    attention: draft === null ? ('person' as const) : ('review' as const),
    deadlineAt: windowExpiresAt,
    createdAt: at,
    updatedAt: at,
  }
  await db.insert(contacts).values(contact)
  await db.insert(conversations).values(conversation)
  await db.insert(messages).values(message)
  const waiting = draft === null ? undefined : await aDraft(db, { conversation, text: draft })
  return { account: owner, contact, conversation, message, draft: waiting }
}

async function aDraft(
  db: Database,
  { conversation, text }: { conversation: { id: never } | Record<string, unknown>; text: string },
) {
  const at = new Date()
  const { id, accountId, headMessageId } = conversation as typeof conversations.$inferSelect
  const row = {
    id: newId('draft', at),
    accountId,
    conversationId: id,
    waitingFor: id,
    headMessageId: headMessageId as NonNullable<typeof headMessageId>,
    author: 'claude' as const,
    text,
    textHash: textHash(text),
    language: 'en',
    confidence: 0.9,
    rationale: 'The shop ships there.',
    citations: [],
    flags: [],
    status: 'pending_review' as const,
    createdAt: at,
    updatedAt: at,
  }
  await db.insert(drafts).values(row)
  return row
}
