import { randomBytes } from 'node:crypto'
import { appendAudits } from '#db/audit.ts'
import { type Database, inTransaction, type Transaction } from '#db/client.ts'
import { type DeletionRequest, lockDeletion, saveProgress } from '#db/deletions.ts'
import { lockPerson, nameErased } from '#db/erasure.ts'
import { findNewestDelivery } from '#db/erasure-traces.ts'
import type { AuditEvent } from '#src/domain/audit.ts'
import type { Publish } from '#src/queues/live.ts'
import { dropAccounts } from './deauthorize.ts'

interface BeginDeps {
  db: Database
  publish: Publish
  now: () => Date
}

/** Names the contacts that go, and takes the person's name from them; from here on whoever writes is somebody new. */
export async function beginErasing({ db, publish, now }: BeginDeps, { id }: DeletionRequest): Promise<DeletionRequest> {
  const { request, accountIds } = await inTransaction(db, async (tx) => {
    const request = await lockDeletion(tx, id)
    if (!request) throw new TypeError('A deletion request went away')
    const { personRef, status } = request
    if (status !== 'received' || personRef === null) return { request, accountIds: [] }
    const at = now()
    const { entries: contacts, alsoRefs } = await takeNames(tx, { ...request, personRef }, at)
    const dropped =
      request.origin === 'meta' ? await dropAccounts(tx, personRef, { issuedAt: at, at, forget: true }) : []
    const scanTo = await findNewestDelivery(tx)
    const begun = { status: 'erasing', alsoRefs, contacts: contacts.length, accounts: dropped.length, scanTo } as const
    await saveProgress(tx, id, begun, at)
    await appendAudits(tx, [...contacts, ...dropped.map(({ audit }) => audit)])
    return { request: { ...request, ...begun }, accountIds: dropped.map(({ accountId }) => accountId) }
  })
  for (const accountId of accountIds) publish({ topic: 'accounts', id: accountId })
  return request
}

async function takeNames(
  tx: Transaction,
  { id: deletionId, personRef, accountId }: DeletionRequest & { personRef: string },
  at: Date,
): Promise<{ entries: AuditEvent[]; alsoRefs: string[] }> {
  const found = await lockPerson(tx, personRef, accountId)
  const refs = found.flatMap(({ contactRef, directRef }) => [contactRef, directRef ?? contactRef])
  const alsoRefs = [...new Set(refs)].filter((ref) => ref !== personRef)
  const entries: AuditEvent[] = []
  for (const { id } of found) {
    const tombstone = `erased:${randomBytes(16).toString('hex')}`
    await nameErased(tx, id, { tombstone, deletionId, at })
    entries.push({
      action: 'contact.erased',
      actor: { kind: 'process', id: 'drafting' },
      subject: { kind: 'contact', id },
      detail: { deletionId },
      at,
    })
  }
  return { entries, alsoRefs }
}
