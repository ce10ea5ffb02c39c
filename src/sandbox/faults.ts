import { setTimeout as pause } from 'node:timers/promises'
import type { HttpBindings } from '@hono/node-server'
import { RESPONSE_ALREADY_SENT } from '@hono/node-server/utils/response'
import type { Context, MiddlewareHandler, Next } from 'hono'
import { z } from 'zod'
import type { Arrival } from './entries.ts'

/** Trouble ordered in advance for requests that match. */
export const Fault = z.strictObject({
  match: z.strictObject({
    method: z.string().optional(),
    /** A regular expression that is looked for in the path. */
    path: z.string().optional(),
    /** The account whose token the call carries. */
    accountRef: z.string().optional(),
  }),
  /** How many requests that match it lets pass first. */
  skip: z.int().min(0).default(0),
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
  strike: MiddlewareHandler<FaultEnv>
}

interface FaultEnv {
  Bindings: Partial<HttpBindings>
  /** Calls to the Graph API have one. */
  Variables: { arrival?: Arrival }
}

export function createFaults(): Faults {
  let waiting: Fault[] = []

  function take(call: Call): Fault | undefined {
    const fault = waiting.find(({ match }) => isMatch(match, call))
    if (fault && fault.skip > 0) {
      fault.skip -= 1
      return undefined
    }
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
    strike(c, next) {
      const arrival = c.get('arrival')
      const fault = take({ method: c.req.method, path: c.req.path, accountRef: arrival?.accountRef })
      if (fault && arrival) arrival.trouble = 'rule'
      return fault ? strikeWith(fault, c, next) : next()
    },
  }
}

async function strikeWith(fault: Fault, c: Context<FaultEnv>, next: Next): Promise<void> {
  const spoils = fault.drop || fault.status !== undefined
  if (fault.after === 'commit' || !spoils) await next()
  if (fault.delayMs > 0) await pause(fault.delayMs)
  if (!spoils) return
  c.res = undefined
  c.res = answerOf(fault, c.env?.incoming)
}

interface Call {
  method: string
  path: string
  accountRef: string | undefined
}

function isMatch(match: Fault['match'], { method, path, accountRef }: Call): boolean {
  if (match.accountRef !== undefined && match.accountRef !== accountRef) return false
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
