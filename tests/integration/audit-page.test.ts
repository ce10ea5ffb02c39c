import type { RowDataPacket } from 'mysql2'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { connect } from '#db/client.ts'
import { createAuditReads } from '#db/console-audit.ts'
import type { AuditFilter } from '#src/domain/audit.ts'
import { newId } from '#src/domain/ids.ts'
import { anEvent, append, aSigner, START_MS } from '#tests/support/audit.ts'
import { aDatabase } from '#tests/support/stores.ts'
import { anAccount, anOperator } from '#tests/support/threads.ts'

const ENTRIES = 4000
const BATCH = 1000
const MINUTE_MS = 60_000
/** Reading more rows than this for a page of ten means that the table was walked through. */
const FEW = 120

const { db, url } = await aDatabase()
// One connection, whose own counters tell what a page has read.
const { db: counted, close } = connect(url, { connectionLimit: 1 })
afterAll(close)
const signer = aSigner(db)
const reads = createAuditReads(counted, signer.isSigned)
const atMinute = (n: number) => new Date(START_MS + n * MINUTE_MS)
let accountId: Awaited<ReturnType<typeof anAccount>>['id']
let operatorId: string

/** A minute between any two; every thousandth is of another kind, another person, another account. */
beforeAll(async () => {
  accountId = (await anAccount(db)).id
  operatorId = (await anOperator(db, { name: 'Ben' })).id
  const rare = { action: 'draft.rejected', accountId, actor: { kind: 'operator', id: operatorId } } as const
  const usual = { accountId: newId('account', atMinute(0)) }
  for (let from = 1; from < ENTRIES; from += BATCH) {
    const events = Array.from({ length: BATCH }, (_, i) => from + i).map((n) =>
      anEvent(n, { ...(n % BATCH === 500 ? rare : usual), at: atMinute(n) }),
    )
    await append(db, events)
  }
  await db.execute('analyze table audit_entries')
})

async function rowsRead(read: () => Promise<unknown>): Promise<number> {
  const client = counted.$client.promise()
  const total = async () => {
    const [rows] = await client.query<RowDataPacket[]>("show session status like 'Handler_read%'")
    return rows.reduce((sum, { Value }) => sum + Number(Value), 0)
  }
  const before = await total()
  await read()
  return (await total()) - before
}

const filters: Record<string, [AuditFilter | (() => AuditFilter), number[]]> = {
  'all of them': [{}, [4000, 3999, 3998]],
  'those of one action': [{ action: 'draft.rejected' }, [3500, 2500, 1500]],
  'those of one person': [() => ({ actorId: operatorId }), [3500, 2500, 1500]],
  'those of one account': [() => ({ accountId }), [3500, 2500, 1500]],
  'those of a time long ago': [{ since: atMinute(30), until: atMinute(33) }, [32, 31, 30]],
  'those of one account in a time': [() => ({ accountId, since: atMinute(600), until: atMinute(2600) }), [2500, 1500]],
}

it.each(Object.keys(filters))('shows %s, the newest first, and reads little else', async (name) => {
  const [given, expected] = filters[name]!
  const filter = typeof given === 'function' ? given() : given
  const page = await reads.list(filter, undefined, 3)
  expect(page.items.map(({ seq }) => seq)).toEqual(expected)
  const next = page.next === undefined ? [] : (await reads.list(filter, page.next, 3)).items
  expect(next.every(({ seq }) => seq < (expected.at(-1) ?? 0))).toBe(true)
  expect(await rowsRead(() => reads.list(filter, undefined, 10))).toBeLessThan(FEW)
  expect(await rowsRead(() => reads.list(filter, 1200, 10))).toBeLessThan(FEW)
})

it('knows what the people and accounts are called', async () => {
  const { names } = await reads.list({ action: 'draft.rejected' }, undefined, 1)
  expect(Object.fromEntries(names)).toEqual({ [operatorId]: 'Ben', [accountId]: 'Alpine Outfitters' })
  expect(await reads.people()).toEqual([{ id: operatorId, name: 'Ben' }])
})

it('shows up to where it is signed', async () => {
  expect(await reads.proof()).toEqual({ entries: ENTRIES, checkpoint: undefined, isSigned: false, isBroken: false })
  await signer.look()
  expect(await reads.proof()).toMatchObject({ checkpoint: { seq: ENTRIES }, isSigned: true })
  expect(await createAuditReads(db, aSigner(db).isSigned).proof()).toMatchObject({ isSigned: false })
})
