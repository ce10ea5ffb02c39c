/** What a store that does not answer comes to. The work itself may still succeed later. */
export class DeadlineError extends Error {
  override readonly name = 'DeadlineError'
}

/** Settles as `work` does, or fails after `ms`: a request waits for no store longer than that. */
export async function withDeadline<T>(work: Promise<T>, ms: number): Promise<T> {
  let timer: NodeJS.Timeout | undefined
  const late = new Promise<never>((_resolve, reject) => {
    timer = setTimeout(() => reject(new DeadlineError(`No answer within ${ms} ms`)), ms)
  })
  try {
    return await Promise.race([work, late])
  } finally {
    clearTimeout(timer)
  }
}
