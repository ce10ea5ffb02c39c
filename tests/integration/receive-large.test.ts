import { createHmac } from 'node:crypto'
import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { serve } from '@hono/node-server'
import { eq } from 'drizzle-orm'
import { afterAll, expect, it } from 'vitest'
import { storeDeliveries } from '#db/deliveries.ts'
import { inboundEvents } from '#db/schema/inbound-events.ts'
import { messages } from '#db/schema/messages.ts'
import { webhookDeliveries } from '#db/schema/webhook-deliveries.ts'
import { createReceive } from '#src/flow/receive.ts'
import { createLogger } from '#src/observability/logger.ts'
import { matchSignature } from '#src/platforms/meta/signature.ts'
import { Secret } from '#src/vault/secret.ts'
import { createAcceptor } from '#src/webhooks/acceptor.ts'
import { createReceiver } from '#src/webhooks/receiver.ts'
import { aBell, aBody, aText } from '#tests/support/instagram.ts'
import { aDatabase } from '#tests/support/stores.ts'
import { anAccount } from '#tests/support/threads.ts'

const SECRET = 'test_app_secret'
const { db } = await aDatabase()
const heard = aBell()
const now = () => new Date()
const receive = createReceive({ ...heard, db, now })

/** The door over real HTTP. */
async function aDoor(): Promise<string> {
  const log = createLogger({ level: 'fatal', pretty: false, process: 'web' })
  const app = createReceiver({
    source: 'instagram',
    matchSignature: (body, header) => matchSignature(body, header, [{ label: 'test', secret: new Secret(SECRET) }]),
    isVerifyToken: () => false,
    accept: createAcceptor({
      storeDeliveries: (rows) => storeDeliveries(db, rows),
      ring: heard.bell.inbox,
      keepBodies: heard.bell.keepBodies,
      log,
      now,
    }),
    log,
    now,
  })
  const server = serve({ fetch: app.fetch, port: 0, hostname: '127.0.0.1', createServer }) as Server
  await new Promise<void>((resolve) => (server.listening ? resolve() : server.once('listening', resolve)))
  afterAll(() => {
    server.closeAllConnections()
    server.close()
  })
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}/`
}

it('a delivery of 1,000 items, a tenth of them rubbish, loses none of the others', async () => {
  const count = 1000
  const account = await anAccount(db)
  const to = account.accountRef
  const items = Array.from({ length: count }, (_, i) =>
    i % 10 === 3 ? { nonsense: i } : aText({ from: `4${String(i % 90).padStart(4, '0')}`, to }),
  )
  const body = aBody(to, items)
  const signature = `sha256=${createHmac('sha256', SECRET).update(body).digest('hex')}`
  const headers = { 'content-type': 'application/json', 'x-hub-signature-256': signature }
  expect((await fetch(await aDoor(), { method: 'POST', body, headers })).status).toBe(200)
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
})
