import type { Database } from '#db/client.ts'
import { claimProfile, listConversationsOf, readContact, saveProfile } from '#db/contacts.ts'
import { AppError } from '#src/domain/errors.ts'
import type { ContactId } from '#src/domain/ids.ts'
import type { Platform } from '#src/domain/platform.ts'
import { type Call, slotRequest } from '#src/limits/scopes.ts'
import type { Limiter, SlotRequest } from '#src/limits/slots.ts'
import type { PlatformAdapter } from '#src/platforms/adapter.ts'
import type { Publish } from '#src/queues/live.ts'
import type { Keyring } from '#src/vault/keyring.ts'
import type { Next } from './next.ts'
import { createListener } from './pause.ts'
import { isDead } from './renewed.ts'

export interface IdentifyDeps {
  db: Database
  keyring: Keyring
  adapters: Record<Platform, PlatformAdapter>
  limiter: Limiter
  publish: Publish
  now: () => Date
}

type Found = NonNullable<Awaited<ReturnType<typeof readContact>>>

const CALL_MS = 5000
/** While the account's token is dead there is nothing to ask. */
const HOLD_MS = 600_000

/** Learns a contact's name, once. A contact whom the platform keeps to itself stays without one; that is no failure. */
export function createIdentify(deps: IdentifyDeps): (id: ContactId) => Promise<Next> {
  const { db, limiter, now } = deps

  return async (id) => {
    const found = await readContact(db, id)
    if (!found || found.contact.profileCheckedAt) return {}
    const { contact, account } = found
    if (isDead(account)) return { waitUntil: new Date(now().getTime() + HOLD_MS) }
    const call = { platform: account.platform, endpointClass: 'profile', accountId: account.id } as const
    const slot = await limiter.reserve(lookAt(contact, call))
    if (slot > now()) return { waitUntil: slot }
    return (await claimProfile(db, contact)) ? ask(deps, found) : {}
  }
}

/** Each look counts as a call of its own, and none starts while an earlier one at this contact may still be under way. */
function lookAt({ id, version }: Found['contact'], call: Call): SlotRequest {
  const { windows, ...request } = slotRequest(`${id}:${version}`, call)
  return { ...request, windows: [...windows, { key: `contact:${id}:profile`, max: 1, perMs: CALL_MS }] }
}

async function ask(deps: IdentifyDeps, { contact, account }: Found): Promise<Next> {
  const { db, keyring, adapters, publish, now } = deps
  const listener = createListener(deps, account)
  try {
    const token = keyring.open(account.sealedToken, { owner: account.id, field: 'token' })
    const adapter = adapters[account.platform]
    const profile = await adapter.profile(contact.contactRef, token, AbortSignal.timeout(CALL_MS), listener)
    await saveProfile(db, contact.id, profile ?? {}, now())
  } catch (error) {
    const known = AppError.from(error)
    if (known.code !== 'rate_limited' || !known.until) throw known
    return { waitUntil: known.until }
  } finally {
    await listener.heeded()
  }
  for (const { id } of await listConversationsOf(db, contact.id, account.id)) publish({ topic: 'conversation', id })
  return {}
}
