import { signBody } from './wire.ts'

/** Meta waits this long for the 200: https://developers.facebook.com/documentation/business-messaging/messenger-platform/webhooks */
const ANSWER_WITHIN_MS = 5000

export interface WebhookTarget {
  webhookUrl: string
  appSecret: string
}

/** One signed try; gives the status, or 0 when nobody answered in time. */
export function createWebhookPost({ webhookUrl, appSecret }: WebhookTarget, closing: AbortSignal) {
  return async function post(body: string): Promise<number> {
    try {
      const answer = await fetch(webhookUrl, {
        method: 'POST',
        headers: {
          'content-type': 'application/json',
          'user-agent': 'facebookexternalua',
          'x-hub-signature-256': signBody(body, appSecret),
        },
        body,
        redirect: 'manual',
        signal: AbortSignal.any([closing, AbortSignal.timeout(ANSWER_WITHIN_MS)]),
      })
      await answer.body?.cancel()
      return answer.status
    } catch {
      return 0
    }
  }
}
