import type { Secret } from '#src/vault/secret.ts'
import { type Read, readClaims } from './claims.ts'

/** `again`: the same question may get another answer. */
export type Answer = Read | { kind: 'fault'; again: boolean }

const BYTES_MAX = 64 * 1024

/** One question to the service. What it says in its own words goes nowhere. */
export async function askService(
  token: string,
  { url, secret }: { url: string; secret?: Secret | undefined },
  signal: AbortSignal,
): Promise<Answer> {
  const headers: Record<string, string> = { accept: 'application/json' }
  if (secret) headers['authorization'] = `Bearer ${secret.reveal()}`
  const body = new URLSearchParams({ token, token_type_hint: 'access_token' })
  try {
    const answer = await fetch(url, { method: 'POST', headers, body, signal, redirect: 'error' })
    return await readAnswer(answer)
  } catch {
    return { kind: 'fault', again: true }
  }
}

async function readAnswer(answer: Response): Promise<Answer> {
  const { status } = answer
  if (status !== 200) {
    await answer.body?.cancel()
    if (status === 401 || status === 403) return { kind: 'refused' }
    return { kind: 'fault', again: status === 429 || status >= 500 }
  }
  return readClaims(JSON.parse(await readText(answer))) ?? { kind: 'fault', again: true }
}

async function readText({ body }: Response): Promise<string> {
  const chunks: Uint8Array[] = []
  let bytes = 0
  for await (const chunk of body ?? []) {
    bytes += chunk.length
    if (bytes > BYTES_MAX) throw new Error('The answer does not end')
    chunks.push(chunk)
  }
  return Buffer.concat(chunks).toString()
}
