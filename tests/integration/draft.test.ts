import { eq } from 'drizzle-orm'
import { expect, it } from 'vitest'
import { reserveBudgets, settleBudgets } from '#db/budgets.ts'
import { inTransaction } from '#db/client.ts'
import { takeDraftLeases } from '#db/drafting.ts'
import { supersedeDrafts } from '#db/drafts.ts'
import { accounts } from '#db/schema/accounts.ts'
import { conversations } from '#db/schema/conversations.ts'
import { knowledgeEntries } from '#db/schema/knowledge-entries.ts'
import { messages } from '#db/schema/messages.ts'
import { operators } from '#db/schema/operators.ts'
import { newId } from '#src/domain/ids.ts'
import { createDraftReply, createEstimate } from '#src/drafting/claude.ts'
import { createAnswer } from '#src/flow/answer.ts'
import { createDraft } from '#src/flow/draft.ts'
import type { LiveEvent } from '#src/queues/live.ts'
import { Secret } from '#src/vault/secret.ts'
import { aClaude, aMessage, anAnswer, anErrorBody, type ScriptedAnswer } from '#tests/support/claude.ts'
import { aMessageMore, aSentPost, aWaitingThread, budgetsOf, openAlerts, stateOf } from '#tests/support/drafting.ts'
import { aDatabase } from '#tests/support/stores.ts'
import { anAccount, anOperator } from '#tests/support/threads.ts'

const { db } = await aDatabase()
const MODEL = 'claude-haiku-5-5'

async function setUp({ deadlineMs = 5000, estimate = createEstimate({ model: MODEL }) } = {}) {
  const claude = await aClaude()
  const events: LiveEvent[] = []
  const draftReply = createDraftReply({
    apiKey: new Secret('key'),
    baseUrl: claude.url,
    model: MODEL,
    effort: 'low',
    deadlineMs,
  })
  const deps = {
    db,
    draftReply,
    estimate,
    publish: (event: LiveEvent) => void events.push(event),
    now: () => new Date(),
  }
  return { ...claude, draft: createDraft(deps), another: () => createDraft(deps), events }
}

function aGate() {
  let open: () => void = () => undefined
  const hold = new Promise<void>((resolve) => {
    open = resolve
  })
  return { hold, open: () => open() }
}

const aBrokenClaude: ScriptedAnswer = { status: 529, body: anErrorBody('overloaded_error') }

it('turns a waiting conversation into a draft for review, with all that it rests on', async () => {
  const { draft, answers, requests, events } = await setUp()
  const thread = await aWaitingThread(db)
  const id = thread.conversation.id
  const entry = {
    id: newId('entry', new Date()),
    accountId: thread.account.id,
    title: 'Shipping',
    body: 'To Austria in 3 days.',
  }
  await db.insert(knowledgeEntries).values({ ...entry, createdAt: new Date(), updatedAt: new Date() })
  answers.push({ body: aMessage({ answer: anAnswer({ citations: [entry.id], flags: ['price_or_promise'] }) }) })
  await draft(id)
  const { conversation, drafts } = await stateOf(db, id)
  expect(conversation).toMatchObject({
    attention: 'review',
    attentionReason: null,
    draftLeaseUntil: null,
    draftDueAt: null,
  })
  expect(drafts).toMatchObject([
    {
      text: 'Yes, we ship to Graz.',
      status: 'pending_review',
      waitingFor: id,
      headMessageId: thread.message.id,
      citations: [entry.id],
      flags: ['price_or_promise'],
      model: MODEL,
      promptVersion: 1,
      costMicros: 200,
      inputTokens: 1000,
    },
  ])
  expect(JSON.stringify(requests[0]?.body)).toContain('To Austria in 3 days.')
  expect(events).toEqual(
    expect.arrayContaining([
      { topic: 'queue', id },
      { topic: 'conversation', id },
    ]),
  )
})

it('waits until the contact has been quiet, and says how long', async () => {
  const { draft, requests } = await setUp()
  const dueAt = new Date(Date.now() + 60_000)
  const { conversation } = await aWaitingThread(db, { at: dueAt })
  expect(await draft(conversation.id)).toEqual({ waitUntil: dueAt })
  expect(requests).toHaveLength(0)
})

it('drafts once for a burst, from the whole of it', async () => {
  const { draft, requests } = await setUp()
  const thread = await aWaitingThread(db, { text: 'hey' })
  await aMessageMore(db, thread, { text: 'is the mug back' })
  await aMessageMore(db, thread, { text: 'the big one!' })
  for (let job = 0; job < 3; job++) await draft(thread.conversation.id)
  expect(requests).toHaveLength(1)
  const prompt = JSON.stringify(requests[0]?.body)
  for (const words of ['hey', 'is the mug back', 'the big one!']) expect(prompt).toContain(words)
  expect((await stateOf(db, thread.conversation.id)).drafts).toHaveLength(1)
})

it('calls Claude once when two jobs run at the same time', async () => {
  const { draft, another, answers, requests } = await setUp()
  const { conversation } = await aWaitingThread(db)
  const gate = aGate()
  answers.push({ hold: gate.hold })
  const first = draft(conversation.id)
  await expect.poll(() => requests.length).toBe(1)
  expect(await another()(conversation.id)).toMatchObject({ waitUntil: expect.any(Date) })
  gate.open()
  await first
  expect(await draft(conversation.id)).toEqual({})
  expect(requests).toHaveLength(1)
})

it('calls Claude once when eight jobs start in the same instant', async () => {
  const { another, requests } = await setUp()
  const { conversation } = await aWaitingThread(db)
  await Promise.all(Array.from({ length: 8 }, () => another()(conversation.id)))
  expect(requests).toHaveLength(1)
  expect((await stateOf(db, conversation.id)).drafts).toHaveLength(1)
})

it('drops an answer that a newer message has overtaken, pays for it, and lets the newer job draft at once', async () => {
  const { draft, answers, requests } = await setUp()
  const account = await anAccount(db)
  const thread = await aWaitingThread(db, { account })
  const id = thread.conversation.id
  const gate = aGate()
  answers.push({ hold: gate.hold, body: aMessage({ answer: anAnswer({ reply: 'Old.' }) }) })
  const overtaken = draft(id)
  await expect.poll(() => requests.length).toBe(1)
  const head = await aMessageMore(db, thread)
  await draft(id)
  gate.open()
  expect(await overtaken).toMatchObject({ drafted: false })
  const { conversation, drafts } = await stateOf(db, id)
  expect(conversation.attention).toBe('review')
  expect(drafts).toMatchObject([{ text: 'Yes, we ship to Graz.', headMessageId: head, status: 'pending_review' }])
  const budget = (await budgetsOf(db)).find(({ accountId }) => accountId === account.id)
  expect(budget).toMatchObject({ reservedMicros: 0, spentMicros: 400 })
})

it.each(['before', 'after'])(
  'drops an answer that comes %s the newer job for an edited message has drafted',
  async (order) => {
    const { draft, answers, requests } = await setUp()
    const { conversation, message } = await aWaitingThread(db)
    const gate = aGate()
    answers.push({ hold: gate.hold, body: aMessage({ answer: anAnswer({ reply: 'Old.' }) }) })
    const overtaken = draft(conversation.id)
    await expect.poll(() => requests.length).toBe(1)
    await db.update(messages).set({ text: 'Do you ship to Wien?' }).where(eq(messages.id, message.id))
    await db.update(conversations).set({ draftDueAt: new Date() }).where(eq(conversations.id, conversation.id))
    const settleOld = async () => {
      gate.open()
      expect(await overtaken).toMatchObject({ drafted: false })
    }
    if (order === 'before') await settleOld()
    await draft(conversation.id)
    if (order === 'after') await settleOld()
    expect(JSON.stringify(requests[1]?.body)).toContain('Wien')
    expect((await stateOf(db, conversation.id)).drafts).toMatchObject([{ text: 'Yes, we ship to Graz.' }])
  },
)

it.each([
  ['the newest message', () => ({ headMessageId: newId('message', new Date()) })],
  ['what the conversation waits for', () => ({ attention: 'none' as const })],
  ['the moment drafting is due', () => ({ draftDueAt: new Date() })],
  ['the lease', () => ({ draftLeaseUntil: new Date(Date.now() + 90_000) })],
])('drops an answer when no more than %s has changed meanwhile', async (_name, changed) => {
  const { draft, answers, requests } = await setUp()
  const { conversation } = await aWaitingThread(db)
  const gate = aGate()
  answers.push({ hold: gate.hold })
  const overtaken = draft(conversation.id)
  await expect.poll(() => requests.length).toBe(1)
  await db.update(conversations).set(changed()).where(eq(conversations.id, conversation.id))
  gate.open()
  expect(await overtaken).toMatchObject({ drafted: false })
  expect((await stateOf(db, conversation.id)).drafts).toEqual([])
})

it('lets a job for a newer message start while the older one’s call is under way', async () => {
  const { draft, answers, requests } = await setUp()
  const thread = await aWaitingThread(db, { at: new Date(Date.now() - 1000) })
  const gate = aGate()
  answers.push({ hold: gate.hold })
  const overtaken = draft(thread.conversation.id)
  await expect.poll(() => requests.length).toBe(1)
  await aMessageMore(db, thread, { dueAt: new Date(Date.now() - 1000) })
  expect(await draft(thread.conversation.id)).toMatchObject({ drafted: true })
  gate.open()
  await overtaken
})

it('gives a lease to one of those who saw the same state', async () => {
  const { id } = (await aWaitingThread(db)).conversation
  const take = (...versions: number[]) =>
    inTransaction(db, (tx) =>
      takeDraftLeases(
        tx,
        versions.map((version) => ({ id, version })),
        new Date(),
      ),
    )
  expect(await take(1, 1)).toEqual([true, false])
  expect(await take(1)).toEqual([false])
})

it('never blocks or undoes an answer by hand', async () => {
  const { draft, answers, requests } = await setUp()
  const { conversation, message } = await aWaitingThread(db)
  const operator = await anOperator(db)
  const gate = aGate()
  answers.push({ hold: gate.hold })
  const drafting = draft(conversation.id)
  await expect.poll(() => requests.length).toBe(1)
  const bell = { draft: async () => undefined }
  const lanes = { add: async () => undefined }
  const answer = createAnswer({
    db,
    sign: () => 'signature',
    bell,
    lanes,
    publish: () => undefined,
    now: () => new Date(),
  })
  await answer({
    conversationId: conversation.id,
    text: 'By hand.',
    headMessageId: message.id,
    operatorId: operator.id,
    givenBy: 'console',
  })
  gate.open()
  await drafting
  const state = await stateOf(db, conversation.id)
  expect(state.conversation.attention).toBe('none')
  expect(state.drafts).toMatchObject([{ text: 'By hand.', status: 'approved' }])
  await db.delete(operators)
})

it.each([
  ['a refusal', { body: aMessage({ content: [], stop_reason: 'refusal' }) }, 'refused'],
  ['a cut-off answer', { body: aMessage({ answer: '{', stop_reason: 'max_tokens' }) }, 'truncated'],
  ['an answer without shape', { body: aMessage({ answer: 'null' }) }, 'invalid_answer'],
  ['a reply that is too long', { body: aMessage({ answer: anAnswer({ reply: 'ü'.repeat(501) }) }) }, 'invalid_answer'],
  ['a wish for a person', { body: aMessage({ answer: anAnswer({ action: 'needs_person' }) }) }, 'needs_person'],
  ['nothing to say', { body: aMessage({ answer: anAnswer({ action: 'no_reply' }) }) }, 'no_reply'],
  ['a refused request', { status: 400, body: anErrorBody('invalid_request_error') }, 'claude_rejected_request'],
  ['a refused key', { status: 401, body: anErrorBody('authentication_error') }, 'claude_rejected_key'],
  ['a spend limit', { status: 429, body: anErrorBody('rate_limit_error') }, 'spend_limit'],
] as const)('shows %s to a person instead of trying for ever', async (_name, answer, reason) => {
  const { draft, answers, requests } = await setUp()
  const { conversation } = await aWaitingThread(db)
  answers.push(answer)
  await draft(conversation.id)
  await draft(conversation.id)
  const state = await stateOf(db, conversation.id)
  expect(state.conversation).toMatchObject({ attention: 'person', attentionReason: reason, draftLeaseUntil: null })
  expect(state.conversation.attentionNote).toBeTruthy()
  expect(state.conversation.attentionNote).not.toContain('canary')
  expect(state.drafts).toEqual([])
  expect(requests).toHaveLength(1)
})

it('tells an operator of a refused key and a spend limit, until a call succeeds again', async () => {
  const { draft, answers } = await setUp()
  const draftNew = async () => draft((await aWaitingThread(db)).conversation.id)
  answers.push(
    { status: 401, body: anErrorBody('authentication_error') },
    { status: 402, body: anErrorBody('billing_error') },
  )
  await draftNew()
  await draftNew()
  const kinds = async () => (await openAlerts(db)).map(({ kind }) => kind).filter((kind) => kind.startsWith('claude'))
  expect((await kinds()).sort()).toEqual(['claude_rejected_key', 'claude_spend_limit'])
  await draftNew()
  expect(await kinds()).toEqual([])
})

it('tries an outage again, and leaves the message to a person when the queue gives up', async () => {
  const { draft, answers, requests } = await setUp()
  const { conversation } = await aWaitingThread(db)
  answers.push(aBrokenClaude, aBrokenClaude)
  await expect(draft(conversation.id)).rejects.toMatchObject({ code: 'platform_unavailable' })
  expect((await stateOf(db, conversation.id)).conversation).toMatchObject({
    attention: 'waiting',
    draftLeaseUntil: null,
  })
  await draft(conversation.id, undefined, { lastTry: true })
  expect((await stateOf(db, conversation.id)).conversation).toMatchObject({
    attention: 'person',
    attentionReason: 'claude_unavailable',
    attentionNote: 'Claude answered 529',
  })
  expect(requests).toHaveLength(2)
})

it('keeps a message for the next process when this one shuts down during its last try', async () => {
  const { draft, answers, requests } = await setUp()
  const { conversation } = await aWaitingThread(db)
  answers.push({ hold: aGate().hold })
  const stop = new AbortController()
  const drafting = draft(conversation.id, stop.signal, { lastTry: true })
  await expect.poll(() => requests.length).toBe(1)
  stop.abort()
  await expect(drafting).rejects.toMatchObject({ code: 'platform_unavailable' })
  expect((await stateOf(db, conversation.id)).conversation.attention).toBe('waiting')
})

it('pauses all drafting as long as a throttle answer asks, without losing a message', async () => {
  const { draft, answers, requests } = await setUp()
  const [one, two] = [await aWaitingThread(db), await aWaitingThread(db)]
  answers.push({ status: 429, headers: { 'retry-after': '30' }, body: anErrorBody('rate_limit_error') })
  const next = await draft(one.conversation.id)
  expect(next.waitUntil!.getTime() - Date.now()).toBeGreaterThan(25_000)
  expect(await draft(two.conversation.id)).toEqual(next)
  expect(await draft(one.conversation.id)).toEqual(next)
  expect(requests).toHaveLength(1)
  expect((await stateOf(db, one.conversation.id)).conversation.attention).toBe('waiting')
})

it('never spends more than the day’s budget with eight workers in parallel, and uses it to the last call', async () => {
  const { another, requests } = await setUp({ estimate: () => 200 })
  const account = await anAccount(db, { dailyBudgetMicros: 1000 })
  const threads = await Promise.all(Array.from({ length: 8 }, () => aWaitingThread(db, { account })))
  const retry = async (id: (typeof threads)[0]['conversation']['id']) => {
    const draft = another()
    while ('waitUntil' in (await draft(id)));
  }
  await Promise.all(threads.map(({ conversation }) => retry(conversation.id)))
  expect(requests).toHaveLength(5)
  const states = await Promise.all(threads.map(({ conversation }) => stateOf(db, conversation.id)))
  expect(states.filter(({ conversation }) => conversation.attention === 'review')).toHaveLength(5)
  expect(states.filter(({ conversation }) => conversation.attentionReason === 'budget_spent')).toHaveLength(3)
  const [budget] = (await budgetsOf(db)).filter(({ accountId }) => accountId === account.id)
  expect(budget).toMatchObject({ reservedMicros: 0, spentMicros: 1000 })
  const kinds = (await openAlerts(db)).filter(({ accountId }) => accountId === account.id).map(({ kind }) => kind)
  expect(kinds).toContain('budget_spent')
})

it('warns at four fifths of the budget and takes the warning back when there is room', async () => {
  const { draft } = await setUp({ estimate: () => 200 })
  const account = await anAccount(db, { dailyBudgetMicros: 500 })
  const draftNew = async () => draft((await aWaitingThread(db, { account })).conversation.id)
  const warnings = async () =>
    (await openAlerts(db)).filter(({ accountId, kind }) => accountId === account.id && kind === 'budget_nearly_spent')
  await draftNew()
  expect(await warnings()).toHaveLength(0)
  await draftNew()
  expect(await warnings()).toMatchObject([{ text: 'Alpine Outfitters: 80 % of today’s drafting budget is spent' }])
  await db.update(accounts).set({ dailyBudgetMicros: 5_000_000 }).where(eq(accounts.id, account.id))
  await draftNew()
  expect(await warnings()).toHaveLength(0)
})

it('starts a new budget at midnight UTC', async () => {
  const { id: accountId } = await anAccount(db)
  const wish = { accountId, micros: 600, budgetMicros: 1000 }
  const late = new Date('2026-11-22T23:59:59.999Z')
  const [reservation, second] = await reserveBudgets(db, [wish, { ...wish }], late)
  expect(reservation).toEqual({ accountId, micros: 600, day: '2026-11-22' })
  expect(second).toBeUndefined()
  expect(await reserveBudgets(db, [wish], new Date('2026-11-23T00:00:00Z'))).toMatchObject([{ day: '2026-11-23' }])
  expect(await settleBudgets(db, [{ reservation: reservation!, micros: 100 }])).toEqual([
    { spentMicros: 100, reservedMicros: 0 },
  ])
  expect(await reserveBudgets(db, [wish], late)).toEqual([reservation])
})

it('counts a call that was cut off as spent, since it may have been billed', async () => {
  const { draft, answers } = await setUp({ estimate: () => 700, deadlineMs: 150 })
  const account = await anAccount(db)
  const { conversation } = await aWaitingThread(db, { account })
  answers.push({ hold: aGate().hold }, aBrokenClaude)
  await expect(draft(conversation.id)).rejects.toMatchObject({ code: 'platform_unavailable' })
  await expect(draft(conversation.id)).rejects.toMatchObject({ code: 'platform_unavailable' })
  const [budget] = (await budgetsOf(db)).filter(({ accountId }) => accountId === account.id)
  expect(budget).toMatchObject({ reservedMicros: 0, spentMicros: 700 })
})

it('leaves the queue when nothing is left to answer', async () => {
  const { draft, requests } = await setUp()
  const { conversation, message } = await aWaitingThread(db)
  await db.update(messages).set({ deletedAt: new Date(), text: '' }).where(eq(messages.id, message.id))
  await draft(conversation.id)
  expect((await stateOf(db, conversation.id)).conversation.attention).toBe('none')
  expect(requests).toHaveLength(0)
})

it('answers a message that crossed our reply on its way, and shows it last', async () => {
  const { draft, requests } = await setUp()
  const { conversation, message, account } = await aWaitingThread(db, { text: 'Crossed: is it red?' })
  const before = new Date(message.createdAt.getTime() - 5000)
  const after = new Date(message.createdAt.getTime() + 5000)
  await aSentPost(db, {
    accountId: account.id,
    conversationId: conversation.id,
    text: 'Ours, later.',
    approvedAt: before,
    sentAt: after,
  })
  await draft(conversation.id)
  const prompt = JSON.stringify(requests[0]?.body)
  expect(prompt.indexOf('Crossed: is it red?')).toBeGreaterThan(prompt.indexOf('Ours, later.'))
  expect((await stateOf(db, conversation.id)).conversation.attention).toBe('review')
})

it('takes what had arrived when a reply was approved for answered', async () => {
  const { draft, requests } = await setUp()
  const { conversation, message, account } = await aWaitingThread(db)
  const approvedAt = new Date(message.createdAt.getTime() + 1000)
  await aSentPost(db, {
    accountId: account.id,
    conversationId: conversation.id,
    text: 'Ours.',
    approvedAt,
    sentAt: approvedAt,
  })
  await draft(conversation.id)
  expect(requests).toHaveLength(0)
  expect((await stateOf(db, conversation.id)).conversation.attention).toBe('none')
})

it('drafts whatever the thread says when a person asks for it', async () => {
  const { draft, requests } = await setUp()
  const thread = await aWaitingThread(db)
  const { id } = thread.conversation
  await aMessageMore(db, thread, { text: 'From the phone.', direction: 'outbound' })
  await db.update(conversations).set({ attention: 'waiting', draftInstruction: '' }).where(eq(conversations.id, id))
  await draft(id)
  expect(requests).toHaveLength(1)
})

it('follows an operator’s wish once', async () => {
  const { draft, requests } = await setUp()
  const { conversation } = await aWaitingThread(db)
  await db
    .update(conversations)
    .set({ draftInstruction: 'Shorter, please' })
    .where(eq(conversations.id, conversation.id))
  await draft(conversation.id)
  expect(JSON.stringify(requests[0]?.body)).toContain('Shorter, please')
  expect((await stateOf(db, conversation.id)).conversation.draftInstruction).toBeNull()
})

it('takes over when a process died with the lease', async () => {
  const { draft, requests } = await setUp()
  const { conversation, message } = await aWaitingThread(db, { at: new Date(Date.now() - 120_000) })
  await db
    .update(conversations)
    .set({ draftLeaseUntil: new Date(Date.now() - 1), draftLeaseHeadId: message.id })
    .where(eq(conversations.id, conversation.id))
  await draft(conversation.id)
  expect(requests).toHaveLength(1)
})

it('withdraws a waiting draft exactly once', async () => {
  const { draft } = await setUp()
  const { conversation } = await aWaitingThread(db)
  await draft(conversation.id)
  const withdrawn = await Promise.all(
    [1, 2].map(() => inTransaction(db, (tx) => supersedeDrafts(tx, [conversation.id], new Date()))),
  )
  expect(withdrawn.sort()).toEqual([0, 1])
  expect((await stateOf(db, conversation.id)).drafts).toMatchObject([{ status: 'superseded', waitingFor: null }])
})

it('asks Claude for nothing that could not be sent, and says why', async () => {
  const { draft, requests } = await setUp()
  const { conversation } = await aWaitingThread(db)
  const over = { windowExpiresAt: new Date(Date.now() - 1) }
  await db.update(conversations).set(over).where(eq(conversations.id, conversation.id))
  await draft(conversation.id)
  expect(requests).toHaveLength(0)
  expect((await stateOf(db, conversation.id)).conversation).toMatchObject({
    attention: 'person',
    attentionReason: 'not_allowed',
    attentionNote: 'The reply window has closed',
  })
})

it('puts the account’s disclosure before the first draft of a conversation, and before no later one', async () => {
  const { draft, answers } = await setUp()
  const account = await anAccount(db, { disclosure: 'This is an automated answer.' })
  const thread = await aWaitingThread(db, { account })
  answers.push({ body: aMessage({ answer: anAnswer() }) })
  await draft(thread.conversation.id)
  const { drafts } = await stateOf(db, thread.conversation.id)
  expect(drafts).toMatchObject([{ text: 'This is an automated answer.\n\nYes, we ship to Graz.' }])
})
