import { createHash } from 'node:crypto'
import { asc, eq, gte, sql } from 'drizzle-orm'
import { type AuditEvent, auditText } from '#src/domain/audit.ts'
import type { Conn, Transaction } from './client.ts'
import { auditEntries, auditHeads } from './schema/audit-entries.ts'

/** What the first entry follows on. */
const GENESIS = '0'.repeat(64)
const VERIFY_BATCH = 1000

/** Appends one entry in the transaction of what it tells. Call it last: it locks the chain's head until the commit. */
export async function appendAudit(tx: Transaction, event: AuditEvent): Promise<void> {
  const head = await lockHead(tx, event.at)
  const link = { ...event, seq: head.seq + 1, previousHash: head.hash }
  const hash = hashOf(auditText(link))
  await tx.insert(auditEntries).values({
    seq: link.seq,
    action: event.action,
    actorKind: event.actor.kind,
    actorId: event.actor.id,
    subjectKind: event.subject.kind,
    subjectId: event.subject.id,
    detail: event.detail,
    at: event.at,
    previousHash: link.previousHash,
    hash,
    createdAt: event.at,
  })
  await tx.update(auditHeads).set({ seq: link.seq, hash }).where(eq(auditHeads.name, 'main'))
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
