import { eq } from 'drizzle-orm'
import { describe, expect, it } from 'vitest'
import { createReads } from '#db/console.ts'
import { accounts } from '#db/schema/accounts.ts'
import { auditEntries } from '#db/schema/audit-entries.ts'
import { conversations } from '#db/schema/conversations.ts'
import { deskEntries } from '#db/schema/desk-entries.ts'
import { operatorAccounts } from '#db/schema/operator-accounts.ts'
import { operators } from '#db/schema/operators.ts'
import { outboxPosts } from '#db/schema/outbox-posts.ts'
import { rules } from '#db/schema/rules.ts'
import { templates } from '#db/schema/templates.ts'
import type { DraftRequest } from '#src/domain/draft.ts'
import { type AccountId, type ConversationId, newId } from '#src/domain/ids.ts'
import type { Rule } from '#src/domain/rule.ts'
import { createAnswer } from '#src/flow/answer.ts'
import { createDraft } from '#src/flow/draft.ts'
import { createRules } from '#src/flow/rules.ts'
import { aMessageMore, aWaitingThread, stateOf } from '#tests/support/drafting.ts'
import { sign } from '#tests/support/posts.ts'
import { aDatabase } from '#tests/support/stores.ts'
import { anAccount, anOperator } from '#tests/support/threads.ts'

const { db } = await aDatabase()
const now = () => new Date()
const publish = () => undefined
const ada = await anOperator(db)
const { saveRule, moveRule, removeRule } = createRules({ db, publish, now })
const asked: DraftRequest[] = []
const usage = { inputTokens: 1, outputTokens: 1, costMicros: 7 }
const said = {
  text: 'Yes.',
  language: 'en',
  confidence: 0.9,
  rationale: '',
  citations: [],
  flags: [],
  model: 'm',
  usage,
}
const draft = createDraft({
  ...{ db, publish, now },
  estimate: () => 7,
  draftReply: async (request) => {
    asked.push(request)
    return { outcome: 'reply', ...said }
  },
})

const nothing = { assigneeId: null, label: '', isUrgent: false, risk: null, answer: null, templateId: null }
type Does = Partial<Omit<Rule, 'id' | 'label'> & { label: string }>
const by = (accountId: AccountId) => ({ accountId, operatorId: ada.id })

function save(accountId: AccountId, does: Does = {}) {
  const rule = { title: 'Money', phrases: 'refund*', isOn: true, ...nothing, ...does }
  return saveRule({ ...by(accountId), does: rule })
}

async function aTemplate(accountId: AccountId | null, body: string) {
  const id = newId('template', now())
  await db.insert(templates).values({ id, accountId, title: 'Refunds', body, createdAt: now(), updatedAt: now() })
  return id
}

const deskOf = async (id: ConversationId) =>
  (await db.select().from(deskEntries).where(eq(deskEntries.conversationId, id)))[0]
const followed = async (id: string) =>
  (await db.select().from(auditEntries).where(eq(auditEntries.subjectId, id))).filter(
    ({ action }) => action === 'rule.applied',
  )
const callsFor = (id: ConversationId) => asked.filter(({ conversationId }) => conversationId === id).length
const rulesOf = (id: AccountId) => createReads(db).rules(id)

describe('a message that matches a rule', () => {
  it('gets the template as its draft, which nobody has approved and Claude was not asked for', async () => {
    const account = await anAccount(db)
    await save(account.id, { answer: 'template', templateId: await aTemplate(account.id, 'Refunds take 5 days.') })
    const { conversation } = await aWaitingThread(db, { account, text: 'Two REFUNDS please' })
    await draft(conversation.id)
    const state = await stateOf(db, conversation.id)
    expect(state.conversation.attention).toBe('review')
    expect(state.drafts).toMatchObject([
      { author: 'rule', text: 'Refunds take 5 days.', status: 'pending_review', costMicros: 0, model: null },
    ])
    expect(callsFor(conversation.id)).toBe(0)
    expect(await db.select().from(outboxPosts).where(eq(outboxPosts.accountId, account.id))).toEqual([])
  })

  it('gets the template even when the day’s budget is spent', async () => {
    const account = await anAccount(db)
    await db.update(accounts).set({ dailyBudgetMicros: 0 }).where(eq(accounts.id, account.id))
    await save(account.id, { answer: 'template', templateId: await aTemplate(null, 'Five days.') })
    const { conversation } = await aWaitingThread(db, { account, text: 'refund' })
    await draft(conversation.id)
    expect((await stateOf(db, conversation.id)).drafts).toMatchObject([{ text: 'Five days.' }])
  })

  it('waits for a person when the rule says so, or its template is gone or cannot be sent', async () => {
    const account = await anAccount(db)
    await save(account.id, { phrases: 'lawyer', answer: 'person' })
    const gone = await aTemplate(account.id, 'x')
    await save(account.id, { phrases: 'gone', answer: 'template', templateId: gone })
    await db.delete(templates).where(eq(templates.id, gone))
    const long = await aTemplate(account.id, 'long '.repeat(390))
    await save(account.id, { phrases: 'long', answer: 'template', templateId: long })
    for (const [text, note] of [
      ['my lawyer', 'says so'],
      ['gone', 'is gone'],
      ['long', 'cannot be sent'],
    ] as const) {
      const { conversation } = await aWaitingThread(db, { account, text })
      await draft(conversation.id)
      const state = await stateOf(db, conversation.id)
      expect(state.conversation).toMatchObject({ attention: 'person', attentionReason: 'by_rule' })
      expect(state.conversation.attentionNote).toContain(note)
      expect([state.drafts, callsFor(conversation.id)]).toEqual([[], 0])
    }
  })

  it('is handed over and marked, on the record, and loses the marks when something else is asked', async () => {
    const account = await anAccount(db)
    await save(account.id, { assigneeId: ada.id, label: 'Money', isUrgent: true, risk: 'refunds' })
    const thread = await aWaitingThread(db, { account, text: 'refund!' })
    const { id } = thread.conversation
    await draft(id)
    expect(await deskOf(id)).toMatchObject({ assigneeId: ada.id, label: 'Money', isUrgent: true, risk: 'refunds' })
    expect((await stateOf(db, id)).drafts).toMatchObject([{ author: 'claude', flags: ['refunds'] }])
    expect(await followed(id)).toMatchObject([
      { actorId: 'drafting', accountId: account.id, detail: { assigneeId: ada.id, labelRule: expect.any(String) } },
    ])
    const { items } = await createReads(db).queue({ choice: { accountId: account.id }, at: now() }, 5)
    expect(items).toMatchObject([{ label: 'Money', isUrgent: true, assigneeName: 'Ada' }])

    await aMessageMore(db, thread, { direction: 'outbound' })
    await aMessageMore(db, thread, { text: 'Thanks, and to Linz?' })
    await draft(id)
    expect(await deskOf(id)).toMatchObject({ assigneeId: ada.id, label: null, isUrgent: false, risk: null })
  })

  it('stays with whoever has it, and goes to nobody who may not see it or was shut out', async () => {
    const account = await anAccount(db)
    const [ben, cleo] = [
      await anOperator(db, { name: 'Ben' }),
      await anOperator(db, { name: 'Cleo', role: 'approver' }),
    ]
    await save(account.id, { assigneeId: ben.id, label: 'Money' })
    await save(account.id, { phrases: 'kept', assigneeId: cleo.id })
    const first = await aWaitingThread(db, { account, text: 'refund' })
    await db.insert(deskEntries).values({
      ...{ conversationId: first.conversation.id, assigneeId: ada.id, createdAt: now(), updatedAt: now() },
    })
    await draft(first.conversation.id)
    expect(await deskOf(first.conversation.id)).toMatchObject({ assigneeId: ada.id, label: 'Money' })
    await db.update(operators).set({ disabledAt: now() }).where(eq(operators.id, ben.id))
    const other = await anAccount(db)
    await db.insert(operatorAccounts).values({ operatorId: cleo.id, accountId: other.id, createdAt: now() })
    const later = await aWaitingThread(db, { account, text: 'refund, kept' })
    await draft(later.conversation.id)
    expect(await deskOf(later.conversation.id)).toMatchObject({ assigneeId: null, label: 'Money' })
  })

  it('is drafted by Claude when a person asks for that, whatever the rule says', async () => {
    const account = await anAccount(db)
    await save(account.id, { answer: 'person', label: 'Money' })
    const { conversation } = await aWaitingThread(db, { account, text: 'refund' })
    await db.update(conversations).set({ draftInstruction: 'Kindly' }).where(eq(conversations.id, conversation.id))
    await draft(conversation.id)
    expect((await stateOf(db, conversation.id)).drafts).toMatchObject([{ author: 'claude' }])
    expect(await deskOf(conversation.id)).toMatchObject({ label: 'Money' })
  })

  it('takes two people when the rule’s risk does in this account, even answered by hand', async () => {
    const account = await anAccount(db)
    await db
      .update(accounts)
      .set({ secondFor: ['press'] })
      .where(eq(accounts.id, account.id))
    await save(account.id, { phrases: 'tageblatt', risk: 'press', answer: 'person' })
    const { conversation, message } = await aWaitingThread(db, { account, text: 'I write for the Tageblatt' })
    await draft(conversation.id)
    const bells = { sign, bell: { draft: async () => undefined }, lanes: { add: async () => undefined } }
    const answer = createAnswer({ db, publish, now, ...bells })
    const reply = { conversationId: conversation.id, text: 'Hello.', headMessageId: message.id }
    expect(await answer({ ...reply, operatorId: ada.id, givenBy: 'console' })).toEqual([])
    expect((await stateOf(db, conversation.id)).drafts).toMatchObject([{ status: 'needs_second' }])
  })
})

describe('the rules of an account', () => {
  it('are changed on the record without their words, moved and removed', async () => {
    const account = await anAccount(db)
    await save(account.id, { title: 'One', label: 'canary-label', phrases: 'canary-phrase' })
    await save(account.id, { title: 'Two', label: 'b' })
    const [one, two] = await rulesOf(account.id)
    await moveRule({ ...by(account.id), ruleId: two!.id, way: 'up' })
    await moveRule({ ...by(account.id), ruleId: two!.id, way: 'up' })
    expect((await rulesOf(account.id)).map(({ title }) => title)).toEqual(['Two', 'One'])
    const rule = { id: one!.id, version: one!.version }
    await saveRule({ ...by(account.id), rule, does: { ...one!, label: 'c', isOn: false } })
    await expect(saveRule({ ...by(account.id), rule, does: { ...one!, label: 'd' } })).rejects.toMatchObject({
      code: 'conflict',
    })
    await removeRule({ ...by(account.id), ruleId: two!.id })
    await removeRule({ ...by(account.id), ruleId: two!.id })
    expect(await rulesOf(account.id)).toMatchObject([{ title: 'One', label: 'c', isOn: false }])
    const entries = await db.select().from(auditEntries).where(eq(auditEntries.accountId, account.id))
    expect(entries.map(({ action }) => action)).toEqual(
      ['saved', 'saved', 'moved', 'saved', 'removed'].map((word) => `rule.${word}`),
    )
    expect(JSON.stringify(entries)).not.toContain('canary')
  })

  it('hand to nobody who does not decide, put in no template of another account, and are not there beyond reach', async () => {
    const [account, other] = [await anAccount(db), await anAccount(db)]
    const viewer = await anOperator(db, { name: 'Vi', role: 'viewer' })
    await expect(save(account.id, { assigneeId: viewer.id })).rejects.toMatchObject({ field: 'assignee' })
    const templateId = await aTemplate(other.id, 'theirs')
    await expect(save(account.id, { answer: 'template', templateId })).rejects.toMatchObject({ field: 'templateId' })
    expect(await db.select().from(rules).where(eq(rules.accountId, account.id))).toEqual([])
    await save(account.id, { label: 'x' })
    const [rule] = await rulesOf(account.id)
    await expect(
      saveRule({ ...by(other.id), rule: { id: rule!.id, version: 1 }, does: { ...rule!, label: 'y' } }),
    ).rejects.toMatchObject({ code: 'not_found' })
    expect(await createReads(db, [other.id]).rules(account.id)).toEqual([])
  })
})
