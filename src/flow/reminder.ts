const AGAIN_MS = 30_000

/** Lets each id through once in a while. It remembers only in this process: forgetting costs one bell too many. */
export function createReminder(againMs = AGAIN_MS) {
  const reminded = new Map<string | number, number>()

  return <T extends { id: string | number }>(found: T[], at: Date): T[] => {
    const horizon = at.getTime() - againMs
    for (const [id, when] of reminded) if (when <= horizon) reminded.delete(id)
    const due = found.filter(({ id }) => !reminded.has(id))
    for (const { id } of due) reminded.set(id, at.getTime())
    return due
  }
}
