import { createHmac } from 'node:crypto'
import { once } from 'node:events'
import { mkdirSync, mkdtempSync, rmSync } from 'node:fs'
import { request } from 'node:http'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { eq, inArray } from 'drizzle-orm'
import { Redis } from 'ioredis'
import { createConnection } from 'mysql2/promise'
import { afterAll, expect, it } from 'vitest'
import { connect } from '#db/client.ts'
import { migrate } from '#db/migrate.ts'
import { outboxPosts } from '#db/schema/outbox-posts.ts'
import { reviewDecisions } from '#db/schema/review-decisions.ts'
import { webhookDeliveries } from '#db/schema/webhook-deliveries.ts'
import { newId } from '#src/domain/ids.ts'
import { createLanes } from '#src/limits/lanes.ts'
import { PREFIX } from '#src/queues/bell.ts'
import { createApprovalSigner } from '#src/vault/approvals.ts'
import { createKeyring } from '#src/vault/keyring.ts'
import { Secret } from '#src/vault/secret.ts'
import { aClaude } from '#tests/support/claude.ts'
import { aWaitingThread, stateOf } from '#tests/support/drafting.ts'
import { aFakeGraph } from '#tests/support/fake-graph.ts'
import { aBody, aText } from '#tests/support/instagram.ts'
import { ownStores } from '#tests/support/own-stores.ts'
import { aConnectedThread, aQueuedPost, lineUpPosts } from '#tests/support/posts.ts'
import { type Process, type Role, startRole } from '#tests/support/processes.ts'
import { anAccount } from '#tests/support/threads.ts'

const WEB_MS = 9000
const WORKER_MS = 14_000
const TEST_MS = 60_000
const patient = { timeout: 20_000 }

const folder = mkdtempSync(path.join(tmpdir(), 'drain-'))
const logs = path.join(folder, 'logs')
mkdirSync(logs)
const stores = await ownStores(folder)
await migrate(stores.mysqlUrl)
const { db, close } = connect(stores.mysqlUrl)
const redis = new Redis(stores.redisUrl)
// The limits know of the past, so they do not begin with a pause.
await redis.set(`${PREFIX}:limits:epoch`, '1')
const running: Process[] = [stores.redis, stores.mysql]
afterAll(async () => {
  await close()
  redis.disconnect()
  for (const one of running.toReversed()) await one.kill()
  rmSync(folder, { recursive: true, force: true })
})

const secretOf = (name: string) => new Secret(stores.env[name] ?? '')

async function started(role: Role, more: Record<string, string> = {}): Promise<Process> {
  const one = await startRole(role, { env: { ...stores.env, ...more }, folder: logs })
  running.push(one)
  return one
}

/** Asks it to end; what it waits for is let go only once it is closing. Answers how it ended and after how long. */
async function drain(one: Process, letGo: () => unknown) {
  const begun = performance.now()
  const ending = one.kill('SIGTERM')
  await expect.poll(() => one.said(), patient).toContain('"closing"')
  await letGo()
  return { ...(await ending), ms: performance.now() - begun }
}

it(
  'web answers the deliveries in flight when it is asked to end, and keeps all that it answered 200',
  async () => {
    const web = await started('web')
    const account = await anAccount(db, { quietMs: 3_600_000 })
    const lock = await createConnection(stores.mysqlUrl)
    await lock.query('LOCK TABLES webhook_deliveries WRITE')
    const post = async (i: number) => {
      const body = aBody(account.accountRef, [aText({ from: `3${i}`, to: account.accountRef })])
      const digest = createHmac('sha256', stores.env['INSTAGRAM_APP_SECRET'] ?? '')
        .update(body)
        .digest('hex')
      const headers = {
        'content-type': 'application/json',
        'content-length': Buffer.byteLength(body),
        'x-hub-signature-256': `sha256=${digest}`,
        expect: '100-continue',
      }
      const sent = request(`http://127.0.0.1:${web.port}/webhooks/instagram`, { method: 'POST', headers })
      const answer = once(sent, 'response').then(([{ statusCode }]) => ({ digest, status: statusCode as number }))
      sent.flushHeaders()
      // A connection that the process has not taken up yet is no delivery in flight: it is reset, and comes again.
      await once(sent, 'continue')
      sent.end(body)
      return { answer }
    }
    const posts = await Promise.all(Array.from({ length: 8 }, (_, i) => post(i)))
    const answers = Promise.all(posts.map(({ answer }) => answer))
    const held = async () => {
      const [rows] = await lock.query('SHOW PROCESSLIST')
      return (rows as { State: string | null }[]).filter(({ State }) => /metadata lock/i.test(State ?? '')).length
    }
    await expect.poll(held, patient).toBeGreaterThan(0)
    const { code, ms } = await drain(web, () => lock.query('UNLOCK TABLES'))
    await lock.end()
    expect(code).toBe(0)
    expect(ms).toBeLessThan(WEB_MS)
    const digests = (await answers).filter(({ status }) => status === 200).map(({ digest }) => digest)
    expect(digests).toHaveLength(8)
    const kept = await db.select().from(webhookDeliveries).where(inArray(webhookDeliveries.digest, digests))
    expect(kept.map(({ digest }) => digest).sort()).toEqual(digests.sort())
  },
  TEST_MS,
)

it(
  'drafting that is asked to end during a call to Claude ends, and leaves one draft to review',
  async () => {
    const claude = await aClaude()
    const held = aHold()
    claude.answers.push({ hold: held.promise })
    const { conversation } = await aWaitingThread(db)
    const first = await started('drafting', { ANTHROPIC_BASE_URL: claude.url })
    await expect.poll(() => claude.requests.length, patient).toBe(1)
    const { code, ms } = await drain(first, () => held.resolve())
    expect(code).toBe(0)
    expect(ms).toBeLessThan(WORKER_MS)
    const between = await stateOf(db, conversation.id)
    expect(['waiting', 'review']).toContain(between.conversation.attention)
    const second = await started('drafting', { ANTHROPIC_BASE_URL: claude.url })
    const pending = async () =>
      (await stateOf(db, conversation.id)).drafts.filter(({ status }) => status === 'pending_review').length
    await expect.poll(pending, patient).toBe(1)
    expect((await second.kill('SIGTERM')).code).toBe(0)
    expect(await pending()).toBe(1)
  },
  TEST_MS,
)

it(
  'sending that is asked to end waits for the answer on its way, and leaves the rest to the next, each sent once',
  async () => {
    const graph = await aFakeGraph()
    const held = aHold()
    graph.next('messages', { after: () => held.promise })
    const env = { INSTAGRAM_GRAPH_URL: graph.url, META_GRAPH_URL: graph.url }
    const lanes = createLanes(redis, PREFIX)
    const first = await aReadyPost(new Date())
    const sender = await started('sending', env)
    await lineUpPosts(db, lanes, [first])
    await expect.poll(() => graph.sends().length, patient).toBe(1)
    const later = new Date(Date.now() + 2000)
    const rest = await Promise.all(Array.from({ length: 4 }, () => aReadyPost(later)))
    await lineUpPosts(db, lanes, rest)
    const { code, ms } = await drain(sender, () => held.resolve())
    expect(code).toBe(0)
    expect(ms).toBeLessThan(WORKER_MS)
    expect(await statusesOf([first])).toEqual(['sent'])
    expect(await statusesOf(rest)).toEqual(Array(4).fill('queued'))
    const next = await started('sending', env)
    await expect.poll(() => statusesOf(rest), patient).toEqual(Array(4).fill('sent'))
    expect((await next.kill('SIGTERM')).code).toBe(0)
    const recipients = graph.sends().map(({ json }) => (json as { recipient: { id: string } }).recipient.id)
    expect(recipients).toHaveLength(5)
    expect(new Set(recipients).size).toBe(5)
  },
  TEST_MS,
)

/** A post that the processes of these stores hold for approved, of an account whose token they can open. */
async function aReadyPost(notBefore: Date) {
  const id = newId('account', new Date())
  const sealedToken = createKeyring(secretOf('APP_SECRET_KEY')).seal(new Secret('IGAAtest'), {
    owner: id,
    field: 'token',
  })
  const thread = await aConnectedThread(db, await anAccount(db, { id, sealedToken }))
  const { id: postId, approval } = await aQueuedPost(db, { thread, post: { notBefore } })
  const signature = createApprovalSigner(secretOf('APPROVAL_SIGNING_KEY'))(approval)
  await db.update(reviewDecisions).set({ signature }).where(eq(reviewDecisions.id, approval.decisionId))
  return postId
}

async function statusesOf(ids: Awaited<ReturnType<typeof aReadyPost>>[]) {
  const rows = await db.select({ status: outboxPosts.status }).from(outboxPosts).where(inArray(outboxPosts.id, ids))
  return rows.map(({ status }) => status)
}

function aHold() {
  let resolve: () => void = () => undefined
  const promise = new Promise<void>((done) => {
    resolve = done
  })
  return { promise, resolve }
}
