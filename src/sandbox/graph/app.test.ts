import { describe, expect, it } from 'vitest'
import { aSandbox } from '#tests/support/sandbox.ts'

const SECRET = 'page_app_secret_0123'
const APP_ID = '990000000000002'

const anApp = () => aSandbox({ pageSecret: SECRET, appId: APP_ID })

describe('the app', () => {
  it('reads its own subscriptions with its own token, and nothing more', async () => {
    const { call } = await anApp()
    const { status, body } = await call(`/v26.0/${APP_ID}/subscriptions`, { as: `${APP_ID}|${SECRET}` })
    expect(status).toBe(200)
    expect(body.data.map(({ object, active }: { object: string; active: boolean }) => [object, active])).toEqual([
      ['instagram', true],
      ['page', true],
    ])
    expect(body.data[0].fields).toContainEqual({ name: 'messages', version: 'v26.0' })
    expect((await call('/v26.0/me', { as: `${APP_ID}|${SECRET}` })).body.error.code).toBe(190)
  })

  it.each([
    ['another secret', `${APP_ID}|another_secret_0123`, 190],
    ['another id', `123456|${SECRET}`, 101],
  ])('is refused with %s', async (_, as, code) => {
    const { call } = await anApp()
    const { status, body } = await call(`/v26.0/${APP_ID}`, { as })
    expect([status, body.error.code]).toEqual([400, code])
  })

  it('is what the dashboard makes of it', async () => {
    const { call, ask } = await anApp()
    const as = `${APP_ID}|${SECRET}`
    const subscription = { object: 'page', callbackUrl: 'https://elsewhere.example', active: false, fields: ['feed'] }
    expect((await ask('PUT', '/app', { subscriptions: [subscription] })).status).toBe(204)
    expect((await call(`/v26.0/${APP_ID}/subscriptions`, { as })).body.data).toEqual([
      {
        object: 'page',
        callback_url: 'https://elsewhere.example',
        active: false,
        fields: [{ name: 'feed', version: 'v26.0' }],
      },
    ])
    expect((await ask('PUT', '/app', { isBlocked: true })).status).toBe(204)
    expect((await call(`/v26.0/${APP_ID}`, { as })).body.error.code).toBe(200)
  })
})

it('answers with the time of its own clock', async () => {
  const { call, control } = await anApp()
  control.change({ clockOffsetMs: 3_600_000 })
  const { headers } = await call('/v26.0/me')
  const ahead = Date.parse(headers.get('date') ?? '') - Date.now()
  expect(Math.abs(ahead - 3_600_000)).toBeLessThan(60_000)
})

it.each([
  ['messages_off', 200, 2_534_041],
  ['restricted', 368, undefined],
  ['unlinked', 100, 2_534_013],
])('keeps messages from everybody while an account is %s, and lets them go again', async (condition, code, subcode) => {
  const { call, ask, accountRef } = await anApp()
  expect((await ask('PUT', '/conditions', { accountRef, condition })).status).toBe(204)
  const read = () => call('/v26.0/me/conversations?platform=instagram')
  expect((await read()).body.error).toMatchObject({ code, ...(subcode && { error_subcode: subcode }) })
  expect((await call('/v26.0/me')).status).toBe(200)
  await ask('PUT', '/conditions', { accountRef, condition: null })
  expect((await read()).status).toBe(200)
})

it('shows no messages to a token that may not read them', async () => {
  const { call, ask, accountRef } = await anApp()
  await ask('PUT', '/grants', { accountRef, scopes: ['instagram_business_basic'] })
  expect((await call('/v26.0/me/conversations?platform=instagram')).body.error.code).toBe(10)
})
