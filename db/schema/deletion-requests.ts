import { bigint, index, int, mysqlTable, uniqueIndex } from 'drizzle-orm/mysql-core'
import type { AccountId, DeletionId } from '../../src/domain/ids.ts'
import { at, createdAt, hash, id, jsonText, platformRef, version, word } from './columns.ts'

/**
 * Somebody is to be erased. `received` waits until everything that was accepted before it has been received; `erasing` has
 * named the contacts and works through what they left; `done` is said after a look that found nothing any more.
 */
export const deletionRequests = mysqlTable(
  'deletion_requests',
  {
    id: id<DeletionId>().primaryKey(),
    /** What the person is given to ask after it; nobody can guess it. */
    code: word<string>().notNull(),
    origin: word<'meta' | 'operator'>().notNull(),
    /** Of Meta's signed request, so that the same one is the same request. */
    digest: hash(),
    /** Whom; forgotten when it is done. */
    personRef: platformRef(),
    /** Under which other references accounts know them; forgotten with the first. */
    alsoRefs: jsonText<string[]>()(),
    /** Empty for Meta's, which mean every account. */
    accountId: id<AccountId>(),
    status: word<'received' | 'erasing' | 'done'>().notNull(),
    /** What was found: contacts, connected accounts, and deliveries or notes that named the person. */
    contacts: int().notNull().default(0),
    accounts: int().notNull().default(0),
    traces: int().notNull().default(0),
    /** Deliveries up to here are looked through, and how far that has come. */
    scanTo: bigint({ mode: 'number' }).notNull().default(0),
    scannedTo: bigint({ mode: 'number' }).notNull().default(0),
    doneAt: at(),
    version: version(),
    createdAt: createdAt(),
    updatedAt: at().notNull(),
  },
  (t) => [
    uniqueIndex('deletion_requests_code').on(t.code),
    uniqueIndex('deletion_requests_digest').on(t.digest),
    index('deletion_requests_open').on(t.status, t.createdAt),
  ],
)
