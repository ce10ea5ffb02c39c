/* A delivery that the run itself makes while nothing can be stored, and makes again when all is well, byte for byte. */
import { createHmac } from 'node:crypto'
import type { Site } from './site.ts'

export interface Probe {
  /** Of the signed bytes, as the product keys its rows. */
  digest: string
  body: string
  signature: string
  /** What it was answered while both stores were away. */
  refused: number[]
  /** Whether it was accepted when it came again. */
  acceptedLater: boolean
}

const CALL_MS = 8000

export function aProbe({ env }: Site, name: string): Probe {
  const body = JSON.stringify({ object: 'instagram', entry: [], probe: name })
  const secret = env['INSTAGRAM_APP_SECRET'] ?? ''
  const digest = createHmac('sha256', secret).update(body).digest('hex')
  return { digest, body, signature: `sha256=${digest}`, refused: [], acceptedLater: false }
}

/** The status, or 0 when there was no answer at all. */
export async function deliver(url: string, { body, signature }: Probe): Promise<number> {
  try {
    const answer = await fetch(`${url}/webhooks/instagram`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', 'x-hub-signature-256': signature },
      body,
      signal: AbortSignal.timeout(CALL_MS),
    })
    await answer.body?.cancel()
    return answer.status
  } catch {
    return 0
  }
}
