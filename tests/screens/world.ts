import { writers } from './people.ts'

const LOOK_AGAIN_MS = 200

/** The sandbox, told what is to happen. */
export function createWorld(url: string) {
  async function tell(method: string, path: string, json?: unknown): Promise<unknown> {
    const answer = await fetch(`${url}/sandbox/${path}`, {
      method,
      headers: { 'content-type': 'application/json' },
      body: json === undefined ? null : JSON.stringify(json),
      signal: AbortSignal.timeout(20_000),
    })
    if (!answer.ok) throw new Error(`/sandbox/${path} answered ${answer.status}: ${await answer.text()}`)
    return answer.status === 204 ? undefined : answer.json()
  }

  return {
    /** The first conversations of the sandbox. */
    open: () => tell('POST', 'seed', {}),
    /** Those who are hard to show. */
    async crowd(): Promise<void> {
      for (const { name, texts } of writers) {
        const { contactRef } = (await tell('POST', 'people', { name })) as { contactRef: string }
        for (const text of texts) await tell('POST', 'messages', { contactRef, text })
      }
    },
    /** The next reply arrives, and nobody is told. */
    loseAnswer: () =>
      tell('POST', 'faults', [{ match: { method: 'POST', path: '/messages$' }, after: 'commit', drop: true }]),
  }
}

/** Asks until it is so; answers whether it became so. */
export async function until(question: () => Promise<boolean>, ms: number): Promise<boolean> {
  for (const end = Date.now() + ms; Date.now() < end; await new Promise((go) => setTimeout(go, LOOK_AGAIN_MS))) {
    if (await question()) return true
  }
  return false
}
