import { eq } from 'drizzle-orm'
import { describe, expect, it, onTestFinished } from 'vitest'
import { stopAccount } from '#db/accounts.ts'
import { savePause } from '#db/pauses.ts'
import { accounts } from '#db/schema/accounts.ts'
import { contacts } from '#db/schema/contacts.ts'
import { inboundEvents } from '#db/schema/inbound-events.ts'
import { leases } from '#db/schema/switches.ts'
import { webhookDeliveries } from '#db/schema/webhook-deliveries.ts'
import { newId } from '#src/domain/ids.ts'
import { aHouseThatLooks } from '#tests/support/catch-up.ts'
import { aDatabase, aRedis } from '#tests/support/stores.ts'

const { db } = await aDatabase()
const { redis, prefix } = aRedis()

/** The accounts of one test are nothing to the next one's looks. */
async function setUp() {
  const house = await aHouseThatLooks({ db, redis, prefix })
  onTestFinished(async () => {
    await db.delete(accounts)
    await db.delete(webhookDeliveries)
    await db.delete(leases)
  })
  return house
}
type House = Awaited<ReturnType<typeof setUp>>

/** Some people write several lines, others comment, to both accounts. */
async function aRush({ control, shop, page }: House, { people = 30, lines = 5, commenters = 35 } = {}) {
  for (const { accountRef } of [shop, page]) {
    const refs = Array.from({ length: people }, (_, i) => control.phone.meet(`Person ${i}`, { accountRef }).contactRef)
    for (let line = 0; line < lines; line++) {
      for (const ref of refs) control.phone.write(ref, { text: `Question ${line} of ${ref}` })
    }
    for (let i = 0; i < commenters; i++)
      void control.phone.comment({ name: `Guest ${i}`, text: `Price ${i}?`, accountRef })
  }
}

const withheld = ({ control }: House) => control.deliveries().filter(({ outcome }) => outcome === 'withheld').length

describe('a look for what no webhook told of', () => {
  it('finds all of it in one go on both platforms, each stored and drafted once, also when its webhook comes after all', async () => {
    const house = await setUp()
    const { look, weather, hear, receiveFound, draftAll, messages, drafts, conversations, control, accountOf } = house
    await weather({ withhold: 0.03 })
    await aRush(house)
    await hear()
    const missing = withheld(house)
    expect(missing).toBeGreaterThan(5)
    expect(await messages()).toHaveLength(370 - missing)

    expect(await look()).toEqual({ found: missing, failed: 0, cut: 0 })
    await receiveFound()
    const stored = await messages()
    expect(stored).toHaveLength(370)
    expect(new Set(stored.map(({ messageRef }) => messageRef)).size).toBe(370)
    await draftAll()
    const made = await drafts()
    const all = await conversations()
    expect(made.map(({ conversationId }) => conversationId).sort()).toEqual(all.map(({ id }) => id).sort())
    expect(made.every(({ status }) => status === 'pending_review')).toBe(true)
    const { shop, page } = house
    const counted = (await Promise.all([shop, page].map(({ id }) => accountOf(id)))).map((one) => one?.missedFound ?? 0)
    expect(counted.reduce((sum, one) => sum + one)).toBe(missing)

    expect(control.release()).toBe(missing)
    await hear()
    await draftAll()
    expect(await messages()).toEqual(stored)
    expect(await drafts()).toEqual(made)
    expect(await conversations()).toEqual(all)
  }, 120_000)

  it('never passes the limit of reading, and costs a bounded number of calls', async () => {
    const house = await setUp()
    const { look, reads } = house
    await aRush(house, { people: 45, lines: 1, commenters: 120 })
    const before = reads().length
    await look()
    const made = reads().slice(before)
    expect(made.some(({ overLimit, code }) => overLimit || code)).toBe(false)
    for (const { accountRef } of [house.shop, house.page]) {
      const times = made.filter((call) => call.accountRef === accountRef).map(({ at }) => at)
      // Five pages of ten conversations, the posts, and two more pages of their 120 comments.
      expect(times).toHaveLength(8)
      for (const [i, at] of times.entries())
        expect((times[i + 2] ?? Number.POSITIVE_INFINITY) - at).toBeGreaterThan(1000)
    }
  }, 60_000)

  it('stores and drafts once what is found while its webhook arrives', async () => {
    const house = await setUp()
    const { look, weather, hear, arrive, receive, rung, control, messages, shop, page } = house
    await weather({ withhold: 1 })
    for (const { accountRef } of [shop, page]) {
      for (let i = 0; i < 10; i++) {
        control.phone.write(control.phone.meet(`Person ${i}`, { accountRef }).contactRef, { text: 'Hello?' })
        void control.phone.comment({ name: `Guest ${i}`, text: 'Price?', accountRef })
      }
    }
    await hear()
    await look()
    await weather({})
    control.release()
    const ids = await arrive()
    await Promise.all([...rung.inbox.splice(0), ids].map((deliveryIds) => receive({ deliveryIds })))
    expect(await messages()).toHaveLength(40)
    expect(new Set(rung.drafts.map(([id]) => id)).size).toBe(40)
    expect(rung.drafts).toHaveLength(40)
    await house.draftAll()
    expect(await house.drafts()).toHaveLength(40)
  }, 60_000)

  it('finds it also while the account’s sending is stopped, since what people write is kept', async () => {
    const house = await setUp()
    const { look, weather, hear, receiveFound, control, shop, messages } = house
    await stopAccount(db, shop.id, 'Holidays', new Date())
    await weather({ withhold: 1 })
    const { contactRef } = control.phone.meet('Priya Nair', { accountRef: shop.accountRef })
    control.phone.write(contactRef, { text: 'Hello?' })
    await hear()
    expect(await look()).toMatchObject({ found: 1 })
    await receiveFound()
    expect(await messages()).toMatchObject([{ text: 'Hello?' }])
  })

  it('keeps what the webhook would have carried, and its place among what is known', async () => {
    const house = await setUp()
    const { look, weather, hear, receiveFound, control, shop, page, messages } = house
    for (const { accountRef } of [shop, page]) {
      const { contactRef } = control.phone.meet('Priya Nair', { accountRef })
      // All within one second, to which the platform cuts its times.
      const start = Math.floor((Date.now() - 5000) / 1000) * 1000
      const first = control.phone.write(contactRef, { text: 'First', at: start + 300 })
      await hear()
      await weather({ withhold: 1 })
      const attachments = [{ type: 'image', url: '/pictures/teapot.svg' }]
      control.phone.write(contactRef, { text: 'Second', at: start + 500, attachments, replyTo: first.mid })
      control.phone.answerFromApp(contactRef, { text: 'Third', at: start + 600 })
      await weather({})
      control.phone.write(contactRef, { text: 'Fourth', at: start + 900 })
      await hear()
      house.clock.ms += 300_000
      await look()
      await receiveFound()
      const thread = (await messages())
        .filter(({ accountId }) => accountId === (accountRef === shop.accountRef ? shop.id : page.id))
        .sort((a, b) => a.sentAt.getTime() - b.sentAt.getTime())
      expect(thread.map(({ text }) => text)).toEqual(['First', 'Second', 'Third', 'Fourth'])
      expect(thread[1]).toMatchObject({
        replyToRef: first.mid,
        attachments: [{ type: 'image', url: expect.stringMatching(/^http.*\/cdn\/teapot\.svg/) }],
      })
      expect(thread[2]).toMatchObject({ direction: 'outbound', origin: 'elsewhere' })
    }
  }, 60_000)

  it('finds our own public reply, and what was said under a comment it finds', async () => {
    const house = await setUp()
    const { look, weather, hear, receiveFound, control, page, shop, messages, conversations } = house
    await weather({ withhold: 1 })
    for (const { accountRef } of [shop, page]) {
      await control.phone.comment({ name: 'Clara Moser', text: 'How much?', accountRef })
      const comment = control.comments().at(-1)
      if (comment) await control.phone.replyInPublic(comment, '48 euros').delivered
    }
    await hear()
    expect(await look()).toMatchObject({ found: 4 })
    await receiveFound()
    const said = (await messages()).map(({ direction, text }) => `${direction} ${text}`).sort()
    expect(said).toEqual(['inbound How much?', 'inbound How much?', 'outbound 48 euros', 'outbound 48 euros'])
    expect((await conversations()).map(({ attention }) => attention)).toEqual(['none', 'none'])
    house.clock.ms += 300_000
    expect(await look()).toMatchObject({ found: 0 })
  }, 60_000)
})

describe('what is left alone', () => {
  /** One person wrote, and nobody was told. */
  async function aMissedLine(changed: { at?: number } = {}) {
    const house = await setUp()
    await house.weather({ withhold: 1 })
    const { contactRef } = house.control.phone.meet('Anna Berger')
    const { mid } = house.control.phone.write(contactRef, { text: 'Hello?', ...changed })
    return { ...house, contactRef, mid }
  }

  it('is what may still be on its way', async () => {
    const { look, clock } = await aMissedLine()
    clock.ms = 30_000
    expect(await look()).toMatchObject({ found: 0 })
    clock.ms += 300_000
    expect(await look()).toMatchObject({ found: 1 })
  })

  it('is what was said before the account was connected, or too long ago to be answered', async () => {
    const old = await aMissedLine({ at: Date.now() - 2 * 3_600_000 })
    expect(await old.look()).toMatchObject({ found: 0, failed: 0 })
    await db.update(accounts).set({ createdAt: new Date(0), lookedAt: null })
    expect(await old.look()).toMatchObject({ found: 1 })
    const older = await aMissedLine({ at: Date.now() - 25 * 3_600_000 })
    await db
      .update(accounts)
      .set({ createdAt: new Date(0) })
      .where(eq(accounts.id, older.shop.id))
    expect(await older.look()).toMatchObject({ found: 0 })
  })

  it('is an account whose token is dead, and one that the platform wants left in peace', async () => {
    const { look, shop, reads, clock, accountOf, deps } = await aMissedLine()
    await db.update(accounts).set({ credentialStatus: 'revoked' }).where(eq(accounts.id, shop.id))
    const callsOf = () => reads().filter(({ accountRef }) => accountRef === shop.accountRef).length
    expect(await look()).toMatchObject({ found: 0, failed: 0 })
    expect(callsOf()).toBe(0)
    expect((await accountOf(shop.id))?.lookedAt).toBeNull()
    await db.update(accounts).set({ credentialStatus: 'valid' }).where(eq(accounts.id, shop.id))
    const until = new Date(deps.now().getTime() + 60_000)
    const pause = {
      pauseKey: `account:${shop.id}`,
      platform: 'instagram' as const,
      accountId: shop.id,
      scope: 'account' as const,
    }
    await savePause(db, { ...pause, only: null, until, code: '80002' }, deps.now())
    await look()
    expect(callsOf()).toBe(0)
    clock.ms += 61_000
    expect(await look()).toMatchObject({ found: 1 })
  }, 30_000)

  it('is what was unsent, and a comment that was taken back', async () => {
    const { look, weather, hear, control, mid, contactRef, page } = await aMissedLine()
    control.phone.unsend(mid)
    await weather({})
    const known = control.phone.write(contactRef, { text: 'Never mind' })
    await control.phone.comment({ name: 'Eva Berg', text: 'Open?', accountRef: page.accountRef })
    await hear()
    await control.phone.unsend(known.mid)
    await control.phone.removeComment(control.comments()[0]?.commentRef ?? '')
    await hear()
    expect(await look()).toMatchObject({ found: 0, failed: 0 })
  }, 30_000)

  it('is all that somebody had said before they were erased; what they say afterwards is found', async () => {
    const { look, weather, hear, receiveFound, control, contactRef, shop, clock, messages } = await aMissedLine()
    await weather({})
    control.phone.write(contactRef, { text: 'Forget me' })
    await hear()
    const erasedAt = new Date(Date.now() + 2000)
    const gone = { contactRef: `erased ${newId('contact', erasedAt)}`, erasedAt }
    await db.update(contacts).set(gone).where(eq(contacts.accountId, shop.id))
    expect(await look()).toMatchObject({ found: 0 })
    await weather({ withhold: 1 })
    control.phone.write(contactRef, { text: 'Somebody new', at: erasedAt.getTime() + 5000 })
    clock.ms += 300_000
    expect(await look()).toMatchObject({ found: 1 })
    await receiveFound()
    expect((await messages()).map(({ text }) => text).sort()).toEqual(['Forget me', 'Somebody new'])
  }, 30_000)

  it('is everything while something that arrived waits to be received', async () => {
    const { look, weather, control, arrive, receive, contactRef, clock, reads } = await aMissedLine()
    await weather({})
    control.phone.write(contactRef, { text: 'On its way' })
    const deliveryIds = await arrive()
    clock.ms += 300_000
    expect(await look()).toMatchObject({ found: 0 })
    expect(reads()).toEqual([])
    await receive({ deliveryIds })
    expect(await look()).toMatchObject({ found: 1 })
  }, 30_000)
})

describe('an operator', () => {
  it('is alerted when several things were missed at once, and no more once webhooks arrive', async () => {
    const house = await setUp()
    const { look, weather, hear, receiveFound, control, clock, shop, alertsOf, accountOf } = house
    await weather({ withhold: 1 })
    const { contactRef } = control.phone.meet('Anna Berger')
    for (const text of ['One', 'Two']) control.phone.write(contactRef, { text })
    expect(await look()).toMatchObject({ found: 2 })
    await receiveFound()
    expect(await alertsOf(shop.id)).toEqual([])
    const lookAgain = async () => {
      clock.ms += 300_000
      const result = await look()
      await receiveFound()
      return result
    }
    for (const text of ['Three', 'Four', 'Five']) control.phone.write(contactRef, { text, at: clock.ms + Date.now() })
    expect(await lookAgain()).toMatchObject({ found: 3 })
    expect(await alertsOf(shop.id)).toMatchObject([
      { kind: 'webhooks_missing', resolvedAt: null, text: expect.stringContaining('3 messages or comments') },
    ])
    await lookAgain()
    expect(await alertsOf(shop.id)).toMatchObject([{ resolvedAt: null }])
    await weather({})
    control.phone.write(contactRef, { text: 'Six', at: clock.ms + Date.now() })
    await hear()
    expect(await lookAgain()).toMatchObject({ found: 0 })
    expect(await alertsOf(shop.id)).toMatchObject([{ resolvedAt: expect.any(Date) }])
    expect(await accountOf(shop.id)).toMatchObject({ missedFound: 5, lookedAt: expect.any(Date) })
  }, 60_000)
})

it('looks once when two processes start at the same moment, and not again before its time', async () => {
  const house = await setUp()
  const { look, another, reads, clock } = house
  await house.weather({ withhold: 1 })
  house.control.phone.write(house.control.phone.meet('Anna Berger').contactRef, { text: 'Hello?' })
  const results = await Promise.all([look(), another()()])
  expect(results.map(({ found }) => found).sort()).toEqual([0, 1])
  const calls = reads().length
  expect(calls).toBe(4)
  await house.receiveFound()
  clock.ms += 60_000
  await another()()
  expect(reads()).toHaveLength(calls)
  expect(await db.select().from(inboundEvents).where(eq(inboundEvents.accountId, house.shop.id))).toHaveLength(1)
}, 30_000)
