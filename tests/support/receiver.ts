import { createHmac } from 'node:crypto'
import { once } from 'node:events'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { setTimeout as pause } from 'node:timers/promises'
import { onTestFinished } from 'vitest'

export interface Received {
  path: string
  body: string
  signature: string | undefined
  contentType: string | undefined
  /** What had come and was not answered yet. */
  beside: Received[]
}

/** A product's webhook as Meta sees it: keeps what comes, and answers with `status` (a list: one after another, the last one for ever). */
export async function aReceiver({ status = [200], port = 0, answersAfterMs = 0 } = {}) {
  const received: Received[] = []
  const unanswered = new Set<Received>()
  const statuses = [...status]
  const server = createServer(async (request, response) => {
    let body = ''
    for await (const chunk of request.setEncoding('utf8')) body += chunk
    if (request.method !== 'POST') return response.writeHead(200).end()
    const { 'x-hub-signature-256': signature, 'content-type': contentType } = request.headers
    const delivery = {
      path: request.url ?? '',
      body,
      signature: signature?.toString(),
      contentType,
      beside: [...unanswered],
    }
    received.push(delivery)
    unanswered.add(delivery)
    await pause(answersAfterMs)
    unanswered.delete(delivery)
    response.writeHead((statuses.length > 1 ? statuses.shift() : statuses[0]) ?? 200).end('EVENT_RECEIVED')
  })
  server.listen(port, '127.0.0.1')
  await once(server, 'listening')
  const close = () => {
    server.closeAllConnections()
    server.close()
  }
  onTestFinished(close)
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
  return { received, webhookUrl: `${url}/webhooks/instagram`, items: () => received.flatMap(itemsOf), close }
}

// biome-ignore lint/suspicious/noExplicitAny: a test looks wherever it likes in what came over the wire.
type Item = any

export function itemsOf({ body }: Received): Item[] {
  return JSON.parse(body).entry.flatMap((entry: Item) => entry.messaging ?? entry.changes)
}

/** Meta's signature, computed here once more by itself. */
export function metaSignature(body: string, secret: string): string {
  return `sha256=${createHmac('sha256', Buffer.from(secret, 'utf8')).update(Buffer.from(body, 'utf8')).digest('hex')}`
}
