import { and, eq, inArray } from 'drizzle-orm'
import { describe, expect, it } from 'vitest'
import { accounts } from '#db/schema/accounts.ts'
import { contacts } from '#db/schema/contacts.ts'
import { conversations } from '#db/schema/conversations.ts'
import { drafts } from '#db/schema/drafts.ts'
import { inboundEvents } from '#db/schema/inbound-events.ts'
import { messages } from '#db/schema/messages.ts'
import { outboxPosts } from '#db/schema/outbox-posts.ts'
import type { EventId } from '#src/domain/ids.ts'
import { type Platform, platforms } from '#src/domain/platform.ts'
import { createDraftReply, createEstimate } from '#src/drafting/claude.ts'
import { createAnswer, createModerate } from '#src/flow/answer.ts'
import { createDraft } from '#src/flow/draft.ts'
import { createLearnMention } from '#src/flow/learn-mention.ts'
import { createReadBack } from '#src/flow/read-back.ts'
import { createReceive } from '#src/flow/receive.ts'
import { createDecide } from '#src/flow/review.ts'
import { createLimiter } from '#src/limits/slots.ts'
import { createAdapters } from '#src/platforms/adapters.ts'
import type { SaidElsewhere } from '#src/sandbox/mentioning.ts'
import { Secret } from '#src/vault/secret.ts'
import { aBell, aStoredDelivery } from '#tests/support/instagram.ts'
import { aStoredPageDelivery } from '#tests/support/messenger.ts'
import { aConnectedAccount, aSender, keyring, sign, toEnd } from '#tests/support/posts.ts'
import { aSandbox } from '#tests/support/sandbox.ts'
import { aDatabase, aRedis } from '#tests/support/stores.ts'
import { anOperator } from '#tests/support/threads.ts'

const { db } = await aDatabase()
const { redis, prefix } = aRedis()
const PAGE_SECRET = 'test_page_secret_0123'
let serial = 0

/** An account of a platform that plays along, and everything between a mention and its answer. */
async function setUp(platform: Platform = 'instagram') {
  const sandbox = await aSandbox({ seed: `mentions ${++serial}`, pageSecret: PAGE_SECRET })
  const { control, receiver, url } = sandbox
  const played = control.firsts().find((first) => first.platform === platform)
  if (!played) throw new Error('not played')
  const { accountRef, token, username: name } = played
  const account = await aConnectedAccount(db, { platform, accountRef, name, quietMs: 0, undoMs: 0 }, token)
  const clock = { ms: 0 }
  const now = () => new Date(Date.now() + clock.ms)
  const heard = aBell()
  const receive = createReceive({ db, now, ...heard })
  const store = platform === 'messenger' ? aStoredPageDelivery : aStoredDelivery
  let taken = 0
  const hear = async () => {
    await expect.poll(() => receiver.received.length).toBeGreaterThan(taken)
    for (; taken < receiver.received.length; taken++)
      await receive({ deliveryIds: [await store(db, receiver.received[taken]?.body ?? '')] })
  }
  const adapters = createAdapters({
    ...{ instagramGraphUrl: url, metaGraphUrl: url, graphApiVersion: 'v26.0' },
    metaAppSecrets: [{ secret: new Secret(PAGE_SECRET) }],
  })
  const limits = `${prefix}:${account.id}`
  await redis.set(`${limits}:limits:epoch`, '1')
  const limiter = createLimiter(redis, limits)
  const shared = { db, keyring, adapters, limiter, now, ...heard }
  const learnOne = createLearnMention(shared)
  const claude = {
    apiKey: new Secret('sk-ant-sandbox-test'),
    baseUrl: `${url}/claude`,
    model: 'claude-haiku-5-5',
    effort: 'low',
  } as const
  const draft = createDraft({ ...shared, draftReply: createDraftReply(claude), estimate: createEstimate(claude) })
  const waiting: string[] = []
  const lanes = { add: async (_: string, posts: { id: string }[]) => void waiting.push(...posts.map(({ id }) => id)) }
  const deps = { ...shared, sign, lanes }
  const { sendToEnd } = await aSender({ db, redis, prefix, graphUrl: url }, { now, adapters })
  const operatorId = (await anOperator(db)).id

  const threads = () => db.select().from(conversations).where(eq(conversations.accountId, account.id))
  const find = async () => {
    const [thread, another] = await threads()
    if (!thread?.headMessageId || another) throw new Error('not one conversation')
    return { ...thread, headMessageId: thread.headMessageId }
  }
  const by = async () => {
    const { id: conversationId, headMessageId } = await find()
    return { conversationId, headMessageId, operatorId, givenBy: 'console' as const }
  }
  return {
    ...{ control, account, clock, hear, threads, find, waiting },
    rung: heard.rung,
    readBack: createReadBack(deps),
    /** Somebody names the account, and we hear of it. */
    async mention(said: Partial<SaidElsewhere> = {}) {
      const text = `@${name} do you ship to Graz?`
      await control.phone.mention({ name: 'Clara Moser', username: 'clara', text, accountRef, ...said })
      await hear()
      return control.mentions().at(-1)
    },
    async learn() {
      for (const id of heard.rung.mentions.splice(0)) await toEnd(() => learnOne(id), now)
    },
    learnAgain: (id: EventId) => learnOne(id),
    async draftAll() {
      for (const [id] of heard.rung.drafts.splice(0)) await toEnd(() => draft(id as never), now)
    },
    waitingDraft: async () =>
      (
        await db
          .select()
          .from(drafts)
          .where(eq(drafts.waitingFor, (await find()).id))
      )[0],
    async approve() {
      const [waits] = await db
        .select()
        .from(drafts)
        .where(eq(drafts.waitingFor, (await find()).id))
      if (!waits) throw new Error('no draft waits')
      const { id: draftId, text, textHash, headMessageId } = waits
      const decision = { verdict: 'approve' as const, text, seen: { textHash, headMessageId } }
      return createDecide(deps)({ draftId, decision, operatorId, givenBy: 'console' })
    },
    answer: async (text = '48 euros.') => createAnswer(deps)({ ...(await by()), text }),
    privately: async () => createAnswer(deps)({ ...(await by()), text: 'Hi', way: 'private' }),
    moderate: async (kind: 'hide' | 'delete') => createModerate(deps)({ ...(await by()), kind }),
    async sendAll() {
      for (const id of waiting.splice(0)) await sendToEnd(id as never)
    },
    posts: () => db.select().from(outboxPosts).where(eq(outboxPosts.accountId, account.id)),
    said: () =>
      db.select().from(messages).where(eq(messages.accountId, account.id)).orderBy(messages.sentAt, messages.id),
    who: async () => (await db.select().from(contacts).where(eq(contacts.accountId, account.id)))[0],
    arrived: () => control.arrivals().filter(({ kept }) => kept),
    events: () => {
      const isAboutMention = inArray(inboundEvents.kind, ['mention', 'mention_notice'])
      return db
        .select()
        .from(inboundEvents)
        .where(and(eq(inboundEvents.accountId, account.id), isAboutMention))
    },
  }
}

describe.each(platforms)('a mention on %s', (platform) => {
  it.each(['comment', 'post'] as const)(
    'in a %s elsewhere is drafted for, answered where it stands once approved, and arrives once',
    async (place) => {
      const { mention, learn, draftAll, waitingDraft, approve, sendAll, find, posts, said, arrived, control } =
        await setUp(platform)
      const named = await mention({ isPost: place === 'post' })
      await learn()
      await draftAll()
      expect(await find()).toMatchObject({
        kind: 'mention',
        attention: 'review',
        threadRef: named?.mediaRef,
        windowExpiresAt: null,
      })
      const [message] = await said()
      expect(message).toMatchObject({ form: `${place}_mention`, text: named?.text, messageRef: named?.commentRef })
      const site = platform === 'messenger' ? 'facebook' : 'instagram'
      expect(message?.attachments).toMatchObject([
        { type: 'mentioning_post', url: expect.stringContaining(`https://www.${site}.com/`) },
      ])
      const proposed = await waitingDraft()
      await approve()
      await sendAll()
      await sendAll()
      expect(await posts()).toMatchObject([{ kind: 'mention_reply', status: 'sent', recipientRef: named?.commentRef }])
      expect(arrived()).toMatchObject([{ text: proposed?.text }])
      expect(control.mentions()[0]?.answers).toMatchObject([{ text: proposed?.text }])
      expect((await said()).map(({ direction }) => direction)).toEqual(['inbound', 'outbound'])
    },
  )

  it('that the platform tells by ids alone is asked for, once, and shown with its words and its author', async () => {
    const { mention, learn, learnAgain, rung, who, find, said, events, control } = await setUp(platform)
    const named = await mention({ idsOnly: true })
    const [id] = rung.mentions
    await learn()
    expect(await find()).toMatchObject({ kind: 'mention', attention: 'waiting' })
    expect(await said()).toMatchObject([{ text: named?.text, form: 'comment_mention' }])
    const author =
      platform === 'messenger'
        ? { contactRef: named?.authorRef, name: 'Clara Moser' }
        : { contactRef: '@clara', username: 'clara' }
    expect(await who()).toMatchObject(author)
    expect(await events()).toMatchObject([
      { kind: 'mention_notice', reason: 'shown', conversationId: (await find()).id },
    ])
    const calls = control.arrivals().length
    expect(await learnAgain(id!)).toEqual({})
    expect(control.arrivals()).toHaveLength(calls)
  })

  it('that the platform keeps to itself is told to a person, who can answer all the same', async () => {
    const { mention, learn, find, said, answer, sendAll, control } = await setUp(platform)
    await mention({ idsOnly: true, isClosed: true })
    await learn()
    expect(await find()).toMatchObject({ kind: 'mention', attention: 'person', attentionReason: 'unsupported' })
    expect(await said()).toMatchObject([{ form: 'hidden_mention', text: '' }])
    await answer('Thank you!')
    await sendAll()
    expect(control.mentions()[0]?.answers).toMatchObject([{ text: 'Thank you!' }])
  })

  it('is told to a person as well when nobody can be asked', async () => {
    const { mention, rung, learnAgain, clock, account, find, said } = await setUp(platform)
    await mention({ idsOnly: true })
    const [id] = rung.mentions
    await db.execute(`update accounts set credential_status = 'revoked' where id = '${account.id}'`)
    expect(await learnAgain(id!)).toEqual({ waitUntil: expect.any(Date) })
    expect(await said()).toEqual([])
    clock.ms = 301_000
    expect(await learnAgain(id!)).toEqual({})
    expect(await find()).toMatchObject({ attention: 'person' })
  })

  it('is neither answered privately nor hidden nor deleted', async () => {
    const { mention, learn, privately, moderate, posts } = await setUp(platform)
    await mention()
    await learn()
    await expect(privately()).rejects.toMatchObject({ field: 'way' })
    for (const kind of ['hide', 'delete'] as const)
      await expect(moderate(kind)).rejects.toMatchObject({ field: 'foreign_post' })
    expect(await posts()).toEqual([])
  })

  it('that the account may not answer fails by itself; the account goes on', async () => {
    const { mention, learn, answer, sendAll, posts, control, account } = await setUp(platform)
    await mention()
    await learn()
    const error = { code: 10, message: 'Not here', type: 'OAuthException' }
    control.faults.queue([{ match: { method: 'POST', path: 'mentions|comments' }, status: 403, body: { error } }])
    await answer()
    await sendAll()
    expect(await posts()).toMatchObject([{ status: 'failed', outcomeCode: '10' }])
    const [after] = await db.execute(`select stopped_at from accounts where id = '${account.id}'`)
    expect(after).toMatchObject([{ stopped_at: null }])
  })
})

describe('a comment on Instagram that names the account', () => {
  it('is shown at once, and turns into a mention when the post is somebody else’s', async () => {
    const { mention, learn, find, said, who, events } = await setUp()
    const named = await mention()
    expect(await find()).toMatchObject({ kind: 'comment' })
    await learn()
    expect(await find()).toMatchObject({ kind: 'mention', windowExpiresAt: null })
    expect(await said()).toMatchObject([{ form: 'comment_mention', attachments: [{ title: 'Our week' }] }])
    expect(await who()).toMatchObject({ contactRef: named?.contactRef, username: 'clara' })
    expect(await events()).toMatchObject([{ reason: 'shown', messageRef: named?.commentRef }])
  })

  it('turns into one by its user name, also where the account is stored as what it is called', async () => {
    const { mention, learn, find, account } = await setUp()
    await db.update(accounts).set({ name: 'Murmelton Ceramics' }).where(eq(accounts.id, account.id))
    await mention()
    await learn()
    expect(await find()).toMatchObject({ kind: 'mention' })
  })

  it('stays a comment when the post is ours', async () => {
    const { control, hear, learn, find, said, events } = await setUp()
    await control.phone.comment({ name: 'Ben', text: '@murmelton.ceramics how much?' })
    await hear()
    await learn()
    expect(await find()).toMatchObject({ kind: 'comment', windowExpiresAt: expect.any(Date) })
    expect(await said()).toMatchObject([{ form: 'comment' }])
    expect(await events()).toMatchObject([{ reason: 'ours' }])
  })

  it('is a mention at once where we have been mentioned before, one conversation for each person', async () => {
    const { mention, learn, threads } = await setUp()
    const named = await mention()
    await learn()
    await mention({ contactRef: named?.contactRef, text: 'And to Linz, @murmelton.ceramics?' })
    await mention({ name: 'Ben' })
    expect((await threads()).map(({ kind }) => kind)).toEqual(['mention', 'mention'])
  })

  it('takes back no approval: what was meant for a comment of ours is refused for a mention', async () => {
    const { mention, learn, find, posts, sendAll, waiting, privately } = await setUp()
    await mention()
    await privately()
    await learn()
    expect(await find()).toMatchObject({ kind: 'mention' })
    expect(waiting).toHaveLength(1)
    await sendAll()
    expect(await posts()).toMatchObject([{ kind: 'private_reply', status: 'failed', outcomeCode: 'foreign_post' }])
  })
})

it('leaves to a person what nobody shows: whether an answer under somebody else’s post arrived', async () => {
  const { mention, learn, answer, sendAll, posts, control, readBack, clock } = await setUp()
  await mention()
  await learn()
  control.faults.queue([{ match: { method: 'POST', path: 'mentions' }, after: 'commit', drop: true }])
  const [made] = await answer()
  await sendAll()
  clock.ms = 200_000
  await readBack(made!.postId)
  expect(await posts()).toMatchObject([{ status: 'uncertain' }])
  expect(control.mentions()[0]?.answers).toHaveLength(1)
})

it('takes back on a Page what its author took back', async () => {
  const { mention, control, hear, said, find } = await setUp('messenger')
  const named = await mention()
  await control.phone.removeMention(named?.commentRef ?? '')
  await hear()
  expect(await said()).toMatchObject([{ text: '', deletedAt: expect.any(Date) }])
  expect(await find()).toMatchObject({ attention: 'none' })
})
