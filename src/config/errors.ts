/** Every fault at once, each by the variable's name. */
export class ConfigError extends Error {
  override readonly name = 'ConfigError'
  readonly faults: string[]

  constructor(faults: string[]) {
    super(
      `The configuration has ${faults.length === 1 ? 'a fault' : `${faults.length} faults`}:\n${faults.map((fault) => `  ${fault}`).join('\n')}`,
    )
    this.faults = faults
  }
}

/** Why a backend did not give a secret; `passing` may be over in a moment. */
const reasons = {
  denied: { words: 'does not let us have it', passing: false },
  malformed: { words: 'holds something else than a text there', passing: false },
  not_installed: { words: 'needs a package that is not installed', passing: false },
  sealed: { words: 'is sealed', passing: true },
  throttled: { words: 'asks us to wait', passing: true },
  away: { words: 'does not answer', passing: true },
} as const
export type SecretsReason = keyof typeof reasons

/** Names the variable and the backend, never a value and nothing in the backend's own words. */
export class SecretsError extends Error {
  override readonly name = 'SecretsError'
  readonly backend: string
  readonly variable: string
  readonly reason: SecretsReason
  /** How long the backend wants to be left alone. */
  readonly waitMs: number

  constructor(backend: string, reason: SecretsReason, { variable = 'SECRETS_BACKEND', detail = '', waitMs = 0 } = {}) {
    super(`${variable}: ${backend} ${reasons[reason].words}${detail && ` (${detail})`}`)
    this.backend = backend
    this.variable = variable
    this.reason = reason
    this.waitMs = waitMs
  }

  get isPassing(): boolean {
    return reasons[this.reason].passing
  }
}
