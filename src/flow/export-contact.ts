import { appendAudit } from '#db/audit.ts'
import { type Database, inTransaction } from '#db/client.ts'
import { listNotesIn, listPerson, listRepliesIn, listThreadsOf, listWords, type PersonRow } from '#db/person.ts'
import { AppError } from '#src/domain/errors.ts'
import type { ContactId, ConversationId, OperatorId } from '#src/domain/ids.ts'

interface ExportContactDeps {
  db: Database
  now: () => Date
}

/**
 * Hands out what is kept of one person as JSON, a page at a time. That somebody took it is an entry before the first word is.
 * Operators stay out of it by name, and so do links to files: Meta's are signed, and open for whoever holds them.
 */
export function createExportContact({ db, now }: ExportContactDeps) {
  return async (input: { contactId: ContactId; operatorId: OperatorId }): Promise<AsyncIterable<string>> => {
    const { contactId, operatorId } = input
    const people = await listPerson(db, contactId)
    const [first] = people
    if (!first) throw new AppError('not_found', 'There is no such contact')
    const at = now()
    await inTransaction(db, (tx) =>
      appendAudit(tx, {
        action: 'contact.exported',
        actor: { kind: 'operator', id: operatorId },
        subject: { kind: 'contact', id: contactId },
        accountId: first.accountId,
        detail: { contacts: people.length },
        at,
      }),
    )
    return jsonOf(db, people, at)
  }
}

async function* jsonOf(db: Database, people: PersonRow[], at: Date): AsyncGenerator<string> {
  const known = people.map(({ accountId: _account, ...contact }) => contact)
  yield `{"exportedAt":${JSON.stringify(at)},"contacts":${JSON.stringify(known)},"conversations":[`
  let comma = ''
  for (const person of people) {
    for (const { id, ...thread } of await listThreadsOf(db, person)) {
      const [replies, notes] = [await listRepliesIn(db, id), await listNotesIn(db, id)]
      yield `${comma}${JSON.stringify({ ...thread, replies, notes }).slice(0, -1)},"messages":[`
      yield* messagesOf(db, id)
      yield ']}'
      comma = ','
    }
  }
  yield ']}\n'
}

async function* messagesOf(db: Database, id: ConversationId): AsyncGenerator<string> {
  for (let after = ''; ; ) {
    const page = await listWords(db, id, after)
    const lines = page.map(({ id: _id, attachments, ...message }) =>
      JSON.stringify({ ...message, attachments: attachments.map(({ type, title }) => ({ type, title })) }),
    )
    if (lines.length === 0) return
    yield `${after === '' ? '' : ','}${lines.join(',')}`
    after = page.at(-1)?.id ?? ''
  }
}
