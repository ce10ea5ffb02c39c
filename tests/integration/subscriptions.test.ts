import { describe, expect, it } from 'vitest'
import { stopAccount } from '#db/accounts.ts'
import { neededFields } from '#src/domain/subscription.ts'
import { createKeepSubscribed } from '#src/flow/keep-subscribed.ts'
import { aKeptHouse } from '#tests/support/keeping.ts'
import { aDatabase, aRedis } from '#tests/support/stores.ts'

const { db } = await aDatabase()
const stores = { db, ...aRedis() }
const MINUTE = 1 / 1440

async function setUp(ids?: { metaAppId?: string }) {
  const house = await aKeptHouse(stores, ids)
  const { control, refOf, on, deps, page } = house
  const visitor = control.phone.meet('Eva', { accountRef: await refOf(page) }).contactRef
  return {
    ...house,
    /** What a process does that has just been started, at this minute. */
    async keepAt(minute: number) {
      on(minute * MINUTE)
      await createKeepSubscribed(deps).keepAll()
    },
    isTold: async () => (await control.phone.write(visitor, { text: 'Hi' }).delivered).status === 200,
  }
}

describe('the webhooks of an account', () => {
  it('are looked at, written down and left alone when all is well', async () => {
    const { keepAt, page, instagram, rowOf, openAlerts, auditOf, calls } = await setUp()
    await keepAt(0)
    for (const [id, platform] of [
      [page, 'messenger'],
      [instagram, 'instagram'],
    ] as const) {
      const row = await rowOf(id)
      expect(row.subscribedFields).toEqual(expect.arrayContaining([...neededFields[platform]]))
      expect(row.subscriptionsCheckedAt).toBeInstanceOf(Date)
      expect(await openAlerts(id)).toEqual([])
      expect((await auditOf(id)).map(({ action }) => action)).toEqual(['account.added'])
    }
    expect(calls('subscribed_apps').map(({ method }) => method)).toEqual(['GET', 'GET'])
  })

  it('that Meta dropped are asked for again before the hour is over, told once, and settled', async () => {
    const { keepAt, page, instagram, refOf, rowOf, control, openAlerts, auditOf, isTold } = await setUp()
    await keepAt(0)
    control.stage.subscription({ accountRef: await refOf(page), fields: [], others: ['feed', 'messages'] })
    expect(await isTold()).toBe(false)
    await keepAt(16)
    expect(await isTold()).toBe(true)
    expect((await rowOf(page)).subscribedFields).toEqual([...neededFields.messenger].toSorted())
    expect(await openAlerts(page)).toMatchObject([
      { kind: 'subscription_lost', severity: 'warning', count: 1, text: expect.stringMatching(/inbox.*messages/) },
    ])
    expect((await auditOf(page)).filter(({ action }) => action === 'subscription.renewed')).toHaveLength(1)
    expect(await openAlerts(instagram)).toEqual([])
    await keepAt(32)
    expect(await openAlerts(page)).toEqual([])
    expect((await auditOf(page)).filter(({ action }) => action === 'subscription.renewed')).toHaveLength(1)
  })

  it('of which some are gone are completed; an Instagram account with one of them has them all', async () => {
    const { keepAt, page, instagram, refOf, rowOf, control, calls } = await setUp()
    await keepAt(0)
    control.stage.subscription({ accountRef: await refOf(page), fields: ['feed'] })
    control.stage.subscription({ accountRef: await refOf(instagram), fields: ['comments'] })
    await keepAt(16)
    expect((await rowOf(page)).subscribedFields).toEqual([...neededFields.messenger].toSorted())
    expect((await rowOf(instagram)).subscribedFields).toEqual(['comments'])
    expect(calls('subscribed_apps').filter(({ method }) => method === 'POST')).toHaveLength(1)
  })

  it('are looked after also while its sending is stopped, since what people write is kept', async () => {
    const { keepAt, page, refOf, control, isTold } = await setUp()
    await keepAt(0)
    await stopAccount(db, page, 'Holidays', new Date())
    control.stage.subscription({ accountRef: await refOf(page), fields: [] })
    expect(await isTold()).toBe(false)
    await keepAt(16)
    expect(await isTold()).toBe(true)
  })

  it('of a new account are asked for without an alarm', async () => {
    const { keepAt, page, refOf, control, openAlerts, auditOf, isTold } = await setUp()
    control.stage.subscription({ accountRef: await refOf(page), fields: [] })
    await keepAt(0)
    expect(await isTold()).toBe(true)
    expect(await openAlerts(page)).toEqual([])
    expect((await auditOf(page)).map(({ action }) => action)).toEqual(['account.added', 'subscription.renewed'])
  })

  it('that cannot be had for want of a permission are told once, by its name, until it is there', async () => {
    const { keepAt, look, page, refOf, control, openAlerts, auditOf, isTold } = await setUp()
    const accountRef = await refOf(page)
    control.stage.grant({ accountRef, scopes: ['pages_messaging', 'pages_show_list'] })
    control.stage.subscription({ accountRef, fields: [] })
    await look()
    for (const minute of [0, 16, 32]) {
      await keepAt(minute)
      const alerts = (await openAlerts(page)).filter(({ kind }) => kind === 'subscription_refused')
      expect(alerts).toMatchObject([
        { severity: 'critical', count: 1, text: expect.stringContaining('pages_manage_metadata is missing') },
      ])
    }
    expect((await auditOf(page)).filter(({ action }) => action === 'subscription.refused')).toHaveLength(1)
    control.stage.grant({ accountRef, scopes: ['pages_messaging', 'pages_manage_metadata'] })
    await keepAt(48)
    expect(await isTold()).toBe(true)
    expect((await openAlerts(page)).filter(({ kind }) => kind.startsWith('subscription'))).toEqual([])
  })

  it('that stay incomplete although Meta says yes are told as such', async () => {
    const { keepAt, page, refOf, rowOf, control, openAlerts } = await setUp()
    await keepAt(0)
    control.stage.subscription({ accountRef: await refOf(page), fields: ['feed'] })
    control.faults.queue([{ match: { method: 'POST', path: 'subscribed_apps' }, status: 200, body: { success: true } }])
    await keepAt(16)
    expect(await openAlerts(page)).toMatchObject([
      { kind: 'subscription_refused', text: expect.stringContaining('messages') },
    ])
    expect((await rowOf(page)).subscribedFields).toEqual(['feed'])
  })

  it('are not guessed among those of several apps', async () => {
    const { keepAt, page, refOf, rowOf, control, openAlerts } = await setUp({})
    control.stage.subscription({ accountRef: await refOf(page), others: ['feed'] })
    await keepAt(0)
    expect(await rowOf(page)).toMatchObject({ subscribedFields: null, subscriptionsCheckedAt: null })
    expect(await openAlerts(page)).toMatchObject([
      { kind: 'subscription_refused', text: expect.stringContaining('META_APP_ID') },
    ])
  })
})

describe('a look at the webhooks', () => {
  it('that fails, or has to wait, changes nothing and comes again', async () => {
    const { keepAt, page, refOf, rowOf, control, openAlerts, calls } = await setUp()
    await keepAt(0)
    const before = await rowOf(page)
    const accountRef = await refOf(page)
    const error = { error: { message: 'words', type: 'OAuthException', code: 80_006 } }
    control.faults.queue([{ match: { path: 'subscribed_apps', accountRef }, status: 503 }])
    await keepAt(16)
    expect(await rowOf(page)).toEqual(before)
    control.faults.queue([{ match: { path: 'subscribed_apps', accountRef }, status: 400, body: error }])
    await keepAt(32)
    expect(await rowOf(page)).toEqual(before)
    const asked = calls('subscribed_apps', accountRef).length
    await keepAt(34)
    expect(calls('subscribed_apps', accountRef)).toHaveLength(asked)
    await keepAt(40)
    expect(calls('subscribed_apps', accountRef)).toHaveLength(asked + 1)
    expect(await openAlerts(page)).toEqual([])
  })

  it('is not wasted on a dead token, and stops no other account', async () => {
    const { keepAt, look, page, instagram, refOf, rowOf, control, openAlerts, calls } = await setUp()
    const accountRef = await refOf(page)
    control.stage.token({ accountRef, dead: true, code: 460 })
    await keepAt(0)
    expect(await openAlerts(page)).toEqual([])
    await look()
    const asked = calls('subscribed_apps', accountRef).length
    await keepAt(16)
    expect(calls('subscribed_apps', accountRef)).toHaveLength(asked)
    expect((await rowOf(instagram)).subscribedFields).not.toBeNull()
  })

  it('comes four times an hour for each account, however often it is rung for', async () => {
    const { on, deps, calls, refOf, page, instagram } = await setUp()
    const { keepAll } = createKeepSubscribed(deps)
    for (let minute = 0; minute < 60; minute += 2) {
      on(minute * MINUTE)
      await keepAll()
    }
    for (const id of [page, instagram]) {
      const { length } = calls('subscribed_apps', await refOf(id))
      expect(length).toBeGreaterThanOrEqual(4)
      expect(length).toBeLessThanOrEqual(5)
    }
  })

  it('that fails is not repeated at every round', async () => {
    const { on, deps, calls, refOf, page, control, rowOf } = await setUp()
    const accountRef = await refOf(page)
    control.faults.queue([{ match: { path: 'subscribed_apps', accountRef }, times: 0, status: 503 }])
    const { keepAll } = createKeepSubscribed(deps)
    for (let minute = 0; minute < 30; minute += 2) {
      on(minute * MINUTE)
      await keepAll()
    }
    expect(calls('subscribed_apps', accountRef).length).toBeLessThanOrEqual(3)
    expect((await rowOf(page)).subscriptionsCheckedAt).toBeNull()
  })

  it('is made by one process at a time', async () => {
    const { deps, calls, control } = await setUp()
    control.faults.queue([{ match: { path: 'subscribed_apps' }, times: 1, delayMs: 300 }])
    await Promise.all([1, 2, 3].map(() => createKeepSubscribed(deps).keepAll()))
    expect(calls('subscribed_apps')).toHaveLength(2)
  })
})
