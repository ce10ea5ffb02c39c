import type { Core } from './core.ts'
import { type Contact, platformOf } from './world.ts'

/** Somebody new to an account. */
export function meet(
  { account, refs, world, record }: Core,
  { name, username = usernameOf(name), accountRef }: { name: string; username?: string; accountRef: string },
): Contact {
  const serial = (world.contactsOf.get(accountRef)?.length ?? 0) + 1
  const isVisitor = platformOf(world, accountRef) === 'messenger'
  const stranger = isVisitor ? refs.visitor(accountRef, serial) : refs.contact(accountRef, serial)
  const contactRef = accountRef === account.accountRef ? refs.guest(serial) : stranger
  const contact: Contact = { accountRef, contactRef, name, username }
  record({ type: 'contact', ...contact })
  return contact
}

function usernameOf(name: string): string {
  const plain = name.normalize('NFKD').replace(/\p{M}/gu, '').toLowerCase()
  return plain.replace(/[^a-z0-9]+/g, '.').replace(/^\.|\.$/g, '') || 'guest'
}
