/** The logger that the doors are given. It shows of an error only what is safe. */
export interface Log {
  info(fields: object, message: string): void
  warn(fields: object, message: string): void
}

/** One line when a store stops working and one when it works again, however many requests notice. */
export function watchStore(log: Log, store: string) {
  let away = false
  return {
    failed(error: unknown): void {
      if (!away) log.warn({ store, error }, 'store is away')
      away = true
    },
    worked(): void {
      if (away) log.info({ store }, 'store is back')
      away = false
    },
  }
}
