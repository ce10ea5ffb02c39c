import { eq } from 'drizzle-orm'
import { beforeEach, expect, it } from 'vitest'
import { alerts } from '#db/schema/alerts.ts'
import { conversations } from '#db/schema/conversations.ts'
import { operatorAccounts } from '#db/schema/operator-accounts.ts'
import { operators } from '#db/schema/operators.ts'
import { remindedSteps, reminders } from '#db/schema/reminders.ts'
import { leases } from '#db/schema/switches.ts'
import { newId } from '#src/domain/ids.ts'
import type { QuietHours } from '#src/domain/reminder.ts'
import { createRemind } from '#src/flow/remind.ts'
import { createTell } from '#src/flow/tell.ts'
import { createMailer } from '#src/notify/mail.ts'
import { createWebhook } from '#src/notify/webhook.ts'
import { Secret } from '#src/vault/secret.ts'
import { aMailServer, aWebhookReceiver } from '#tests/support/places.ts'
import { aDatabase } from '#tests/support/stores.ts'
import { anAccount, anOperator, aThread } from '#tests/support/threads.ts'

const { db } = await aDatabase()
const mailServer = await aMailServer()
const receiver = await aWebhookReceiver()
const { mails } = mailServer
const { posted } = receiver

const HOUR_MS = 3_600_000
const opensAt = new Date('2026-11-24T08:00:00Z')
const published: string[] = []
let time = opensAt
const now = () => time
const goTo = (hour: number) => {
  time = new Date(opensAt.getTime() + hour * HOUR_MS)
}

/** One web process. */
function aWeb({ quiet }: { quiet?: QuietHours } = {}) {
  const publish = ({ topic, id }: { topic: string; id: string }) => void published.push(`${topic} ${id}`)
  const mail = createMailer({ url: new Secret(mailServer.url), from: 'reply@example.org', deadlineMs: 3000 })
  const webhook = createWebhook({ url: new Secret(receiver.url), secret: new Secret(receiver.secret), now })
  return {
    remind: createRemind({ db, channels: ['mail', 'webhook'], quiet, publish, now }),
    tell: createTell({ db, mail, webhook, publicUrl: 'https://reply.example.org', publish, now }),
  }
}

const { remind, tell } = aWeb()

async function at(hour: number) {
  goTo(hour)
  await remind()
  await tell()
}

/** A customer who wrote at the beginning and has a day. */
async function aWaiting(account?: Awaited<ReturnType<typeof anAccount>>, changed = {}) {
  const thread = await aThread(db, { text: 'canary-words', ...(account && { account }) })
  const closesAt = new Date(opensAt.getTime() + 24 * HOUR_MS)
  const window = { lastInboundAt: opensAt, windowExpiresAt: closesAt, deadlineAt: closesAt, ...changed }
  await db.update(conversations).set(window).where(eq(conversations.id, thread.conversation.id))
  return thread
}

const openAlerts = async () =>
  (await db.select().from(alerts)).flatMap(({ openKey, text }) => (openKey ? [{ openKey, text }] : []))
const types = () => posted.map(({ body }) => body.type)

beforeEach(async () => {
  const tables = [conversations, operators, operatorAccounts, alerts, leases, remindedSteps, reminders]
  for (const table of tables) await db.delete(table)
  for (const list of [mails, posted, published]) list.length = 0
  Object.assign(mailServer.state, { refuses: false, isEndless: false })
  receiver.state.status = 204
  time = opensAt
})

it('each step is told once in the console, by mail and to the webhook, to whom it concerns and without a word of a contact', async () => {
  const account = await anAccount(db, { name: 'Alpine <Outfitters>' })
  const [boss, ben, cy] = [
    await anOperator(db, { role: 'admin', name: 'Boss' }),
    await anOperator(db, { name: 'Ben' }),
    await anOperator(db, { name: 'Cy' }),
  ]
  await anOperator(db, { role: 'viewer', name: 'Vi' })
  const elsewhere = (await anAccount(db)).id
  await db.insert(operatorAccounts).values({ operatorId: cy.id, accountId: elsewhere, createdAt: opensAt })
  const { conversation } = await aWaiting(account)
  await aWaiting(account)
  await at(11.9)
  expect([mails, posted, await openAlerts()]).toEqual([[], [], []])

  for (const hour of [12, 12.5, 18, 18.5, 24, 24.5]) await at(hour)
  expect(mails.map(({ to }) => [...to].sort())).toEqual([[boss.email, ben.email].sort(), [boss.email], [boss.email]])
  expect(mails[0]?.text).toMatch(/^Subject: Alpine <Outfitters>: 2 conversations waiting with half/m)
  expect(mails[0]?.text).toContain('https://reply.example.org/queue')
  expect(types()).toEqual(['reminder.remind', 'reminder.escalate', 'reminder.expire'])
  expect(posted.every(({ isSigned }) => isSigned)).toBe(true)
  expect(posted[1]).toMatchObject({
    timestamp: String((opensAt.getTime() + 18 * HOUR_MS) / 1000),
    body: {
      text: expect.stringContaining('Alpine &lt;Outfitters&gt;: 2 conversations waiting with three quarters'),
      data: { account: 'Alpine <Outfitters>', waiting: 2, link: 'https://reply.example.org/queue' },
    },
  })
  expect(JSON.stringify([mails, posted, await db.select().from(alerts)])).not.toContain('canary')
  const [alert, ...others] = await openAlerts()
  expect([alert?.openKey, others]).toEqual([`window_missed:${account.id}`, []])
  expect(published).toContain(`alerts ${account.id}`)

  // A new message opens a new window; once somebody has answered, nothing is left to tell.
  const closesAt = new Date(opensAt.getTime() + 48 * HOUR_MS)
  const again = { headMessageId: newId('message', time), windowExpiresAt: closesAt, deadlineAt: closesAt }
  await db
    .update(conversations)
    .set({ ...again, lastInboundAt: new Date(opensAt.getTime() + 25 * HOUR_MS) })
    .where(eq(conversations.id, conversation.id))
  await at(37)
  expect(types().slice(3)).toEqual(['reminder.remind'])
  await db.update(conversations).set({ attention: 'none' })
  await at(47)
  expect([types().length, await openAlerts()]).toEqual([4, []])
})

it('processes that look together tell it once, and what one of them left undone another tells', async () => {
  const boss = await anOperator(db, { role: 'admin' })
  for (let i = 0; i < 3; i++) await aWaiting(await anAccount(db))
  goTo(13)
  const webs = [aWeb(), aWeb(), aWeb()]
  const noted = await Promise.all(webs.map((web) => web.remind()))
  expect(noted.reduce((sum, { reminded }) => sum + reminded, 0)).toBe(3)
  // Here the process dies that noted it down.
  await Promise.all(webs.map((web) => web.tell()))
  expect([mails.length, posted.length]).toEqual([3, 3])
  expect(new Set(posted.map(({ id }) => id)).size).toBe(3)
  expect(mails[0]?.to).toEqual([boss.email])
  await Promise.all(webs.map(async (web) => [await web.remind(), await web.tell()]))
  expect([mails.length, posted.length]).toEqual([3, 3])
})

it('what a process may have told when it died is told again under the same name', async () => {
  await anOperator(db, { role: 'admin' })
  await aWaiting()
  await at(13)
  // Claimed, told, and dead before it could say so.
  await db.update(reminders).set({ toldAt: null, nextAt: new Date(time.getTime() + 60_000) })
  await tell()
  expect(posted).toHaveLength(1)
  await at(13.1)
  expect(posted.map(({ id }) => id)).toEqual([posted[0]?.id, posted[0]?.id])
  const names = mails.map(({ text }) => /^Message-ID: .*$/m.exec(text)?.[0])
  expect(names).toEqual([expect.stringContaining('@example.org>'), names[0]])
})

it('a place that fails is tried a few times, ever more slowly, raises an alert and holds up no other', async () => {
  await anOperator(db, { role: 'admin' })
  await aWaiting()
  mailServer.state.isEndless = true
  receiver.state.status = 302
  goTo(12)
  await remind()
  const minutes: number[] = []
  for (let minute = 0; minute <= 45; minute++) {
    goTo(12 + minute / 60)
    // Waiting for it takes real time, so from the second try on it refuses at once.
    if (minute === 1) Object.assign(mailServer.state, { isEndless: false, refuses: true })
    const before = posted.length
    await tell()
    if (posted.length > before) minutes.push(minute)
  }
  expect(minutes).toEqual([0, 1, 3, 7, 15])
  expect((await openAlerts()).map(({ openKey }) => openKey).sort()).toEqual([
    'reminder_failed:mail',
    'reminder_failed:webhook',
    expect.stringMatching(/^window_closing:/),
  ])
  mailServer.state.refuses = false
  await at(18)
  expect([mails.length, posted.length]).toEqual([1, 6])
  expect((await openAlerts()).map(({ openKey }) => openKey)).not.toContain('reminder_failed:mail')
})

it('quiet hours keep the reminder back, and nothing is told where nobody may answer', async () => {
  await anOperator(db, { role: 'admin' })
  await aWaiting()
  await aWaiting(undefined, { attention: 'person', attentionReason: 'opted_out' })
  // From nine in the evening to seven in the morning in Vienna.
  const web = aWeb({ quiet: { from: 21 * 60, to: 7 * 60, zone: 'Europe/Vienna' } })
  for (const hour of [12, 16, 21.9]) {
    goTo(hour)
    expect(await web.remind()).toEqual({ reminded: 0 })
  }
  goTo(22)
  expect(await web.remind()).toEqual({ reminded: 1 })
  await tell()
  expect(types()).toEqual(['reminder.escalate'])
})
