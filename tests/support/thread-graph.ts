import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import type { Redis } from 'ioredis'
import { afterAll } from 'vitest'
import type { Database } from '#db/client.ts'
import type { PostId } from '#src/domain/ids.ts'
import { createReadBack, type ReadBackDeps } from '#src/flow/read-back.ts'
import { createLimiter } from '#src/limits/slots.ts'
import { adaptersAt } from './adapters.ts'
import { keyring } from './posts.ts'

/** How a send goes wrong: `kept` arrives all the same. */
export const sendFaults = ['kept, then cut', 'kept, then 500', 'cut', '500'] as const
export type SendFault = (typeof sendFaults)[number]

export interface Kept {
  mid: string
  text: string
  at: Date
  from: 'us' | 'them'
}

interface Threads {
  /** What stands in each thread, by contact, oldest first: the judge of how often something arrived. */
  threads: Map<string, Kept[]>
  /** Asked at each send and told how many of this contact came before it. */
  faultOf: (contactRef: string, serial: number) => SendFault | undefined
  /** Answers to the next readings, instead of what is true. */
  readings: { status: number; body: unknown }[]
  reads: { path: string; at: number }[]
  now: (contactRef: string) => Date
}

const DETAILED = 20

/** A Graph that keeps threads over real HTTP, shows them the way Instagram does, and can be made to fail at a send. */
export async function aThreadGraph(changed: Partial<Threads> = {}) {
  const graph: Threads = {
    threads: new Map(),
    faultOf: () => undefined,
    readings: [],
    reads: [],
    now: () => new Date(),
    ...changed,
  }
  const keep = createKeep(graph)
  const sends = new Map<string, number>()

  async function onSend(request: IncomingMessage, response: ServerResponse) {
    const { recipient, message } = JSON.parse(await bodyOf(request))
    const serial = sends.get(recipient.id) ?? 0
    sends.set(recipient.id, serial + 1)
    const fault = graph.faultOf(recipient.id, serial)
    const isKept = fault === undefined || fault.startsWith('kept')
    const mid = isKept ? keep(recipient.id, { text: message.text }).mid : undefined
    if (fault?.endsWith('cut')) return void request.socket.destroy()
    reply(response, fault ? { status: 500, body: '' } : { status: 200, body: { message_id: mid } })
  }

  const server = createServer((request, response) => {
    if (request.method === 'POST') return void onSend(request, response)
    const url = new URL(request.url ?? '/', 'http://graph')
    graph.reads.push({ path: url.pathname, at: Date.now() })
    reply(response, graph.readings.shift() ?? { status: 200, body: { data: shown(graph, url) } })
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  afterAll(() => {
    server.closeAllConnections()
    server.close()
  })
  return Object.assign(graph, { keep, url: `http://127.0.0.1:${(server.address() as AddressInfo).port}` })
}

function createKeep({ threads, now }: Threads) {
  let serial = 0
  return (contactRef: string, { text, from = 'us', at = now(contactRef) }: Partial<Kept> & { text: string }): Kept => {
    const kept = { mid: `mid.${++serial}`, text, at, from }
    threads.set(contactRef, [...(threads.get(contactRef) ?? []), kept])
    return kept
  }
}

function shown({ threads }: Threads, url: URL): unknown[] {
  const contact = url.searchParams.get('user_id')
  if (contact !== null) return threads.has(contact) ? [{ id: `t_${contact}` }] : []
  const contactRef = /\/t_(\d+)\/messages$/.exec(url.pathname)?.[1] ?? ''
  const newestFirst = (threads.get(contactRef) ?? []).toReversed()
  return newestFirst.map(({ mid, text, at, from }, index) => {
    const listed = { id: mid, created_time: at.toISOString().replace(/\.\d{3}Z$/, '+0000') }
    const details = { from: { id: from === 'us' ? '17841400000000001' : contactRef }, message: text }
    return index < DETAILED ? { ...listed, ...details } : listed
  })
}

function reply(response: ServerResponse, { status, body }: { status: number; body: unknown }): void {
  response.writeHead(status, { 'content-type': 'application/json' })
  response.end(typeof body === 'string' ? body : JSON.stringify(body))
}

async function bodyOf(request: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = []
  for await (const chunk of request) chunks.push(chunk as Buffer)
  return Buffer.concat(chunks).toString('utf8')
}

/** The verb against a Graph at `graphUrl`, with a limiter of its own that has long been running. */
export async function aReadBack(
  stores: { db: Database; redis: Redis; prefix: string; graphUrl: string },
  changed: Partial<ReadBackDeps> = {},
) {
  const { db, redis, graphUrl } = stores
  const prefix = `${stores.prefix}:reading`
  await redis.set(`${prefix}:limits:epoch`, '1')
  const now = changed.now ?? (() => new Date())
  const rung: PostId[] = []
  const reconcile = createReadBack({
    db,
    keyring,
    adapters: adaptersAt(graphUrl),
    limiter: createLimiter(redis, prefix, { now }),
    lanes: { add: async (_platform, posts) => void rung.push(...posts.map(({ id }) => id)) },
    publish: () => undefined,
    now,
    ...changed,
  })
  return { reconcile, rung }
}
