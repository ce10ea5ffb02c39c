import { and, eq, isNull } from 'drizzle-orm'
import type { Redis } from 'ioredis'
import type { Database } from '#db/client.ts'
import { accounts } from '#db/schema/accounts.ts'
import { alerts } from '#db/schema/alerts.ts'
import { auditEntries } from '#db/schema/audit-entries.ts'
import { pauses } from '#db/schema/pauses.ts'
import { leases } from '#db/schema/switches.ts'
import { NO_EXPIRY } from '#src/domain/credential.ts'
import type { AccountId, PostId } from '#src/domain/ids.ts'
import type { Platform } from '#src/domain/platform.ts'
import { createConnect, type NewConnection } from '#src/flow/connect.ts'
import { createRenew } from '#src/flow/renew.ts'
import { createLimiter } from '#src/limits/slots.ts'
import { createAdapters } from '#src/platforms/adapters.ts'
import { Secret } from '#src/vault/secret.ts'
import { keyring } from './posts.ts'
import { aSandbox } from './sandbox.ts'
import { DAY_MS } from './threads.ts'

export const PAGE_SECRET = 'test_page_secret_0123'
export const APP_ID = '1517776481860111'

interface Stores {
  db: Database
  redis: Redis
  prefix: string
}

/** The first account of each platform, connected to a sandbox over real HTTP; both live by one clock that is set by hand. */
export async function aKeptHouse({ db, redis, prefix }: Stores, ids: { metaAppId?: string } = { metaAppId: APP_ID }) {
  for (const table of [accounts, alerts, leases, pauses]) await db.delete(table)
  const sandbox = await aSandbox({ pageSecret: PAGE_SECRET })
  const { control, url } = sandbox
  const clock = { ms: 0 }
  const now = () => new Date(Date.now() + clock.ms)
  const adapters = createAdapters({
    ...{ instagramGraphUrl: url, metaGraphUrl: url, graphApiVersion: 'v26.0', ...ids },
    metaAppSecrets: [{ secret: new Secret(PAGE_SECRET) }],
    now,
  })
  const rung: PostId[] = []
  const deps = {
    ...{ db, keyring, adapters, publish: () => undefined, now },
    lanes: {
      add: async (_platform: Platform, posts: { id: PostId }[]) => void rung.push(...posts.map(({ id }) => id)),
    },
    limiter: createLimiter(redis, prefix),
  }
  const connect = createConnect({ db, keyring, now })

  async function connected(platform: Platform, changed: Partial<NewConnection> = {}): Promise<AccountId> {
    const view = control.firsts().find((one) => one.platform === platform)
    if (!view) throw new Error('The platform is not played')
    const { accountRef, name, token, expiresInSeconds: seconds } = view
    const expiresAt = seconds === null ? NO_EXPIRY : new Date(now().getTime() + seconds * 1000)
    const { accountId } = await connect({
      platform,
      accountRef,
      name,
      token: new Secret(token),
      expiresAt,
      by: { kind: 'process', id: 'test' },
      ...changed,
    })
    return accountId
  }

  const [instagram, page] = [await connected('instagram'), await connected('messenger')]
  const rowOf = async (id: AccountId) => {
    const [row] = await db.select().from(accounts).where(eq(accounts.id, id))
    if (!row) throw new Error('There is no such account')
    return row
  }
  return {
    ...{ sandbox, control, deps, clock, instagram, page, rung, rowOf, connected },
    refOf: async (id: AccountId) => (await rowOf(id)).accountRef,
    /** The clock of everybody, this many days after the start. */
    on(days: number) {
      clock.ms = Math.round(days * DAY_MS)
      control.change({ clockOffsetMs: clock.ms })
    },
    /** What a process does that has just been started. */
    look: () => createRenew(deps).renewAll(),
    openAlerts: async (id: AccountId) =>
      (
        await db
          .select()
          .from(alerts)
          .where(and(eq(alerts.accountId, id), isNull(alerts.resolvedAt)))
      ).map(({ kind, severity, text, count }) => ({ kind, severity, text, count })),
    auditOf: async (id: AccountId) =>
      (await db.select().from(auditEntries).where(eq(auditEntries.subjectId, id)).orderBy(auditEntries.seq)).map(
        ({ action, detail }) => ({ action, detail }),
      ),
    /** The calls of this account that held this in their path. */
    calls: (path: string, accountRef?: string) =>
      control.arrivals().filter((one) => one.path.includes(path) && (!accountRef || one.accountRef === accountRef)),
  }
}
