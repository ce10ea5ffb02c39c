import { listBlocks, putBlock, removeBlock } from '#db/address-blocks.ts'
import { appendAudit } from '#db/audit.ts'
import { type Database, inTransaction } from '#db/client.ts'
import type { AuditEvent } from '#src/domain/audit.ts'
import { AppError } from '#src/domain/errors.ts'
import { networkOf } from '#src/domain/network.ts'
import { textHash } from '#src/vault/hash.ts'

interface AddressDeps {
  db: Database
  now: () => Date
}

type Reason = Parameters<typeof putBlock>[1]['reason']

export const HOUR_MS = 3_600_000
/** A while, not for ever: addresses change hands. */
const HOURS_MAX = 24 * 365

/** Who is refused for a while. Each change is audited, under the hash of the address: the record is kept for ever, an address is not. */
export function createAddresses({ db, now }: AddressDeps) {
  return {
    list: () => listBlocks(db, now()),

    /** Throws `invalid_input` for what is no address. */
    async block(input: { address: string; reason: Reason; hours: number }) {
      const network = requireNetwork(input.address)
      const { reason, hours } = input
      if (!(hours > 0 && hours <= HOURS_MAX)) throw new AppError('invalid_input', 'A block lasts 1 to 8,760 hours')
      const at = now()
      const block = { network, reason, until: new Date(at.getTime() + hours * HOUR_MS), createdAt: at }
      await inTransaction(db, async (tx) => {
        await putBlock(tx, block)
        await appendAudit(tx, { ...entry('address.blocked', network, reason), detail: { reason, hours }, at })
      })
      return block
    },

    /** Throws `not_found` when it was not blocked. */
    async unblock(address: string) {
      const network = requireNetwork(address)
      await inTransaction(db, async (tx) => {
        if (!(await removeBlock(tx, network))) throw new AppError('not_found', 'This address is not blocked')
        await appendAudit(tx, { ...entry('address.unblocked', network, 'person'), detail: {}, at: now() })
      })
      return network
    },
  }
}

function requireNetwork(address: string): string {
  // What `list` shows of an IPv6 network may be typed as it stands.
  const network = networkOf(address.replace(/\/64$/, ''))
  if (network) return network
  throw new AppError('invalid_input', 'This is no address', { field: 'address' })
}

function entry(action: 'address.blocked' | 'address.unblocked', network: string, reason: Reason) {
  return {
    action,
    actor: { kind: 'process', id: reason === 'person' ? 'cli' : 'web' },
    subject: { kind: 'address', id: textHash(network).slice(0, 32) },
  } as const satisfies Pick<AuditEvent, 'action' | 'actor' | 'subject'>
}
