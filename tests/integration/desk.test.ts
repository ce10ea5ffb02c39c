import { eq } from 'drizzle-orm'
import { beforeAll, describe, expect, it } from 'vitest'
import { verifyAudit } from '#db/audit.ts'
import type { Database } from '#db/client.ts'
import { createReads } from '#db/console.ts'
import { accounts } from '#db/schema/accounts.ts'
import { auditEntries } from '#db/schema/audit-entries.ts'
import { contacts } from '#db/schema/contacts.ts'
import { conversations } from '#db/schema/conversations.ts'
import { drafts } from '#db/schema/drafts.ts'
import { notes } from '#db/schema/notes.ts'
import { outboxPosts } from '#db/schema/outbox-posts.ts'
import { reviewDecisions } from '#db/schema/review-decisions.ts'
import { templates } from '#db/schema/templates.ts'
import type { QueueChoice } from '#src/domain/desk.ts'
import { type AccountId, newId } from '#src/domain/ids.ts'
import { QUICK_MAX } from '#src/domain/pace.ts'
import { createAnswer } from '#src/flow/answer.ts'
import { createApproveMany } from '#src/flow/approve-many.ts'
import { createDesk } from '#src/flow/desk.ts'
import { createPacedDecide } from '#src/flow/paced-decide.ts'
import { createDecide } from '#src/flow/review.ts'
import { createRemoveTemplate, createSaveTemplate } from '#src/flow/templates.ts'
import { createViews } from '#src/flow/views.ts'
import { sign } from '#tests/support/posts.ts'
import { aDatabase } from '#tests/support/stores.ts'
import { anAccount, anOperator, aThread } from '#tests/support/threads.ts'

const HOUR_MS = 3_600_000
let db: Database
let ada: Awaited<ReturnType<typeof anOperator>>
beforeAll(async () => {
  db = (await aDatabase()).db
  ada = await anOperator(db)
})

function setUp({ now = () => new Date() } = {}) {
  const deps = { db, publish: () => undefined, now }
  const bells = { sign, bell: { draft: async () => undefined }, lanes: { add: async () => undefined } }
  const decide = createDecide({ ...deps, ...bells })
  return {
    ...createDesk(deps),
    decide: createPacedDecide({ ...deps, decide }),
    approveMany: createApproveMany({ db, decide }),
    answer: createAnswer({ ...deps, ...bells }),
    saveTemplate: createSaveTemplate(deps),
    removeTemplate: createRemoveTemplate(deps),
    views: createViews(deps),
    reads: createReads(db),
  }
}

type Thread = Awaited<ReturnType<typeof aThread>>

/** Where a thread stands in the queue of its account; -1 when it does not. */
async function placeOf({ account, conversation }: Thread, { choice = {} as QueueChoice, at = new Date() } = {}) {
  const { items } = await createReads(db).queue({ choice: { accountId: account.id, ...choice }, at }, 50)
  return items.findIndex(({ id }) => id === conversation.id)
}

const by = ({ conversation }: Thread) => ({ conversationId: conversation.id, operatorId: ada.id })
const seen = ({ message }: Thread) => ({ headMessageId: message.id })

describe('a note', () => {
  it('is read by colleagues, is on the record without its words, and never becomes a post', async () => {
    const { note, reads } = setUp()
    const thread = await aThread(db)
    await note({ ...by(thread), text: ' She called twice.\r\n' })
    const view = await reads.conversation(thread.conversation.id, new Date())
    expect(view?.notes).toMatchObject([{ text: 'She called twice.', by: 'Ada', operatorId: ada.id }])
    expect(await db.select().from(outboxPosts).where(eq(outboxPosts.conversationId, thread.conversation.id))).toEqual(
      [],
    )
    const entries = await db.select().from(auditEntries).where(eq(auditEntries.subjectId, thread.conversation.id))
    expect(entries.map(({ action }) => action)).toEqual(['note.added'])
    expect(JSON.stringify(entries)).not.toContain('called')
  })

  it('is removed by who wrote it and by nobody else', async () => {
    const { note, removeNote } = setUp()
    const thread = await aThread(db)
    const ben = await anOperator(db, { name: 'Ben' })
    await note({ ...by(thread), text: 'Mine' })
    const [{ id: noteId } = { id: undefined as never }] = await db
      .select()
      .from(notes)
      .where(eq(notes.conversationId, thread.conversation.id))
    await expect(removeNote({ ...by(thread), operatorId: ben.id, noteId })).rejects.toMatchObject({ code: 'forbidden' })
    await removeNote({ ...by(thread), noteId })
    await removeNote({ ...by(thread), noteId })
    expect(await db.select().from(notes).where(eq(notes.id, noteId))).toEqual([])
    expect(await verifyAudit(db)).toMatchObject({ ok: true })
  })
})

describe('a conversation that is put aside', () => {
  it('leaves the queue and its count, and comes back at its time', async () => {
    const { snooze, reads } = setUp()
    const thread = await aThread(db)
    const before = (await reads.overview(new Date())).queue
    await snooze({ ...by(thread), ...seen(thread), hours: 3 })
    expect(await placeOf(thread)).toBe(-1)
    expect((await reads.overview(new Date())).queue).toBe(before - 1)
    expect((await reads.conversation(thread.conversation.id, new Date()))?.snoozedUntil).toBeInstanceOf(Date)
    const later = new Date(Date.now() + 3 * HOUR_MS + 1000)
    expect(await placeOf(thread, { at: later })).toBe(0)
    expect((await reads.conversation(thread.conversation.id, later))?.snoozedUntil).toBeNull()
  })

  it('comes back as soon as something newer is there, and when somebody takes it up', async () => {
    const { snooze } = setUp()
    const thread = await aThread(db)
    await snooze({ ...by(thread), ...seen(thread), hours: 3 })
    await snooze({ ...by(thread), ...seen(thread), hours: undefined })
    expect(await placeOf(thread)).toBe(0)
    await snooze({ ...by(thread), ...seen(thread), hours: 3 })
    const headMessageId = newId('message', new Date())
    await db.update(conversations).set({ headMessageId }).where(eq(conversations.id, thread.conversation.id))
    expect(await placeOf(thread)).toBe(0)
  })

  it('is never put aside past the end of its reply window, nor by who has not seen the newest message', async () => {
    const { snooze } = setUp()
    const thread = await aThread(db)
    const { id } = thread.conversation
    const windowExpiresAt = new Date(Date.now() + 2 * HOUR_MS)
    await db.update(conversations).set({ windowExpiresAt }).where(eq(conversations.id, id))
    await expect(snooze({ ...by(thread), ...seen(thread), hours: 3 })).rejects.toMatchObject({ field: 'hours' })
    const headMessageId = newId('message', new Date())
    await expect(snooze({ ...by(thread), headMessageId, hours: 1 })).rejects.toMatchObject({ code: 'conflict' })
    expect(await placeOf(thread)).toBe(0)
  })
})

describe('assigning', () => {
  it('hands over to who may decide, says whose it is, and takes the right to decide from nobody', async () => {
    const { assign, answer, reads } = setUp()
    const thread = await aThread(db)
    const ben = await anOperator(db, { name: 'Ben' })
    const reader = await anOperator(db, { name: 'Vera', role: 'viewer' })
    await assign({ ...by(thread), assigneeId: ben.id })
    expect(await reads.conversation(thread.conversation.id, new Date())).toMatchObject({ assigneeName: 'Ben' })
    await expect(assign({ ...by(thread), assigneeId: reader.id })).rejects.toMatchObject({ code: 'invalid_input' })
    expect(await placeOf(thread, { choice: { assigneeId: ben.id } })).toBe(0)
    expect(await placeOf(thread, { choice: { assigneeId: null } })).toBe(-1)
    await assign({ ...by(thread), assigneeId: undefined })
    expect(await placeOf(thread, { choice: { assigneeId: null } })).toBe(0)
    await assign({ ...by(thread), assigneeId: ben.id })
    expect(await answer({ ...by(thread), ...seen(thread), text: 'Yes.', givenBy: 'console' })).toHaveLength(1)
  })
})

describe('an operator who was asked for no more messages', () => {
  it('withdraws the draft, and nothing can be sent', async () => {
    const { optOut, answer } = setUp()
    const thread = await aThread(db)
    await optOut({ ...by(thread), ...seen(thread) })
    expect(await placeOf(thread)).toBe(-1)
    const [draft] = await db.select().from(drafts).where(eq(drafts.id, thread.draft!.id))
    expect(draft?.status).toBe('superseded')
    await expect(
      answer({ ...by(thread), ...seen(thread), text: 'One more thing', givenBy: 'console' }),
    ).rejects.toMatchObject({ field: 'opt_out' })
    const entries = await db.select().from(auditEntries).where(eq(auditEntries.subjectId, thread.contact.id))
    expect(entries).toMatchObject([{ action: 'contact.opted_out', actorId: ada.id }])
  })
})

describe('a template', () => {
  const titles = async (accountId: AccountId) =>
    (await createReads(db).account(accountId, new Date()))?.templates.map(({ title }) => title)

  it('is there for its account or for all, and a change of a colleague is not overwritten', async () => {
    const { saveTemplate, removeTemplate } = setUp()
    const [one, other] = [await anAccount(db), await anAccount(db)]
    const on = { accountId: one.id, operatorId: ada.id, body: 'Thank you!' }
    const { templateId } = await saveTemplate({ ...on, title: 'Own', forAll: false })
    await saveTemplate({ ...on, title: 'Shared', forAll: true })
    expect(await titles(one.id)).toEqual(['Own', 'Shared'])
    expect(await titles(other.id)).toEqual(['Shared'])
    const template = { id: templateId, version: 1 }
    await saveTemplate({ ...on, template, title: 'Own', body: 'Thanks!', forAll: false })
    await expect(saveTemplate({ ...on, template, title: 'Mine', forAll: false })).rejects.toMatchObject({
      code: 'conflict',
    })
    // Another account's page can neither change nor remove it.
    const foreign = { accountId: other.id, operatorId: ada.id }
    await removeTemplate({ ...foreign, templateId })
    await expect(
      saveTemplate({ ...on, ...foreign, template: { id: templateId, version: 2 }, title: 'Ours', forAll: false }),
    ).rejects.toMatchObject({ code: 'not_found' })
    const [row] = await db.select().from(templates).where(eq(templates.id, templateId))
    expect(row).toMatchObject({ title: 'Own', body: 'Thanks!' })
    await removeTemplate({ accountId: one.id, operatorId: ada.id, templateId })
    expect(await titles(one.id)).toEqual(['Shared'])
  })
})

describe('what is chosen of the queue', () => {
  it('is found by risk, language, name, message and draft, page by page in order of deadline', async () => {
    const { reads } = setUp()
    const account = await anAccount(db, { platform: 'messenger' })
    const made: Thread[] = []
    for (const [at, text] of ['Where is order 7?', 'Do you ship to Graz?', 'Größe 42?'].entries()) {
      const thread = await aThread(db, { account, text, draft: at === 2 ? null : 'Yes, we do.' })
      const deadlineAt = new Date(Date.now() + (at + 1) * HOUR_MS)
      await db.update(conversations).set({ deadlineAt }).where(eq(conversations.id, thread.conversation.id))
      made.push(thread)
    }
    const [a, b, c] = made as [Thread, Thread, Thread]
    await db
      .update(drafts)
      .set({ flags: ['angry'], language: 'de' })
      .where(eq(drafts.id, a.draft!.id))
    await db.update(contacts).set({ name: 'Lena 100%' }).where(eq(contacts.id, b.contact.id))
    const found = async (choice: QueueChoice) => {
      const look = { choice: { accountId: account.id, ...choice }, at: new Date() }
      const seenIds: string[] = []
      let page = await reads.queue(look, 1)
      for (; page.next; page = await reads.queue({ ...look, after: page.next }, 1))
        seenIds.push(...page.items.map(({ id }) => id))
      return [...seenIds, ...page.items.map(({ id }) => id)].map(
        (id) => 'abc'[made.findIndex(({ conversation }) => conversation.id === id)],
      )
    }
    expect(await found({})).toEqual(['a', 'b', 'c'])
    expect(await found({ platform: 'messenger' })).toEqual(['a', 'b', 'c'])
    expect(await found({ platform: 'instagram' })).toEqual([])
    expect(await found({ risk: 'flagged' })).toEqual(['a'])
    expect(await found({ risk: 'calm' })).toEqual(['b'])
    expect(await found({ risk: 'person' })).toEqual(['c'])
    expect(await found({ language: 'de' })).toEqual(['a'])
    expect(await found({ search: 'na 100%' })).toEqual(['b'])
    expect(await found({ search: 'GROßE 42' })).toEqual(['c'])
    expect(await found({ search: 'we do' })).toEqual(['a', 'b'])
    expect(await found({ search: '_' })).toEqual([])
    const after = { at: a.conversation.deadlineAt, id: c.conversation.id }
    const look = { choice: { accountId: account.id, risk: 'calm' as const }, at: new Date() }
    expect(await reads.nextInQueue({ ...look, after: { ...after, at: new Date(0) } })).toBe(b.conversation.id)
    expect((await reads.facets(ada.id)).languages).toEqual(['de', 'en'])
  })
})

describe('several drafts approved with one press', () => {
  const pick = ({ draft, message }: Thread) => ({
    draftId: draft!.id,
    seen: { textHash: draft!.textHash, headMessageId: message.id },
  })
  const postsOf = ({ conversation }: Thread) =>
    db.select().from(outboxPosts).where(eq(outboxPosts.conversationId, conversation.id))

  it('are judged each for itself: the calm ones become posts of their exact words, the others say why not', async () => {
    const { approveMany, reads } = setUp()
    const account = await anAccount(db)
    const make = () => aThread(db, { account })
    const [calm, flagged, moved, closed] = [await make(), await make(), await make(), await make()]
    await db
      .update(drafts)
      .set({ flags: ['refund'] })
      .where(eq(drafts.id, flagged.draft!.id))
    const look = { choice: { accountId: account.id }, at: new Date() }
    const listed = (await reads.calmDrafts(look, 20)).map(({ draftId }) => draftId)
    expect(new Set(listed)).toEqual(new Set([calm, moved, closed].map(({ draft }) => draft!.id)))
    const headMessageId = newId('message', new Date())
    await db.update(conversations).set({ headMessageId }).where(eq(conversations.id, moved.conversation.id))
    const over = { windowExpiresAt: new Date(Date.now() - 1000) }
    await db.update(conversations).set(over).where(eq(conversations.id, closed.conversation.id))

    const picks = [calm, flagged, moved, closed, calm].map(pick)
    const outcomes = await approveMany({ picks, operatorId: ada.id })
    expect(outcomes).toMatchObject([
      { postId: expect.any(String) },
      { refusal: 'This draft asks for a closer look: open it alone' },
      { refusal: 'A newer message has arrived in this conversation' },
      { refusal: 'The reply window has closed' },
      { refusal: 'This draft is already approved by Ada' },
    ])
    expect(await postsOf(calm)).toMatchObject([{ text: 'Yes, we do.', status: 'queued' }])
    for (const thread of [flagged, moved, closed]) expect(await postsOf(thread)).toEqual([])
  })

  it('wait for a second person where the account wants two, and the first cannot be both; the others are sent', async () => {
    const { approveMany } = setUp()
    const [risky, plain] = [await aThread(db), await aThread(db)]
    await db
      .update(accounts)
      .set({ secondFor: ['first_contact'] })
      .where(eq(accounts.id, risky.account.id))
    const both = { picks: [risky, plain].map(pick), operatorId: ada.id }
    expect(await approveMany(both)).toMatchObject([
      { refusal: 'You approved it; it leaves once a second person has approved it too' },
      { postId: expect.any(String) },
    ])
    const another = await aThread(db)
    expect(await approveMany({ picks: [risky, another].map(pick), operatorId: ada.id })).toMatchObject([
      { refusal: 'You approved this reply yourself; a second person has to approve it too' },
      { postId: expect.any(String) },
    ])
    expect(await postsOf(risky)).toEqual([])
  })

  it('are never more than twenty', async () => {
    const { approveMany } = setUp()
    const thread = await aThread(db)
    const picks = Array.from({ length: 21 }, () => pick(thread))
    await expect(approveMany({ picks, operatorId: ada.id })).rejects.toMatchObject({ code: 'invalid_input' })
    expect(await postsOf(thread)).toEqual([])
  })

  it('an operator who has approved thirty replies within a minute is asked to read on, and nothing is sent', async () => {
    const { decide } = setUp()
    const thread = await aThread(db)
    const quick = await anOperator(db, { name: 'Quick' })
    const { draft, message, account, conversation } = thread
    const at = new Date()
    const rows = Array.from({ length: QUICK_MAX }, () => ({
      ...{ id: newId('decision', at), draftId: newId('draft', at), accountId: account.id, operatorId: quick.id },
      ...{ conversationId: conversation.id, verdict: 'approve' as const, text: 'x', textHash: draft!.textHash },
      ...{ headMessageId: message.id, edited: false, createdAt: at },
    }))
    await db.insert(reviewDecisions).values(rows)
    const { draftId, seen: shown } = pick(thread)
    const approval = { verdict: 'approve' as const, text: draft!.text, seen: shown }
    const wish = { draftId, decision: approval, givenBy: 'console' as const }
    await expect(decide({ ...wish, operatorId: quick.id })).rejects.toMatchObject({ code: 'conflict', field: 'pace' })
    expect(await postsOf(thread)).toEqual([])
    expect(await decide({ ...wish, operatorId: ada.id })).toHaveLength(1)
  })
})

describe('a view', () => {
  it('is kept by one operator, with a choice and a name, and only as many as can be overlooked', async () => {
    const { views, reads } = setUp()
    const [own, other] = [await anOperator(db), await anOperator(db)]
    const save = (name: string, query = 'risk=flagged') => views.save({ operatorId: own.id, name, query })
    await save('Hot')
    for (const bad of [() => save(' '), () => save('x', '')])
      await expect(bad()).rejects.toMatchObject({ code: 'invalid_input' })
    const [view] = (await reads.facets(own.id)).views
    expect(view).toMatchObject({ name: 'Hot', query: 'risk=flagged' })
    expect((await reads.facets(other.id)).views).toEqual([])
    await views.remove({ viewId: view!.id, operatorId: other.id })
    expect((await reads.facets(own.id)).views).toHaveLength(1)
    await views.remove({ viewId: view!.id, operatorId: own.id })
    for (let n = 0; n < 12; n++) await save(`View ${n}`)
    await expect(save('One more')).rejects.toMatchObject({ code: 'invalid_input' })
  })
})
