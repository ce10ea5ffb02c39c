import { asc, eq, gt, sql } from 'drizzle-orm'
import { describe, expect, it } from 'vitest'
import { verifyAudit } from '#db/audit.ts'
import { hashOf, linkOf } from '#db/audit-chain.ts'
import type { Database } from '#db/client.ts'
import { alerts } from '#db/schema/alerts.ts'
import { auditCheckpoints, auditEntries, auditHeads } from '#db/schema/audit-entries.ts'
import { auditText } from '#src/domain/audit.ts'
import { aChain, anEvent, append, aSigner, START_MS } from '#tests/support/audit.ts'
import { aDatabase } from '#tests/support/stores.ts'

const { db } = await aDatabase()
const MINUTE_MS = 60_000

it('holds when many processes write at once', async () => {
  await aChain(db, 0)
  await Promise.all(Array.from({ length: 40 }, (_, i) => append(db, [anEvent(i)])))
  expect(await verifyAudit(db)).toEqual({ ok: true, entries: 40 })
})

it('is empty and valid before the first entry', async () => {
  await aChain(db, 0)
  expect(await verifyAudit(db, aSigner(db).isSigned)).toEqual({ ok: true, entries: 0, signed: 0 })
})

const previousHash = sql`select previous_hash from audit_entries where seq = 5`
const atSeq = (seq: number) => eq(auditEntries.seq, seq)

const tamperings: Record<string, [number, () => Promise<unknown>]> = {
  'an edited entry': [
    3,
    () =>
      db
        .update(auditEntries)
        .set({ detail: { a: 'y' } })
        .where(atSeq(3)),
  ],
  'an entry under another account': [3, () => db.update(auditEntries).set({ accountId: null }).where(atSeq(3))],
  'a back-dated entry': [
    2,
    () =>
      db
        .update(auditEntries)
        .set({ at: new Date(0) })
        .where(atSeq(2)),
  ],
  'a removed entry': [2, () => db.delete(auditEntries).where(atSeq(2))],
  'a cut-off end': [5, () => db.delete(auditEntries).where(atSeq(5))],
  'two swapped entries': [2, swap],
  'an entry beyond the head': [5, () => db.update(auditHeads).set({ seq: 4, hash: sql`(${previousHash})` })],
}

it.each(Object.keys(tamperings))('names %s', async (name) => {
  const [seq, tamper] = tamperings[name]!
  await aChain(db, 2)
  await append(db, [anEvent(3, { subject: { kind: 'account', id: 'acc_1' } }), anEvent(4), anEvent(5)])
  expect(await verifyAudit(db)).toEqual({ ok: true, entries: 5 })
  await tamper()
  expect(await verifyAudit(db)).toMatchObject({ ok: false, seq })
})

async function swap(): Promise<void> {
  await db.update(auditEntries).set({ seq: 99 }).where(atSeq(2))
  await db.update(auditEntries).set({ seq: 2 }).where(atSeq(3))
  await db.update(auditEntries).set({ seq: 3 }).where(atSeq(99))
}

it('names an entry that was written with a time before what it follows on, and what is changed behind it all the same', async () => {
  await aChain(db, 3)
  await append(db, [anEvent(4, { at: new Date(START_MS - 4 * MINUTE_MS) })])
  expect(await verifyAudit(db)).toMatchObject({ ok: true })
  await append(db, [anEvent(5, { at: new Date(START_MS - 6 * MINUTE_MS) }), anEvent(6)])
  expect(await verifyAudit(db)).toMatchObject({ ok: true, backDated: { seq: 5 } })
  await db.update(auditEntries).set({ actorId: 'opr_x' }).where(atSeq(6))
  expect(await verifyAudit(db)).toMatchObject({ ok: false, seq: 6, fault: expect.stringContaining('changed') })
})

describe('under signatures', () => {
  /** Ten entries, signed after the fifth and after the tenth. */
  async function aSignedChain() {
    const signer = aSigner(db)
    await aChain(db, 5)
    await signer.look()
    await append(
      db,
      [6, 7, 8, 9, 10].map((n) => anEvent(n)),
    )
    signer.clock.ms += 6 * MINUTE_MS
    await signer.look()
    expect(await verifyAudit(db, signer.isSigned)).toEqual({ ok: true, entries: 10, signed: 10 })
    return signer
  }

  const attacks: Record<string, [number, () => Promise<unknown>]> = {
    'a chain that was cut off together with its head': [8, () => cutAfter(db, 7)],
    'a chain that was cut off to where it was signed before': [6, () => cutAfter(db, 5)],
    'a chain that was written anew, hashes and head included': [5, () => rewrite(db, 3)],
    'a checkpoint signed with another key': [10, forge],
    'a checkpoint that was moved to another entry': [
      9,
      () => db.update(auditCheckpoints).set({ seq: 9 }).where(eq(auditCheckpoints.number, 2)),
    ],
    'a checkpoint that was taken out': [10, () => db.delete(auditCheckpoints).where(eq(auditCheckpoints.number, 1))],
  }

  it.each(Object.keys(attacks))('finds %s', async (name) => {
    const [seq, attack] = attacks[name]!
    const { isSigned } = await aSignedChain()
    await attack()
    expect(await verifyAudit(db, isSigned)).toMatchObject({ ok: false, seq })
  })

  it('finds an entry dated before the signature that it follows on, and signs it with an alert', async () => {
    const { isSigned, look, clock } = await aSignedChain()
    await db.delete(alerts)
    await append(db, [anEvent(11)])
    expect(await verifyAudit(db, isSigned)).toMatchObject({ ok: true, backDated: { seq: 11 } })
    clock.ms += 6 * MINUTE_MS
    expect(await look()).toEqual({ faults: 1 })
    expect(await look()).toEqual({ faults: 0 })
    expect(await verifyAudit(db, isSigned)).toMatchObject({ ok: true, signed: 11 })
    expect(await db.select().from(alerts)).toMatchObject([{ kind: 'audit_broken', count: 1 }])
  })

  it.each([
    ['vanish together with their signature', () => cutAfter(db, 5, { withSignatures: true })],
    ['vanish together with every signature', () => cutAfter(db, 0, { withSignatures: true })],
    ['are changed before they are signed', () => append(db, [anEvent(11)]).then(() => rewriteOnly(db, 11))],
  ])('alerts and signs no more when entries %s', async (_how, attack) => {
    const { look, clock, told } = await aSignedChain()
    await db.delete(alerts)
    await attack()
    clock.ms += 6 * MINUTE_MS
    expect(await look()).toEqual({ faults: 1 })
    expect(await look()).toEqual({ faults: 0 })
    expect(await db.select().from(alerts)).toMatchObject([{ kind: 'audit_broken', severity: 'critical', count: 1 }])
    expect(told).toHaveLength(2)
  })

  async function forge() {
    const [first] = await db.select().from(auditCheckpoints).where(eq(auditCheckpoints.number, 2))
    const signature = aSigner(db).sign(first!)
    await db.update(auditCheckpoints).set({ signature }).where(eq(auditCheckpoints.number, 2))
  }

  it('signs at its first look, after many entries or some minutes, and only when something is new', async () => {
    const { look, clock, told } = aSigner(db)
    await aChain(db, 1)
    await look()
    await look()
    expect(told).toMatchObject([{ number: 1, seq: 1 }])
    await append(db, [anEvent(2)])
    await look()
    expect(told).toHaveLength(1)
    clock.ms += 5 * MINUTE_MS
    await look()
    expect(told.at(-1)).toMatchObject({ number: 2, seq: 2 })
    await append(
      db,
      Array.from({ length: 200 }, (_, i) => anEvent(i, { at: new Date(clock.ms) })),
    )
    await look()
    expect(told.at(-1)).toMatchObject({ number: 3, seq: 202 })
    const another = aSigner(db, { clock })
    expect(await another.look()).toEqual({ faults: 1 })
  })

  it('signs each state once when several processes sign', async () => {
    const keys = aSigner(db).keys
    await aChain(db, 3)
    const signers = Array.from({ length: 4 }, () => aSigner(db, { keys }))
    await Promise.all(signers.map(({ look }) => look()))
    expect(signers.flatMap(({ told }) => told)).toHaveLength(1)
    expect(await verifyAudit(db, signers[0]!.isSigned)).toMatchObject({ ok: true, signed: 3 })
  })
})

async function cutAfter(database: Database, seq: number, { withSignatures = false } = {}): Promise<void> {
  await database.delete(auditEntries).where(gt(auditEntries.seq, seq))
  const [last] = await database.select().from(auditEntries).where(atSeq(seq))
  await database.update(auditHeads).set({ seq, hash: last?.hash ?? '0'.repeat(64) })
  if (withSignatures) await database.delete(auditCheckpoints).where(gt(auditCheckpoints.seq, seq))
}

/** Changes one entry and mends every hash behind it, as somebody with access to the database could. */
async function rewrite(database: Database, from: number): Promise<void> {
  await database.update(auditEntries).set({ actorId: 'opr_other' }).where(atSeq(from))
  const rows = await database.select().from(auditEntries).orderBy(asc(auditEntries.seq))
  let previousHash = '0'.repeat(64)
  for (const row of rows) {
    const hash = hashOf(auditText({ ...linkOf(row), previousHash }))
    await database.update(auditEntries).set({ previousHash, hash }).where(atSeq(row.seq))
    previousHash = hash
  }
  await database.update(auditHeads).set({ hash: previousHash })
  expect(await verifyAudit(database)).toMatchObject({ ok: true })
}

async function rewriteOnly(database: Database, seq: number): Promise<void> {
  await database.update(auditEntries).set({ actorId: sql`concat(actor_id, 'x')` }).where(atSeq(seq))
}
