import { randomUUID } from 'node:crypto'
import { eq, inArray } from 'drizzle-orm'
import { afterAll, describe, expect, it } from 'vitest'
import { verifyAudit } from '#db/audit.ts'
import type { Database } from '#db/client.ts'
import { readConversation } from '#db/console-conversation.ts'
import { saveProfile } from '#db/contacts.ts'
import { alerts } from '#db/schema/alerts.ts'
import { auditEntries } from '#db/schema/audit-entries.ts'
import { contacts } from '#db/schema/contacts.ts'
import { conversations } from '#db/schema/conversations.ts'
import { deletionRequests } from '#db/schema/deletion-requests.ts'
import { drafts } from '#db/schema/drafts.ts'
import { inboundEvents } from '#db/schema/inbound-events.ts'
import { messages } from '#db/schema/messages.ts'
import { outboxPosts } from '#db/schema/outbox-posts.ts'
import { webhookDeliveries } from '#db/schema/webhook-deliveries.ts'
import { newId, type OperatorId } from '#src/domain/ids.ts'
import { createErase, type EraseDeps } from '#src/flow/erase.ts'
import { createReconcile } from '#src/flow/reconcile.ts'
import { createDeletionState, createRequestDeletion } from '#src/flow/request-deletion.ts'
import { createBell } from '#src/queues/bell.ts'
import { redisText } from '#tests/support/canaries.ts'
import { aFakeGraph } from '#tests/support/fake-graph.ts'
import { aBody, anEcho, aStoredDelivery, aText } from '#tests/support/instagram.ts'
import { aKeeper } from '#tests/support/media.ts'
import { aLife, aPerson, type Person } from '#tests/support/person.ts'
import { aConnectedAccount, aSender } from '#tests/support/posts.ts'
import { aDatabase, aRedis } from '#tests/support/stores.ts'
import { anAccount, anOperator } from '#tests/support/threads.ts'
import { everyRow, wordsIn } from '#tests/support/traces.ts'

const { db } = await aDatabase()
const { redis, prefix } = aRedis()
const graph = await aFakeGraph()
const folder = aKeeper(db, undefined, { atEnd: afterAll })
const { bell, hasKeptBodies, close } = createBell(redis, prefix)
const { send } = await aSender({ db, redis, prefix, graphUrl: graph.url })
/** A few seconds on, so that what was just asked for is due. */
const later = () => new Date(Date.now() + 5000)

const operatorId = 'cli' as OperatorId
const request = createRequestDeletion({ db, publish: () => undefined, now: () => new Date() })
const stateOf = createDeletionState({ db })

function anEraser(changed: Partial<EraseDeps> = {}) {
  const deps = { db, hasKeptBodies, publish: () => undefined, now: later, holder: randomUUID() }
  return createErase({ ...deps, ...changed })
}

/** As often as it takes, and not for ever. */
async function eraseAll(erase = anEraser()) {
  for (let looks = 0; looks < 5; looks++) {
    await erase()
    await folder.sweep()
  }
}

const wordsOf = ({ ref, word, name, username }: Person) => [ref, word, name, username]

/** What of the person can be found in MySQL, in Redis and in files. */
async function leftOf(person: Person) {
  const rows = await everyRow(db)
  const found = rows.filter((row) => wordsIn(row, wordsOf(person)).length > 0)
  return {
    tables: [...new Set(found.map((row) => row.split(' ')[0]))],
    redis: wordsIn(await redisText(redis, prefix), wordsOf(person)),
    files: wordsIn(folder.readAll().join('\n'), wordsOf(person)),
  }
}

/** A connected account, and somebody who has left something in every table that can hold it. */
async function setUp() {
  const account = await aConnectedAccount(db, { undoMs: 0, quietMs: 0 })
  const life = aLife(db, account)
  const person = aPerson()
  const contact = await life.writes(person)
  await life.isSeen(person, contact.id, folder.store)
  const sent = await life.isApproved(person, 'sent')
  await send(sent)
  await life.isRejected(person)
  const queued = await life.isApproved(person, 'queued')
  const waiting = await life.isDrafted(person)
  return { account, life, person, contact, sent, queued, waiting }
}

const NOTHING = { tables: [], redis: [], files: [] }
const rowsOf = async (needle: string) => (await everyRow(db)).filter((row) => row.includes(needle))

describe('a person who is erased', () => {
  it('leaves no word, name or reference in any column of any table, nor in Redis', async () => {
    const { person, contact, sent, queued, waiting, account } = await setUp()
    expect((await leftOf(person)).tables).toEqual(
      expect.arrayContaining([
        'contacts',
        'conversations',
        'drafts',
        'inbound_events',
        'messages',
        'notes',
        'outbox_posts',
        'review_decisions',
        'webhook_deliveries',
      ]),
    )
    expect((await leftOf(person)).files).toEqual([person.word])
    const { code } = await request.byOperator({ contactId: contact.id, operatorId })
    expect((await leftOf(person)).tables).toContain('deletion_requests')
    await anEraser()()
    expect(await stateOf(code)).toMatchObject({ status: 'erasing' })
    await eraseAll()

    expect(await leftOf(person)).toEqual(NOTHING)
    expect(await stateOf(code)).toMatchObject({ status: 'done', foundPerson: true, foundAccount: false })
    const statusOf = async (id: typeof sent) =>
      (await db.select().from(outboxPosts).where(eq(outboxPosts.id, id)))[0]?.status
    expect([await statusOf(sent), await statusOf(queued)]).toEqual(['sent', 'cancelled'])
    const [draft] = await db.select().from(drafts).where(eq(drafts.id, waiting.id))
    expect(draft).toMatchObject({ status: 'superseded', waitingFor: null })
    const threads = await db.select().from(conversations).where(eq(conversations.accountId, account.id))
    expect(threads.map(({ attention }) => attention)).toEqual(['none', 'none'])
    expect(await verifyAudit(db)).toMatchObject({ ok: true })
    const entries = await db.select().from(auditEntries).where(eq(auditEntries.subjectId, contact.id))
    expect(entries).toMatchObject([{ action: 'contact.erased', detail: { deletionId: expect.any(String) } }])
  })

  it('takes nothing of anybody else along', async () => {
    const { life, person, contact } = await setUp()
    const neighbour = aPerson()
    const beside = await life.writes(neighbour)
    await life.isApproved(neighbour, 'queued')
    await life.isDrafted(neighbour)
    const twin = aLife(db, await anAccount(db))
    // The same number at another account is somebody else until the platform says otherwise.
    await twin.writes({ ...neighbour, ref: person.ref })
    const before = await rowsOf(neighbour.word)
    expect(before.length).toBeGreaterThan(10)

    await request.byOperator({ contactId: contact.id, operatorId })
    await eraseAll()
    expect(await rowsOf(neighbour.word)).toEqual(before)
    expect((await life.contactOf(neighbour.ref))?.id).toBe(beside.id)
    expect(await twin.contactOf(person.ref)).toMatchObject({ name: neighbour.name, erasedAt: null })
  })

  it('is erased in every account that knows the number when Meta asks, and only then is the number forgotten', async () => {
    const person = aPerson()
    const lives = [aLife(db, await anAccount(db)), aLife(db, await anAccount(db))]
    for (const life of lives) {
      await life.deliver(aText({ from: person.ref, to: life.us, text: person.says('hello') }))
    }
    const digest = 'a'.repeat(64)
    const { code } = await request.fromMeta({ userRef: person.ref, digest })
    expect(await request.fromMeta({ userRef: person.ref, digest })).toEqual({ code })
    expect(await stateOf(code)).toMatchObject({ status: 'received' })
    await eraseAll()
    expect(await leftOf(person)).toEqual(NOTHING)
    expect(await request.fromMeta({ userRef: person.ref, digest })).toEqual({ code })
    expect(await db.select().from(deletionRequests).where(eq(deletionRequests.code, code))).toMatchObject([
      { status: 'done', contacts: 2, personRef: null },
    ])
  })

  it('gets one code for one request, however many ask at once', async () => {
    const digest = 'b'.repeat(64)
    const asked = await Promise.all(Array.from({ length: 8 }, () => request.fromMeta({ userRef: '123456', digest })))
    expect(new Set(asked.map(({ code }) => code)).size).toBe(1)
    expect(asked[0]?.code).toMatch(/^[0-9a-z]{32}$/)
    await eraseAll()
  })

  it('is told that nothing was kept when nothing was', async () => {
    const { code } = await request.fromMeta({ userRef: aPerson().ref, digest: 'c'.repeat(64) })
    await anEraser()()
    expect(await stateOf(code)).toMatchObject({ status: 'done', foundPerson: false, foundAccount: false })
  })

  it('is not erased twice', async () => {
    const { contact } = await setUp()
    await request.byOperator({ contactId: contact.id, operatorId })
    await eraseAll()
    await expect(request.byOperator({ contactId: contact.id, operatorId })).rejects.toMatchObject({ code: 'conflict' })
  })
})

describe('erasing', () => {
  it('goes on where it was killed, wherever that was', async () => {
    const { person, contact, life } = await setUp()
    await life.deliver(
      ...Array.from({ length: 250 }, (_, n) =>
        aText({ from: person.ref, to: life.us, text: person.says(`more-${n}`) }),
      ),
    )
    await request.byOperator({ contactId: contact.id, operatorId })
    let kills = 0
    for (let allowed = 1; allowed < 200; allowed++) {
      const outcome = await anEraser({ db: killedAfter(allowed) })().catch(() => 'killed')
      if (outcome === 'killed') kills++
      else if ((await leftOf(person)).tables.length === 0) break
      // A dead process keeps its lease until it runs out; the next look comes after that.
      await db.execute('DELETE FROM leases')
    }
    expect(kills).toBeGreaterThan(5)
    await eraseAll()
    expect(await leftOf(person)).toEqual(NOTHING)
    expect(await verifyAudit(db)).toMatchObject({ ok: true })
    const entries = await db.select().from(auditEntries).where(eq(auditEntries.subjectId, contact.id))
    expect(entries).toHaveLength(1)
  }, 120_000)

  it('waits for what was accepted before it, and takes that along', async () => {
    const life = aLife(db, await anAccount(db))
    const person = aPerson()
    await life.deliver(aText({ from: person.ref, to: life.us, text: person.says('hello') }))
    const body = aBody(life.us, [aText({ from: person.ref, to: life.us, text: person.says('late') })])
    const unreceived = await aStoredDelivery(db, body)
    const { code } = await request.fromMeta({ userRef: person.ref, digest: 'd'.repeat(64) })
    await eraseAll()
    expect(await stateOf(code)).toMatchObject({ status: 'received' })
    expect(await life.contactOf(person.ref)).toBeDefined()
    await life.receive({ deliveryIds: [unreceived] })
    await eraseAll()
    expect(await stateOf(code)).toMatchObject({ status: 'done' })
    expect(await leftOf(person)).toEqual(NOTHING)
  })

  it('waits for bodies that Redis has kept while the database was away', async () => {
    const person = aPerson()
    const { code } = await request.fromMeta({ userRef: person.ref, digest: 'e'.repeat(64) })
    const bodyBase64 = Buffer.from(person.says('kept')).toString('base64')
    const kept = {
      source: 'instagram' as const,
      digest: 'e'.repeat(64),
      secretLabel: 'test',
      bodyBase64,
      acceptedAt: 1,
    }
    await bell.inbox([1])
    await bell.keepBodies([kept])
    expect((await leftOf(person)).redis).toEqual([person.word])
    await eraseAll()
    expect(await stateOf(code)).toMatchObject({ status: 'received' })
    await redis.del(...(await redis.keys(`${prefix.replace('{', '\\{')}:inbox*`)))
    await eraseAll()
    expect(await stateOf(code)).toMatchObject({ status: 'done' })
    await close()
  })

  it('lets a post of unknown fate end first, and then takes its words', async () => {
    const { life, person, contact, account } = await setUp()
    const postId = await life.isApproved(person, 'uncertain')
    await db.update(outboxPosts).set({ status: 'uncertain', fence: 1 }).where(eq(outboxPosts.id, postId))
    const { code } = await request.byOperator({ contactId: contact.id, operatorId })
    await eraseAll()
    expect(await stateOf(code)).toMatchObject({ status: 'erasing' })
    expect((await leftOf(person)).tables).toEqual(['deletion_requests', 'outbox_posts'])
    const open = await db.select().from(alerts).where(eq(alerts.kind, 'erasure_waiting'))
    expect(open).toMatchObject([
      { count: 1, resolvedAt: null, text: expect.stringContaining('settle them in the outbox') },
    ])
    expect(await life.contactOf(person.ref)).toBeUndefined()

    const { id } = await anOperator(db)
    const deps = { db, publish: () => undefined, now: () => new Date(), lanes: { add: async () => undefined } }
    await createReconcile(deps).settle({ postId, operatorId: id, arrived: true })
    await eraseAll()
    expect(await leftOf(person)).toEqual(NOTHING)
    expect(await stateOf(code)).toMatchObject({ status: 'done' })
    const again = await db.select().from(alerts).where(eq(alerts.kind, 'erasure_waiting'))
    expect(again).toMatchObject([{ resolvedAt: expect.any(Date) }])
    expect(account.id).toBeDefined()
  })

  it('lets a call that is under way end, also when its echo is faster than its answer', async () => {
    const { life, person, contact, queued: postId } = await setUp()
    const { code } = await request.byOperator({ contactId: contact.id, operatorId })
    const echo = { from: life.us, to: person.ref, mid: 'mid.in-flight', text: person.says('queued') }
    graph.next('messages', {
      body: { recipient_id: person.ref, message_id: echo.mid },
      after: async () => {
        await eraseAll()
        expect(await stateOf(code)).toMatchObject({ status: 'erasing' })
        await life.deliver(anEcho(echo))
        await eraseAll()
      },
    })
    await send(postId)
    const [post] = await db.select().from(outboxPosts).where(eq(outboxPosts.id, postId))
    expect(post).toMatchObject({ status: 'sent', messageRef: echo.mid })
    await eraseAll()
    expect(await leftOf(person)).toEqual(NOTHING)
    expect(await stateOf(code)).toMatchObject({ status: 'done' })
    await life.deliver(anEcho({ ...echo, at: Date.now() }))
    expect(await leftOf(person)).toEqual(NOTHING)
  })

  it('sends nothing to the person any more, even if the post becomes due again', async () => {
    const { life, person, contact } = await setUp()
    const postId = await life.isApproved(person, 'again')
    await request.byOperator({ contactId: contact.id, operatorId })
    await anEraser()()
    await db.update(outboxPosts).set({ status: 'queued' }).where(eq(outboxPosts.id, postId))
    const calls = graph.sends().length
    await send(postId)
    expect(graph.sends()).toHaveLength(calls)
    expect(await db.select().from(outboxPosts).where(eq(outboxPosts.id, postId))).toMatchObject([
      { status: 'failed', outcomeCode: 'erased' },
    ])
    await eraseAll()
  })

  it('leaves a delivery alone that could not be received, says so, and is not done', async () => {
    const person = aPerson()
    const us = (await anAccount(db)).accountRef
    const id = await aStoredDelivery(db, aBody(us, [aText({ from: person.ref, to: us, text: person.says('stuck') })]))
    await db.update(webhookDeliveries).set({ status: 'failed' }).where(eq(webhookDeliveries.id, id))
    const { code } = await request.fromMeta({ userRef: person.ref, digest: '1'.repeat(64) })
    await eraseAll()
    expect(await stateOf(code)).toMatchObject({ status: 'erasing' })
    const [row] = await db.select().from(webhookDeliveries).where(eq(webhookDeliveries.id, id))
    expect(row?.body.toString()).toContain(person.word)
    await db
      .update(webhookDeliveries)
      .set({ body: Buffer.alloc(0) })
      .where(eq(webhookDeliveries.id, id))
    await eraseAll()
    expect(await stateOf(code)).toMatchObject({ status: 'done' })
  })

  it('finds the number as a number, and takes no other number that has it inside', async () => {
    const person = { ...aPerson(), ref: '218471' }
    const us = (await anAccount(db)).accountRef
    const other = await aStoredDelivery(db, aBody(us, [aText({ from: '92184710', to: us, text: 'other' })]))
    const own = await aStoredDelivery(db, `{"object":"instagram","entry":[{"id":"${us}","time":1,"odd":[218471]}]}`)
    await db
      .update(webhookDeliveries)
      .set({ status: 'received' })
      .where(inArray(webhookDeliveries.id, [other, own]))
    const { code } = await request.fromMeta({ userRef: person.ref, digest: '2'.repeat(64) })
    await eraseAll()
    const bodies = await db
      .select()
      .from(webhookDeliveries)
      .where(inArray(webhookDeliveries.id, [other, own]))
    expect(bodies.map(({ body }) => body.length > 0)).toEqual([true, false])
    expect(await stateOf(code)).toMatchObject({ status: 'done', foundPerson: true })
  })
})

describe('a person whom an account knows twice', () => {
  /** Somebody commented, got a private reply, and writes messages under another reference. */
  async function knownTwice() {
    const life = aLife(db, await aConnectedAccount(db, { undoMs: 0, quietMs: 0 }))
    const [commenter, writer, stranger] = [aPerson(), aPerson(), aPerson()]
    for (const one of [commenter, writer, stranger]) await life.writes(one)
    const [public_, direct] = [(await life.contactOf(commenter.ref))!, (await life.contactOf(writer.ref))!]
    await db.update(contacts).set({ directRef: writer.ref }).where(eq(contacts.id, public_.id))
    // Named by nothing but the body: no message tells of it.
    await life.deliver({ sender: { id: writer.ref }, recipient: { id: life.us }, timestamp: Date.now(), riddle: 'x' })
    return { life, commenter, writer, stranger, public_, direct }
  }

  it.each(['public_', 'direct'] as const)('is erased whole, whichever of the two is named (%s)', async (which) => {
    const { commenter, writer, stranger, ...known } = await knownTwice()
    const { code } = await request.byOperator({ contactId: known[which].id, operatorId })
    await eraseAll()
    expect(await leftOf(commenter)).toEqual(NOTHING)
    expect(await leftOf(writer)).toEqual(NOTHING)
    expect((await leftOf(stranger)).tables).toContain('messages')
    expect(await stateOf(code)).toMatchObject({ status: 'done' })
  })

  it('is shown as one: each of the threads leads to the others', async () => {
    const { life, public_, direct, stranger } = await knownTwice()
    const own = [...(await life.threadsOf(public_.id)), ...(await life.threadsOf(direct.id))]
    expect(own).toHaveLength(4)
    for (const { id } of own) {
      const others = (await readConversation(db, id, { at: new Date(), reach: 'all' }))?.others.map((other) => other.id)
      expect(others?.sort()).toEqual(own.flatMap((other) => (other.id === id ? [] : [other.id])).sort())
    }
    const [alone] = await life.threadsOf((await life.contactOf(stranger.ref))!.id)
    expect((await readConversation(db, alone!.id, { at: new Date(), reach: 'all' }))?.others).toHaveLength(1)
  })

  it('by their username alone goes with the one who writes under it', async () => {
    const { life, writer, direct, stranger } = await knownTwice()
    const at = new Date()
    const elsewhere = { id: newId('contact', at), accountId: direct.accountId, createdAt: at }
    await db.insert(contacts).values({ ...elsewhere, contactRef: `@${writer.username}`, username: writer.username })
    await request.byOperator({ contactId: direct.id, operatorId })
    await eraseAll()
    const [left] = await db.select().from(contacts).where(eq(contacts.id, elsewhere.id))
    expect(left).toMatchObject({ username: null, erasedAt: expect.any(Date) })
    expect((await life.contactOf(stranger.ref))?.erasedAt).toBeNull()
  })
})

describe('after the erasure', () => {
  it('a new message of the same person begins anew, as a new contact', async () => {
    const { life, person, contact } = await setUp()
    await request.byOperator({ contactId: contact.id, operatorId })
    await eraseAll()
    await life.deliver(aText({ from: person.ref, to: life.us, text: 'Me again' }))
    const anew = await life.contactOf(person.ref)
    expect(anew?.id).not.toBe(contact.id)
    const [thread] = await life.threadsOf(anew?.id ?? '')
    expect(thread).toMatchObject({ attention: 'waiting' })
    const said = await db.select().from(messages).where(eq(messages.conversationId, thread!.id))
    expect(said).toMatchObject([{ text: 'Me again' }])
  })

  it.each([1, 3])(
    'old words that are delivered once more, cut differently (%i together), bring nothing back',
    async (n) => {
      const life = aLife(db, await anAccount(db))
      const person = aPerson()
      const items = Array.from({ length: n }, (_, i) =>
        aText({ from: person.ref, to: life.us, text: person.says(`${i}`) }),
      )
      await life.deliver(...items)
      const contact = await life.contactOf(person.ref)
      await request.byOperator({ contactId: contact!.id, operatorId })
      await eraseAll()
      const neighbour = aPerson()
      const fresh = aText({ from: neighbour.ref, to: life.us, text: neighbour.says('hello') })
      await life.deliver(...items, fresh)
      expect(await leftOf(person)).toEqual(NOTHING)
      const [thread] = await life.threadsOf((await life.contactOf(neighbour.ref))!.id)
      const said = await db.select().from(messages).where(eq(messages.conversationId, thread!.id))
      expect(said).toMatchObject([{ text: neighbour.says('hello') }])
    },
  )

  it('the echo of our last words to them settles the post and leaves nobody behind', async () => {
    const { life, person, contact } = await setUp()
    const postId = await life.isApproved(person, 'last')
    await db.update(outboxPosts).set({ status: 'uncertain', fence: 1 }).where(eq(outboxPosts.id, postId))
    await request.byOperator({ contactId: contact.id, operatorId })
    await eraseAll()
    await life.deliver(anEcho({ from: life.us, to: person.ref, text: person.says('last') }))
    expect(await db.select().from(outboxPosts).where(eq(outboxPosts.id, postId))).toMatchObject([{ status: 'sent' }])
    await eraseAll()
    expect(await leftOf(person)).toEqual(NOTHING)
  })

  it('a draft, an answer or a profile that was under way comes to nothing', async () => {
    const { life, person, contact, waiting } = await setUp()
    await request.byOperator({ contactId: contact.id, operatorId })
    await eraseAll()
    const { id } = await anOperator(db)
    const seen = { textHash: waiting.textHash, headMessageId: waiting.headMessageId }
    const by = { operatorId: id, givenBy: 'console' } as const
    const decision = { verdict: 'approve', text: person.says('too-late'), seen } as const
    await expect(life.decide({ draftId: waiting.id, decision, ...by })).rejects.toMatchObject({ code: 'not_found' })
    const { conversationId, headMessageId } = waiting
    const answer = { conversationId, headMessageId, text: person.says('too-late'), ...by }
    await expect(life.answer(answer)).rejects.toMatchObject({ code: 'not_found' })
    await saveProfile(db, contact.id, { name: person.name, username: person.username }, new Date())
    expect(await leftOf(person)).toEqual(NOTHING)
  })
})

it('finds words where they are, in clear, in hex and in base64, so that finding none means something', async () => {
  const word = 'zq-probe-word'
  const shapes = [word, Buffer.from(word).toString('hex')]
  for (const before of ['', 'a', 'ab', 'abc']) shapes.push(Buffer.from(`${before}${word}!`).toString('base64'))
  for (const shape of shapes) expect(wordsIn(`x ${shape} y`, [word])).toEqual([word])
  expect(wordsIn('x zq-probe-wore y', [word])).toEqual([])
  const at = new Date()
  const event = {
    source: 'instagram',
    dedupeKey: '9'.repeat(64),
    deliveryId: 1,
    itemIndex: 0,
    kind: 'unrecognised',
  } as const
  await db
    .insert(inboundEvents)
    .values({ ...event, id: newId('event', at), accountRef: '1', raw: `"${word}"`, occurredAt: at, createdAt: at })
  expect(wordsIn((await everyRow(db)).join('\n'), [word])).toEqual([word])
  expect((await db.select().from(contacts)).length).toBeGreaterThan(0)
})

/** The database until so many transactions have begun; then it is gone, as for a process that was killed. */
function killedAfter(transactions: number): Database {
  let begun = 0
  return new Proxy(db, {
    get(target, name, self) {
      if (name !== 'transaction') return Reflect.get(target, name, self)
      return (work: Parameters<Database['transaction']>[0]) => {
        if (++begun > transactions) throw new Error('killed')
        return target.transaction(work)
      }
    },
  })
}
