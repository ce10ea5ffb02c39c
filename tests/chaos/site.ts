/* The whole product on stores of its own: real processes, each with its role's variables, and wires that can be spoilt. */

import { once } from 'node:events'
import { writeFileSync } from 'node:fs'
import { createServer } from 'node:net'
import path from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import type { Redis } from 'ioredis'
import { connect, type Database } from '#db/client.ts'
import { migrate } from '#db/migrate.ts'
import { environmentFor } from '#src/config.ts'
import { connectProducer } from '#src/queues/redis.ts'
import { type ProcessName, processNames, type StoreName, type Wire } from './plan.ts'
import { createPlatform, type Platform } from './platform.ts'
import { isAnswering, type Process, type Spec, startProcess } from './processes.ts'
import { type Line, openProxy, type Target } from './proxy.ts'
import type { Settings } from './settings.ts'

type Part = Exclude<ProcessName, 'sandbox'>
export type Role = 'web' | 'drafting' | 'sending'

export interface Site {
  settings: Settings
  processes: Record<ProcessName, Process>
  stores: Record<StoreName, Process>
  wire(process: Part, wire: Wire): Line
  wires(wire?: Wire): Line[]
  platform: Platform
  /** The variables of the house, with addresses no fault gets at. */
  env: Record<string, string>
  webUrls: [string, string]
  /** Where people and the platform come in: in turns to either web process. */
  doorUrl: string
  /** Straight to the stores, for looking and for tampering. */
  db: Database
  redis: Redis
  /** Whose clock can be put wrong, and by how much. */
  setClock(process: 'drafting-2' | 'sending-2', offsetMs: number): void
  stop(): Promise<void>
}

const parts = processNames.filter((name) => name !== 'sandbox')
const SHIFTED = new Set<ProcessName>(['drafting-2', 'sending-2'])
const CLOSE_MS = 2000
const here = path.dirname(fileURLToPath(import.meta.url))

export function roleOf(name: Part): Role {
  return name.replace(/-\d$/, '') as Role
}

export async function openStores({ stores, folder }: Settings): Promise<Site['stores']> {
  const start = (name: StoreName) => {
    const { command, args, argv0, url } = stores[name]
    const isReady = () => (name === 'mysql' ? isMysqlReady(url) : isRedisReady(url))
    return startProcess({ name, command, args, env: {}, isReady, ...(argv0 && { argv0 }) }, folder)
  }
  const [mysql, redis] = await Promise.all([start('mysql'), start('redis')])
  return { mysql, redis }
}

async function isMysqlReady(url: string): Promise<boolean> {
  const { db, close } = connect(url, { connectionLimit: 1 })
  const isReady = await db.execute('SELECT 1').then(
    () => true,
    () => false,
  )
  await close().catch(() => undefined)
  return isReady
}

async function isRedisReady(url: string): Promise<boolean> {
  const redis = connectProducer(url)
  try {
    await once(redis, 'ready', { signal: AbortSignal.timeout(1000) })
    return (await redis.ping()) === 'PONG'
  } catch {
    return false
  } finally {
    redis.disconnect()
  }
}

/** Starts what does not need accounts yet: stores, wires, the platform. */
export async function openSite(settings: Settings): Promise<Site> {
  const stores = await openStores(settings)
  await migrate(settings.stores.mysql.url)
  const ports = await freePorts(3)
  const [webPort1 = 0, webPort2 = 0, sandboxPort = 0] = ports
  const balancer = await openProxy([local(webPort1), local(webPort2)])
  const sandboxUrl = `http://127.0.0.1:${sandboxPort}`
  const env: Record<string, string> = {
    // Its operators all come from one address, and sign in again and again.
    RATE_LIMIT_PER_MINUTE: '6000',
    ...settings.env,
    SANDBOX: 'on',
    SANDBOX_URL: sandboxUrl,
    SANDBOX_PORT: String(sandboxPort),
    SANDBOX_SEED: '0',
    SANDBOX_STATE: path.join(settings.folder, 'sandbox.jsonl'),
    DATABASE_URL: settings.stores.mysql.url,
    REDIS_URL: settings.stores.redis.url,
    INSTAGRAM_GRAPH_URL: sandboxUrl,
    META_GRAPH_URL: sandboxUrl,
    PORT: String(webPort1),
  }
  const wires = await openWires(settings, sandboxPort)
  const sandbox = await startProcess(sandboxSpec(settings, env, balancer.port), settings.folder)
  const { db, close } = connect(settings.stores.mysql.url, { connectionLimit: 4 })
  const redis = connectProducer(settings.stores.redis.url)
  const wire = (name: Part, to: Wire) => wires.get(`${name} ${to}`) ?? balancer
  const processes = { sandbox } as Site['processes']
  return {
    ...{ settings, processes, stores, wire, env, db, redis },
    wires: (to) => [...wires].flatMap(([name, proxy]) => (to && !name.endsWith(` ${to}`) ? [] : [proxy])),
    platform: createPlatform(sandboxUrl),
    webUrls: [`http://127.0.0.1:${webPort1}`, `http://127.0.0.1:${webPort2}`],
    doorUrl: `http://127.0.0.1:${balancer.port}`,
    setClock: (name, offsetMs) => writeFileSync(clockFile(settings, name), String(offsetMs)),
    async stop() {
      await Promise.all(Object.values(processes).map((one) => one.stop()))
      redis.disconnect()
      // A connection that is stuck ends with its server.
      await Promise.race([close().catch(() => undefined), sleep(CLOSE_MS)])
      await Promise.all([balancer, ...wires.values()].map((line) => line.close()))
      await Promise.all(Object.values(stores).map((one) => one.stop('SIGTERM')))
    },
  }
}

/** Starts the product itself; the accounts have to be there. */
export async function openProduct(site: Site): Promise<void> {
  const started = await Promise.all(parts.map((name) => startProcess(partSpec(site, name), site.settings.folder)))
  for (const [i, name] of parts.entries()) {
    const one = started[i]
    if (one) site.processes[name] = one
  }
}

function partSpec(site: Site, name: Part): Spec {
  const { settings, env } = site
  const role = roleOf(name)
  const own = environmentFor({ ...env, ...addressesOf(site, name) }, role)
  const clock = { CHAOS_CLOCK: clockFile(settings, name) }
  const preload = SHIFTED.has(name) ? ['--import', path.join(here, 'clock.js')] : []
  const file = path.join(settings.root, 'dist', role === 'web' ? 'src/server.js' : 'workers/main.js')
  const args = [...preload, file, ...(role === 'web' ? [] : [role])]
  const url = site.webUrls[name === 'web-1' ? 0 : 1]
  const ready = role === 'web' && { isReady: () => isAnswering(`${url}/readyz`) }
  return { name, command: process.execPath, args, env: { ...own, ...(preload.length > 0 && clock) }, ...ready }
}

function addressesOf({ settings, wire, webUrls, doorUrl, env }: Site, name: Part): Record<string, string> {
  const through = (to: StoreName) => {
    const url = new URL(settings.stores[to].url)
    url.port = String(wire(name, to).port)
    return url.href
  }
  const platform = `http://127.0.0.1:${wire(name, 'platform').port}`
  return {
    DATABASE_URL: through('mysql'),
    REDIS_URL: through('redis'),
    INSTAGRAM_GRAPH_URL: platform,
    META_GRAPH_URL: platform,
    ANTHROPIC_BASE_URL: `${platform}/claude`,
    PORT: new URL(webUrls[name === 'web-2' ? 1 : 0]).port,
    PUBLIC_URL: doorUrl,
    SANDBOX_URL: env['SANDBOX_URL'] ?? '',
  }
}

function sandboxSpec({ root, folder: _ }: Settings, env: Record<string, string>, webhookPort: number): Spec {
  const own = environmentFor({ ...env, HOST: '127.0.0.1', PORT: String(webhookPort) }, 'sandbox')
  const file = path.join(root, 'dist', 'src/sandbox/main.js')
  const isReady = () => isAnswering(`${env['SANDBOX_URL']}/sandbox/account`)
  return { name: 'sandbox', command: process.execPath, args: [file], env: own, isReady }
}

async function openWires({ stores }: Settings, sandboxPort: number): Promise<Map<string, Line>> {
  const targets: Record<Wire, Target> = {
    mysql: local(Number(new URL(stores.mysql.url).port)),
    redis: local(Number(new URL(stores.redis.url).port)),
    platform: local(sandboxPort),
  }
  const wires = new Map<string, Line>()
  for (const name of parts) {
    for (const [to, target] of Object.entries(targets)) {
      if (to === 'platform' && roleOf(name) === 'web') continue
      wires.set(`${name} ${to}`, await openProxy([target]))
    }
  }
  return wires
}

function clockFile({ folder }: Settings, name: ProcessName): string {
  return path.join(folder, `${name}.clock`)
}

function local(port: number): Target {
  return { host: '127.0.0.1', port }
}

/** Held open together, so that no number comes twice. */
async function freePorts(count: number): Promise<number[]> {
  const servers = Array.from({ length: count }, () => createServer().listen(0, '127.0.0.1'))
  await Promise.all(servers.map((server) => once(server, 'listening')))
  const ports = servers.map((server) => (server.address() as { port: number }).port)
  await Promise.all(servers.map((server) => new Promise((resolve) => server.close(resolve))))
  return ports
}
