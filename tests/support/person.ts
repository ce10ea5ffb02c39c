import { Readable } from 'node:stream'
import { eq } from 'drizzle-orm'
import type { Database } from '#db/client.ts'
import { saveProfile } from '#db/contacts.ts'
import { contacts } from '#db/schema/contacts.ts'
import { conversations } from '#db/schema/conversations.ts'
import { drafts } from '#db/schema/drafts.ts'
import { media } from '#db/schema/media.ts'
import { type AccountId, newId } from '#src/domain/ids.ts'
import { createAnswer } from '#src/flow/answer.ts'
import { createDesk } from '#src/flow/desk.ts'
import { createReceive } from '#src/flow/receive.ts'
import { createDecide } from '#src/flow/review.ts'
import type { MediaStore } from '#src/media/store.ts'
import { textHash } from '#src/vault/hash.ts'
import { aBell, aBody, aComment, anEcho, anEdit, aReaction, aStoredDelivery, aText } from './instagram.ts'
import { sign } from './posts.ts'
import type { anAccount } from './threads.ts'
import { anOperator } from './threads.ts'

let serial = 0

/** Somebody with words of their own, so that whatever of them is left can be found. */
export function aPerson() {
  const word = `zq${++serial}${Math.random().toString(36).slice(2, 8)}`
  return {
    ref: `77${String(serial).padStart(4, '0')}${Math.floor(1e9 + Math.random() * 9e9)}`,
    name: `Anna ${word}-name`,
    username: `${word}.user`,
    says: (what: string) => `${word}-${what}`,
    /** Everything planted begins with this. */
    word,
  }
}

export type Person = ReturnType<typeof aPerson>

/** What the product does with what a person writes, as far as a row keeps something of it. */
export function aLife(db: Database, account: Awaited<ReturnType<typeof anAccount>>) {
  const us = account.accountRef
  const heard = aBell()
  const now = () => new Date()
  const receive = createReceive({ db, now, ...heard })
  const deps = {
    db,
    sign,
    bell: { draft: async () => undefined },
    lanes: { add: async () => undefined },
    publish: () => undefined,
    now,
  }
  const [decide, answer, { note }] = [createDecide(deps), createAnswer(deps), createDesk(deps)]
  const deliver = async (...items: object[]) => {
    const id = await aStoredDelivery(db, aBody(us, items))
    await receive({ deliveryIds: [id] })
    return id
  }

  const contactOf = async (ref: string, accountId: AccountId = account.id) =>
    (await db.select().from(contacts).where(eq(contacts.contactRef, ref))).find((row) => row.accountId === accountId)
  const threadsOf = async (contactId: string) =>
    (await db.select().from(conversations)).filter((row) => row.contactId === contactId)

  /** A draft of Claude's that waits in the person's conversation. */
  async function isDrafted({ ref, says }: Person, what = 'drafted') {
    const contact = await contactOf(ref)
    const thread = (await threadsOf(contact?.id ?? '')).find(({ kind }) => kind === 'direct')!
    const at = now()
    await db.update(drafts).set({ waitingFor: null, status: 'superseded' }).where(eq(drafts.waitingFor, thread.id))
    const row = {
      id: newId('draft', at),
      accountId: account.id,
      conversationId: thread.id,
      waitingFor: thread.id,
      headMessageId: thread.headMessageId!,
      author: 'claude' as const,
      text: says(what),
      textHash: textHash(says(what)),
      rationale: says('rationale'),
      citations: [],
      flags: [says('flag')],
      status: 'pending_review' as const,
      createdAt: at,
      updatedAt: at,
    }
    await db.insert(drafts).values(row)
    await db.update(conversations).set({ attention: 'review' }).where(eq(conversations.id, thread.id))
    return row
  }

  async function isApproved(person: Person, what: string) {
    const { id: draftId, textHash: hash, headMessageId } = await isDrafted(person)
    const decision = { verdict: 'approve', text: person.says(what), seen: { textHash: hash, headMessageId } } as const
    const { id: operatorId } = await anOperator(db)
    const [made] = await decide({ draftId, decision, operatorId, givenBy: 'console' })
    return made!.postId
  }

  async function isRejected(person: Person) {
    const { id: draftId, textHash: hash, headMessageId } = await isDrafted(person)
    const seen = { textHash: hash, headMessageId }
    const { id: operatorId } = await anOperator(db)
    const decision = { verdict: 'reject', reason: person.says('reason'), seen } as const
    await decide({ draftId, decision, operatorId, givenBy: 'console' })
  }

  /** Everything of a conversation that comes in by itself. */
  async function writes({ ref, name, username, says }: Person) {
    const mid = `mid.life.${++serial}`
    const rest = { attachments: [{ type: 'image', payload: { url: `https://cdn.example/${says('picture')}` } }] }
    await deliver(aText({ from: ref, to: us, mid, text: says('hello'), rest }))
    await deliver(anEdit({ from: ref, to: us, mid, text: says('edited') }))
    await deliver(aReaction({ from: ref, to: us, mid, emoji: says('emoji') }))
    await deliver(anEcho({ from: us, to: ref, text: says('from-the-phone') }))
    await deliver(aComment({ from: ref, text: says('comment') }))
    await deliver({ sender: { id: ref }, recipient: { id: us }, timestamp: Date.now(), riddle: says('riddle') })
    await deliver({ sender: { id: ref }, recipient: { id: us }, timestamp: Date.now(), read: { mid } })
    const contact = (await contactOf(ref))!
    await saveProfile(db, contact.id, { name, username }, now())
    const { id: operatorId } = await anOperator(db)
    for (const { id } of await threadsOf(contact.id)) {
      await note({ conversationId: id, operatorId, text: says('noted') })
      await db
        .update(conversations)
        .set({ attentionNote: says('note'), draftInstruction: says('wish') })
        .where(eq(conversations.id, id))
    }
    return contact
  }

  /** The picture that came with it, with the person's words in its bytes. */
  async function isSeen({ says }: Person, contactId: string, store: MediaStore) {
    const threads = new Set((await threadsOf(contactId)).map(({ id }) => id))
    const files = (await db.select().from(media)).filter(({ conversationId }) => threads.has(conversationId))
    for (const { id } of files) {
      const bytes = await store.keep(id, Readable.from([Buffer.from(says('in-the-picture'))]))
      const kept = { status: 'kept' as const, contentType: 'image/png' as const, bytes }
      await db.update(media).set(kept).where(eq(media.id, id))
    }
    return files.length
  }

  return {
    us,
    receive,
    deliver,
    contactOf,
    threadsOf,
    isDrafted,
    isApproved,
    isRejected,
    writes,
    isSeen,
    decide,
    answer,
  }
}
