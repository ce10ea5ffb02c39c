import { eq } from 'drizzle-orm'
import { afterAll, describe, expect, it } from 'vitest'
import { inboundEvents } from '#db/schema/inbound-events.ts'
import { webhookDeliveries } from '#db/schema/webhook-deliveries.ts'
import { readConfig } from '#src/config.ts'
import type { Control } from '#src/sandbox/control.ts'
import {
  anInstallation,
  diagnose,
  diagnoseFromWeb,
  INSTAGRAM_APP_ID,
  INSTAGRAM_SECRET,
  META_SECRET,
} from '#tests/support/doctor.ts'

const house = await anInstallation()
const { control, env, db } = house
type Order = Parameters<Control['appRecord']['order']>[0]
const whole = structuredClone(control.appRecord.subscriptions)
afterAll(() => control.appRecord.order({ subscriptions: [...whole] }))

/** The record with one of its objects changed, or left out. */
function changed(object: 'instagram' | 'page', change: object | undefined): Order {
  const others = whole.filter((one) => one.object !== object)
  const ours = whole.filter((one) => one.object === object)
  return { subscriptions: [...others, ...(change ? ours.map((one) => ({ ...one, ...change })) : [])] }
}

const without = (object: 'instagram' | 'page', ...fields: string[]) => {
  const kept = whole.find((one) => one.object === object)?.fields.filter((field) => !fields.includes(field))
  return changed(object, { fields: kept })
}

interface Fault {
  env?: Record<string, string | undefined>
  record?: Order
  make?: () => unknown
  found: string[]
  code?: number
}

const faults: Record<string, Fault> = {
  'no Instagram app id': { env: { INSTAGRAM_APP_ID: undefined }, found: ['app: instagram_app_id_unset'] },
  'no Meta app id': { env: { META_APP_ID: undefined }, found: ['app: meta_app_id_unset'] },
  'no Meta app secret': { env: { META_APP_SECRET: undefined }, found: ['app: meta_app_secret_unset'] },
  'the Instagram app id in place of the Meta one': {
    env: { META_APP_ID: INSTAGRAM_APP_ID },
    found: ['app: app_id_of_other_product'],
  },
  'an id that no app has': { env: { META_APP_ID: '12345678' }, found: ['app: app_unknown'] },
  'a wrong app secret': { env: { META_APP_SECRET: 'never_a_secret_0123' }, found: ['app: app_secret_wrong'] },
  'an app that Meta blocked': { record: { isBlocked: true }, found: ['app: app_blocked'] },
  'a Meta that does not answer for the app': {
    make: () => control.faults.queue([{ match: { path: '/subscriptions$' }, times: 0, drop: true }]),
    found: [expect.stringMatching(/^app: app_silent \(/)],
  },
  'an object without a subscription': {
    record: changed('page', undefined),
    found: ['app: object_unsubscribed (page)'],
  },
  'another object without one': {
    record: changed('instagram', undefined),
    found: ['app: object_unsubscribed (instagram)'],
  },
  'a callback that leads elsewhere': {
    record: changed('instagram', { callbackUrl: 'https://old.example/webhooks/instagram' }),
    found: ['app: callback_elsewhere (instagram: https://old.example/webhooks/instagram)'],
  },
  'the door of the other product': {
    record: changed('page', { callbackUrl: `${house.server.url}/webhooks/instagram` }),
    found: [`app: callback_elsewhere (page: ${house.server.url}/webhooks/instagram)`],
  },
  'a callback that Meta switched off': {
    record: changed('page', { active: false }),
    found: ['app: callback_inactive (page)'],
  },
  'fields that are not selected': {
    record: without('page', 'feed', 'standby'),
    found: ['app: object_fields_missing (page: standby, feed)'],
  },
  'a field of Instagram that is not selected': {
    record: without('instagram', 'comments'),
    found: ['app: object_fields_missing (instagram: comments)'],
  },
}

describe('of the app the doctor tells, and only that:', () => {
  it.each(Object.entries(faults))('%s', async (_, { env: more, record, make, found, code = 1 }) => {
    if (record) control.appRecord.order(record)
    make?.()
    try {
      expect(await diagnose({ ...env, ...more })).toEqual({ code, found })
    } finally {
      control.appRecord.order({ subscriptions: [...whole], isBlocked: false })
      control.faults.clear()
    }
  })

  it('webhooks without their values, until a comment comes whole', async () => {
    const { accountRef } = control.account()
    const entry = { id: accountRef, time: Math.floor(Date.now() / 1000), changed_fields: ['comments'] }
    await control.deliver({ envelope: { object: 'instagram', entry: [entry] } })
    await expect.poll(() => db.$count(inboundEvents, eq(inboundEvents.kind, 'unrecognised'))).toBe(1)
    expect(await diagnose(env)).toEqual({ code: 1, found: [expect.stringMatching(/^app: values_off \(last at /)] })
    await control.phone.comment({ name: 'Ben', username: 'ben', text: 'How much?' })
    await expect.poll(() => db.$count(inboundEvents, eq(inboundEvents.kind, 'comment'))).toBe(1)
    expect(await diagnose(env)).toEqual({ code: 0, found: [] })
  })

  it('that no webhook is on record', async () => {
    await db.delete(webhookDeliveries)
    expect(await diagnose(env)).toEqual({ code: 0, found: ['app: nothing_arrived'] })
    control.phone.answerFromApp(control.phone.meet('Cora').contactRef, { text: 'Hello' })
    await expect.poll(() => diagnose(env)).toEqual({ code: 0, found: [] })
  })
})

describe('the web process, which holds the other secrets, tells, and only that:', () => {
  const asWeb = (more: Record<string, string>) => diagnoseFromWeb(house, readConfig({ ...env, ...more }, 'web'))

  it.each([
    ['that all is well', {}, []],
    [
      'the Instagram app secret in both places',
      { META_APP_SECRET: INSTAGRAM_SECRET },
      ['app: app_secret_of_other_product'],
    ],
    [
      'the two secrets in each other’s place',
      { META_APP_SECRET: INSTAGRAM_SECRET, INSTAGRAM_APP_SECRET: META_SECRET },
      ['app: app_secret_of_other_product'],
    ],
    [
      'the Meta app secret in both places',
      { INSTAGRAM_APP_SECRET: META_SECRET },
      ['app: instagram_secret_of_other_product'],
    ],
    ['a secret that is of neither', { META_APP_SECRET: 'never_a_secret_0123' }, ['app: app_secret_wrong']],
    [
      'another verify token behind the public address',
      { WEBHOOK_VERIFY_TOKEN: 'another-verify-token-0123' },
      ['house: verify_token_foreign (the handshake was answered with 403)'],
    ],
  ])('%s', async (_, more, found) => {
    expect(await asWeb(more)).toEqual(found)
  })
})
