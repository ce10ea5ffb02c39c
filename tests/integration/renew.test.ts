import { and, eq, isNull } from 'drizzle-orm'
import { describe, expect, it } from 'vitest'
import { accounts } from '#db/schema/accounts.ts'
import { alerts } from '#db/schema/alerts.ts'
import { auditEntries } from '#db/schema/audit-entries.ts'
import { pauses } from '#db/schema/pauses.ts'
import { leases } from '#db/schema/switches.ts'
import type { AccountId, PostId } from '#src/domain/ids.ts'
import { createRenew } from '#src/flow/renew.ts'
import { createRound } from '#src/flow/rounds.ts'
import { createLimiter } from '#src/limits/slots.ts'
import { Secret } from '#src/vault/secret.ts'
import { adaptersAt } from '#tests/support/adapters.ts'
import { aFakeGraph, graphError, type Script } from '#tests/support/fake-graph.ts'
import { aConnectedAccount, aConnectedThread, aQueuedPost, keyring } from '#tests/support/posts.ts'
import { aDatabase, aRedis } from '#tests/support/stores.ts'
import { DAY_MS } from '#tests/support/threads.ts'

const { db } = await aDatabase()
const { redis, prefix } = aRedis()
const start = new Date()
const daysLater = (days: number) => new Date(start.getTime() + days * DAY_MS)

/** One account, a Graph that knows it, and a clock that is set by hand. */
async function setUp(changed: Parameters<typeof aConnectedAccount>[1] = {}) {
  await db.delete(accounts)
  await db.delete(alerts)
  await db.delete(leases)
  await db.delete(pauses)
  const graph = await aFakeGraph()
  const account = await aConnectedAccount(db, { tokenObtainedAt: start, tokenExpiresAt: daysLater(60), ...changed })
  const clock = { at: start }
  const rung: PostId[] = []
  const build = () =>
    createRenew({
      db,
      keyring,
      adapters: adaptersAt(graph.url),
      lanes: { add: async (_platform, posts) => void rung.push(...posts.map(({ id }) => id)) },
      limiter: createLimiter(redis, prefix),
      publish: () => undefined,
      now: () => clock.at,
    })
  const says = (kind: string, ...scripts: Script[]) => graph.next(kind, ...scripts)
  const me = { body: { user_id: account.accountRef, username: 'alpine' } }
  const on = async (day: number, ...looks: Script[]) => {
    clock.at = daysLater(day)
    says('me', ...(looks.length > 0 ? looks : [me]))
    await build().renewAll()
  }
  return {
    graph,
    account,
    clock,
    build,
    on,
    says,
    me,
    rung,
    refreshes: () => graph.arrivals.filter(({ path }) => path === '/refresh_access_token'),
  }
}

const accountOf = async (id: AccountId) => (await db.select().from(accounts).where(eq(accounts.id, id)))[0]
const openAlerts = async () =>
  (await db.select().from(alerts).where(isNull(alerts.resolvedAt))).map(({ kind, severity, text }) => ({
    kind,
    severity,
    text,
  }))
const auditOf = async (id: string, action: 'credential.renewed' | 'credential.refused') =>
  db
    .select()
    .from(auditEntries)
    .where(and(eq(auditEntries.subjectId, id), eq(auditEntries.action, action)))

it('learns who owns the account from the next look at its token, and keeps it when a look does not say', async () => {
  const { account, on, me } = await setUp()
  expect((await accountOf(account.id))?.ownerRef).toBeNull()
  await on(1, { body: { ...me.body, id: '218471' } })
  expect((await accountOf(account.id))?.ownerRef).toBe('218471')
  await on(2)
  expect((await accountOf(account.id))?.ownerRef).toBe('218471')
})

describe('a token', () => {
  it('is renewed at about half of its life, without any traffic, and then has a whole one again', async () => {
    const { account, on, refreshes } = await setUp()
    await on(26)
    expect(refreshes()).toHaveLength(0)
    await on(34)
    expect(refreshes()).toHaveLength(1)
    const renewed = await accountOf(account.id)
    expect(renewed).toMatchObject({ credentialStatus: 'valid', tokenError: null })
    expect(renewed?.tokenExpiresAt.getTime()).toBeGreaterThan(daysLater(93).getTime())
    expect(keyring.open(renewed?.sealedToken ?? '', { owner: account.id, field: 'token' }).reveal()).toMatch(
      /^IGAAfresh/,
    )
    expect(await auditOf(account.id, 'credential.renewed')).toHaveLength(1)
    await on(35)
    expect(refreshes()).toHaveLength(1)
  })

  it('is renewed when the process starts, however long it was away, as long as it lives', async () => {
    const { account, on } = await setUp()
    await on(59.9)
    expect((await accountOf(account.id))?.credentialStatus).toBe('valid')
  })

  it('is not renewed in its first day, which Instagram refuses', async () => {
    const { on, refreshes } = await setUp({ tokenExpiresAt: daysLater(1.5) })
    await on(0.9)
    expect(refreshes()).toHaveLength(0)
  })

  it('survives five failed renewals in a row: the account stays connected', async () => {
    const { account, on, says } = await setUp()
    for (let i = 0; i < 5; i++) {
      says('refresh_access_token', { status: 500, body: '' })
      await on(34 + i / 100)
      expect(await accountOf(account.id)).toMatchObject({
        credentialStatus: 'valid',
        sealedToken: account.sealedToken,
        tokenError: 'http/500',
      })
    }
    await on(34.2)
    expect(await accountOf(account.id)).toMatchObject({ credentialStatus: 'valid', tokenError: null })
  })

  it('is kept when the answer brings no new one', async () => {
    const { account, on, says } = await setUp()
    says('refresh_access_token', { body: { token_type: 'bearer', expires_in: 5_183_944 } })
    await on(34)
    expect(await accountOf(account.id)).toMatchObject({
      sealedToken: account.sealedToken,
      tokenExpiresAt: account.tokenExpiresAt,
    })
  })

  it('that was replaced by hand meanwhile is not overwritten by a late renewal', async () => {
    const { account, on, says } = await setUp()
    const byHand = keyring.seal(new Secret('IGAAbyhand'), { owner: account.id, field: 'token' })
    const replaced = db.update(accounts).set({ sealedToken: byHand }).where(eq(accounts.id, account.id))
    says('refresh_access_token', { after: () => replaced.execute() })
    await on(34)
    expect((await accountOf(account.id))?.sealedToken).toBe(byHand)
    expect(await auditOf(account.id, 'credential.renewed')).toHaveLength(0)
  })

  it('that was sealed anew with another key meanwhile takes the renewal all the same', async () => {
    const { account, on, says } = await setUp()
    const place = { owner: account.id, field: 'token' }
    const anew = keyring.seal(keyring.open(account.sealedToken, place), place)
    const resealed = db.update(accounts).set({ sealedToken: anew }).where(eq(accounts.id, account.id))
    says('refresh_access_token', { after: () => resealed.execute() })
    await on(34)
    const stored = (await accountOf(account.id))?.sealedToken ?? ''
    expect(keyring.open(stored, place).reveal()).toMatch(/^IGAAfresh/)
    expect(await auditOf(account.id, 'credential.renewed')).toHaveLength(1)
  })

  it('that cannot be renewed is announced 14, 7, 3 and 1 days before its end, once each', async () => {
    const { account, on, says, me } = await setUp()
    const told: [number, string | undefined][] = []
    for (const day of [45.5, 46.5, 46.6, 53.5, 53.6, 57.5, 59.5]) {
      says('refresh_access_token', { status: 400, body: graphError(100) })
      await on(day, me)
      const [alert] = await db
        .select()
        .from(alerts)
        .where(eq(alerts.openKey, `token_expiring:${account.id}`))
      told.push([alert?.count ?? 0, /(a day|\d+ days)/.exec(alert?.text ?? '')?.[0]])
    }
    expect(told).toEqual([
      [0, undefined],
      [1, '14 days'],
      [1, '14 days'],
      [2, '7 days'],
      [2, '7 days'],
      [3, '3 days'],
      [4, 'a day'],
    ])
    expect((await accountOf(account.id))?.credentialStatus).toBe('expiring')
    await on(61)
    expect((await accountOf(account.id))?.credentialStatus).toBe('expired')
    expect((await openAlerts()).map(({ kind, severity }) => `${kind} ${severity}`)).toEqual(['token_refused critical'])
  })
})

describe('a token that Instagram refuses', () => {
  it('is reported at once and holds the account, and its end is on record once', async () => {
    const { account, on } = await setUp()
    await on(2, { status: 400, body: graphError(190, 460) })
    expect(await accountOf(account.id)).toMatchObject({ credentialStatus: 'revoked', tokenError: '190/460' })
    expect(await openAlerts()).toEqual([
      expect.objectContaining({
        kind: 'token_refused',
        severity: 'critical',
        text: expect.stringContaining('password'),
      }),
    ])
    await on(2.01, { status: 400, body: graphError(190, 460) })
    await on(3, { status: 400, body: graphError(190, 460) })
    expect(await auditOf(account.id, 'credential.refused')).toHaveLength(1)
  })

  it('only for its renewal stays connected, with a warning', async () => {
    const { account, on, says } = await setUp()
    says('refresh_access_token', { status: 400, body: graphError(10) })
    await on(34)
    expect(await accountOf(account.id)).toMatchObject({ credentialStatus: 'valid', tokenError: '10' })
    expect(await openAlerts()).toEqual([expect.objectContaining({ kind: 'token_refused', severity: 'warning' })])
  })

  it('comes back when Instagram takes it again, and what was held is rung', async () => {
    const { account, on, rung } = await setUp()
    const { id } = await aQueuedPost(db, { thread: await aConnectedThread(db, account) })
    await on(2, { status: 400, body: graphError(190, 459) })
    await on(2.5)
    expect(await accountOf(account.id)).toMatchObject({ credentialStatus: 'valid', tokenError: null })
    expect(await openAlerts()).toEqual([])
    expect(rung).toEqual([id])
  })

  it('is not taken for alive because Instagram is away', async () => {
    const { account, on } = await setUp()
    await on(2, { status: 400, body: graphError(190, 459) })
    await on(2.5, { status: 503, body: '' })
    expect(await accountOf(account.id)).toMatchObject({ credentialStatus: 'revoked', tokenError: '190/459' })
  })

  it('is not mistaken for dead while Instagram itself is away', async () => {
    const { account, on, graph } = await setUp()
    await on(2, { status: 503, body: '' })
    await graph.close()
    await on(3)
    expect(await accountOf(account.id)).toMatchObject({ credentialStatus: 'valid' })
    expect(await openAlerts()).toEqual([])
  })

  it('of another account is noticed before anything is sent with it', async () => {
    const { account, on } = await setUp()
    await on(2, { body: { user_id: '999', username: 'somebody' } })
    expect(await accountOf(account.id)).toMatchObject({ tokenError: 'other_account' })
    expect(await openAlerts()).toEqual([expect.objectContaining({ kind: 'token_refused' })])
  })

  it('because our own keys cannot open it does not count as dead', async () => {
    const { account, on } = await setUp({ sealedToken: 'gAAAAAbroken' })
    await on(2)
    expect(await accountOf(account.id)).toMatchObject({ credentialStatus: 'valid', tokenError: 'token_unreadable' })
  })
})

describe('looking after all accounts', () => {
  it('one that fails does not keep the others waiting', async () => {
    const { account, on, refreshes } = await setUp()
    const broken = await aConnectedAccount(db, {
      sealedToken: 'gAAAAAbroken',
      tokenObtainedAt: start,
      tokenExpiresAt: daysLater(60),
    })
    await on(34)
    expect(refreshes()).toHaveLength(1)
    expect((await accountOf(account.id))?.tokenError).toBeNull()
    expect((await accountOf(broken.id))?.tokenError).toBe('token_unreadable')
  })

  it('goes on after one that throws, and says so in the end', async () => {
    const { account } = await setUp()
    const other = await aConnectedAccount(db)
    const looked: AccountId[] = []
    const look = async (id: AccountId) => {
      looked.push(id)
      if (id === account.id) throw new Error('trouble')
    }
    const round = createRound({ db, lease: 'renew', isDue: () => true, look, now: () => new Date() })
    await expect(round()).rejects.toThrow('trouble')
    // By id, and of two that are made in the same millisecond either comes first.
    expect(looked).toEqual([account.id, other.id].sort())
  })

  it('is done once at a time, by one process or by several', async () => {
    const { build, clock, says, me, refreshes } = await setUp()
    clock.at = daysLater(34)
    says('refresh_access_token', { after: () => new Promise((resolve) => setTimeout(resolve, 300)) })
    says('me', me)
    const { renewAll } = build()
    await Promise.all([renewAll(), renewAll(), build().renewAll()])
    expect(refreshes()).toHaveLength(1)
  })
})
