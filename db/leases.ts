import { and, eq, lte, or, sql } from 'drizzle-orm'
import type { Conn, Transaction } from './client.ts'
import { leases } from './schema/switches.ts'

type LeaseName = (typeof leases.$inferSelect)['name']

export interface Lease {
  name: LeaseName
  fence: number
}

/** The lease, when it is free, has run out, or is the holder's own. Each taking has a fence of its own. */
export async function takeLease(
  conn: Conn,
  { name, holder, until, at }: { name: LeaseName; holder: string; until: Date; at: Date },
): Promise<Lease | undefined> {
  await conn
    .insert(leases)
    .values({ name, holder, fence: 0, until: at, createdAt: at })
    .onDuplicateKeyUpdate({ set: { name: sql`name` } })
  const [{ affectedRows }] = await conn
    .update(leases)
    .set({ fence: sql`fence + 1`, holder, until })
    .where(and(eq(leases.name, name), or(lte(leases.until, at), eq(leases.holder, holder))))
  if (affectedRows === 0) return undefined
  const [row] = await conn
    .select({ fence: leases.fence })
    .from(leases)
    .where(and(eq(leases.name, name), eq(leases.holder, holder)))
  return row && { name, fence: row.fence }
}

/** Whether the lease is still the present one; its row stays locked until the commit, so it remains so. */
export async function holdsLease(tx: Transaction, { name, fence }: Lease): Promise<boolean> {
  const [row] = await tx.select({ fence: leases.fence }).from(leases).where(eq(leases.name, name)).for('update')
  return row?.fence === fence
}

/** Lets the next one have it at once. */
export async function endLease(conn: Conn, { name, fence }: Lease, at: Date): Promise<void> {
  await conn
    .update(leases)
    .set({ until: at })
    .where(and(eq(leases.name, name), eq(leases.fence, fence)))
}
