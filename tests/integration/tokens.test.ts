import { eq } from 'drizzle-orm'
import { describe, expect, it } from 'vitest'
import { accounts } from '#db/schema/accounts.ts'
import { NO_EXPIRY } from '#src/domain/credential.ts'
import { neededScopes } from '#src/domain/permission.ts'
import { createDeauthorize } from '#src/flow/deauthorize.ts'
import { aKeptHouse } from '#tests/support/keeping.ts'
import { aConnectedThread, aQueuedPost, keyring } from '#tests/support/posts.ts'
import { aDatabase, aRedis } from '#tests/support/stores.ts'
import { DAY_MS } from '#tests/support/threads.ts'

const { db } = await aDatabase()
const stores = { db, ...aRedis() }
const setUp = (ids?: { metaAppId?: string }) => aKeptHouse(stores, ids)
const ofPage = Object.keys(neededScopes.messenger)

describe('a process that was away', () => {
  it('over the moment of renewal renews at its first look', async () => {
    const { on, look, instagram, rowOf, calls } = await setUp()
    const first = await rowOf(instagram)
    on(45)
    await look()
    const row = await rowOf(instagram)
    expect(row.tokenExpiresAt.getTime()).toBeGreaterThan(first.tokenExpiresAt.getTime() + 44 * DAY_MS)
    expect(row.sealedToken).not.toBe(first.sealedToken)
    on(46)
    await look()
    expect(calls('refresh_access_token')).toHaveLength(1)
    expect(await rowOf(instagram)).toMatchObject({ credentialStatus: 'valid', tokenError: null })
  })

  it('for more than sixty days says that the token is over, asks nobody, and stops nobody else', async () => {
    const { on, look, instagram, page, rowOf, openAlerts, calls } = await setUp()
    on(61)
    await look()
    expect(await rowOf(instagram)).toMatchObject({ credentialStatus: 'expired', tokenError: 'expired' })
    expect(calls('refresh_access_token')).toHaveLength(0)
    expect(await openAlerts(instagram)).toMatchObject([
      { kind: 'token_refused', severity: 'critical', text: expect.stringMatching(/expired.*held.*Connect .* again/) },
    ])
    expect(await rowOf(page)).toMatchObject({ credentialStatus: 'valid' })
    expect(await openAlerts(page)).toEqual([])
  })
})

describe('a renewal', () => {
  it('that fails five times in a row keeps the old token, which goes on working, and then succeeds', async () => {
    const { on, look, instagram, rowOf, control, deps } = await setUp()
    const { sealedToken } = await rowOf(instagram)
    control.faults.queue([{ match: { path: 'refresh_access_token' }, times: 5, status: 503 }])
    for (let attempt = 0; attempt < 5; attempt++) {
      on(34 + attempt / 100)
      await look()
      expect(await rowOf(instagram)).toMatchObject({ sealedToken, credentialStatus: 'valid', tokenError: 'http/503' })
      const token = keyring.open(sealedToken, { owner: instagram, field: 'token' })
      await deps.adapters.instagram.credential.check(token, AbortSignal.timeout(5000))
    }
    on(34.1)
    await look()
    const row = await rowOf(instagram)
    expect(row).toMatchObject({ credentialStatus: 'valid', tokenError: null })
    expect(row.sealedToken).not.toBe(sealedToken)
  })

  it('that is answered without a token leaves the old one where it is', async () => {
    const { on, look, instagram, rowOf, control } = await setUp()
    const { sealedToken, tokenExpiresAt } = await rowOf(instagram)
    const body = { token_type: 'bearer', expires_in: 5_183_944 }
    control.faults.queue([{ match: { path: 'refresh_access_token' }, status: 200, body }])
    on(34)
    await look()
    expect(await rowOf(instagram)).toMatchObject({ sealedToken, tokenExpiresAt, credentialStatus: 'valid' })
  })
})

describe('a Page’s token', () => {
  it('is looked into: what it allows, whose it is and both its ends are known, and that owner can take leave', async () => {
    const { look, page, instagram, rowOf } = await setUp()
    await look()
    const row = await rowOf(page)
    expect(row).toMatchObject({ scopes: ofPage.toSorted(), tokenExpiresAt: NO_EXPIRY, ownerRef: expect.any(String) })
    expect(Math.abs((row.dataAccessExpiresAt?.getTime() ?? 0) - Date.now() - 90 * DAY_MS)).toBeLessThan(60_000)
    const deauthorize = createDeauthorize({ db, publish: () => undefined, now: () => new Date() })
    expect(await deauthorize({ userRef: row.ownerRef ?? '', issuedAt: new Date() })).toBe(1)
    expect(await rowOf(page)).toMatchObject({ credentialStatus: 'revoked', sealedToken: '' })
    expect(await rowOf(instagram)).toMatchObject({ credentialStatus: 'valid' })
  })

  it('is looked into once an hour, and asked oftener whether it works', async () => {
    const { look, on, calls, page, refOf } = await setUp()
    const start = (3_600_000 - (Date.now() % 3_600_000)) / DAY_MS
    for (const minutes of [1, 11, 21, 61]) {
      on(start + minutes / 1440)
      await look()
    }
    expect(calls('debug_token')).toHaveLength(2)
    expect(calls('/me', await refOf(page))).toHaveLength(4)
  })

  it('is left as it is where our own app is refused, or not known', async () => {
    for (const ids of [{ metaAppId: '424242424242' }, {}]) {
      const { look, page, rowOf, openAlerts } = await setUp(ids)
      await look()
      expect(await rowOf(page)).toMatchObject({ credentialStatus: 'valid', tokenError: null, scopes: null })
      expect(await openAlerts(page)).toEqual([])
    }
  })

  it.each([
    [460, /password was changed.*Connect/],
    [458, /removed the app.*Connect/],
    [467, /signed out.*Connect/],
    [492, /lost their role.*another person/],
  ])('that died with 190/%i stops its own account alone, at once, with words that help', async (code, words) => {
    const { look, control, page, instagram, refOf, rowOf, openAlerts, auditOf } = await setUp()
    await look()
    control.stage.token({ accountRef: await refOf(page), dead: true, code })
    await look()
    await look()
    expect(await rowOf(page)).toMatchObject({ credentialStatus: 'revoked', tokenError: `190/${code}` })
    expect(await openAlerts(page)).toMatchObject([
      { kind: 'token_refused', severity: 'critical', count: 1, text: expect.stringMatching(words) },
    ])
    expect((await auditOf(page)).filter(({ action }) => action === 'credential.refused')).toHaveLength(1)
    expect(await rowOf(instagram)).toMatchObject({ credentialStatus: 'valid', tokenError: null })
    expect(await openAlerts(instagram)).toEqual([])
  })

  it('behind a checkpoint comes back by itself, and what was held goes out', async () => {
    const { look, on, control, page, refOf, rowOf, openAlerts, rung } = await setUp()
    const accountRef = await refOf(page)
    const { id } = await aQueuedPost(db, { thread: await aConnectedThread(db, await rowOf(page)) })
    control.stage.token({ accountRef, dead: true, code: 459 })
    await look()
    expect(await openAlerts(page)).toMatchObject([{ text: expect.stringContaining('sign in at facebook.com') }])
    control.stage.token({ accountRef, revived: true })
    on(0.02)
    await look()
    expect(await rowOf(page)).toMatchObject({ credentialStatus: 'revoked' })
    expect(rung).toEqual([])
    on(0.05)
    await look()
    expect(await rowOf(page)).toMatchObject({ credentialStatus: 'valid', tokenError: null })
    expect(await openAlerts(page)).toEqual([])
    expect(rung).toEqual([id])
  })

  it('that Meta calls invalid, though it answers, is dead by Meta’s own word', async () => {
    const { look, control, page, rowOf } = await setUp()
    const body = { data: { is_valid: false, scopes: [], error: { code: 190, subcode: 467, message: 'words' } } }
    control.faults.queue([{ match: { path: 'debug_token' }, status: 200, body }])
    await look()
    expect(await rowOf(page)).toMatchObject({ credentialStatus: 'revoked', tokenError: '190/467' })
  })
})

describe('a permission', () => {
  it('that is taken away is named at once, and its return settles that', async () => {
    const { look, on, control, page, refOf, rowOf, openAlerts, auditOf } = await setUp()
    const accountRef = await refOf(page)
    await look()
    expect(await openAlerts(page)).toEqual([])
    control.stage.grant({ accountRef, scopes: ofPage.filter((scope) => scope !== 'pages_messaging') })
    for (const hour of [1, 2]) {
      on(hour / 24)
      await look()
      expect(await openAlerts(page)).toMatchObject([
        {
          ...{ kind: 'scope_missing', severity: 'critical', count: 1 },
          text: expect.stringMatching(/pages_messaging \(reading and answering messages\)/),
        },
      ])
    }
    expect(await rowOf(page)).toMatchObject({ credentialStatus: 'valid' })
    control.stage.grant({ accountRef, scopes: ofPage })
    on(3 / 24)
    await look()
    expect(await openAlerts(page)).toEqual([])
    const changes = (await auditOf(page)).filter(({ action }) => action === 'credential.changed')
    expect(changes.map(({ detail }) => detail['missing'])).toEqual(['pages_messaging', ''])
  })
})

describe('an account that is connected', () => {
  const soon = (days: number) => ({ expiresAt: new Date(Date.now() + days * DAY_MS) })

  it('with few days left is announced at once, and not once more by the schedule', async () => {
    const { connected, instagram, openAlerts, look } = await setUp()
    await connected('instagram', soon(10))
    const told = {
      kind: 'token_expiring',
      severity: 'warning',
      text: expect.stringContaining('within 14 days'),
      count: 1,
    }
    expect(await openAlerts(instagram)).toMatchObject([told])
    await look()
    expect(await openAlerts(instagram)).toMatchObject([told])
    await connected('instagram', soon(60))
    expect(await openAlerts(instagram)).toEqual([])
  })

  it('without a permission, or with little access left, is announced at once', async () => {
    const { connected, page, openAlerts } = await setUp()
    const scopes = [...ofPage.filter((scope) => scope !== 'pages_messaging'), 'instagram_basic']
    await connected('messenger', { scopes, dataAccessExpiresAt: soon(2).expiresAt })
    const kinds = (await openAlerts(page)).map(({ kind, severity }) => `${severity} ${kind}`)
    expect(kinds.sort()).toEqual(['critical data_access_expiring', 'critical scope_missing'])
  })

  it('with everything as it should be raises nothing', async () => {
    const { instagram, page, openAlerts } = await setUp()
    expect([...(await openAlerts(instagram)), ...(await openAlerts(page))]).toEqual([])
  })

  it('of which nobody was told is announced by the next look, whatever was known before', async () => {
    const { instagram, openAlerts, look } = await setUp()
    await db
      .update(accounts)
      .set({ tokenExpiresAt: soon(10).expiresAt, tokenCheckedAt: new Date() })
      .where(eq(accounts.id, instagram))
    await look()
    expect(await openAlerts(instagram)).toMatchObject([{ kind: 'token_expiring', count: 1 }])
    await look()
    expect(await openAlerts(instagram)).toMatchObject([{ count: 1 }])
  })
})

describe('access to data', () => {
  const behindPage = [...ofPage, 'instagram_basic', 'instagram_manage_messages']

  it('that is about to end is announced 14, 7, 3 and 1 days before, and when it is over', async () => {
    const { look, on, control, page, refOf, rowOf, openAlerts } = await setUp()
    control.stage.grant({ accountRef: await refOf(page), scopes: behindPage })
    const told: string[] = []
    for (const day of [1, 75, 77, 77.5, 84, 88, 89.5, 91]) {
      on(day)
      await look()
      const [alert] = (await openAlerts(page)).filter(({ kind }) => kind === 'data_access_expiring')
      told.push(alert ? `${alert.count} ${/within (a day|\d+ days)|now/.exec(alert.text)?.[0]}` : 'nothing')
    }
    expect(told).toEqual([
      ...['nothing', 'nothing', '1 within 14 days', '1 within 14 days'],
      ...['2 within 7 days', '3 within 3 days', '4 within a day', '5 now'],
    ])
    const [alert] = await openAlerts(page)
    expect(alert?.text).toContain('instagram_basic, instagram_manage_messages')
    expect(await rowOf(page)).toMatchObject({ credentialStatus: 'valid' })
  })

  it('is no concern of an account whose permissions do not end with it, and settled when it begins anew', async () => {
    const { look, on, control, page, refOf, openAlerts } = await setUp()
    const accountRef = await refOf(page)
    on(88)
    await look()
    expect(await openAlerts(page)).toEqual([])
    control.stage.grant({ accountRef, scopes: behindPage })
    on(88.1)
    await look()
    expect(await openAlerts(page)).toMatchObject([{ kind: 'data_access_expiring', severity: 'critical' }])
    control.stage.grant({ accountRef, dataAccessExpiresAt: Date.now() + 178 * DAY_MS })
    on(88.2)
    await look()
    expect(await openAlerts(page)).toEqual([])
  })
})
