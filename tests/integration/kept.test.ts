import { createHmac } from 'node:crypto'
import { mkdirSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { setTimeout as pause } from 'node:timers/promises'
import { Redis } from 'ioredis'
import { afterAll, describe, expect, it } from 'vitest'
import { connect, type Database } from '#db/client.ts'
import { migrate } from '#db/migrate.ts'
import { messages } from '#db/schema/messages.ts'
import { webhookDeliveries } from '#db/schema/webhook-deliveries.ts'
import { aBody, aText } from '#tests/support/instagram.ts'
import { ownStores } from '#tests/support/own-stores.ts'
import { type Process, startRole } from '#tests/support/processes.ts'
import { aSendingPlatform, seeded } from '#tests/support/sender.ts'
import { anAccount } from '#tests/support/threads.ts'

const SEED = 20_261_124
/** Together; before a release `KILLS=200 npm test -- tests/integration/kept.test.ts`. */
const TOTAL = Number(process.env['KILLS'] ?? 20)
const WEBS = 4
const share = (part: number, of = 1) => of * Math.round((TOTAL * part) / of)
/** How often each is killed: Redis costs least, the database most. */
const KILLS = { web: share(0.4, WEBS), drafting: share(0.07), redis: share(0.5, 2), mysql: share(0.03) }
const SENDERS = 6
/** Between two deliveries of a sender. */
const EVERY_MS = 50
const MINUTE_MS = 60_000

const folder = mkdtempSync(path.join(tmpdir(), 'kept-'))
const logs = path.join(folder, 'logs')
mkdirSync(logs)
const stores = await ownStores(folder)
await migrate(stores.mysqlUrl)
const running: Process[] = [stores.redis, stores.mysql]
afterAll(async () => {
  for (const one of running.toReversed()) {
    one.resume()
    await one.kill()
  }
  rmSync(folder, { recursive: true, force: true })
}, MINUTE_MS)

async function started(role: 'web' | 'drafting'): Promise<Process> {
  const one = await startRole(role, { env: stores.env, folder: logs })
  running.push(one)
  return one
}

/** A connection of the test's own; those of before a kill are dead. */
async function withDatabase<T>(work: (db: Database) => Promise<T>): Promise<T> {
  const { db, close } = connect(stores.mysqlUrl)
  try {
    return await work(db)
  } finally {
    await close()
  }
}

const addressOf = ({ port }: Process) => `http://127.0.0.1:${port}/webhooks/instagram`
// Nobody is drafted for within the hour: only intake is of interest here.
const account = await withDatabase((db) => anAccount(db, { quietMs: 3_600_000 }))

/** Bodies of one to three messages, of ever other sizes, to fifty conversations. */
function someMail(random: () => number) {
  let serial = 0
  return () => {
    const mids: string[] = []
    const items = Array.from({ length: 1 + Math.floor(random() * 3) }, () => {
      const mid = `mid.kept.${++serial}`
      mids.push(mid)
      const from = `2000000000000${String(Math.floor(random() * 50)).padStart(4, '0')}`
      return aText({ from, to: account.accountRef, mid, text: 'Grüß Gott 👋 '.repeat(1 + Math.floor(random() * 60)) })
    })
    return { body: Buffer.from(aBody(account.accountRef, items)), mids }
  }
}

/** Empties Redis unless it keeps the only copy of something, which is looked at in the same instant. */
async function wipe(): Promise<boolean> {
  const redis = new Redis(stores.redisUrl, { retryStrategy: () => null, commandTimeout: 5000 })
  redis.on('error', () => undefined)
  const script = `
    for _, key in ipairs(redis.call('KEYS', '*:inbox:*')) do
      if redis.call('TYPE', key).ok == 'hash' and redis.call('HGET', key, 'name') == 'bodies' then return 0 end
    end
    local size = redis.call('DBSIZE')
    redis.call('FLUSHALL')
    return size`
  try {
    return Number(await redis.eval(script, 0)) > 0
  } catch {
    return false
  } finally {
    redis.disconnect()
  }
}

const ready = async ({ port }: Process) => (await fetch(`http://127.0.0.1:${port}/readyz`)).status
const stored = () => withDatabase((db) => db.select().from(webhookDeliveries))
const storedRefs = () =>
  withDatabase(async (db) => (await db.select({ ref: messages.messageRef }).from(messages)).map(({ ref }) => ref))

describe('what was answered 200', () => {
  it(
    `is kept over ${TOTAL} kills of web, drafting, Redis and the database, an emptied Redis, and restarts of both stores`,
    async () => {
      const random = seeded(SEED)
      const webs = await Promise.all(Array.from({ length: WEBS }, () => started('web')))
      const drafting = await started('drafting')
      const mail = someMail(seeded(SEED + 1))
      let killed = 0
      let isOver = false
      const next = () => (isOver ? undefined : mail())
      const address = () => addressOf(webs[Math.floor(Math.random() * WEBS)] ?? drafting)
      const secret = stores.env['INSTAGRAM_APP_SECRET'] ?? ''
      const platform = aSendingPlatform({ secret, address, next, everyMs: EVERY_MS })
      const sending = Promise.all(Array.from({ length: SENDERS }, () => platform.sendAll()))

      /** Again and again: lets it live for a while, ends it in the middle of whatever it does, and starts it again. */
      const torment = async (one: Process, times: number, [min, max]: [number, number]) => {
        for (let n = 0; n < times; n++) {
          await pause(min + random() * (max - min))
          await one.kill()
          killed++
          // Every other does not even get to its feet.
          const up = one.restart()
          if (n + 1 < times && random() < 0.5) {
            up.catch(() => undefined)
            await pause(random() * 300)
            await one.kill()
            killed++
            n++
            await up.catch(() => undefined)
            await one.restart()
          } else await up
        }
      }
      const tormentRedis = async () => {
        await torment(stores.redis, KILLS.redis / 2, [20, 150])
        await expect.poll(wipe, { timeout: 2 * MINUTE_MS, interval: 50 }).toBe(true)
        await torment(stores.redis, KILLS.redis / 2, [20, 150])
      }
      await Promise.all([
        ...webs.map((web) => torment(web, KILLS.web / WEBS, [20, 300])),
        torment(drafting, KILLS.drafting, [500, 1500]),
        tormentRedis(),
        torment(stores.mysql, KILLS.mysql, [1000, 3000]),
      ])
      expect(killed).toBe(KILLS.web + KILLS.drafting + KILLS.redis + KILLS.mysql)
      isOver = true
      await sending
      await Promise.all(
        [stores.mysql, stores.redis].map(async (store) => {
          await store.kill('SIGTERM')
          await store.restart()
        }),
      )

      const { acknowledged, answers, impatient } = platform
      const mids = acknowledged.flatMap((sent) => sent.mids)
      await expect
        .poll(async () => (await storedRefs()).length, { timeout: 2 * MINUTE_MS, interval: 500 })
        .toBe(mids.length)
      expect((await storedRefs()).toSorted()).toEqual(mids.toSorted())
      const rows = new Map((await stored()).map((row) => [row.digest, row]))
      expect(rows.size).toBe(acknowledged.length)
      for (const { digest, body } of acknowledged) expect(rows.get(digest)?.body.equals(body)).toBe(true)
      expect(acknowledged.length).toBeGreaterThan(TOTAL / 2)
      expect(impatient).toEqual([])
      expect([...answers.keys()].filter((answer) => ![200, 503, 'cut'].includes(answer))).toEqual([])
    },
    6 * MINUTE_MS,
  )
})

describe('while both stores are away', () => {
  const ways: [string, { leave: (store: Process) => unknown; back: (store: Process) => unknown }][] = [
    ['killed', { leave: (store) => store.kill(), back: (store) => store.restart() }],
    ['silent', { leave: (store) => store.freeze(), back: (store) => store.resume() }],
  ]
  it.each(ways)(
    '%s, nothing is answered 200 and nobody waits: the same bytes are taken when they are back, once',
    async (_name, { leave, back }) => {
      const web = await started('web')
      const { body } = someMail(seeded(SEED + 2))()
      const secret = stores.env['INSTAGRAM_APP_SECRET'] ?? ''
      const digest = createHmac('sha256', secret).update(body).digest('hex')
      const headers = { 'content-type': 'application/json', 'x-hub-signature-256': `sha256=${digest}` }
      const post = () => fetch(addressOf(web), { method: 'POST', body: new Uint8Array(body), headers })
      const both = [stores.mysql, stores.redis]
      const ofThese = async () => (await stored()).filter((row) => row.digest === digest)

      await Promise.all(both.map(leave))
      const begun = performance.now()
      const refusals = await Promise.all([post(), post(), post()])
      // The platform gives up after five seconds; a busy machine gets a little more.
      expect(performance.now() - begun).toBeLessThan(8000)
      expect(refusals.map(({ status }) => status)).toEqual([503, 503, 503])
      for (const { headers } of refusals) expect(Number(headers.get('retry-after'))).toBeGreaterThan(0)
      expect(await ready(web)).toBe(503)

      await Promise.all(both.map(back))
      await expect.poll(async () => (await post()).status, { timeout: MINUTE_MS, interval: 200 }).toBe(200)
      await expect.poll(ofThese, { timeout: MINUTE_MS, interval: 200 }).toHaveLength(1)
      await expect.poll(() => ready(web), { timeout: MINUTE_MS }).toBe(200)
      expect((await post()).status).toBe(200)
      expect((await ofThese()).map((row) => row.body.equals(body))).toEqual([true])
      await web.kill()
    },
    3 * MINUTE_MS,
  )
})
