import { setTimeout as pause } from 'node:timers/promises'
import type { HttpBindings } from '@hono/node-server'
import { RESPONSE_ALREADY_SENT } from '@hono/node-server/utils/response'
import type { MiddlewareHandler } from 'hono'
import { z } from 'zod'

/** Trouble ordered in advance for requests that match. */
export const Fault = z.strictObject({
  match: z.strictObject({
    method: z.string().optional(),
    /** A regular expression that is looked for in the path. */
    path: z.string().optional(),
  }),
  /** How many requests it strikes; 0 for every one until it is cleared. */
  times: z.int().min(0).default(1),
  /** `before`: the request is never carried out; `commit`: it is, and only the answer is spoilt. */
  after: z.enum(['before', 'commit']).default('before'),
  delayMs: z.int().min(0).default(0),
  /** Without a status (and without `drop`) the request is only slow. */
  status: z.int().min(200).max(599).optional(),
  body: z.unknown().optional(),
  headers: z.record(z.string(), z.string()).default({}),
  /** Cuts the connection instead of answering. */
  drop: z.boolean().default(false),
})
export type Fault = z.infer<typeof Fault>

export interface Faults {
  queue(faults: z.input<typeof Fault>[]): void
  clear(): void
  waiting(): readonly Fault[]
  strike: MiddlewareHandler<{ Bindings: Partial<HttpBindings> }>
}

export function createFaults(): Faults {
  let waiting: Fault[] = []

  function take(method: string, path: string): Fault | undefined {
    const fault = waiting.find(({ match }) => isMatch(match, method, path))
    if (fault?.times === 1) waiting = waiting.filter((other) => other !== fault)
    else if (fault && fault.times > 1) fault.times -= 1
    return fault
  }

  return {
    queue: (faults) => void waiting.push(...faults.map((fault) => Fault.parse(fault))),
    clear: () => {
      waiting = []
    },
    waiting: () => waiting,
    async strike(c, next) {
      const fault = take(c.req.method, c.req.path)
      if (!fault) return next()
      const spoils = fault.drop || fault.status !== undefined
      if (fault.after === 'commit' || !spoils) await next()
      if (fault.delayMs > 0) await pause(fault.delayMs)
      if (!spoils) return
      c.res = undefined
      c.res = answerOf(fault, c.env?.incoming)
    },
  }
}

function isMatch(match: Fault['match'], method: string, path: string): boolean {
  const methodFits = match.method === undefined || match.method.toUpperCase() === method
  return methodFits && (match.path === undefined || new RegExp(match.path).test(path))
}

function answerOf({ drop, status, body, headers }: Fault, incoming: HttpBindings['incoming'] | undefined): Response {
  if (drop && incoming) {
    incoming.socket.destroy()
    return RESPONSE_ALREADY_SENT
  }
  const text = typeof body === 'string' ? body : body === undefined ? null : JSON.stringify(body)
  return new Response(text, { status: status ?? 502, headers: { 'content-type': 'application/json', ...headers } })
}
