import { eq } from 'drizzle-orm'
import { describe, expect, it } from 'vitest'
import { raiseAlert } from '#db/alerts.ts'
import { createReads } from '#db/console.ts'
import { readReach } from '#db/reach.ts'
import { auditEntries } from '#db/schema/audit-entries.ts'
import { drafts } from '#db/schema/drafts.ts'
import { media } from '#db/schema/media.ts'
import { operatorAccounts } from '#db/schema/operator-accounts.ts'
import { operators } from '#db/schema/operators.ts'
import { outboxPosts } from '#db/schema/outbox-posts.ts'
import { readSendCase } from '#db/send-cases.ts'
import { isWithin } from '#src/domain/identity.ts'
import { newId, type OperatorId } from '#src/domain/ids.ts'
import { createAnswer, createModerate } from '#src/flow/answer.ts'
import { createAssign } from '#src/flow/assign.ts'
import { createOpenMedia } from '#src/flow/open-media.ts'
import { createDismiss, createRedraft, createUndo } from '#src/flow/recall.ts'
import { createReconcile } from '#src/flow/reconcile.ts'
import { createDecide } from '#src/flow/review.ts'
import { gateOf } from '#src/flow/send-gates.ts'
import { aQueuedPost } from '#tests/support/posts.ts'
import { anAccount, aThread } from '#tests/support/threads.ts'
import { aWeb } from '#tests/support/web.ts'

const { app, db, signIn } = await aWeb()
const at = new Date()
const now = () => new Date()
const nothing = async () => undefined
const deps = {
  db,
  sign: () => 'signed',
  bell: { draft: nothing },
  lanes: { add: nothing },
  publish: () => undefined,
  now,
}

const mine = await anAccount(db, { name: 'Mine Ltd' })
const here = await aThread(db, { account: mine })
const there = await aThread(db, { account: await anAccount(db, { name: 'Theirs Ltd' }), text: 'canary text' })
const queued = await aQueuedPost(db)
await db.update(outboxPosts).set({ status: 'uncertain' }).where(eq(outboxPosts.id, queued.id))
await raiseAlert(db, {
  ...{ kind: 'account_stopped', subject: there.account.id, severity: 'critical' },
  ...{ accountId: there.account.id, text: 'canary alert', at },
} as const)
const admin = await signIn('admin')
const ada = await signIn('approver')
const free = await signIn('approver')

const send = (path: string, fields: [string, string][], as = admin.headers) =>
  app.request(path, {
    method: 'POST',
    headers: { ...as, 'content-type': 'application/x-www-form-urlencoded' },
    body: new URLSearchParams(fields).toString(),
  })
const see = (path: string, as = ada.headers) => app.request(path, { headers: as })

it('is given by an admin on the page of an account, and is on the record', async () => {
  const page = await (await see(`/accounts/${mine.id}`, admin.headers)).text()
  expect(page).toContain(`value="${ada.operator.id}"`)
  expect((await send(`/accounts/${mine.id}/operators`, [['operator', ada.operator.id]])).status).toBe(303)
  expect(await readReach(db, ada.operator.id)).toEqual([mine.id])
  expect(await readReach(db, free.operator.id)).toBe('all')
  const [entry] = await db.select().from(auditEntries).where(eq(auditEntries.subjectId, ada.operator.id))
  expect(entry).toMatchObject({
    action: 'operator.assigned',
    detail: { accountId: mine.id },
    actorId: admin.operator.id,
  })
  const again = await send(`/accounts/${mine.id}/operators`, [['operator', ada.operator.id]])
  const entries = await db.select().from(auditEntries).where(eq(auditEntries.subjectId, ada.operator.id))
  expect([again.status, entries.length]).toEqual([303, 1])
})

it('is for viewers and approvers who exist: nobody else can be kept to an account', async () => {
  for (const id of [admin.operator.id, newId('operator', at)]) {
    expect((await send(`/accounts/${mine.id}/operators`, [['operator', id]])).status).toBe(422)
  }
  await db.insert(operatorAccounts).values({ operatorId: admin.operator.id, accountId: mine.id, createdAt: at })
  expect(await readReach(db, admin.operator.id)).toBe('all')
})

it('is nothing for somebody who does not exist', async () => {
  expect(isWithin(await readReach(db, newId('operator', at)), mine.id)).toBe(false)
})

describe('an operator who is kept to some accounts', () => {
  const foreign = new RegExp(
    ['canary', 'Theirs', there.account.id, there.conversation.id, queued.id, String(there.draft?.id)].join('|'),
  )

  it.each([
    '/queue',
    '/conversations',
    `/conversations?q=${there.contact.contactRef.slice(0, 3)}`,
    '/outbox',
    '/outbox?show=sent',
    '/accounts',
    '/alerts',
    '/status',
    '/api/v1/conversations',
    '/api/v1/messages',
    '/api/v1/mentions',
    '/api/v1/drafts',
    '/api/v1/outbox',
    '/api/v1/accounts',
    '/api/v1/alerts',
  ])('finds nothing of other accounts in %s', async (path) => {
    const [own, whole] = [await see(path), await see(path, free.headers)]
    expect([own.status, whole.status]).toEqual([200, 200])
    expect(await own.text()).not.toMatch(foreign)
    if (!path.includes('?') && path !== '/status') expect(await whole.text()).toMatch(foreign)
  })

  it.each([
    `/queue?c=${there.conversation.id}`,
    `/conversations/${there.conversation.id}`,
    `/accounts/${there.account.id}`,
    `/api/v1/conversations/${there.conversation.id}`,
    `/api/v1/drafts/${there.draft?.id}`,
    `/api/v1/outbox/${queued.id}`,
    `/api/v1/accounts/${there.account.id}`,
  ])('is told that %s does not exist', async (path) => {
    expect([(await see(path)).status, (await see(path, free.headers)).status]).toEqual([404, 200])
  })

  it('counts what is theirs', async () => {
    const of = (reach: 'all' | [typeof mine.id]) => createReads(db, reach).overview(now())
    const [own, all] = [await of([mine.id]), await of('all')]
    expect([own.queue, own.uncertain, own.alerts, own.critical]).toEqual([1, 0, 0, []])
    expect([all.queue > 1, all.uncertain, all.alerts, all.critical.length]).toEqual([true, 1, 1, 1])
    expect(await createReads(db, [mine.id]).evidence([queued.id])).toEqual([])
    expect(await createReads(db, [mine.id]).nextInQueue({ choice: {}, after: { at, id: '' }, at: now() })).toBe(
      here.conversation.id,
    )
  })

  it('is shown no file of theirs', async () => {
    const id = newId('media', at)
    const place = { messageId: there.message.id, conversationId: there.conversation.id, position: 0 }
    const kept = {
      status: 'kept' as const,
      contentType: 'image/png' as const,
      bytes: 1,
      dueAt: at,
      createdAt: at,
      updatedAt: at,
    }
    await db.insert(media).values({ id, ...place, ...kept })
    const open = createOpenMedia({ db, store: { sizeOf: async () => 1, read: () => new ReadableStream() } })
    expect(await open(id, [mine.id])).toBeUndefined()
    expect(await open(id, 'all')).toMatchObject({ bytes: 1 })
  })

  it('hears no news of them', async () => {
    const { concerns } = createReads(db, [mine.id])
    const heard = async (...ids: string[]) => Promise.all(ids.map(concerns))
    expect(await heard(there.conversation.id, queued.id, there.account.id)).toEqual([false, false, false])
    expect(await heard(here.conversation.id, mine.id, 'sending')).toEqual([true, true, true])
  })

  it('is told by every verb that there is no such thing, and nothing is done', async () => {
    const operatorId = ada.operator.id
    const wish = { conversationId: there.conversation.id, headMessageId: there.message.id, operatorId }
    const said = { ...wish, text: 'Yes.', givenBy: 'console' as const }
    const seen = { textHash: there.draft?.textHash ?? '', headMessageId: there.message.id }
    const draftId = there.draft?.id ?? newId('draft', at)
    const tries = {
      decide: () =>
        createDecide(deps)({
          ...{ draftId, decision: { verdict: 'approve', text: 'Yes.', seen }, operatorId, givenBy: 'console' },
        }),
      reject: () =>
        createDecide(deps)({
          ...{ draftId, decision: { verdict: 'reject', reason: '', seen }, operatorId, givenBy: 'console' },
        }),
      answer: () => createAnswer(deps)(said),
      moderate: () => createModerate(deps)({ ...said, kind: 'hide' }),
      redraft: () => createRedraft(deps)({ ...wish, instruction: '' }),
      dismiss: () => createDismiss(deps)(wish),
      undo: () => createUndo(deps)({ postId: queued.id, operatorId }),
      settle: () => createReconcile(deps).settle({ postId: queued.id, operatorId, arrived: true }),
    }
    for (const [verb, work] of Object.entries(tries)) {
      await expect(work(), verb).rejects.toMatchObject({ code: 'not_found' })
    }
    const [draft] = await db.select().from(drafts).where(eq(drafts.id, draftId))
    const [post] = await db.select().from(outboxPosts).where(eq(outboxPosts.id, queued.id))
    expect([draft?.status, post?.status]).toEqual(['pending_review', 'uncertain'])
  })

  it('decides about their own', async () => {
    const seen = { textHash: here.draft?.textHash ?? '', headMessageId: here.message.id }
    const draftId = here.draft?.id ?? newId('draft', at)
    const by = { operatorId: ada.operator.id, givenBy: 'console' as const }
    const made = await createDecide(deps)({ draftId, decision: { verdict: 'approve', text: 'Yes.', seen }, ...by })
    expect(made).toHaveLength(1)
  })
})

describe('a reply that was approved', () => {
  const gateFor = async (operatorId: OperatorId, accountId?: typeof mine.id) => {
    const post = await aQueuedPost(db)
    const approver = post.approval.operatorId
    const other = (await anAccount(db)).id
    await db.update(operators).set({ role: 'approver' }).where(eq(operators.id, approver))
    const kept = accountId ?? other
    if (operatorId) await db.insert(operatorAccounts).values({ operatorId: approver, accountId: kept, createdAt: at })
    const found = await readSendCase(db, post.id, new Date(Date.now() + 3_600_000))
    if (!found) throw new Error('the post is gone')
    return gateOf(found, { isApproved: () => true, at: new Date(found.post.notBefore.getTime() + 1) })
  }

  it('does not leave once whoever approved it was kept to other accounts', async () => {
    expect(await gateFor(ada.operator.id)).toMatchObject({ kind: 'refuse', code: 'right_lost' })
    expect(await gateFor('' as OperatorId)).toMatchObject({ kind: 'pass' })
  })

  it('leaves when they see its account', async () => {
    const post = await aQueuedPost(db)
    await createAssign({ db, publish: () => undefined, now }).set({
      accountId: post.approval.accountId,
      operatorIds: [post.approval.operatorId],
      operatorId: admin.operator.id,
    })
    const found = await readSendCase(db, post.id, now())
    expect(found?.keptFrom).toBe(false)
  })
})
