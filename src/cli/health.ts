import { type Call, exitCodes } from './command.ts'
import { configOf } from './house.ts'

const DEADLINE_MS = 4000

/** For a container's health check: 0 when the web process would keep a webhook, 69 when not. */
export async function askHealth(call: Call): Promise<number> {
  const { host, port } = configOf(call)
  const answer = await ask(`http://${localHost(host)}:${port}/readyz`)
  if (call.options['json']) call.out(`${JSON.stringify({ ready: answer === 200, status: answer ?? null })}\n`)
  else call.err(answer === 200 ? 'ready\n' : `not ready (${answer ?? 'no answer'})\n`)
  return answer === 200 ? exitCodes.done : exitCodes.unavailable
}

async function ask(url: string): Promise<number | undefined> {
  try {
    const { status } = await fetch(url, { signal: AbortSignal.timeout(DEADLINE_MS), redirect: 'error' })
    return status
  } catch {
    return undefined
  }
}

/** Who listens on every address is found on this one. */
function localHost(host: string): string {
  if (host === '0.0.0.0' || host === '::') return '127.0.0.1'
  return host.includes(':') ? `[${host}]` : host
}
