import { z } from 'zod'
import { subscribable } from './permits.ts'

/** What stands in the App Dashboard about one object: https://developers.facebook.com/docs/graph-api/reference/app/subscriptions */
const AppSubscription = z.strictObject({
  object: z.enum(['instagram', 'page']),
  callbackUrl: z.string(),
  active: z.boolean().default(true),
  fields: z.array(z.string()),
})
type AppSubscription = z.infer<typeof AppSubscription>

/** Why Meta does not do for an account what its token allows. */
const Condition = z.enum(['messages_off', 'restricted', 'unlinked'])
export type Condition = z.infer<typeof Condition>

export const AppOrder = z.strictObject({
  /** In place of all that were there. */
  subscriptions: z.array(AppSubscription).optional(),
  isBlocked: z.boolean().optional(),
})
export const ConditionOrder = z.strictObject({ accountRef: z.string(), condition: Condition.nullable() })

/** The dashboard of the app, and how Meta stands to its accounts. Not kept over a restart. */
export interface AppRecord {
  subscriptions: readonly AppSubscription[]
  isBlocked: boolean
  conditions: Map<string, Condition>
  order(order: z.input<typeof AppOrder>): void
  set(order: z.infer<typeof ConditionOrder>): void
}

/** Subscribed to everything, as after a whole set-up. */
export function createAppRecord({ publicUrl, hasPage }: { publicUrl: string; hasPage: boolean }): AppRecord {
  const whole = (object: AppSubscription['object'], platform: keyof typeof subscribable): AppSubscription => {
    return { object, callbackUrl: `${publicUrl}/webhooks/${platform}`, active: true, fields: subscribable[platform] }
  }
  const record: AppRecord = {
    subscriptions: [whole('instagram', 'instagram'), ...(hasPage ? [whole('page', 'messenger')] : [])],
    isBlocked: false,
    conditions: new Map(),
    order: (order) => void Object.assign(record, AppOrder.parse(order)),
    set({ accountRef, condition }) {
      if (condition) record.conditions.set(accountRef, condition)
      else record.conditions.delete(accountRef)
    },
  }
  return record
}
