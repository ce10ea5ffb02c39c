import { index, mysqlTable, uniqueIndex } from 'drizzle-orm/mysql-core'
import type { AccountId, ContactId, DeletionId } from '../../src/domain/ids.ts'
import { at, createdAt, humanLine, id, platformRef, version } from './columns.ts'

/** The person on the other side, as one account knows them. */
export const contacts = mysqlTable(
  'contacts',
  {
    id: id<ContactId>().primaryKey(),
    accountId: id<AccountId>().notNull(),
    /** Once erased: a random word of ours, which leads nowhere. */
    contactRef: platformRef().notNull(),
    /** Under which reference a private reply reached them; some platforms know a commenter by another than the writer of messages. */
    directRef: platformRef(),
    name: humanLine(),
    username: humanLine(),
    profileCheckedAt: at(),
    optedOutAt: at(),
    erasedAt: at(),
    /** The deletion request that this person was erased for. */
    deletionId: id<DeletionId>(),
    version: version(),
    createdAt: createdAt(),
  },
  (t) => [
    uniqueIndex('contacts_ref').on(t.accountId, t.contactRef),
    index('contacts_direct').on(t.accountId, t.directRef),
    index('contacts_account').on(t.accountId, t.id),
    index('contacts_name').on(t.name),
    index('contacts_username').on(t.username),
    index('contacts_deletion').on(t.deletionId),
  ],
)
