import { Readable } from 'node:stream'
import type { Hono } from 'hono'
import { AppError } from '#src/domain/errors.ts'
import { isId, parseId } from '#src/domain/ids.ts'
import { type Env, operatorOf, type Room, readsOf, type Visit } from '../env.ts'
import { frameOf } from '../frame.ts'
import { ContactPage, ContactsPage } from '../pages/contacts.tsx'
import { readCursor, writeCursor } from './cursors.ts'
import { page } from './respond.ts'

const PAGE = 50
const SEARCH_MAX = 100

export function addContacts(app: Hono<Env>, room: Room): void {
  const { config, contacts } = room

  app.get('/contacts', async (c) => {
    const search = (c.req.query('q') ?? '').trim().slice(0, SEARCH_MAX)
    const asked = c.req.query('account')
    const accountId = isId('account', asked) ? asked : undefined
    const before = readCursor(c.req.query('before'))
    const reads = readsOf(c)
    const found = await reads.contacts(
      { ...(search && { search }), ...(accountId && { accountId }), ...(before && { before }) },
      PAGE,
    )
    const accounts = await reads.accounts(config.now())
    const rest = accountId ? `account=${accountId}&` : ''
    const moreHref = found.next ? `/contacts?${rest}before=${writeCursor(found.next)}` : undefined
    const frame = await frameOf(c, room, 'contacts')
    return page(c, <ContactsPage {...{ frame, search, accountId, accounts, moreHref }} people={found.items} />)
  })

  app.get('/contacts/:id', async (c) => {
    const contact = await contactOf(c)
    return page(c, <ContactPage frame={await frameOf(c, room, 'contacts')} contact={contact} />)
  })

  app.post('/contacts/:id/export', async (c) => {
    const { id } = await contactOf(c)
    const words = await contacts.export({ contactId: id, operatorId: operatorOf(c).id })
    c.header('content-type', 'application/json')
    c.header('content-disposition', `attachment; filename="${id}.json"`)
    return c.body(Readable.toWeb(Readable.from(bytesOf(words))) as ReadableStream)
  })
}

async function* bytesOf(words: AsyncIterable<string>): AsyncGenerator<Uint8Array> {
  for await (const some of words) yield new TextEncoder().encode(some)
}

async function contactOf(c: Visit) {
  const contact = await readsOf(c).contact(parseId('contact', c.req.param('id')))
  if (!contact) throw new AppError('not_found', 'There is no such contact')
  return contact
}
