import { randomBytes } from 'node:crypto'
import { appendAudit } from '#db/audit.ts'
import { type Database, inTransaction } from '#db/client.ts'
import { readContact } from '#db/contacts.ts'
import {
  type DeletionRequest,
  findDeletionByCode,
  findDeletionByDigest,
  insertDeletion,
  type NewDeletion,
} from '#db/deletions.ts'
import type { AuditEvent } from '#src/domain/audit.ts'
import { AppError } from '#src/domain/errors.ts'
import type { ContactId, OperatorId } from '#src/domain/ids.ts'
import type { Publish } from '#src/queues/live.ts'

interface RequestDeps {
  db: Database
  publish: Publish
  now: () => Date
}

const ALPHABET = '0123456789abcdefghjkmnpqrstvwxyz'
/** 160 bits: a code is all that its page asks for. */
const CODE_CHARS = 32

/** Files that somebody is to be erased; the work is done in the background, whatever happens to this process. */
export function createRequestDeletion({ db, publish, now }: RequestDeps) {
  async function file(deletion: Omit<NewDeletion, 'code'>, actor: AuditEvent['actor']): Promise<string | undefined> {
    const code = newCode()
    const at = now()
    const id = await inTransaction(db, async (tx) => {
      const id = await insertDeletion(tx, { ...deletion, code }, at)
      if (!id) return undefined
      const { origin } = deletion
      const subject = { kind: 'deletion', id }
      await appendAudit(tx, { action: 'deletion.requested', actor, subject, detail: { origin }, at })
      return id
    })
    if (id) publish({ topic: 'alerts', id })
    return id && code
  }

  return {
    /** The same signed request again is answered with the same code. */
    async fromMeta({ userRef, digest }: { userRef: string; digest: string }): Promise<{ code: string }> {
      const deletion = { origin: 'meta', digest, personRef: userRef, accountId: null } as const
      const code =
        (await file(deletion, { kind: 'platform', id: 'meta' })) ?? (await findDeletionByDigest(db, digest))?.code
      if (!code) throw new TypeError('A deletion request was neither stored nor there')
      return { code }
    },

    async byOperator({ contactId, operatorId }: { contactId: ContactId; operatorId: OperatorId }) {
      const known = await readContact(db, contactId)
      if (!known) throw new AppError('not_found', 'There is no such contact')
      const { contactRef, accountId, erasedAt } = known.contact
      if (erasedAt) throw new AppError('conflict', 'This contact has been erased already', { field: 'erasedAt' })
      const deletion = { origin: 'operator', digest: null, personRef: contactRef, accountId } as const
      const code = await file(deletion, { kind: 'operator', id: operatorId })
      if (!code) throw new TypeError('A deletion request was neither stored nor there')
      return { code }
    },
  }
}

/** What its page may tell: how far it is, and what kind of thing was found. */
export interface DeletionState {
  status: DeletionRequest['status']
  requestedAt: Date
  doneAt: Date | null
  /** Words, names or traces of the person were kept. */
  foundPerson: boolean
  /** The person had connected an account. */
  foundAccount: boolean
}

export function createDeletionState({ db }: Pick<RequestDeps, 'db'>) {
  return async (code: string): Promise<DeletionState | undefined> => {
    const request = await findDeletionByCode(db, code)
    if (!request) return undefined
    const { status, createdAt: requestedAt, doneAt, contacts, accounts, traces } = request
    return { status, requestedAt, doneAt, foundPerson: contacts + traces > 0, foundAccount: accounts > 0 }
  }
}

function newCode(): string {
  return [...randomBytes(CODE_CHARS)].map((byte) => ALPHABET[byte % ALPHABET.length]).join('')
}
