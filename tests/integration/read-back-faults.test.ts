import { and, eq, inArray } from 'drizzle-orm'
import { expect, it } from 'vitest'
import { verifyAudit } from '#db/audit.ts'
import { deliveryAttempts } from '#db/schema/delivery-attempts.ts'
import { outboxPosts } from '#db/schema/outbox-posts.ts'
import { newId, type PostId } from '#src/domain/ids.ts'
import { aConnectedThread, aQueuedPost, aSender } from '#tests/support/posts.ts'
import { aDatabase, aRedis } from '#tests/support/stores.ts'
import { aReadBack, aThreadGraph, type SendFault, sendFaults } from '#tests/support/thread-graph.ts'

const { db } = await aDatabase()
const { redis, prefix } = aRedis()

const SEED = 20_261_122
/** Before a release `FAULTS=1000 npm test -- tests/integration/read-back-faults.test.ts`. */
const FAULTS = Number(process.env['FAULTS'] ?? 120)
const THREADS = FAULTS / 2
const AT_ONCE = 10
const RACERS = 3
const ROUNDS_MAX = 40
const FAULTS_AGAIN = 0.3

/** Numbers in [0, 1) that depend on the seed alone. https://gist.github.com/tommyettinger/46a874533244883189143505d203312c */
function aDice(seed: number): () => number {
  let state = seed
  return () => {
    state = (state + 0x6d2b79f5) | 0
    let mixed = Math.imul(state ^ (state >>> 15), state | 1)
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61)
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296
  }
}

const openLimiter = (now: () => Date) => ({ reserve: async () => now(), pause: async () => undefined })

interface Played {
  ids: PostId[]
  texts: [string, string]
  faults: number
  copies: (text: string) => number
}

/**
 * Two replies to one contact, three workers each, on a clock of the thread's own. The first calls all fail somehow,
 * later ones now and then, until nothing moves any more.
 */
async function play(seed: number): Promise<Played> {
  const dice = aDice(seed)
  let ahead = 0
  let faults = 0
  const now = () => new Date(Date.now() + ahead)
  const faultOf = (_contact: string, serial: number): SendFault | undefined => {
    if (serial >= 2 && dice() > FAULTS_AGAIN) return undefined
    faults++
    return sendFaults[Math.floor(dice() * sendFaults.length)]
  }
  const graph = await aThreadGraph({ now, faultOf })
  const stores = { db, redis, prefix, graphUrl: graph.url }
  const limiter = openLimiter(now)
  const { send } = await aSender(stores, { now, limiter })
  const { reconcile } = await aReadBack(stores, { now, limiter })
  const thread = await aConnectedThread(db)
  const texts: [string, string] = seed % 2 === 0 ? ['Thanks!', 'Thanks!'] : ['Thanks!', 'Bye!']
  const ids: PostId[] = []
  for (const [i, text] of texts.entries()) {
    const id = newId('post', new Date(Date.now() + i))
    ids.push((await aQueuedPost(db, { thread, text, id })).id)
  }
  graph.keep(thread.contact.contactRef, { text: 'Hi', from: 'them', at: new Date(Date.now() - 60_000) })
  for (let round = 0; round < ROUNDS_MAX; round++) {
    const moving = await movingOf(ids)
    if (moving.length === 0) break
    const verbs = moving.map(
      ({ id, status }) =>
        () =>
          status === 'uncertain' ? reconcile(id) : send(id),
    )
    await Promise.all(Array.from({ length: RACERS }, () => verbs.map((run) => run())).flat())
    ahead += Math.floor(dice() * 60_000)
  }
  const said = graph.threads.get(thread.contact.contactRef)?.filter(({ from }) => from === 'us') ?? []
  const order = said.map(({ text }) => texts.lastIndexOf(text))
  expect(order).toEqual(order.toSorted())
  return { ids, texts, faults, copies: (text) => said.filter((kept) => kept.text === text).length }
}

/** Posts that neither rest nor wait for a person. */
async function movingOf(ids: PostId[]) {
  const looks = await looksOf(ids)
  const isLookedAt = (id: PostId, fence: number) => looks.some((look) => look.postId === id && look.fence === fence)
  return (await postsOf(ids)).filter(({ id, status, fence }) =>
    status === 'uncertain' ? !isLookedAt(id, fence) : status === 'queued' || status === 'sending',
  )
}

const postsOf = (ids: PostId[]) => db.select().from(outboxPosts).where(inArray(outboxPosts.id, ids))
const looksOf = (ids: PostId[]) =>
  db
    .select()
    .from(deliveryAttempts)
    .where(and(inArray(deliveryAttempts.postId, ids), eq(deliveryAttempts.endpointClass, 'read')))

it(`${FAULTS} faults around the send, workers racing: no post has two copies, and each ends where it should`, async () => {
  const seeds = Array.from({ length: THREADS }, (_, i) => SEED + i)
  const played: Played[] = []
  const player = async () => {
    for (let seed = seeds.shift(); seed !== undefined; seed = seeds.shift()) played.push(await play(seed))
  }
  await Promise.all(Array.from({ length: AT_ONCE }, player))

  const ended: Record<string, number> = {}
  for (const { ids, texts, copies } of played) {
    const posts = await postsOf(ids)
    for (const { status } of posts) ended[status] = (ended[status] ?? 0) + 1
    expect(await movingOf(ids)).toEqual([])
    const sent = posts.filter(({ status }) => status === 'sent')
    expect(new Set(sent.map(({ messageRef }) => messageRef)).size).toBe(sent.length)
    for (const text of new Set(texts)) {
      const meant = texts.filter((other) => other === text).length
      const told = sent.filter((post) => post.text === text).length
      // One that rests with a person may or may not be among the copies.
      expect(copies(text)).toBeGreaterThanOrEqual(told)
      expect(copies(text)).toBeLessThanOrEqual(meant)
    }
  }
  expect(played.reduce((sum, { faults }) => sum + faults, 0)).toBeGreaterThanOrEqual(FAULTS)
  expect(Object.keys(ended).sort()).toEqual(['sent', 'uncertain'])
  expect(ended['sent']).toBeGreaterThan(ended['uncertain'] ?? 0)
  expect(await verifyAudit(db)).toMatchObject({ ok: true })
}, 600_000)
