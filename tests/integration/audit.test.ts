import { eq } from 'drizzle-orm'
import { expect, it } from 'vitest'
import { appendAudit, verifyAudit } from '#db/audit.ts'
import { type Database, inTransaction } from '#db/client.ts'
import { auditEntries } from '#db/schema/audit-entries.ts'
import { aDatabase } from '#tests/support/stores.ts'

async function aChain(length: number): Promise<Database> {
  const { db } = await aDatabase()
  for (let i = 0; i < length; i++) await anEntry(db, i)
  return db
}

async function anEntry(db: Database, n: number): Promise<void> {
  await inTransaction(db, (tx) =>
    appendAudit(tx, {
      action: 'draft.approved',
      actor: { kind: 'operator', id: `opr_${n}` },
      subject: { kind: 'draft', id: `drf_${n}` },
      detail: { z: n, a: 'x', edited: false, none: null },
      at: new Date(1_763_800_000_000 + n),
    }),
  )
}

it('holds when many processes write at once', async () => {
  const db = await aChain(0)
  await Promise.all(Array.from({ length: 40 }, (_, i) => anEntry(db, i)))
  expect(await verifyAudit(db)).toEqual({ ok: true, entries: 40 })
})

it('is empty and valid before the first entry', async () => {
  expect(await verifyAudit(await aChain(0))).toEqual({ ok: true, entries: 0 })
})

it.each([
  [
    'an edited entry',
    3,
    (db: Database) =>
      db
        .update(auditEntries)
        .set({ detail: { a: 'y' } })
        .where(eq(auditEntries.seq, 3)),
  ],
  [
    'a back-dated entry',
    2,
    (db: Database) =>
      db
        .update(auditEntries)
        .set({ at: new Date(0) })
        .where(eq(auditEntries.seq, 2)),
  ],
  ['a removed entry', 2, (db: Database) => db.delete(auditEntries).where(eq(auditEntries.seq, 2))],
  ['a cut-off end', 5, (db: Database) => db.delete(auditEntries).where(eq(auditEntries.seq, 5))],
  ['two swapped entries', 2, swap],
])('names %s', async (_case, seq, tamper) => {
  const db = await aChain(5)
  await tamper(db)
  expect(await verifyAudit(db)).toMatchObject({ ok: false, seq })
})

async function swap(db: Database): Promise<void> {
  await db.update(auditEntries).set({ seq: 99 }).where(eq(auditEntries.seq, 2))
  await db.update(auditEntries).set({ seq: 2 }).where(eq(auditEntries.seq, 3))
  await db.update(auditEntries).set({ seq: 3 }).where(eq(auditEntries.seq, 99))
}
