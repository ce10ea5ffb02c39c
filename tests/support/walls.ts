import { dirname, join } from 'node:path/posix'

const everything = ['*']

/** Which rooms a room may import; its own files always. */
const rooms: Record<string, readonly string[]> = {
  'src/domain': [],
  'src/vault': ['src/domain'],
  'src/queues': ['src/domain'],
  'src/auth': ['src/domain', 'src/vault'],
  'src/limits': ['src/domain'],
  'src/media': ['src/domain'],
  'src/observability': ['src/domain'],
  db: ['src/domain'],
  'src/platforms': ['src/domain', 'src/vault'],
  'src/drafting': ['src/domain', 'src/vault'],
  'src/notify': ['src/domain', 'src/vault'],
  'src/flow': [
    'src/domain',
    'src/vault',
    'src/platforms',
    'src/drafting',
    'src/limits',
    'src/media',
    'src/queues',
    'src/auth',
    'db',
  ],
  'src/http': ['src/domain', 'src/observability'],
  'src/webhooks': ['src/domain', 'src/http', 'src/platforms/adapter.ts'],
  'src/console': ['src/domain', 'src/http'],
  'src/api': ['src/domain', 'src/http'],
  'src/sandbox': ['src/domain', 'src/vault'],
  workers: ['src/domain', 'src/queues', 'src/observability'],
  'src/config': ['src/domain', 'src/vault'],
  'src/config.ts': ['src/domain', 'src/vault', 'src/config'],
  // They build and connect.
  'src/app.ts': everything,
  'src/access.ts': everything,
  'src/composition.ts': everything,
  'src/web.ts': everything,
  'src/web-api.ts': everything,
  'src/web-console.ts': everything,
  'src/web-people.ts': everything,
  'src/server.ts': everything,
  'src/cli.ts': everything,
  'src/cli': everything,
  'src/sandbox/main.ts': everything,
  'workers/main.ts': everything,
}

/** Where a package is at home; one that is not listed may be used anywhere but in the domain. */
const packages: Record<string, readonly string[]> = {
  hono: ['src/webhooks', 'src/console', 'src/api', 'src/http', 'src/sandbox'],
  '@hono/zod-openapi': ['src/api'],
  '@hono/node-server': ['src/webhooks', 'src/sandbox'],
  bullmq: ['src/queues', 'workers'],
  ioredis: ['src/queues', 'src/limits', 'workers'],
  'drizzle-orm': ['db'],
  mysql2: ['db'],
  '@anthropic-ai/sdk': ['src/drafting'],
  pino: ['src/observability'],
  'pino-pretty': ['src/observability'],
  bcrypt: ['src/vault'],
  jose: ['src/vault'],
  '@simplewebauthn/server': ['src/vault'],
  nodemailer: ['src/notify'],
  'lossless-json': ['src/platforms'],
  'rate-limiter-flexible': ['src/limits'],
}

const IMPORT = /(?:^|[\s;}])(?:import|export)\s(?:[^'"]*?\sfrom\s*)?['"]([^'"]+)['"]|\bimport\(\s*(['"]([^'"]+)['"])?/gm

/** What is wrong with a file's imports, in words; empty when nothing is. `path` is relative to the project. */
export function breachesIn(path: string, source: string): string[] {
  const room = roomOf(path)
  if (!room) return [`${path}: belongs to no room of the table`]
  const faults: string[] = []
  for (const match of withoutComments(source).matchAll(IMPORT)) {
    const target = match[1] ?? match[3]
    const fault = target === undefined ? 'imports something that is not a plain text' : faultOf(path, room, target)
    if (fault) faults.push(`${path}: ${fault}`)
  }
  return faults
}

function faultOf(path: string, room: string, target: string): string | undefined {
  if (target.startsWith('.')) return relativeFault(path, room, target)
  if (target.startsWith('#')) return mayEnter(room, target.slice(1)) ? undefined : `${room} may not import ${target}`
  if (room === 'src/domain') return `${room} may import no package, not ${target}`
  if (target.startsWith('node:')) return undefined
  const name = target
    .split('/')
    .slice(0, target.startsWith('@') ? 2 : 1)
    .join('/')
  const homes = packages[name]
  const atHome = !homes || homes.includes(room) || rooms[room] === everything
  return atHome ? undefined : `${name} is not at home in ${room}`
}

function relativeFault(path: string, room: string, target: string): string | undefined {
  const reached = join(dirname(path), target)
  if (roomOf(reached) === room) return undefined
  // drizzle-kit reads the schema without knowing our # names.
  if (path.startsWith('db/schema/') && reached.startsWith('src/domain/')) return undefined
  if (rooms[room] === everything && !target.startsWith('..')) return undefined
  return `climbs over a wall to ${target}`
}

function mayEnter(room: string, target: string): boolean {
  const allowed = rooms[room] ?? []
  const other = roomOf(target)
  return allowed === everything || other === room || allowed.includes(other ?? '') || allowed.includes(target)
}

function roomOf(path: string): string | undefined {
  return Object.keys(rooms)
    .filter((room) => path === room || path.startsWith(`${room}/`))
    .sort((a, b) => b.length - a.length)[0]
}

function withoutComments(source: string): string {
  return source.replace(/\/\*[\s\S]*?\*\//g, '').replace(/^\s*\/\/.*$/gm, '')
}
