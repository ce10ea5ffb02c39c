import type { Entry } from './entries.ts'
import type { Refs } from './refs.ts'
import type { Contact, Token, World } from './world.ts'

/** Finds by the words a caller uses what the world keeps under its own. */
export interface Lookup {
  note(entry: Entry): void
  token(given: string): Token | undefined
  /** Whose conversation it is. */
  contactOf(conversationRef: string): Contact | undefined
}

export function createLookup(world: World, refs: Refs): Lookup {
  const tokens = new Map<string, Token>()
  const contacts = new Map<string, string>()
  return {
    note(entry) {
      if (entry.type === 'contact') contacts.set(refs.conversation(entry.contactRef), entry.contactRef)
      if (entry.type !== 'token') return
      const token = world.tokens.get(entry.accountRef)?.at(-1)
      if (token) tokens.set(refs.token(token.accountRef, token.serial), token)
    },
    token: (given) => tokens.get(given),
    contactOf: (conversationRef) => world.contacts.get(contacts.get(conversationRef) ?? ''),
  }
}
