import { createHmac } from 'node:crypto'
import { eq } from 'drizzle-orm'
import { expect, it } from 'vitest'
import { webhookDeliveries } from '#db/schema/webhook-deliveries.ts'
import { aBody, aText } from '#tests/support/instagram.ts'
import { aPageBody } from '#tests/support/messenger.ts'
import { aDatabase, aRedis } from '#tests/support/stores.ts'
import { webOver } from '#tests/support/web.ts'

const INSTAGRAM = 'instagram_app_secret'
const META = 'meta_app_secret_0123'
const { db } = await aDatabase()
const { redis, prefix } = aRedis()

/** The web process with these app secrets. */
const withSecrets = (env: Record<string, string>) => webOver({ db, redis, prefix, env })

const { app: both, lines } = withSecrets({ INSTAGRAM_APP_SECRET: INSTAGRAM, META_APP_SECRET: META })
const digestOf = (body: string, secret: string) => createHmac('sha256', secret).update(body).digest('hex')
const deliver = (web: typeof both, door: string, { body, secret }: { body: string; secret: string }) =>
  web.request(`/webhooks/${door}`, {
    method: 'POST',
    body,
    headers: { 'content-type': 'application/json', 'x-hub-signature-256': `sha256=${digestOf(body, secret)}` },
  })
const storedAs = async (body: string, secret: string) => {
  const rows = await db
    .select({ source: webhookDeliveries.source, label: webhookDeliveries.secretLabel })
    .from(webhookDeliveries)
    .where(eq(webhookDeliveries.digest, digestOf(body, secret)))
  return rows.map(({ source, label }) => `${source} by ${label}`)
}
const ofPage = () => aPageBody('200000000000001', [aText({ from: '7001', to: '200000000000001' })])
const ofShop = () => aBody('17841400000000001', [aText({ from: '1001', to: '17841400000000001' })])

it('a Page’s door takes what the Meta app secret signed, under its own name, once', async () => {
  const body = ofPage()
  expect((await deliver(both, 'messenger', { body, secret: META })).status).toBe(200)
  expect((await deliver(both, 'messenger', { body, secret: META })).status).toBe(200)
  expect(await storedAs(body, META)).toEqual(['messenger by meta-1'])
})

it('a Page’s door refuses what the Instagram app secret signed, stores nothing and says so once', async () => {
  const body = ofPage()
  lines.length = 0
  const answer = await deliver(both, 'messenger', { body, secret: INSTAGRAM })
  expect(answer.status).toBe(401)
  expect(await storedAs(body, INSTAGRAM)).toEqual([])
  const told = lines.filter((line) => line.includes('webhook.signature_refused'))
  expect(told).toHaveLength(1)
  expect(told[0]).toContain('"source":"messenger"')
})

it('a Page’s door takes nothing while no Meta app secret is known', async () => {
  const { app: web } = withSecrets({ INSTAGRAM_APP_SECRET: INSTAGRAM })
  for (const secret of ['', INSTAGRAM]) {
    expect((await deliver(web, 'messenger', { body: ofPage(), secret })).status).toBe(401)
  }
})

it('Instagram’s door takes what either secret signed', async () => {
  for (const [secret, label] of [
    [INSTAGRAM, 'instagram-1'],
    [META, 'meta-1'],
  ] as const) {
    const body = ofShop()
    expect((await deliver(both, 'instagram', { body, secret })).status).toBe(200)
    expect(await storedAs(body, secret)).toEqual([`instagram by ${label}`])
  }
})

it.each(['instagram', 'messenger'])('the door of %s answers the handshake, and no other question', async (door) => {
  const ask = (token: string) =>
    both.request(`/webhooks/${door}?hub.mode=subscribe&hub.verify_token=${token}&hub.challenge=1158201444`)
  const answer = await ask('verify-token-0123')
  expect([answer.status, await answer.text()]).toEqual([200, '1158201444'])
  expect((await ask('another-token-0123')).status).toBe(403)
  expect((await both.request(`/webhooks/${door}`, { method: 'DELETE' })).status).toBe(405)
})
