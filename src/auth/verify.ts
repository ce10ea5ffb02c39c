import { createHash } from 'node:crypto'
import { setTimeout as pause } from 'node:timers/promises'
import { AppError } from '#src/domain/errors.ts'
import type { Secret } from '#src/vault/secret.ts'
import { type Answer, askService } from './ask.ts'
import { createBreaker } from './breaker.ts'
import type { Claims } from './claims.ts'

interface VerifyDeps {
  url: string
  secret?: Secret | undefined
  now: () => Date
  tryMs?: number
  overallMs?: number
  backoffMs?: number
  openMs?: number
}

/** Three tries with their pauses fit, and every proxy that we know of waits longer. */
const OVERALL_MS = 16_000
const TRY_MS = 5000
const TRIES = 3
const BACKOFF_MS = 200
/** A right that was taken back is gone when this is over. */
const BELIEVED_MS = 1000
const KEPT_MAX = 1000
/** Nobody's: any answer to it tells that the service is there. */
const KNOCK = 'countersign-asks-whether-you-are-there'

/**
 * Who a token stands for, as the other service says; undefined when it refuses the token. Throws `platform_unavailable` with the
 * time to come back while the service is away. Whoever asks for the same token at the same time gets the same answer.
 */
export function createVerify(deps: VerifyDeps) {
  const { now, openMs } = deps
  const breaker = createBreaker({ now, ...(openMs !== undefined && { openMs }) })
  const believed = new Map<string, { claims: Claims; until: number }>()
  const underWay = new Map<string, Promise<Claims | undefined>>()

  async function ask(token: string, key: string): Promise<Claims | undefined> {
    const claims = await askWithTries(token, breaker, deps)
    if (!claims) return undefined
    if (believed.size >= KEPT_MAX) believed.clear()
    believed.set(key, { claims, until: now().getTime() + BELIEVED_MS })
    return claims
  }

  const verify = (token: string): Promise<Claims | undefined> => {
    const key = createHash('sha256').update(token).digest('base64')
    const known = believed.get(key)
    if (known && now().getTime() < known.until) return Promise.resolve(known.claims)
    believed.delete(key)
    const asking = underWay.get(key) ?? ask(token, key).finally(() => underWay.delete(key))
    underWay.set(key, asking)
    return asking
  }

  /** From memory, at once. While it is away, whoever looks here has it asked, at most as often as the breaker lets one through. */
  const isHere = (): boolean => {
    const here = !breaker.isOpen()
    if (!here) verify(KNOCK).catch(() => undefined)
    return here
  }
  return { verify, isHere }
}

type Breaker = ReturnType<typeof createBreaker>

async function askWithTries(token: string, breaker: Breaker, deps: VerifyDeps): Promise<Claims | undefined> {
  const { tryMs = TRY_MS, overallMs = OVERALL_MS, backoffMs = BACKOFF_MS } = deps
  const overall = AbortSignal.timeout(overallMs)
  const wasOpen = breaker.isOpen()
  const closedUntil = breaker.refusal()
  if (closedUntil) throw away(closedUntil)
  for (let tries = 1; ; tries++) {
    const answer = await askService(token, deps, AbortSignal.any([overall, AbortSignal.timeout(tryMs)]))
    if (answer.kind !== 'fault') return settle(answer, breaker)
    breaker.failed()
    // While one call looks whether the service is back, one look is enough.
    const goesOn = answer.again && tries < TRIES && !wasOpen && !breaker.isOpen() && !overall.aborted
    if (!goesOn) throw away(new Date(deps.now().getTime() + BELIEVED_MS))
    await pause(backoffMs * 2 ** (tries - 1) * (1 + Math.random() / 4))
  }
}

function settle(answer: Exclude<Answer, { kind: 'fault' }>, breaker: Breaker): Claims | undefined {
  breaker.succeeded()
  if (answer.kind === 'refused') return undefined
  if (answer.kind === 'vouched') return answer.claims
  throw new AppError('forbidden', 'The role that the sign-in service names is none of ours', { field: 'role' })
}

function away(until: Date): AppError {
  return new AppError('platform_unavailable', 'The sign-in service does not answer', { field: 'auth', until })
}
