import { setTimeout as pause } from 'node:timers/promises'
import { eq } from 'drizzle-orm'
import type { Redis } from 'ioredis'
import { expect } from 'vitest'
import type { Database } from '#db/client.ts'
import { accounts } from '#db/schema/accounts.ts'
import { alerts } from '#db/schema/alerts.ts'
import { conversations } from '#db/schema/conversations.ts'
import { drafts } from '#db/schema/drafts.ts'
import { messages } from '#db/schema/messages.ts'
import { createDraftReply, createEstimate } from '#src/drafting/claude.ts'
import { createCatchUp } from '#src/flow/catch-up.ts'
import { createDraft } from '#src/flow/draft.ts'
import { createReceive } from '#src/flow/receive.ts'
import { createLimiter } from '#src/limits/slots.ts'
import { createAdapters } from '#src/platforms/adapters.ts'
import type { Weather } from '#src/sandbox/weather/weather.ts'
import { Secret } from '#src/vault/secret.ts'
import { aBell, aStoredDelivery } from './instagram.ts'
import { aStoredPageDelivery } from './messenger.ts'
import { aConnectedAccount, keyring } from './posts.ts'
import { aSandbox } from './sandbox.ts'

const PAGE_SECRET = 'test_page_secret_0123'
const CLAUDE_KEY = 'sk-ant-sandbox-test'
const MODEL = 'claude-haiku-5-5'
const HOUR_MS = 3_600_000
const PAST_GRACE_MS = 90_000
let serial = 0

/** A shop and a Page of the sandbox, connected an hour ago, and a clock by which all that was said is a while ago. */
export async function aHouseThatLooks({ db, redis, prefix }: { db: Database; redis: Redis; prefix: string }) {
  const sandbox = await aSandbox({ seed: `look ${++serial}`, pageSecret: PAGE_SECRET })
  const { control, receiver, url, ask } = sandbox
  const clock = { ms: PAST_GRACE_MS }
  const now = () => new Date(Date.now() + clock.ms)
  const connectedAt = new Date(Date.now() - HOUR_MS)
  const [shop, page] = await Promise.all(
    control.firsts().map(({ accountRef, platform, token }) => {
      const tokenExpiresAt = new Date(Date.now() + 1000 * HOUR_MS)
      return aConnectedAccount(
        db,
        { accountRef, platform, createdAt: connectedAt, tokenExpiresAt, dailyBudgetMicros: 1e9 },
        token,
      )
    }),
  )
  if (!shop || !page) throw new Error('Both platforms are played')
  const heard = aBell()
  const receive = createReceive({ db, now, ...heard })
  const places = { instagramGraphUrl: url, metaGraphUrl: url, graphApiVersion: 'v26.0' }
  const limits = `${prefix}:look ${serial}`
  await redis.set(`${limits}:limits:epoch`, '1')
  const deps = {
    db,
    keyring,
    adapters: createAdapters({ ...places, metaAppSecrets: [{ secret: new Secret(PAGE_SECRET) }] }),
    limiter: createLimiter(redis, limits, { now }),
    ...heard,
    now,
  }
  const weather = (deliveries: Partial<Weather['deliveries']>, seed = 3) => ask('PUT', '/weather', { seed, deliveries })

  let taken = 0
  const store = (body: string, path: string) =>
    path.endsWith('messenger') ? aStoredPageDelivery(db, body) : aStoredDelivery(db, body)
  /** Stores what has been delivered since, once nothing is under way; answers its ids. */
  async function arrive(): Promise<number[]> {
    await expect
      .poll(() => control.deliveries().every(({ outcome }) => outcome !== 'pending'), { timeout: 30_000 })
      .toBe(true)
    const ids: number[] = []
    for (const { body, path } of receiver.received.slice(taken)) ids.push(await store(body, path))
    taken = receiver.received.length
    return ids
  }
  async function hear(): Promise<void> {
    const ids = await arrive()
    if (ids.length > 0) await receive({ deliveryIds: ids })
  }
  /** Receives what the looks have rung for. */
  async function receiveFound(): Promise<void> {
    for (const deliveryIds of heard.rung.inbox.splice(0)) await receive({ deliveryIds })
  }

  const draftReply = createDraftReply({
    apiKey: new Secret(CLAUDE_KEY),
    baseUrl: `${url}/claude`,
    model: MODEL,
    effort: 'low',
    deadlineMs: 20_000,
  })
  /** Drafts for every conversation that waits, as its bell would have it. */
  async function draftAll(): Promise<void> {
    const later = () => new Date(now().getTime() + 10_000)
    const draft = createDraft({
      db,
      draftReply,
      estimate: createEstimate({ model: MODEL }),
      publish: heard.publish,
      now: later,
    })
    const ids = new Set(heard.rung.drafts.splice(0).map(([id]) => id as never))
    const waiting = [...ids]
    while (waiting.length > 0) {
      await Promise.all(
        waiting.splice(0, 20).map(async (id) => {
          while ('waitUntil' in (await draft(id))) await pause(20)
        }),
      )
    }
  }

  const of = <T extends { accountId: string }>(rows: T[]) =>
    rows.filter(({ accountId }) => accountId === shop.id || accountId === page.id)
  return {
    ...{ ...sandbox, ...heard, shop, page, clock, now, deps, weather, receive, arrive, hear, receiveFound, draftAll },
    look: createCatchUp(deps),
    another: () => createCatchUp(deps),
    accountOf: async (id: string) =>
      (
        await db
          .select()
          .from(accounts)
          .where(eq(accounts.id, id as never))
      )[0],
    alertsOf: async (id: string) => (await db.select().from(alerts)).filter(({ accountId }) => accountId === id),
    messages: async () => of(await db.select().from(messages)),
    drafts: async () => of(await db.select().from(drafts)),
    conversations: async () => of(await db.select().from(conversations)),
    /** The calls of a look as the platform has counted them. */
    reads: () => control.arrivals().filter(({ method }) => method === 'GET'),
  }
}
