import { z } from 'zod'
import type { Core } from './core.ts'
import type { Account } from './entries.ts'
import { issueToken } from './graph/tokens.ts'
import { fieldsOf } from './permits.ts'
import type { AccountView } from './stage.ts'

export const TokenOrder = z.strictObject({
  accountRef: z.string(),
  dead: z.literal(true).optional(),
  /** Subcode of 190 with which it dies: 460 the password was changed, 458 the app was removed, 459 a checkpoint. */
  code: z.int().min(1).max(9_999_999).optional(),
  /** The newest one is taken again. */
  revived: z.literal(true).optional(),
})
/** What the owner allows from now on; what is left out stays. */
export const GrantOrder = z.strictObject({
  accountRef: z.string(),
  scopes: z.array(z.string()).optional(),
  /** Unix ms. */
  dataAccessExpiresAt: z.int().min(0).optional(),
})
/** What our app is told from now on: nothing when empty, as when Meta drops an app whose webhooks fail. */
export const SubscriptionOrder = z.strictObject({
  accountRef: z.string(),
  fields: z.array(z.string()).optional(),
  /** The same of another app beside ours. */
  others: z.array(z.string()).optional(),
})

/** What the owner of an account, or Meta, does to what our app may. */
export interface PermitOrders {
  token(order: z.infer<typeof TokenOrder>): AccountView
  grant(order: z.infer<typeof GrantOrder>): void
  subscription(order: z.infer<typeof SubscriptionOrder>): { fields: readonly string[] }
}

interface Accounts {
  /** Throws when there is none. */
  find(accountRef: string): Account
  view(account: Account): AccountView
}

export function createPermitOrders(core: Core, { find, view }: Accounts): PermitOrders {
  const { world, record } = core
  return {
    token({ accountRef, dead, code, revived }) {
      const account = find(accountRef)
      const serial = world.tokens.get(accountRef)?.at(-1)?.serial ?? 0
      if (dead) record({ type: 'death', accountRef, serial, code })
      else if (revived) record({ type: 'revival', accountRef, serial })
      else issueToken(core, accountRef)
      return view(account)
    },
    grant({ accountRef, scopes, dataAccessExpiresAt: end }) {
      const { accountRef: ref } = find(accountRef)
      record({
        type: 'grant',
        accountRef: ref,
        ...(scopes && { scopes }),
        ...(end !== undefined && { dataAccessExpiresAt: end }),
      })
    },
    subscription({ accountRef, fields, others }) {
      const { accountRef: ref } = find(accountRef)
      if (fields) record({ type: 'subscription', accountRef: ref, fields })
      if (others) record({ type: 'neighbour', accountRef: ref, fields: others })
      return { fields: fieldsOf(world, ref) }
    },
  }
}
