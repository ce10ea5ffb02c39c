import { Agent, request } from 'node:http'
import { signBody } from './wire.ts'

/** Meta waits this long for the 200: https://developers.facebook.com/documentation/business-messaging/messenger-platform/webhooks */
const ANSWER_WITHIN_MS = 5000
/** More than this stand in line; the time for the answer starts when their turn comes. */
const CONNECTIONS_MAX = 128

export interface WebhookTarget {
  webhookUrl: string
  appSecret: string
}

export interface WebhookPost {
  /** One signed try; gives the status, or 0 when nobody answered in time. */
  post(body: string): Promise<number>
  /** Cuts off what is under way. */
  close(): void
}

export function createWebhookPost({ webhookUrl, appSecret }: WebhookTarget): WebhookPost {
  const agent = new Agent({ keepAlive: true, maxSockets: CONNECTIONS_MAX })
  const cuts = new Set<() => void>()
  let isClosed = false

  function tryOnce(body: string): Promise<number | 'stale'> {
    return new Promise((resolve) => {
      const bytes = Buffer.from(body, 'utf8')
      const call = request(webhookUrl, { agent, method: 'POST', headers: headersOf(body, bytes.length, appSecret) })
      const cut = () => void call.destroy()
      let timer: NodeJS.Timeout | undefined
      cuts.add(cut)
      call.on('socket', () => {
        timer = setTimeout(cut, ANSWER_WITHIN_MS)
      })
      call.on('response', (answer) => {
        answer.on('error', () => undefined).resume()
        resolve(answer.statusCode ?? 0)
      })
      // A kept connection that the other side had just closed says nothing about this try.
      call.on('error', (error) => resolve(call.reusedSocket && isReset(error) ? 'stale' : 0))
      call.on('close', () => {
        clearTimeout(timer)
        cuts.delete(cut)
        resolve(0)
      })
      call.end(bytes)
    })
  }

  async function post(body: string): Promise<number> {
    if (isClosed) return 0
    const status = await tryOnce(body)
    return status === 'stale' ? post(body) : status
  }

  return {
    post,
    close() {
      isClosed = true
      for (const cut of cuts) cut()
      agent.destroy()
    },
  }
}

function headersOf(body: string, length: number, appSecret: string): Record<string, string | number> {
  return {
    'content-type': 'application/json',
    'content-length': length,
    'user-agent': 'facebookexternalua',
    'x-hub-signature-256': signBody(body, appSecret),
  }
}

function isReset(error: Error): boolean {
  return 'code' in error && error.code === 'ECONNRESET'
}
