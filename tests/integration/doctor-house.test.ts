import { execFileSync, spawnSync } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { createServer as createHttp } from 'node:http'
import { createServer as createHttps } from 'node:https'
import type { AddressInfo, Server } from 'node:net'
import path from 'node:path'
import { drizzle } from 'drizzle-orm/mysql2'
import { Redis } from 'ioredis'
import { createPool } from 'mysql2'
import { createConnection } from 'mysql2/promise'
import { afterAll, describe, expect, it, onTestFinished } from 'vitest'
import { raiseAlert, resolveAlert } from '#db/alerts.ts'
import type { Database } from '#db/client.ts'
import { readConfig } from '#src/config.ts'
import type { diagnosisOfAlert } from '#src/flow/doctor-alerts.ts'
import { buildDoctor } from '#src/web-console.ts'
import { command } from '#tests/support/command.ts'
import { anInstallation, aWire, diagnose, diagnoseFromWeb, findings } from '#tests/support/doctor.ts'

const house = await anInstallation()
const { control, env, db, stores, workers } = house
const redis = new Redis(stores.redisUrl)
/** The same server as somebody who may change its settings. */
const root = await createConnection(stores.mysqlUrl.replace('//countersign:', '//root:'))
afterAll(async () => {
  redis.disconnect()
  await root.end()
})

async function listening(server: Server): Promise<string> {
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  onTestFinished(() => void server.close())
  return `127.0.0.1:${(server.address() as AddressInfo).port}`
}

const setting = (name: string, value: string) => async () => {
  const [, before] = (await redis.config('GET', name)) as [string, string]
  await redis.config('SET', name, value)
  return () => redis.config('SET', name, before)
}

/** As the drafting process tells it, which alone has the key. */
async function alerted(kind: keyof typeof diagnosisOfAlert) {
  await raiseAlert(db, { kind, subject: 'claude', severity: 'critical', text: 'x', at: new Date() })
  return () => resolveAlert(db, kind, 'claude', new Date())
}

interface Fault {
  env?: Record<string, string | undefined>
  make?: () => Promise<(() => unknown) | undefined>
  found: string[]
  code?: number
}

const faults: Record<string, Fault> = {
  'no database': { env: { DATABASE_URL: undefined }, found: ['house: database_unset'] },
  'a database that is away': {
    env: { DATABASE_URL: 'mysql://a:b@127.0.0.1:1/c' },
    found: ['house: database_away'],
  },
  'a database that lacks a migration': {
    make: async () => {
      const table = 'schema_migrations'
      const [[row]] = (await root.query(`SELECT * FROM ${table} ORDER BY name DESC LIMIT 1`)) as unknown as [object[]]
      await root.query(`DELETE FROM ${table} ORDER BY name DESC LIMIT 1`)
      return () => root.query(`INSERT INTO ${table} SET ?`, [row])
    },
    found: ['house: schema_behind'],
  },
  'a database of another character set': {
    make: async () => {
      await root.query('ALTER DATABASE countersign CHARACTER SET latin1')
      return () => root.query('ALTER DATABASE countersign CHARACTER SET utf8mb4 COLLATE utf8mb4_bin')
    },
    found: ['house: database_charset (latin1)'],
  },
  'a database that takes small packets': {
    make: async () => {
      await root.query('SET GLOBAL max_allowed_packet = 4194304')
      return () => root.query('SET GLOBAL max_allowed_packet = 67108864')
    },
    found: ['house: database_packet (max_allowed_packet is 4194304)'],
  },
  'a database whose clock is apart': {
    make: async () => {
      await root.query("SET GLOBAL init_connect = 'SET timestamp = UNIX_TIMESTAMP() + 31'")
      return () => root.query("SET GLOBAL init_connect = ''")
    },
    found: [expect.stringMatching(/^house: clock_off \(The clock of the database is 3\d s ahead of this machine’s\)$/)],
  },
  'no Redis': { env: { REDIS_URL: undefined }, found: ['house: redis_unset'] },
  'a Redis that is away': { env: { REDIS_URL: 'redis://127.0.0.1:1/0' }, found: ['house: redis_away'] },
  'a Redis that throws keys away': {
    make: setting('maxmemory-policy', 'allkeys-lru'),
    found: ['house: redis_evicts (allkeys-lru)'],
  },
  'a Redis that keeps nothing': {
    make: async () => {
      const back = [await setting('appendonly', 'no')(), await setting('save', '')()]
      return () => Promise.all(back.map((undo) => undo()))
    },
    found: ['house: redis_forgets'],
  },
  'no drafting process': {
    make: async () => {
      await workers.drafting.stop()
      return () => workers.drafting.start()
    },
    found: ['house: drafting_absent'],
  },
  'no sending process': {
    make: async () => {
      await workers.sending.stop()
      return () => workers.sending.start()
    },
    found: ['house: sending_absent'],
  },
  'sending that somebody stopped': {
    make: async () => {
      await command(house.env, 'sending stop')
      return () => command(house.env, 'sending resume')
    },
    found: ['house: sending_stopped'],
  },
  'a key that Claude refused': { make: () => alerted('claude_rejected_key'), found: ['house: claude_key_refused'] },
  'a spend limit that is reached': { make: () => alerted('claude_spend_limit'), found: ['house: claude_spend_limit'] },
  'a record that somebody changed': { make: () => alerted('audit_broken'), found: ['house: audit_broken'] },
  'a window that closes, which leaves the house well': {
    make: () => alerted('window_closing'),
    found: ['house: window_closing'],
    code: 0,
  },
  'no keys': { env: { APP_SECRET_KEY: undefined }, found: ['house: keys_unset'] },
  'a platform whose clock is apart': {
    make: async () => {
      control.change({ clockOffsetMs: 20_000 })
      return () => control.change({ clockOffsetMs: 0 })
    },
    found: [expect.stringMatching(/^house: clock_off \(The clock of Meta is (19|20|21) s ahead of this machine’s\)$/)],
  },
  'a platform whose clock is far apart': {
    make: async () => {
      control.change({ clockOffsetMs: -300_000 })
      return () => control.change({ clockOffsetMs: 0 })
    },
    found: [
      expect.stringMatching(/^house: clock_far_off \(The clock of Meta is (299|300|301) s behind this machine’s\)$/),
    ],
  },
  'a public address without https': {
    env: { SANDBOX: 'off' },
    found: ['house: public_url_plain'],
  },
  'a version that has ended': {
    env: { GRAPH_API_VERSION: 'v20.0' },
    found: ['house: version_ended (v20.0 on 2026-09-24)'],
  },
  'a version that nobody knows': {
    env: { GRAPH_API_VERSION: 'v99.0' },
    found: ['house: version_unknown (v99.0)'],
    code: 0,
  },
}

describe('of the house the doctor tells, and only that:', () => {
  it.each(Object.entries(faults))('%s', async (_, { env: more, make, found, code = 1 }) => {
    const undo = await make?.()
    try {
      await expect.poll(() => diagnose({ ...env, ...more }), { timeout: 10_000 }).toEqual({ code, found })
    } finally {
      await undo?.()
    }
  })

  it('a Redis that is too old', async () => {
    const wire = await aWire(stores.redisUrl, ['redis_version:7', 'redis_version:6'])
    expect(await diagnose({ ...env, REDIS_URL: wire })).toEqual({ code: 1, found: ['house: redis_old (Redis 6)'] })
  })

  it('a database server that is too old', async () => {
    const [[row]] = (await root.query('SELECT VERSION() AS version')) as unknown as [[{ version: string }]]
    const [, major = '', minor = ''] = /^(\d+)\.(\d+)\./.exec(row.version) ?? []
    const [name, old] = /mariadb/i.test(row.version) ? ['MariaDB', '10.6'] : ['MySQL', '8.0']
    const [oldMajor, oldMinor = ''] = old.split('.')
    const wire = await aWire(stores.mysqlUrl, [
      `${major}.${minor}.`,
      `${oldMajor}.${oldMinor.padStart(minor.length, '0')}.`,
    ])
    expect(await diagnose({ ...env, DATABASE_URL: wire })).toEqual({
      code: 1,
      found: [`house: database_old (${name} ${old})`],
    })
  })

  it('a database whose sessions do not keep UTC, whatever they are told', async () => {
    const pool = createPool({ uri: stores.mysqlUrl, timezone: 'Z', charset: 'utf8mb4_bin' })
    pool.on('connection', (connection) => void connection.query("SET time_zone = '+02:00'"))
    const other = drizzle(pool, { casing: 'snake_case' }) as Database
    expect(findings(await buildDoctor({ ...house.webParts, db: other })())).toEqual([
      'house: database_zone (7200 s from UTC)',
    ])
    await pool.promise().end()
  })

  it('a clock of this machine that everybody else contradicts', async () => {
    const now = () => new Date(Date.now() - 31_000)
    expect(findings(await buildDoctor({ ...house.webParts, now })())).toEqual([
      expect.stringMatching(/^house: clock_off \(This machine’s clock is 3[01] s behind everybody else’s\)$/),
    ])
  })
})

/** Node makes no certificates. */
const canSign = spawnSync('openssl', ['version']).status === 0

describe('of the public address the doctor tells, and only that:', () => {
  /** Meta has that address on record, so that nothing else is wrong. */
  async function at(publicUrl: string): Promise<{ code: number; found: string[] }> {
    const before = [...control.appRecord.subscriptions]
    const moved = before.map((one) => ({ ...one, callbackUrl: one.callbackUrl.replace(house.server.url, publicUrl) }))
    control.appRecord.order({ subscriptions: moved })
    try {
      return await diagnose({ ...env, PUBLIC_URL: publicUrl })
    } finally {
      control.appRecord.order({ subscriptions: before })
    }
  }

  it('that nobody answers', async () => {
    expect(await at('http://127.0.0.1:1')).toEqual({
      code: 1,
      found: [expect.stringMatching(/^house: public_url_unreachable \(/)],
    })
  })

  it.runIf(canSign)('a certificate that its owner signed', async () => {
    const args = ['req', '-x509', '-newkey', 'rsa:2048', '-nodes', '-days', '2', '-subj', '/CN=localhost']
    const [key, cert] = ['key', 'cert'].map((name) => path.join(house.folder, `${name}.pem`)) as [string, string]
    execFileSync('openssl', [...args, '-keyout', key, '-out', cert], { stdio: 'ignore' })
    const server = createHttps(
      { key: readFileSync(key), cert: readFileSync(cert) },
      (_, answer) => void answer.end('{}'),
    )
    expect(await at(`https://${await listening(server)}`)).toEqual({
      code: 1,
      found: ['house: public_url_tls (DEPTH_ZERO_SELF_SIGNED_CERT)'],
    })
  })

  it('a port that speaks no TLS', async () => {
    const place = await listening(createHttp((_, answer) => void answer.end('{}')))
    expect(await at(`https://${place}`)).toEqual({
      code: 1,
      found: [expect.stringMatching(/^house: public_url_tls \(/)],
    })
  })

  it('somebody else who answers', async () => {
    const place = await listening(createHttp((_, answer) => void answer.end('<h1>Parked</h1>')))
    expect(await at(`http://${place}`)).toEqual({
      code: 1,
      found: ['house: public_url_foreign (/health answered 200)'],
    })
  })

  it('another house than ours, by its verify token', async () => {
    const config = readConfig({ ...env, WEBHOOK_VERIFY_TOKEN: 'another-verify-token-0123' }, 'web')
    expect(await diagnoseFromWeb(house, config)).toEqual([
      'house: verify_token_foreign (the handshake was answered with 403)',
    ])
  })
})

it('a house whose faults are over is well, so each of them was that one', async () => {
  await expect.poll(() => diagnose(env)).toEqual({ code: 0, found: [] })
})

it('a house without anything set is told what it lacks, and nothing of what nobody can know yet', async () => {
  const { code, found } = await diagnose({ SANDBOX: 'on', INSTAGRAM_GRAPH_URL: env['INSTAGRAM_GRAPH_URL'], PORT: '1' })
  expect(code).toBe(1)
  expect(found.map((one) => one.replace(/ \(.*/, ''))).toEqual([
    'house: database_unset',
    'house: redis_unset',
    'house: keys_unset',
    'house: public_url_unreachable',
  ])
})
