import { once } from 'node:events'
import { createServer, type IncomingHttpHeaders, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { afterAll } from 'vitest'
import type { DraftRequest, Turn } from '#src/domain/draft.ts'
import { newId } from '#src/domain/ids.ts'
import type { Answer } from '#src/drafting/schema.ts'

const AT = new Date('2026-11-22T10:00:00.000Z')

export interface ScriptedAnswer {
  status?: number
  headers?: Record<string, string>
  body?: unknown
  /** Held back until this settles. */
  hold?: Promise<unknown>
  /** Sends the head of the answer and never its end. */
  stall?: boolean
  /** Cuts the connection. */
  drop?: boolean
}

export interface SeenRequest {
  headers: IncomingHttpHeaders
  body: Record<string, unknown>
}

/** A server on loopback that answers as Claude would: what is pushed to `answers`, else a plain reply. */
export async function aClaude() {
  const answers: ScriptedAnswer[] = []
  const requests: SeenRequest[] = []
  const server = createServer((request, response) => {
    const chunks: Buffer[] = []
    request.on('data', (chunk: Buffer) => chunks.push(chunk))
    request.on('end', async () => {
      requests.push({
        headers: request.headers,
        body: JSON.parse(Buffer.concat(chunks).toString()) as Record<string, unknown>,
      })
      const { status = 200, headers = {}, body = aMessage(), hold, stall, drop } = answers.shift() ?? {}
      await hold
      if (drop) return void request.socket.destroy()
      response.writeHead(status, { 'content-type': 'application/json', 'request-id': 'req_test', ...headers })
      if (stall) return void response.write('{')
      response.end(typeof body === 'string' ? body : JSON.stringify(body))
    })
  })
  const url = await listen(server)
  return { url, answers, requests }
}

async function listen(server: Server): Promise<string> {
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  afterAll(() => {
    server.closeAllConnections()
    server.close()
  })
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`
}

/** An address where nobody listens. */
export async function aClosedDoor(): Promise<string> {
  const server = createServer()
  const url = await listen(server)
  await new Promise((resolve) => server.close(resolve))
  return url
}

export function anAnswer(changed: Partial<Answer> = {}): Answer {
  return {
    rationale: 'The shop ships there.',
    action: 'reply',
    language: 'en',
    reply: 'Yes, we ship to Graz.',
    confidence: 0.9,
    citations: [],
    flags: [],
    ...changed,
  }
}

/** A message as the API sends it. */
export function aMessage({ answer = anAnswer() as unknown, ...changed }: Record<string, unknown> = {}) {
  return {
    id: 'msg_1',
    type: 'message',
    role: 'assistant',
    model: 'claude-haiku-5-5',
    content: [
      { type: 'thinking', thinking: '', signature: 'x' },
      { type: 'text', text: typeof answer === 'string' ? answer : JSON.stringify(answer) },
    ],
    stop_reason: 'end_turn',
    stop_details: null,
    usage: { input_tokens: 1000, output_tokens: 200, cache_creation_input_tokens: 0, cache_read_input_tokens: 0 },
    ...changed,
  }
}

/** The body of an error as the API sends it; the message repeats customer text, as real ones may. */
export function anErrorBody(type: string, details?: Record<string, unknown>) {
  return {
    type: 'error',
    error: { type, message: 'canary: jane@example.com wrote this', ...(details && { details }) },
    request_id: 'req_test',
  }
}

export function aRequest(changed: Partial<DraftRequest> = {}): DraftRequest {
  return {
    conversationId: newId('conversation', AT),
    accountId: newId('account', AT),
    platform: 'instagram',
    accountName: 'Alpine Outfitters',
    voice: 'Friendly and short.',
    knowledge: [],
    contactName: 'Jane',
    turns: [aTurn()],
    ...changed,
  }
}

export function aTurn(changed: Partial<Turn> = {}): Turn {
  return { from: 'contact', text: 'Do you ship to Graz?', at: AT, ...changed }
}

export function anEntry(title: string, body: string) {
  return { id: newId('entry', AT), title, body }
}
