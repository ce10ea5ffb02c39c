import { createHmac } from 'node:crypto'
import { AppError } from '#src/domain/errors.ts'
import type { Secret } from '#src/vault/secret.ts'

interface WebhookDeps {
  url: Secret
  /** `whsec_` and a key in base64. */
  secret: Secret
  now: () => Date
  deadlineMs?: number
}

const DEADLINE_MS = 10_000

/**
 * Posts a body signed by Standard Webhooks: https://github.com/standard-webhooks/standard-webhooks/blob/main/spec/standard-webhooks.md.
 * `id` stays the same when it is posted again. Nobody is sent on to another address.
 */
export function createWebhook({ url, secret, now, deadlineMs = DEADLINE_MS }: WebhookDeps) {
  return async (id: string, content: object): Promise<void> => {
    const body = JSON.stringify(content)
    const timestamp = String(Math.floor(now().getTime() / 1000))
    const signature = signatureOf(secret, `${id}.${timestamp}.${body}`)
    const headers = {
      'content-type': 'application/json',
      ...{ 'webhook-id': id, 'webhook-timestamp': timestamp, 'webhook-signature': `v1,${signature}` },
    }
    const signal = AbortSignal.timeout(deadlineMs)
    const options = { method: 'POST', headers, body, redirect: 'manual' } as const
    const answer = await fetch(url.reveal(), { ...options, signal }).catch(() => undefined)
    await answer?.body?.cancel().catch(() => undefined)
    if (!answer?.ok) throw new AppError('platform_unavailable', 'The webhook was not taken')
  }
}

function signatureOf(secret: Secret, content: string): string {
  const key = Buffer.from(secret.reveal().replace(/^whsec_/, ''), 'base64')
  return createHmac('sha256', key).update(content).digest('base64')
}
