import { and, eq, isNull, ne } from 'drizzle-orm'
import fc from 'fast-check'
import { expect, it } from 'vitest'
import { dedupeKeyOf } from '#db/inbox.ts'
import { inboundEvents } from '#db/schema/inbound-events.ts'
import { webhookDeliveries } from '#db/schema/webhook-deliveries.ts'
import { platforms } from '#src/domain/platform.ts'
import { createReceive } from '#src/flow/receive.ts'
import { aDoor } from '#tests/support/door.ts'
import { aBell } from '#tests/support/instagram.ts'
import { metaSignature } from '#tests/support/receiver.ts'
import { shapesOf } from '#tests/support/shapes.ts'
import { aDatabase } from '#tests/support/stores.ts'
import { anAccount } from '#tests/support/threads.ts'

const { db } = await aDatabase()
const SECRET = 'test_app_secret'
/** Of each platform; before a release `MIXED_BODIES=5000 npm test -- tests/integration/mixed-bodies.test.ts`. */
const BODIES = Number(process.env['MIXED_BODIES'] ?? 200)
/** As many callers at once as fill a commit. */
const AT_ONCE = 50

it.each(platforms)(
  '%s: of bodies mixed from all shapes and mutations each gets 200, each known item counts once, each other is kept as it came',
  async (platform) => {
    const { us, parse, envelope, crowded, anyShape } = shapesOf(platform)
    await anAccount(db, { platform, accountRef: us })
    const heard = aBell()
    const door = await aDoor({ db, platform, secret: SECRET, bell: heard.bell })
    const body = fc
      .tuple(fc.array(anyShape, { minLength: 1, maxLength: 3 }), fc.boolean())
      .map(([shapes, isCrowded]) => JSON.stringify((isCrowded ? crowded : envelope)(shapes)))
    const bodies = fc.sample(body, { numRuns: BODIES, seed: 20261124 })

    const statuses = new Set<number>()
    for (let at = 0; at < bodies.length; at += AT_ONCE) {
      const answers = bodies.slice(at, at + AT_ONCE).map((text) => door.post(text, metaSignature(text, SECRET)))
      for (const { status } of await Promise.all(answers)) statuses.add(status)
    }
    expect([...statuses]).toEqual([200])

    const ours = eq(webhookDeliveries.source, platform)
    const rows = await db.select({ id: webhookDeliveries.id }).from(webhookDeliveries).where(ours)
    expect(rows).toHaveLength(new Set(bodies).size)
    const receive = createReceive({ ...heard, db, now: () => new Date() })
    const ids = rows.map(({ id }) => id)
    for (let at = 0; at < ids.length; at += AT_ONCE) await receive({ deliveryIds: ids.slice(at, at + AT_ONCE) })

    const expected = new Map<string, string>()
    const encoder = new TextEncoder()
    for (const { item } of bodies.flatMap((text) => parse(encoder.encode(text))))
      expected.set(dedupeKeyOf(item.key), item.kind)
    const events = await db
      .select({ key: inboundEvents.dedupeKey, kind: inboundEvents.kind })
      .from(inboundEvents)
      .where(eq(inboundEvents.source, platform))
    expect(events).toHaveLength(expected.size)
    for (const { key, kind } of events) expect(expected.get(key)).toBe(kind)
    const lost = and(eq(inboundEvents.kind, 'unrecognised'), isNull(inboundEvents.raw))
    expect(await db.$count(inboundEvents, lost)).toBe(0)
    expect(await db.$count(webhookDeliveries, and(ours, ne(webhookDeliveries.status, 'received')))).toBe(0)
  },
  900_000,
)
