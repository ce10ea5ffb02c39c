/*
 * Claude and Instagram as a process of their own: both answer at once. What Instagram was sent is kept with its instant of
 * arrival and given away by `GET /arrivals`.
 */
import { createServer, type IncomingMessage } from 'node:http'

export interface Arrival {
  /** ms since the epoch, with fractions. */
  at: number
  account: string
  recipient: string
}

const [port = '0'] = process.argv.slice(2)
let arrivals: Arrival[] = []
let serial = 0
const reply = {
  rationale: 'The knowledge entry on shipping says so.',
  action: 'reply',
  language: 'en',
  reply: 'Hello! I have looked it up: your parcel arrives on Thursday. The jacket fits over a fleece in L.',
  confidence: 0.9,
  citations: [],
  flags: [],
}
const claude = JSON.stringify({
  id: 'msg_1',
  type: 'message',
  role: 'assistant',
  model: 'claude-haiku-5-5',
  content: [{ type: 'text', text: JSON.stringify(reply) }],
  stop_reason: 'end_turn',
  stop_details: null,
  usage: { input_tokens: 1000, output_tokens: 200, cache_creation_input_tokens: 0, cache_read_input_tokens: 0 },
})

createServer(async (request, response) => {
  const at = performance.timeOrigin + performance.now()
  const path = request.url ?? ''
  const text = await read(request)
  response.setHeader('content-type', 'application/json')
  if (path.endsWith('/v1/messages')) return response.end(claude)
  if (path.endsWith('/messages')) return response.end(keep(at, path, text))
  if (path !== '/arrivals') return response.writeHead(404).end('{}')
  response.end(JSON.stringify(arrivals))
  arrivals = []
}).listen(Number(port), '127.0.0.1')

function keep(at: number, path: string, text: string): string {
  const { recipient } = JSON.parse(text) as { recipient: { id: string } }
  arrivals.push({ at, account: path.split('/').at(-2) ?? '', recipient: recipient.id })
  return JSON.stringify({ recipient_id: recipient.id, message_id: `mid.bench.${process.pid}.${++serial}` })
}

async function read(request: IncomingMessage): Promise<string> {
  let text = ''
  for await (const part of request.setEncoding('utf8')) text += part
  return text
}
