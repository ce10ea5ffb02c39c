interface BreakerOptions {
  now: () => Date
  failuresMax?: number
  openMs?: number
}

const FAILURES_MAX = 5
const OPEN_MS = 10_000

/** After some failures in a row nobody asks for a while; then one call looks whether it is any better. */
export function createBreaker({ now, failuresMax = FAILURES_MAX, openMs = OPEN_MS }: BreakerOptions) {
  let failures = 0
  let openUntil: Date | undefined
  let isProbing = false

  return {
    /** Undefined: go ahead, and say how it ended. Otherwise: when to come back. */
    refusal(): Date | undefined {
      if (!openUntil) return undefined
      if (now() < openUntil || isProbing) return new Date(Math.max(openUntil.getTime(), now().getTime() + 1000))
      isProbing = true
      return undefined
    },

    succeeded(): void {
      failures = 0
      openUntil = undefined
      isProbing = false
    },

    failed(): void {
      failures += 1
      isProbing = false
      if (openUntil || failures >= failuresMax) openUntil = new Date(now().getTime() + openMs)
    },

    isOpen: () => openUntil !== undefined,
  }
}
