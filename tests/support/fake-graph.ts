import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { afterAll } from 'vitest'

export interface Arrival {
  method: string
  path: string
  query: URLSearchParams
  token: string | undefined
  json: unknown
  at: number
}

/** How the next call of its kind goes; without one it succeeds. */
export interface Script {
  status?: number
  headers?: Record<string, string>
  body?: unknown
  /** Cuts the connection instead of answering. */
  drop?: boolean
  /** Runs when the call has arrived; the answer waits for it. */
  after?: () => Promise<unknown>
}

/** Instagram's Graph API over real HTTP, as far as a sender meets it. It keeps what arrived. */
export async function aFakeGraph() {
  const arrivals: Arrival[] = []
  const scripts: Record<string, Script[]> = {}
  const server = createServer((request, response) => void answer(request, response))
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const close = () => {
    server.closeAllConnections()
    return new Promise<void>((resolve) => void server.close(() => resolve()))
  }
  afterAll(() => (server.listening ? close() : undefined))

  async function answer(request: IncomingMessage, response: ServerResponse) {
    const arrival = await read(request)
    arrivals.push(arrival)
    const script = scripts[kindOf(arrival)]?.shift() ?? {}
    await script.after?.()
    if (script.drop) return void request.socket.destroy()
    response.writeHead(script.status ?? 200, { 'content-type': 'application/json', ...script.headers })
    const body = script.body === undefined ? success(arrival, arrivals.length) : script.body
    response.end(typeof body === 'string' ? body : JSON.stringify(body))
  }

  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    arrivals,
    sends: () => arrivals.filter((arrival) => kindOf(arrival) === 'messages'),
    /** Plays these for the next calls of `messages`, `me`, `profile` or an edge of the list below. */
    next(kind: string, ...next: Script[]) {
      scripts[kind] = [...(scripts[kind] ?? []), ...next]
    },
    close,
  }
}

/** Graph's error body. */
export function graphError(code: number, subcode?: number, more: Record<string, unknown> = {}) {
  return {
    error: { message: 'words', type: 'OAuthException', code, ...(subcode ? { error_subcode: subcode } : {}), ...more },
  }
}

async function read(request: IncomingMessage): Promise<Arrival> {
  const chunks: Buffer[] = []
  for await (const chunk of request) chunks.push(chunk as Buffer)
  const text = Buffer.concat(chunks).toString('utf8')
  const url = new URL(request.url ?? '/', 'http://graph')
  const token = /^Bearer (.+)$/.exec(request.headers.authorization ?? '')?.[1] ?? url.searchParams.get('access_token')
  return {
    method: request.method ?? '',
    path: url.pathname,
    query: url.searchParams,
    token: token ?? undefined,
    json: text === '' ? undefined : JSON.parse(text),
    at: Date.now(),
  }
}

const EDGES = ['messages', 'me', 'refresh_access_token', 'debug_token', 'subscribed_apps']

function kindOf({ path }: Arrival): string {
  const last = path.split('/').at(-1) ?? ''
  return EDGES.includes(last) ? last : 'profile'
}

function success(arrival: Arrival, serial: number): unknown {
  switch (kindOf(arrival)) {
    case 'messages':
      return { recipient_id: '1000000000000001', message_id: `mid.${serial}` }
    case 'me':
      return { user_id: '17841400000000001', username: 'alpine', id: '1' }
    case 'refresh_access_token':
      return { access_token: `IGAAfresh${serial}`, token_type: 'bearer', expires_in: 5_183_944 }
    default:
      return { name: 'Anna Example', username: 'anna' }
  }
}
