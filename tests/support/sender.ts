import { createHmac } from 'node:crypto'
import { setTimeout as pause } from 'node:timers/promises'

/** One body as the platform sends it, until it is answered 200. */
export interface Sent {
  body: Buffer
  digest: string
  mids: string[]
}

export interface SenderOptions {
  secret: string
  /** Where it may be sent; asked anew for every try. */
  address: () => string
  /** The next body, until there is none. */
  next: () => { body: Buffer; mids: string[] } | undefined
  everyMs?: number
}

const AGAIN_MS = 150

/** Delivers as Meta does: what is not answered 200 comes again with the same bytes. */
export function aSendingPlatform({ secret, address, next, everyMs = 20 }: SenderOptions) {
  const acknowledged: Sent[] = []
  /** How often each answer came; `cut` stands for a connection that ended without one. */
  const answers = new Map<number | 'cut', number>()
  const impatient: string[] = []

  async function deliver(body: Buffer, signature: string): Promise<boolean> {
    const headers = { 'content-type': 'application/json', 'x-hub-signature-256': `sha256=${signature}` }
    const signal = AbortSignal.timeout(10_000)
    try {
      const answer = await fetch(address(), { method: 'POST', body: new Uint8Array(body), headers, signal })
      await answer.text()
      answers.set(answer.status, (answers.get(answer.status) ?? 0) + 1)
      if (answer.status === 503 && !answer.headers.has('retry-after')) impatient.push('503 without Retry-After')
      return answer.status === 200
    } catch {
      answers.set('cut', (answers.get('cut') ?? 0) + 1)
      return false
    }
  }

  async function sendAll(): Promise<void> {
    for (let mail = next(); mail; mail = next()) {
      const digest = createHmac('sha256', secret).update(mail.body).digest('hex')
      while (!(await deliver(mail.body, digest))) await pause(AGAIN_MS)
      acknowledged.push({ ...mail, digest })
      await pause(everyMs)
    }
  }

  return { acknowledged, answers, impatient, sendAll }
}

/** A generator of numbers from 0 to 1 that gives the same ones for the same seed (mulberry32). */
export function seeded(seed: number): () => number {
  let state = seed
  return () => {
    state = (state + 0x6d2b79f5) | 0
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state)
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32
  }
}
