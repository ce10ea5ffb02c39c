import type { Entry } from './entries.ts'
import type { Refs } from './refs.ts'
import { type Contact, platformOf, type Token, type World } from './world.ts'

/** Finds by the words a caller uses what the world keeps under its own. */
export interface Lookup {
  note(entry: Entry): void
  token(given: string): Token | undefined
  /** Whose conversation it is. */
  contactOf(conversationRef: string): Contact | undefined
}

/** What stands for the token at its platform. */
export function tokenText(world: World, refs: Refs, { accountRef, serial }: Token): string {
  const isPage = platformOf(world, accountRef) === 'messenger'
  return isPage ? refs.pageToken(accountRef, serial) : refs.token(accountRef, serial)
}

export function conversationRefOf(
  world: World,
  refs: Refs,
  { accountRef, contactRef }: { accountRef: string; contactRef: string },
): string {
  const isPage = platformOf(world, accountRef) === 'messenger'
  return isPage ? refs.pageConversation(contactRef) : refs.conversation(contactRef)
}

export function createLookup(world: World, refs: Refs): Lookup {
  const tokens = new Map<string, Token>()
  const contacts = new Map<string, string>()
  return {
    note(entry) {
      if (entry.type === 'contact') contacts.set(conversationRefOf(world, refs, entry), entry.contactRef)
      if (entry.type !== 'token') return
      const token = world.tokens.get(entry.accountRef)?.at(-1)
      if (token) tokens.set(tokenText(world, refs, token), token)
    },
    token: (given) => tokens.get(given),
    contactOf: (conversationRef) => world.contacts.get(contacts.get(conversationRef) ?? ''),
  }
}
