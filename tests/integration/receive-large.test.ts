import { eq } from 'drizzle-orm'
import { expect, it } from 'vitest'
import { inboundEvents } from '#db/schema/inbound-events.ts'
import { messages } from '#db/schema/messages.ts'
import { webhookDeliveries } from '#db/schema/webhook-deliveries.ts'
import { createReceive } from '#src/flow/receive.ts'
import { aDoor } from '#tests/support/door.ts'
import { aBell, aBody, aText } from '#tests/support/instagram.ts'
import { metaSignature } from '#tests/support/receiver.ts'
import { aDatabase } from '#tests/support/stores.ts'
import { anAccount } from '#tests/support/threads.ts'

const SECRET = 'test_app_secret'
const { db } = await aDatabase()
const heard = aBell()
const now = () => new Date()
const receive = createReceive({ ...heard, db, now })

it('a delivery of 1,000 items, a tenth of them rubbish, loses none of the others', async () => {
  const count = 1000
  const account = await anAccount(db)
  const to = account.accountRef
  const items = Array.from({ length: count }, (_, i) =>
    i % 10 === 3 ? { nonsense: i } : aText({ from: `4${String(i % 90).padStart(4, '0')}`, to }),
  )
  const body = aBody(to, items)
  const door = await aDoor({ db, platform: 'instagram', secret: SECRET, bell: heard.bell })
  expect((await door.post(body, metaSignature(body, SECRET))).status).toBe(200)
  const deliveryIds = heard.rung.inbox.at(-1) ?? []
  expect(deliveryIds).toHaveLength(1)

  const counts = { received: count * 0.9, unrecognised: count * 0.1 }
  expect(await receive({ deliveryIds })).toMatchObject(counts)
  const kept = async () => {
    const events = await db.select().from(inboundEvents).where(eq(inboundEvents.accountId, account.id))
    const odd = events.filter(({ kind }) => kind === 'unrecognised').length
    const texts = await db.$count(messages, eq(messages.accountId, account.id))
    return { received: texts, unrecognised: odd, events: events.length }
  }
  expect(await kept()).toEqual({ ...counts, events: count })
  await db.update(webhookDeliveries).set({ status: 'stored' })
  expect(await receive({ deliveryIds })).toMatchObject({ received: 0, unrecognised: 0 })
  expect(await kept()).toEqual({ ...counts, events: count })
}, 90_000)
