import type { SessionId } from '#src/domain/ids.ts'

/** The event streams that are open here, so that signing out closes them at once. */
export interface Streams {
  add(sessionId: SessionId, close: () => void): () => void
  close(sessionId: SessionId): void
}

export function createStreams(): Streams {
  const open = new Map<SessionId, Set<() => void>>()
  return {
    add(sessionId, close) {
      const closers = open.get(sessionId) ?? new Set()
      open.set(sessionId, closers.add(close))
      return () => {
        closers.delete(close)
        if (closers.size === 0) open.delete(sessionId)
      }
    },
    close(sessionId) {
      for (const close of open.get(sessionId) ?? []) close()
    },
  }
}
