/* What an operator sends without a draft of Claude's. It is a draft too, made and approved at once, so that every post has the same way out. */
import { inTransaction, type Transaction } from '#db/client.ts'
import { findWaitingDraft, settleDraft, type ThreadToAnswer } from '#db/reviews.ts'
import type { ConversationId, MessageId } from '#src/domain/ids.ts'
import type { PostKind } from '#src/domain/outbox.ts'
import { cleanReply, kindsOf, type ReplyWay, requireAllowed } from '#src/domain/review.ts'
import { findTarget } from './address.ts'
import { type Approved, approveAll, insertOwnDraft, ownDraft } from './approve.ts'
import { announce, type By, type ReviewDeps, requireSeen, requireThread } from './review.ts'
import { endorse, findRisks } from './second.ts'

interface Wish extends By {
  conversationId: ConversationId
  headMessageId: MessageId
}

/** Sends an operator's own words, with or without a draft waiting. Throws like a decision. */
export function createAnswer(deps: ReviewDeps) {
  return (input: Wish & { text: string; way?: ReplyWay }): Promise<Approved[]> =>
    sendOwn(deps, input, {
      text: cleanReply(input.text),
      kindsIn: (conversation) => kindsOf(conversation.kind, input.way),
      settlesDraft: true,
    })
}

/** Hides the contact's newest comment from others, shows it again, or deletes it: approved, held and recorded as a reply is. */
export function createModerate(deps: ReviewDeps) {
  return (input: Wish & { kind: 'hide' | 'unhide' | 'delete' }): Promise<Approved[]> =>
    sendOwn(deps, input, { text: '', kindsIn: () => [input.kind], settlesDraft: input.kind === 'delete' })
}

interface Own {
  text: string
  kindsIn: (conversation: ThreadToAnswer['conversation']) => PostKind[]
  /** What waits for review is void with it. */
  settlesDraft: boolean
}

async function sendOwn(deps: ReviewDeps, input: Wish, { text, kindsIn, settlesDraft }: Own): Promise<Approved[]> {
  const { db, now, sign } = deps
  const { conversationId, headMessageId, operatorId, givenBy } = input
  const made = await inTransaction(db, async (tx) => {
    const thread = await requireThread(tx, conversationId, operatorId)
    requireSeen(thread, headMessageId)
    const at = now()
    const target = await findTarget(tx, thread, { text, at })
    const posts = kindsIn(thread.conversation).map((kind) => ({
      kind,
      verdict: requireAllowed({ ...target.policy, kind, text, provenance: 'written' }, at),
    }))
    const words = { text, edited: false, provenance: 'written' as const, operatorId, givenBy }
    const flags = settlesDraft ? await withdraw(tx, conversationId, at) : []
    const { risks, needed } = await risksIn(tx, thread, { reply: text, flags })
    if (needed.length > 0) {
      const draft = ownDraft(thread, { text, operatorId, flags }, at)
      const kinds = posts.map(({ kind }) => kind).join('+')
      await endorse(tx, thread, { ...words, draft, isNew: true, kinds, needed }, { sign, at })
      return []
    }
    const draftId = await insertOwnDraft(tx, thread, { text, operatorId }, at)
    const reply = { ...words, draftId, posts, target, risks }
    return approveAll(tx, thread, reply, { sign, at, keepsAttention: !settlesDraft })
  })
  await announce(deps, conversationId, made)
  return made
}

/** Takes back what waits; answers what it was flagged with, which counts for the words in its place too. */
async function withdraw(tx: Transaction, conversationId: ConversationId, at: Date): Promise<string[]> {
  const waiting = await findWaitingDraft(tx, conversationId)
  if (waiting) await settleDraft(tx, waiting.id, 'superseded', at)
  return waiting?.flags ?? []
}

/** A deed without words asks for nobody else. */
function risksIn(...[tx, thread, words]: Parameters<typeof findRisks>): ReturnType<typeof findRisks> {
  return words.reply === '' ? Promise.resolve({ risks: [], needed: [] }) : findRisks(tx, thread, words)
}
