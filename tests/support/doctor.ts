import { mkdtempSync, rmSync } from 'node:fs'
import type { Server } from 'node:http'
import { type AddressInfo, connect as connectTo, createServer } from 'node:net'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { serve } from '@hono/node-server'
import { eq } from 'drizzle-orm'
import { afterAll, onTestFinished } from 'vitest'
import { type Account, findAccount } from '#db/accounts.ts'
import { connect, type Database } from '#db/client.ts'
import { migrate } from '#db/migrate.ts'
import { accounts } from '#db/schema/accounts.ts'
import { type Config, readConfig } from '#src/config.ts'
import type { Found } from '#src/domain/diagnoses.ts'
import type { Platform } from '#src/domain/platform.ts'
import { createReceive } from '#src/flow/receive.ts'
import { createLanes } from '#src/limits/lanes.ts'
import { createLogger } from '#src/observability/logger.ts'
import { createBell, PREFIX } from '#src/queues/bell.ts'
import { createRedisLook } from '#src/queues/facts.ts'
import { connectProducer, connectWorker } from '#src/queues/redis.ts'
import type { Control } from '#src/sandbox/control.ts'
import { createSandbox } from '#src/sandbox/sandbox.ts'
import { createWeb, type WebParts } from '#src/web.ts'
import { buildDoctor } from '#src/web-console.ts'
import { runCredentials } from '#workers/credentials.ts'
import { runInbox } from '#workers/inbox.ts'
import { command } from './command.ts'
import { type OwnStores, ownStores } from './own-stores.ts'

export const INSTAGRAM_SECRET = 'instagram_app_secret_0123'
export const META_SECRET = 'meta_app_secret_0123'
export const INSTAGRAM_APP_ID = '990000000000001'
export const META_APP_ID = '990000000000002'

const log = createLogger({ level: 'silent', pretty: false, process: 'web' })
const now = () => new Date()

export interface House {
  stores: OwnStores
  control: Control
  env: Record<string, string>
  db: Database
  web: ReturnType<typeof createWeb>
  webParts: WebParts
  workers: ReturnType<typeof createWorkers>
  server: Awaited<ReturnType<typeof aWebAddress>>
  folder: string
  accountOf(platform: Platform): Promise<Account>
}

/** A whole installation that is well: stores of its own, the web process, workers, two accounts, and the sandbox as Meta. */
export async function anInstallation(): Promise<House> {
  const folder = mkdtempSync(path.join(tmpdir(), 'doctor-'))
  const stores = await ownStores(folder)
  const server = await aWebAddress()
  const sandbox = createSandbox({
    ...{ seed: '7', anthropicApiKey: 'sk-ant-sandbox-test', retryDelaysMs: [0, 10, 20], appId: META_APP_ID },
    ...{ webhookUrl: `${server.url}/webhooks/instagram`, appSecret: INSTAGRAM_SECRET },
    page: { webhookUrl: `${server.url}/webhooks/messenger`, appSecret: META_SECRET },
  })
  const sandboxUrl = await sandbox.listen()
  const env: Record<string, string> = {
    ...stores.env,
    ...{ SANDBOX: 'on', PUBLIC_URL: server.url, INSTAGRAM_GRAPH_URL: sandboxUrl, META_GRAPH_URL: sandboxUrl },
    ...{ INSTAGRAM_APP_ID, META_APP_ID, INSTAGRAM_APP_SECRET: INSTAGRAM_SECRET, META_APP_SECRET: META_SECRET },
  }
  await migrate(stores.mysqlUrl)
  const mysql = connect(stores.mysqlUrl)
  const redis = connectProducer(stores.redisUrl)
  const { bell, close: closeQueues } = createBell(redis)
  const workers = createWorkers(stores.redisUrl, { db: mysql.db, bell })
  const webParts: WebParts = {
    ...{ db: mysql.db, bell, lanes: createLanes(redis, PREFIX), log, now, publish: () => undefined },
    config: readConfig(env, 'web'),
    live: () => () => undefined,
    ping: () => redis.ping(),
    redisLook: createRedisLook(redis),
    isRedisHere: () => true,
  }
  const web = createWeb(webParts)
  server.answer(web.fetch)
  afterAll(async () => {
    await Promise.all([workers.drafting.stop(), workers.sending.stop(), sandbox.close(), server.close()])
    await closeQueues()
    redis.disconnect()
    await mysql.close()
    await Promise.all([stores.mysql.kill(), stores.redis.kill()])
    rmSync(folder, { recursive: true, force: true })
  })
  const { control } = sandbox
  await Promise.all([workers.drafting.start(), workers.sending.start()])
  await connectAccounts({ control, env })
  return {
    ...{ stores, control, env, db: mysql.db, web, webParts, workers, server, folder },
    accountOf: (platform) => accountOf({ db: mysql.db, control }, platform),
  }
}

/** As a person connects them; and somebody has written already. */
async function connectAccounts({ control, env }: Pick<House, 'control' | 'env'>): Promise<void> {
  for (const { platform, token } of control.firsts()) {
    const { code, err } = await command(env, `accounts add --platform ${platform}`, { stdin: token })
    if (code !== 0) throw new Error(err)
  }
  const { contactRef } = control.phone.meet('Anna Berger')
  await control.phone.write(contactRef, { text: 'Do you ship to Graz?' }).delivered
}

async function accountOf({ db, control }: Pick<House, 'db' | 'control'>, platform: Platform): Promise<Account> {
  const first = control.firsts().find((one) => one.platform === platform)
  const account = await findAccount(db, platform, first?.accountRef ?? '')
  if (!account) throw new Error(`No account of ${platform} is connected`)
  return account
}

export interface Said {
  house: Found[]
  app: Found[]
  accounts: { platform: Platform; found: Found[] }[]
}

/** Every finding as `place: code (detail)`. */
export function findings({ house, app, accounts: all }: Said): string[] {
  const list = (place: string, found: Found[]) =>
    found.map(({ code, detail }) => `${place}: ${code}${detail === undefined ? '' : ` (${detail})`}`)
  return [...list('house', house), ...list('app', app), ...all.flatMap((one) => list(one.platform, one.found))]
}

/** What `countersign doctor --json` finds, and its exit code. */
export async function diagnose(env: Record<string, string | undefined>): Promise<{ code: number; found: string[] }> {
  const { code, out, err } = await command(env, 'doctor --json')
  if (out === '') throw new Error(`The doctor said nothing but: ${err}`)
  return { code, found: findings(JSON.parse(out) as Said) }
}

/** What the web process finds with that configuration; its console shows the codes of an `examine`. */
export async function diagnoseFromWeb({ webParts }: House, config: Config['web']): Promise<string[]> {
  return findings(await buildDoctor({ ...webParts, config })())
}

/** Puts an account's row back as it was. */
export async function restoreAccount({ db }: Pick<House, 'db'>, { id, ...row }: Account): Promise<void> {
  await db.update(accounts).set(row).where(eq(accounts.id, id))
}

/** An address before there is anything to answer under it. */
async function aWebAddress() {
  let fetch: (request: Request) => Response | Promise<Response> = () => new Response('', { status: 503 })
  const server = serve({ fetch: (request) => fetch(request), port: 0, hostname: '127.0.0.1' }) as Server
  await new Promise((resolve) => server.once('listening', resolve))
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    answer(other: typeof fetch) {
      fetch = other
    },
    close: async () => {
      server.closeAllConnections()
      server.close()
    },
  }
}

type Deps = Pick<Parameters<typeof createReceive>[0], 'db' | 'bell'>

/** The two kinds of background process, as far as others can see that they are there. */
function createWorkers(url: string, { db, bell }: Deps) {
  const receive = createReceive({ db, bell, publish: () => undefined, now })
  const renew = { renewAll: async () => undefined, renew: async () => undefined }
  return {
    drafting: aWorker(url, (connection) => runInbox({ connection, log, receive })),
    sending: aWorker(url, (connection) => runCredentials({ connection, log, renew })),
  }
}

function aWorker(
  url: string,
  run: (connection: ReturnType<typeof connectWorker>) => { close(): Promise<unknown>; waitUntilReady?(): unknown },
) {
  let stop: () => Promise<void> = async () => undefined
  return {
    stop: () => stop(),
    async start() {
      const connection = connectWorker(url)
      const worker = run(connection)
      await worker.waitUntilReady?.()
      stop = async () => {
        await worker.close()
        connection.disconnect()
        stop = async () => undefined
      }
    },
  }
}

/** A wire to a server on which its words change; every length stays as it was. */
export async function aWire(url: string, [from, to]: [from: string, to: string]): Promise<string> {
  const real = new URL(url)
  const server = createServer((near) => {
    const far = connectTo(Number(real.port), real.hostname)
    far.on('data', (bytes) => near.write(bytes.toString('latin1').replaceAll(from, to), 'latin1'))
    near.on('data', (bytes) => far.write(bytes))
    near.on('error', () => undefined).on('close', () => far.destroy())
    far.on('error', () => undefined).on('close', () => near.destroy())
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  onTestFinished(() => void server.close())
  const wire = new URL(url)
  wire.port = String((server.address() as AddressInfo).port)
  return wire.href
}
