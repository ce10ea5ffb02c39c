export interface Pauses {
  /** Ends early when all are ended. */
  wait(ms: number): Promise<void>
  end(): void
}

/** Waiting that can be ended all at once, however many wait. */
export function createPauses(): Pauses {
  const waiting = new Map<NodeJS.Timeout, () => void>()
  let isEnded = false
  return {
    wait(ms) {
      if (isEnded || ms <= 0) return Promise.resolve()
      return new Promise((resolve) => {
        const timer = setTimeout(() => {
          waiting.delete(timer)
          resolve()
        }, ms)
        waiting.set(timer, resolve)
      })
    },
    end() {
      isEnded = true
      for (const [timer, resolve] of waiting) {
        clearTimeout(timer)
        resolve()
      }
      waiting.clear()
    },
  }
}
