import { asc, eq, gt, lte } from 'drizzle-orm'
import type { Conn, Transaction } from './client.ts'
import { addressBlocks } from './schema/address-blocks.ts'

type AddressBlock = typeof addressBlocks.$inferSelect

const LIST_MAX = 10_000

export function listBlocks(conn: Conn, at: Date): Promise<AddressBlock[]> {
  return conn
    .select()
    .from(addressBlocks)
    .where(gt(addressBlocks.until, at))
    .orderBy(asc(addressBlocks.network))
    .limit(LIST_MAX)
}

/** A later word takes the place of an earlier one. What is over is forgotten on the way: an address is about a person. */
export async function putBlock(tx: Transaction, block: AddressBlock): Promise<void> {
  const { reason, until } = block
  await tx.delete(addressBlocks).where(lte(addressBlocks.until, block.createdAt))
  await tx.insert(addressBlocks).values(block).onDuplicateKeyUpdate({ set: { reason, until } })
}

/** False when there was none. */
export async function removeBlock(tx: Transaction, network: string): Promise<boolean> {
  const [{ affectedRows }] = await tx.delete(addressBlocks).where(eq(addressBlocks.network, network))
  return affectedRows > 0
}
