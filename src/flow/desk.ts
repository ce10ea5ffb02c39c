/* What operators do with a conversation among themselves: none of it is said to the contact. */
import { appendAudit } from '#db/audit.ts'
import { inTransaction, type Transaction } from '#db/client.ts'
import { optOut } from '#db/contacts.ts'
import { deleteNote, findColleague, findNote, insertNote, placeOnDesk } from '#db/desk.ts'
import { findWaitingDraft, setAttention, settleDraft, type ThreadToAnswer } from '#db/reviews.ts'
import type { AuditAction, AuditEvent } from '#src/domain/audit.ts'
import { type SnoozeHours, snoozeEnd } from '#src/domain/desk.ts'
import { AppError } from '#src/domain/errors.ts'
import { may } from '#src/domain/identity.ts'
import { type ConversationId, type MessageId, type NoteId, newId, type OperatorId } from '#src/domain/ids.ts'
import { textHash } from '#src/vault/hash.ts'
import { type ReviewDeps, requireSeen, requireThread } from './review.ts'
import { prose } from './wording.ts'

type DeskDeps = Pick<ReviewDeps, 'db' | 'publish' | 'now'>

interface Wish {
  conversationId: ConversationId
  operatorId: OperatorId
}

const NOTE_MAX = 4000

export function createDesk(deps: DeskDeps) {
  return {
    note: createNote(deps),
    removeNote: createRemoveNote(deps),
    snooze: createSnooze(deps),
    assign: createAssign(deps),
    optOut: createOptOut(deps),
  }
}

/** Writes something down for colleagues. */
function createNote(deps: DeskDeps) {
  return (wish: Wish & { text: string }) =>
    onDesk(deps, wish, async ({ tx, at }) => {
      const text = prose(wish.text, { field: 'text', max: NOTE_MAX })
      const { conversationId, operatorId } = wish
      const id = newId('note', at)
      await insertNote(tx, { id, conversationId, operatorId, text, createdAt: at })
      return { action: 'note.added', detail: { noteId: id, textHash: textHash(text) } }
    })
}

/** Takes back what the same operator wrote. Safe to repeat. */
function createRemoveNote(deps: DeskDeps) {
  return (wish: Wish & { noteId: NoteId }) =>
    onDesk(deps, wish, async ({ tx }) => {
      const note = await findNote(tx, wish.noteId)
      if (!note) return undefined
      if (!(await deleteNote(tx, wish.noteId, wish.operatorId))) {
        throw new AppError('forbidden', 'Only who wrote a note can remove it')
      }
      return { action: 'note.removed', detail: { noteId: note.id, textHash: textHash(note.text) } }
    })
}

/** Puts the conversation aside until later, or until something new comes; without `hours` it is taken up again. */
function createSnooze(deps: DeskDeps) {
  return (wish: Wish & { hours: SnoozeHours | undefined; headMessageId: MessageId }) =>
    onDesk(deps, wish, async ({ tx, thread, at }) => {
      requireSeen(thread, wish.headMessageId)
      const until = wish.hours === undefined ? null : snoozeEnd(wish.hours, thread.conversation, at)
      const place = { snoozedUntil: until, snoozedHeadId: until && wish.headMessageId }
      await placeOnDesk(tx, wish.conversationId, place, at)
      return { action: 'conversation.snoozed', detail: { until: until?.getTime() ?? null } }
    })
}

/** Hands the conversation to a colleague, or to nobody. Whoever may decide still may. */
function createAssign(deps: DeskDeps) {
  return (wish: Wish & { assigneeId: OperatorId | undefined }) =>
    onDesk(deps, wish, async ({ tx, at }) => {
      const { assigneeId = null } = wish
      const colleague = assigneeId && (await findColleague(tx, assigneeId))
      if (assigneeId && !(colleague && may(colleague.role, 'decide'))) {
        throw new AppError('invalid_input', 'Nobody of that name decides about replies here', { field: 'assignee' })
      }
      await placeOnDesk(tx, wish.conversationId, { assigneeId }, at)
      return { action: 'conversation.assigned', detail: { assigneeId } }
    })
}

/** The contact asked a person for no more messages; it holds until they write again. */
function createOptOut(deps: DeskDeps) {
  return (wish: Wish & { headMessageId: MessageId }) =>
    onDesk(deps, wish, async ({ tx, thread, at }) => {
      requireSeen(thread, wish.headMessageId)
      const { contact } = thread
      if (!(await optOut(tx, contact.id, at))) return undefined
      const waiting = await findWaitingDraft(tx, wish.conversationId)
      if (waiting) await settleDraft(tx, waiting.id, 'superseded', at)
      await setAttention(tx, wish.conversationId, { attention: 'none' }, at)
      const subject = { kind: 'contact', id: contact.id }
      return { action: 'contact.opted_out', subject, detail: { conversationId: wish.conversationId } }
    })
}

interface Hand {
  tx: Transaction
  thread: ThreadToAnswer
  at: Date
}

type Done = { action: AuditAction; detail: AuditEvent['detail']; subject?: AuditEvent['subject'] } | undefined

/** Under the conversation's lock, on the record, and told to open pages. */
async function onDesk(
  { db, publish, now }: DeskDeps,
  { conversationId: id, operatorId }: Wish,
  work: (hand: Hand) => Promise<Done>,
): Promise<void> {
  await inTransaction(db, async (tx) => {
    const thread = await requireThread(tx, id, operatorId)
    const at = now()
    const done = await work({ tx, thread, at })
    if (!done) return
    const actor = { kind: 'operator' as const, id: operatorId }
    await appendAudit(tx, { subject: { kind: 'conversation', id }, ...done, actor, at })
  })
  publish({ topic: 'queue', id })
  publish({ topic: 'conversation', id })
}
