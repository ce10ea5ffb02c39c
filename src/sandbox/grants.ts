import type { Entry } from './entries.ts'
import type { World } from './world.ts'

/** What an account's owner allows our app; what is not said is as it is after a whole login. */
export interface Grant {
  scopes?: readonly string[]
  /** Unix ms; absent: 90 days after the token was given. */
  dataAccessExpiresAt?: number
}

type PermitEntry = Extract<Entry, { type: 'token' | 'death' | 'revival' | 'grant' | 'subscription' | 'neighbour' }>
type Applied = { [T in PermitEntry['type']]: (world: World, entry: Extract<PermitEntry, { type: T }>) => void }

export const permitsApplied: Applied = {
  token: ({ tokens }, { accountRef, serial, at }) => {
    tokens.set(accountRef, [...(tokens.get(accountRef) ?? []), { accountRef, serial, at }])
  },
  death: ({ tokens }, { accountRef, serial, code }) => {
    for (const token of tokens.get(accountRef) ?? []) {
      if (token.serial <= serial) Object.assign(token, { isDead: true, ...(code !== undefined && { deathCode: code }) })
    }
  },
  revival: ({ tokens }, { accountRef, serial }) => {
    for (const token of tokens.get(accountRef) ?? []) if (token.serial === serial) token.isDead = false
  },
  grant: ({ grants }, { type: _, accountRef, ...grant }) => {
    grants.set(accountRef, { ...grants.get(accountRef), ...grant })
  },
  subscription: ({ subscriptions }, { accountRef, fields }) => void subscriptions.set(accountRef, fields),
  neighbour: ({ neighbours }, { accountRef, fields }) => void neighbours.set(accountRef, fields),
}
