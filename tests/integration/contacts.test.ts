import { eq } from 'drizzle-orm'
import { describe, expect, it } from 'vitest'
import { createReads } from '#db/console.ts'
import { auditEntries } from '#db/schema/audit-entries.ts'
import { contacts } from '#db/schema/contacts.ts'
import { type ContactId, newId } from '#src/domain/ids.ts'
import { createExportContact } from '#src/flow/export-contact.ts'
import { aLife, aPerson } from '#tests/support/person.ts'
import { aDatabase } from '#tests/support/stores.ts'
import { anAccount, anOperator } from '#tests/support/threads.ts'

const { db } = await aDatabase()
const exportContact = createExportContact({ db, now: () => new Date() })
const { id: operatorId } = await anOperator(db, { name: 'Canary Operator' })

/** So many people of one account, a second apart. */
async function people(accountId: Awaited<ReturnType<typeof anAccount>>['id'], names: string[]) {
  const rows = names.map((name, i) => {
    const createdAt = new Date(Date.now() + i * 1000)
    return { id: newId('contact', createdAt), accountId, contactRef: `${name}${i}`, name, createdAt }
  })
  await db.insert(contacts).values(rows)
  return rows.map(({ id }) => id)
}

async function takeOut(contactId: ContactId) {
  let text = ''
  for await (const some of await exportContact({ contactId, operatorId })) text += some
  return text
}

describe('the list of contacts', () => {
  it('goes on where the page before ended, newest first, and holds nobody of other accounts', async () => {
    const [mine, also, theirs] = [await anAccount(db), await anAccount(db), await anAccount(db)]
    const own = await people(mine.id, ['Ann', 'Bo', 'Cy'])
    const more = await people(also.id, ['Di'])
    await people(theirs.id, ['Ed', 'Annika'])
    const reads = createReads(db, [mine.id, also.id])
    const first = await reads.contacts({}, 2)
    const second = await reads.contacts({ before: first.next! }, 2)
    const seen = [...first.items, ...second.items].map(({ id }) => id)
    expect(seen).toEqual([...own, ...more].sort().reverse())
    expect(second.next).toBeNull()
    expect((await reads.contacts({ search: 'ann' }, 9)).items.map(({ contactName }) => contactName)).toEqual(['Ann'])
    expect((await reads.contacts({ accountId: also.id }, 9)).items).toHaveLength(1)
    expect((await reads.contacts({ accountId: theirs.id }, 9)).items).toEqual([])
    expect((await createReads(db, []).contacts({}, 9)).items).toEqual([])
  })
})

describe('one contact', () => {
  it('shows where they write, what we said and what was noted, to nobody beyond reach', async () => {
    const account = await anAccount(db)
    const life = aLife(db, account)
    const person = aPerson()
    const { id } = await life.writes(person)
    await life.isApproved(person, 'queued')
    const view = await createReads(db, [account.id]).contact(id)
    expect(view).toMatchObject({ contactName: person.name, contactUsername: person.username })
    expect(view?.conversations.map(({ kind }) => kind).sort()).toEqual(['comment', 'direct'])
    expect([view?.posts.length, view?.notes.length]).toEqual([1, 2])
    expect(await createReads(db, [(await anAccount(db)).id]).contact(id)).toBeUndefined()
    await db.update(contacts).set({ erasedAt: new Date() }).where(eq(contacts.id, id))
    expect(await createReads(db).contact(id)).toBeUndefined()
    await expect(takeOut(id)).rejects.toMatchObject({ code: 'not_found' })
  })

  it('is taken out in whole, alone, without operators and links, and on the record', async () => {
    const account = await anAccount(db)
    const life = aLife(db, account)
    const [person, neighbour] = [aPerson(), aPerson()]
    const { id } = await life.writes(person)
    await life.writes(neighbour)
    await life.isApproved(person, 'queued')
    const text = await takeOut(id)
    const file = JSON.parse(text)
    expect(file.contacts).toMatchObject([{ contactRef: person.ref, name: person.name }])
    const threads = file.conversations as { messages: { text: string }[]; notes: unknown[]; replies: unknown[] }[]
    expect(threads).toHaveLength(2)
    const words = threads.flatMap(({ messages }) => messages.map((message) => message.text))
    expect(words).toEqual(expect.arrayContaining([person.says('edited'), person.says('comment')]))
    expect(threads.flatMap(({ replies }) => replies)).toHaveLength(1)
    for (const alien of [neighbour.word, neighbour.ref, 'Canary Operator', 'https://', 'sealed'])
      expect(text).not.toContain(alien)
    const entries = await db.select().from(auditEntries).where(eq(auditEntries.subjectId, id))
    expect(entries.at(-1)).toMatchObject({
      ...{ action: 'contact.exported', actorId: operatorId, accountId: account.id, detail: { contacts: 1 } },
    })
  })
})
