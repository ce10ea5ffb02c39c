import { createHash } from 'node:crypto'
import { asc, eq, gte, sql } from 'drizzle-orm'
import { type AuditEvent, type AuditLink, auditText } from '#src/domain/audit.ts'
import type { Conn, Transaction } from './client.ts'
import { insertAll } from './many.ts'
import { auditEntries, auditHeads } from './schema/audit-entries.ts'

/** What the first entry follows on. */
const GENESIS = '0'.repeat(64)
const VERIFY_BATCH = 1000

/** Appends one entry in the transaction of what it tells. Call it last: it locks the chain's head until the commit. */
export function appendAudit(tx: Transaction, event: AuditEvent): Promise<void> {
  return appendAudits(tx, [event])
}

/** The same for many, in their order. */
export async function appendAudits(tx: Transaction, events: readonly AuditEvent[]): Promise<void> {
  const [first] = events
  if (!first) return
  let { seq, hash } = await lockHead(tx, first.at)
  const rows = events.map((event) => {
    const link = { ...event, seq: seq + 1, previousHash: hash }
    const row = rowOf(link)
    seq = row.seq
    hash = row.hash
    return row
  })
  await insertAll(tx, auditEntries, rows)
  await tx.update(auditHeads).set({ seq, hash }).where(eq(auditHeads.name, 'main'))
}

function rowOf(link: AuditLink): typeof auditEntries.$inferInsert & { seq: number; hash: string } {
  const { seq, previousHash, action, actor, subject, detail, at } = link
  return {
    seq,
    action,
    actorKind: actor.kind,
    actorId: actor.id,
    subjectKind: subject.kind,
    subjectId: subject.id,
    detail,
    at,
    previousHash,
    hash: hashOf(auditText(link)),
    createdAt: at,
  }
}

async function lockHead(tx: Transaction, at: Date): Promise<{ seq: number; hash: string }> {
  const read = () => tx.select().from(auditHeads).where(eq(auditHeads.name, 'main')).for('update')
  const [head] = await read()
  if (head) return head
  // Two first writers may meet here; the second one's insert changes nothing and its read waits for the first.
  await tx
    .insert(auditHeads)
    .values({ name: 'main', seq: 0, hash: GENESIS, createdAt: at })
    .onDuplicateKeyUpdate({ set: { name: sql`name` } })
  const [made] = await read()
  return made ?? { seq: 0, hash: GENESIS }
}

type Verified = { ok: true; entries: number } | { ok: false; seq: number; fault: string }

interface Expected {
  seq: number
  previousHash: string
}

/** Reads the whole chain; answers the sequence number of the first entry that is not as it was written. */
export async function verifyAudit(conn: Conn): Promise<Verified> {
  let expected: Expected = { seq: 1, previousHash: GENESIS }
  for (let more = true; more; ) {
    const rows = await conn
      .select()
      .from(auditEntries)
      .where(gte(auditEntries.seq, expected.seq))
      .orderBy(asc(auditEntries.seq))
      .limit(VERIFY_BATCH)
    for (const row of rows) {
      const fault = faultIn(row, expected)
      if (fault) return { ok: false, seq: expected.seq, fault }
      expected = { seq: row.seq + 1, previousHash: row.hash }
    }
    more = rows.length === VERIFY_BATCH
  }
  return verifyEnd(conn, expected)
}

/** The head is kept apart from the entries: it shows that the newest ones were removed. */
async function verifyEnd(conn: Conn, { seq: next, previousHash: hash }: Expected): Promise<Verified> {
  const [head = { seq: 0, hash: GENESIS }] = await conn.select().from(auditHeads).where(eq(auditHeads.name, 'main'))
  const last = next - 1
  if (head.seq !== last)
    return { ok: false, seq: Math.min(next, head.seq + 1), fault: 'the chain does not end where its head says' }
  if (head.hash !== hash) return { ok: false, seq: last, fault: 'the chain does not end as its head says' }
  return { ok: true, entries: last }
}

function faultIn(row: typeof auditEntries.$inferSelect, expected: Expected): string | undefined {
  if (row.seq !== expected.seq) return 'the entry is missing'
  if (row.previousHash !== expected.previousHash) return 'the entry does not follow the one before it'
  const { seq, previousHash, action, detail, at } = row
  const actor = { kind: row.actorKind, id: row.actorId }
  const subject = { kind: row.subjectKind, id: row.subjectId }
  const text = auditText({ seq, previousHash, action, detail, at, actor, subject })
  return row.hash === hashOf(text) ? undefined : 'the entry was changed'
}

function hashOf(text: string): string {
  return createHash('sha256').update(text).digest('hex')
}
