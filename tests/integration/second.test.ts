import { and, eq } from 'drizzle-orm'
import { describe, expect, it } from 'vitest'
import { readAccount } from '#db/accounts.ts'
import { createReads } from '#db/console.ts'
import { accounts } from '#db/schema/accounts.ts'
import { auditEntries } from '#db/schema/audit-entries.ts'
import { drafts } from '#db/schema/drafts.ts'
import { operators } from '#db/schema/operators.ts'
import { outboxPosts } from '#db/schema/outbox-posts.ts'
import { reviewDecisions } from '#db/schema/review-decisions.ts'
import { newId, type OperatorId } from '#src/domain/ids.ts'
import type { Endorsement } from '#src/domain/review.ts'
import type { RiskKind } from '#src/domain/second.ts'
import { createAnswer } from '#src/flow/answer.ts'
import { createConfigure } from '#src/flow/configure.ts'
import { createUndo } from '#src/flow/recall.ts'
import { createDecide } from '#src/flow/review.ts'
import { createApprovalSigner, generateApprovalKeys } from '#src/vault/approvals.ts'
import { textHash } from '#src/vault/hash.ts'
import { Secret } from '#src/vault/secret.ts'
import { aFakeGraph } from '#tests/support/fake-graph.ts'
import { aConnectedAccount, aSender, sign } from '#tests/support/posts.ts'
import { aDatabase, aRedis } from '#tests/support/stores.ts'
import { anOperator, aThread } from '#tests/support/threads.ts'

const { db } = await aDatabase()
const { redis, prefix } = aRedis()
const graph = await aFakeGraph()
const { send } = await aSender({ db, redis, prefix, graphUrl: graph.url })
const [ada, bob] = [await anOperator(db, { name: 'Ada' }), await anOperator(db, { name: 'Bob' })]
const nobody = async () => undefined
const deps = {
  db,
  sign,
  bell: { draft: nobody },
  lanes: { add: nobody },
  publish: () => undefined,
  now: () => new Date(),
}
const [decide, answer, undo] = [createDecide(deps), createAnswer(deps), createUndo(deps)]
const configure = createConfigure(deps)

/** A thread whose draft has a link, in an account that wants two people for links. */
async function aRiskyThread(secondFor: RiskKind[] = ['links']) {
  const account = await aConnectedAccount(db, { secondFor, undoMs: 0 })
  return aThread(db, { account, draft: 'Pay at https://shop.example.org/1' })
}
type Thread = Awaited<ReturnType<typeof aRiskyThread>>

const waitingIn = async ({ conversation }: Thread) => {
  const [draft] = await db.select().from(drafts).where(eq(drafts.waitingFor, conversation.id))
  return draft
}
const postsIn = ({ conversation }: Thread) =>
  db.select().from(outboxPosts).where(eq(outboxPosts.conversationId, conversation.id))

/** Approves what waits, as the operator sees it. */
async function approve(thread: Thread, operatorId: OperatorId, text?: string) {
  const draft = await waitingIn(thread)
  if (!draft) throw new Error('nothing waits')
  const seen = { textHash: draft.textHash, headMessageId: thread.message.id }
  const decision = { verdict: 'approve', text: text ?? draft.text, seen } as const
  return decide({ draftId: draft.id, decision, operatorId, givenBy: 'console' })
}

/** Approved by two, and not sent yet. */
async function anApprovedByTwo() {
  const thread = await aRiskyThread()
  await approve(thread, ada.id)
  const [made] = await approve(thread, bob.id)
  if (!made) throw new Error('no post was made')
  return { thread, postId: made.postId }
}
const outcomeOf = async (id: Awaited<ReturnType<typeof anApprovedByTwo>>['postId']) => {
  await send(id)
  const [post] = await db.select().from(outboxPosts).where(eq(outboxPosts.id, id))
  return post?.status === 'sent' ? 'sent' : post?.outcomeCode
}

describe('a reply that takes two people', () => {
  it('waits after the first approval and leaves after the second, by somebody else', async () => {
    const thread = await aRiskyThread()
    expect(await approve(thread, ada.id)).toEqual([])
    expect([(await waitingIn(thread))?.status, await postsIn(thread)]).toEqual(['needs_second', []])
    const view = await createReads(db).conversation(thread.conversation.id, new Date())
    expect(view?.draft?.second).toMatchObject({ by: ada.id, byName: 'Ada' })

    const [made] = await approve(thread, bob.id)
    expect(made && (await outcomeOf(made.postId))).toBe('sent')
    const decisions = await db
      .select()
      .from(reviewDecisions)
      .where(eq(reviewDecisions.conversationId, thread.conversation.id))
    expect(decisions.map(({ verdict, operatorId }) => [verdict, operatorId]).sort()).toEqual([
      ['approve', bob.id],
      ['endorse', ada.id],
    ])
    const audited = await db
      .select()
      .from(auditEntries)
      .where(eq(auditEntries.subjectId, decisions[0]?.draftId ?? ''))
    expect(audited.map(({ action }) => action)).toEqual(['draft.endorsed', 'draft.approved'])
  })

  it('is refused to the person who approved it first, however often and at once', async () => {
    const thread = await aRiskyThread()
    await approve(thread, ada.id)
    const tries = await Promise.allSettled(Array.from({ length: 5 }, () => approve(thread, ada.id)))
    expect(tries.map((one) => one.status === 'rejected' && one.reason.code)).toEqual(Array(5).fill('forbidden'))
    expect(await postsIn(thread)).toEqual([])
  })

  it('is posted once when many second persons press at once', async () => {
    const thread = await aRiskyThread()
    await approve(thread, ada.id)
    const crowd = await Promise.all(Array.from({ length: 6 }, () => anOperator(db)))
    const tries = await Promise.allSettled(crowd.map(({ id }) => approve(thread, id)))
    expect(tries.filter(({ status }) => status === 'fulfilled')).toHaveLength(1)
    expect(await postsIn(thread)).toHaveLength(1)
  })

  it('is endorsed once when two first persons press at once; the later one is then the second or told', async () => {
    const thread = await aRiskyThread()
    await Promise.allSettled([approve(thread, ada.id), approve(thread, bob.id)])
    const rows = await db
      .select()
      .from(reviewDecisions)
      .where(and(eq(reviewDecisions.conversationId, thread.conversation.id), eq(reviewDecisions.verdict, 'endorse')))
    expect(rows).toHaveLength(1)
  })

  it('begins anew when the second changes a word: the first never saw it', async () => {
    const thread = await aRiskyThread()
    await approve(thread, ada.id)
    expect(await approve(thread, bob.id, 'Pay at https://shop.example.org/2')).toEqual([])
    await expect(approve(thread, bob.id)).rejects.toMatchObject({ code: 'forbidden' })
    const [made] = await approve(thread, ada.id)
    const [post] = await postsIn(thread)
    expect([made?.postId, post?.text]).toEqual([post?.id, 'Pay at https://shop.example.org/2'])
  })

  it('is a hand-written one as well', async () => {
    const thread = await aRiskyThread()
    const words = {
      conversationId: thread.conversation.id,
      headMessageId: thread.message.id,
      text: 'See www.example.org',
    }
    expect(await answer({ ...words, operatorId: ada.id, givenBy: 'console' })).toEqual([])
    expect(await waitingIn(thread)).toMatchObject({ status: 'needs_second', author: 'operator', text: words.text })
    expect(await approve(thread, bob.id)).toHaveLength(1)
  })

  it('needs two again after it was taken back', async () => {
    const { thread, postId } = await anApprovedByTwo()
    await undo({ postId, operatorId: ada.id })
    expect((await waitingIn(thread))?.status).toBe('pending_review')
    expect(await approve(thread, bob.id)).toEqual([])
  })

  it('begins anew when the first may no longer approve', async () => {
    const thread = await aRiskyThread()
    const gone = await anOperator(db)
    await approve(thread, gone.id)
    await db.update(operators).set({ disabledAt: new Date() }).where(eq(operators.id, gone.id))
    expect(await approve(thread, bob.id)).toEqual([])
    expect(await approve(thread, ada.id)).toHaveLength(1)
  })

  it('is none of the account’s that names other risks, or none', async () => {
    for (const rule of [[], ['press']] as RiskKind[][]) {
      expect(await approve(await aRiskyThread(rule), ada.id)).toHaveLength(1)
    }
  })
})

describe('somebody who writes to the database and cannot sign', () => {
  const forger = createApprovalSigner(new Secret(generateApprovalKeys().privateKey))
  const endorsedBy = (thread: Thread) =>
    and(eq(reviewDecisions.conversationId, thread.conversation.id), eq(reviewDecisions.verdict, 'endorse'))
  const change = (thread: Thread, set: Partial<typeof reviewDecisions.$inferInsert>) =>
    db.update(reviewDecisions).set(set).where(endorsedBy(thread))

  it('gains nothing from an untouched pair: it is sent', async () => {
    expect(await outcomeOf((await anApprovedByTwo()).postId)).toBe('sent')
  })

  it.each<[string, (thread: Thread) => Promise<unknown>]>([
    ['removes the first approval', (thread) => db.delete(reviewDecisions).where(endorsedBy(thread))],
    ['gives the first approval to the second person', (thread) => change(thread, { operatorId: bob.id })],
    [
      'gives the first approval to a third',
      async (thread) => change(thread, { operatorId: (await anOperator(db)).id }),
    ],
    ['writes a signature of their own', (thread) => change(thread, { signature: forger({} as never) })],
    ['turns the first approval into a rejection', (thread) => change(thread, { verdict: 'reject' })],
    ['moves the first approval to other words', (thread) => change(thread, { textHash: 'a'.repeat(64) })],
    [
      'takes the first approval off the second',
      ({ conversation }) =>
        db.update(reviewDecisions).set({ firstId: null }).where(eq(reviewDecisions.conversationId, conversation.id)),
    ],
    [
      'takes the rule off the account and the first approval off the second',
      async ({ account, conversation }) => {
        await db.update(accounts).set({ secondFor: null }).where(eq(accounts.id, account.id))
        await db
          .update(reviewDecisions)
          .set({ firstId: null })
          .where(eq(reviewDecisions.conversationId, conversation.id))
      },
    ],
  ])('sends nothing when they: %s', async (_deed, tamper) => {
    const { thread, postId } = await anApprovedByTwo()
    await tamper(thread)
    expect(['approval_invalid', 'second_missing']).toContain(await outcomeOf(postId))
  })

  it('sends nothing when they take the rule off the account and remove the first approval', async () => {
    const { thread, postId } = await anApprovedByTwo()
    await db.update(accounts).set({ secondFor: null }).where(eq(accounts.id, thread.account.id))
    await db.delete(reviewDecisions).where(endorsedBy(thread))
    expect(await outcomeOf(postId)).toBe('second_missing')
  })

  it('makes no second approval of words that they put in the place of those that the first saw', async () => {
    const thread = await aRiskyThread()
    await approve(thread, ada.id)
    const text = 'Pay at https://shop.example.org/9'
    await db
      .update(drafts)
      .set({ text, textHash: textHash(text) })
      .where(eq(drafts.waitingFor, thread.conversation.id))
    expect(await approve(thread, bob.id)).toEqual([])
    expect(await postsIn(thread)).toEqual([])
  })

  it('makes no second approval out of a first that they forged', async () => {
    const thread = await aRiskyThread()
    await approve(thread, ada.id)
    await change(thread, { operatorId: (await anOperator(db)).id })
    expect(await approve(thread, ada.id)).toEqual([])
    expect(await postsIn(thread)).toEqual([])
  })
})

describe('a first approval that the signing key itself made', () => {
  type First = typeof reviewDecisions.$inferSelect
  type Place = 'accountId' | 'conversationId' | 'headMessageId'
  /** The first of a pair as if it had been given so: every field agrees, and the signature is real. */
  async function outcomeWhenGivenAs(changed: Partial<Pick<First, Place | 'operatorId' | 'textHash'>>) {
    const { thread, postId } = await anApprovedByTwo()
    const [first] = await db
      .select()
      .from(reviewDecisions)
      .where(and(eq(reviewDecisions.conversationId, thread.conversation.id), eq(reviewDecisions.verdict, 'endorse')))
    const approval = { ...first?.approval, ...changed } as Endorsement
    await db
      .update(reviewDecisions)
      .set({ ...changed, approval, signature: sign(approval) })
      .where(eq(reviewDecisions.id, first?.id ?? newId('decision', new Date())))
    return outcomeOf(postId)
  }

  it('lets the reply leave when it is somebody else’s, of these words, after this message', async () => {
    expect(await outcomeWhenGivenAs({})).toBe('sent')
  })

  it('is none when the same person gave the second', async () => {
    expect(await outcomeWhenGivenAs({ operatorId: bob.id })).toBe('second_missing')
  })

  it('is none of other words, and none of another place', async () => {
    const at = new Date()
    for (const changed of [
      { textHash: 'a'.repeat(64) },
      { accountId: newId('account', at) },
      { conversationId: newId('conversation', at) },
      { headMessageId: newId('message', at) },
    ]) {
      expect(await outcomeWhenGivenAs(changed), Object.keys(changed)[0]).toBe('approval_invalid')
    }
  })
})

it('what one person approved does not leave once the rule asks for two', async () => {
  const thread = await aRiskyThread([])
  const [made] = await approve(thread, ada.id)
  await db
    .update(accounts)
    .set({ secondFor: ['links'] })
    .where(eq(accounts.id, thread.account.id))
  expect(made && (await outcomeOf(made.postId))).toBe('second_missing')
})

it('what two approved does not leave once the first of them may approve no longer', async () => {
  const thread = await aRiskyThread()
  const gone = await anOperator(db)
  await approve(thread, gone.id)
  const [made] = await approve(thread, bob.id)
  await db.update(operators).set({ role: 'viewer' }).where(eq(operators.id, gone.id))
  expect(made && (await outcomeOf(made.postId))).toBe('right_lost')
})

describe('the rule itself', () => {
  const ruleOf = async ({ account }: Thread) => {
    const row = await readAccount(db, account.id)
    return { held: row?.secondFor, proposed: row?.secondProposed }
  }

  it('changes when another admin agrees to what was proposed, and not before', async () => {
    const thread = await aRiskyThread()
    const accountId = thread.account.id
    await configure.proposeSecond({ accountId, kinds: [], operatorId: ada.id })
    expect(await ruleOf(thread)).toEqual({ held: ['links'], proposed: { kinds: [], by: ada.id } })
    const seen = await createReads(db).account(accountId, new Date())
    expect(seen?.secondProposed).toEqual({ kinds: [], by: ada.id, byName: 'Ada' })
    await expect(configure.confirmSecond({ accountId, kinds: [], operatorId: ada.id })).rejects.toMatchObject({
      code: 'forbidden',
    })
    await expect(configure.confirmSecond({ accountId, kinds: ['press'], operatorId: bob.id })).rejects.toMatchObject({
      code: 'conflict',
    })
    await configure.confirmSecond({ accountId, kinds: [], operatorId: bob.id })
    expect(await ruleOf(thread)).toEqual({ held: [], proposed: null })
  })

  it('is left alone when what holds is proposed, or a kind that there is not', async () => {
    const thread = await aRiskyThread()
    const accountId = thread.account.id
    await configure.proposeSecond({ accountId, kinds: ['press'], operatorId: ada.id })
    await configure.proposeSecond({ accountId, kinds: ['links'], operatorId: bob.id })
    expect(await ruleOf(thread)).toEqual({ held: ['links'], proposed: null })
    await expect(configure.proposeSecond({ accountId, kinds: ['all'], operatorId: ada.id })).rejects.toMatchObject({
      code: 'invalid_input',
    })
  })
})
