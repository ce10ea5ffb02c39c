import { beforeEach, expect, it } from 'vitest'
import { alerts } from '#db/schema/alerts.ts'
import { secretAges } from '#db/schema/secret-ages.ts'
import { listSecretAges } from '#db/secret-ages.ts'
import { createSecretAges, type HeldSecret } from '#src/flow/secret-ages.ts'
import { textHash } from '#src/vault/hash.ts'
import { generateFernetKey } from '#src/vault/keyring.ts'
import { Secret } from '#src/vault/secret.ts'
import { command } from '#tests/support/command.ts'
import { aDatabase } from '#tests/support/stores.ts'
import { anAccount } from '#tests/support/threads.ts'

const { db, url } = await aDatabase()
const DAY_MS = 86_400_000
const start = new Date('2026-01-01T12:00:00Z')
const on = (day: number) => new Date(start.getTime() + day * DAY_MS)
const held = (values: Record<string, string>): HeldSecret[] =>
  Object.entries(values).map(([name, value]) => ({ name, secret: new Secret(value) }))

interface Day {
  day: number
  values?: Record<string, string>
  keys?: string
}

/** What a process does that looks on that day. */
function look({ day, values = {}, keys }: Day) {
  const options = { stage: 'production' as const, secrets: held(values), now: () => on(day) }
  return createSecretAges({ db, ...options, ...(keys && { keys: new Secret(keys) }) })()
}

const sinceOf = async (name: string) => (await listSecretAges(db)).find((row) => row.name === name)?.firstSeenAt
const told = async () =>
  (await db.select().from(alerts)).map(({ openKey, text, severity }) => ({ openKey, text, severity }))

beforeEach(async () => {
  for (const table of [secretAges, alerts]) await db.delete(table)
})

it('a secret is as old as it has been the same, and a new one is new', async () => {
  const [key, values] = [generateFernetKey(), { SESSION_SECRET: 'canary-one'.padEnd(64, '0') }]
  await look({ day: 0, values, keys: key })
  await look({ day: 5, values, keys: key })
  expect(await sinceOf('SESSION_SECRET')).toEqual(on(0))
  await look({ day: 9, values: { SESSION_SECRET: 'canary-two'.padEnd(64, '0') }, keys: key })
  expect(await sinceOf('SESSION_SECRET')).toEqual(on(9))
})

it('nothing looks new because the keys of the house were rotated, but for those keys', async () => {
  const [old, fresh] = [generateFernetKey(), generateFernetKey()]
  const password = 'mysql://app:canary-password@one/d'
  await look({ day: 0, values: { DATABASE_URL: password, APP_SECRET_KEY: old }, keys: old })
  const both = `${fresh},${old}`
  await look({ day: 3, values: { DATABASE_URL: password, APP_SECRET_KEY: both }, keys: both })
  // Moved to another host, the old key dropped: the password and the first key are what they were.
  const moved = 'mysql://app:canary-password@two/d'
  await look({ day: 6, values: { DATABASE_URL: moved, APP_SECRET_KEY: fresh }, keys: fresh })
  expect(await sinceOf('DATABASE_URL')).toEqual(on(0))
  expect(await sinceOf('APP_SECRET_KEY')).toEqual(on(3))
})

it('what is kept tells nothing of the secret, not even a hash of it', async () => {
  const values = { SESSION_SECRET: 'canary'.padEnd(40, 's'), ANTHROPIC_API_KEY: 'sk-ant-canary' }
  await look({ day: 0, values, keys: generateFernetKey() })
  await look({ day: 0, values: { ANTHROPIC_API_KEY: values.ANTHROPIC_API_KEY } })
  const rows = JSON.stringify(await listSecretAges(db))
  expect(rows).not.toContain('canary')
  for (const value of Object.values(values)) expect(rows).not.toContain(textHash(value))
})

it('each reminder is given once, by one of several processes, and is over with the secret', async () => {
  const values = { META_APP_SECRET: 'meta-app-secret-one' }
  const keys = generateFernetKey()
  await look({ day: 0, values, keys })
  expect(await look({ day: 75, values, keys })).toEqual({ reminders: 0 })
  const given = await Promise.all([
    look({ day: 77, values, keys }),
    look({ day: 77, values, keys }),
    look({ day: 78, keys }),
  ])
  expect(given.reduce((sum, { reminders }) => sum + reminders, 0)).toBe(1)
  const openKey = 'secret_due:META_APP_SECRET'
  const text = 'META_APP_SECRET is to be replaced by 2026-04-01, after 90 days'
  expect(await told()).toEqual([{ openKey, text, severity: 'info' }])
  await look({ day: 92, values, keys })
  expect(await told()).toEqual([{ openKey, text: expect.stringContaining('was to be replaced'), severity: 'warning' }])
  await look({ day: 93, values: { META_APP_SECRET: 'meta-app-secret-two' }, keys })
  expect((await told()).map((alert) => alert.openKey)).toEqual([null])
})

it('keys calendar lists what is due first, tokens too, and fails when something is overdue', async () => {
  const today = Date.now()
  const daysAgo = (days: number) => new Date(today - days * DAY_MS)
  const rows = { SESSION_SECRET: daysAgo(10), REDIS_URL: daysAgo(100) }
  for (const [name, firstSeenAt] of Object.entries(rows)) {
    await db.insert(secretAges).values({ name, fingerprint: 'f', firstSeenAt, createdAt: firstSeenAt })
  }
  const account = await anAccount(db, { tokenObtainedAt: daysAgo(20) })
  const env = { DATABASE_URL: url, APP_ENV: 'production', PUBLIC_URL: 'https://reply.example.org' }
  const { code, out } = await command(env, 'keys calendar --json')
  expect(code).toBe(1)
  expect(JSON.parse(out)).toMatchObject([
    { name: 'REDIS_URL', maxDays: 90, daysLeft: -11 },
    { name: account.id, maxDays: 60, daysLeft: 39 },
    { name: 'SESSION_SECRET', maxDays: 90, daysLeft: 79 },
  ])
})
