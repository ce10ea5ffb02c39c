import { Secret } from '#src/vault/secret.ts'
import type { LabelledSecret } from './readers.ts'

/** Answers the text as it is now. */
export type LiveText = () => string

const LOOK_MS = 1000

/** A file that somebody may replace: looked at once a second at most, and only when it is asked for. */
export function fileText(read: () => string): LiveText {
  let text = read()
  let at = performance.now()
  return () => {
    if (performance.now() - at < LOOK_MS) return text
    at = performance.now()
    try {
      text = read()
    } catch {
      // Between two versions of it; the old one is as good as it was.
    }
    return text
  }
}

interface Live {
  text: LiveText
  read: (text: string) => unknown
  /** Hears why a new text cannot be used; the one before stays. */
  onFault: (error: unknown) => void
}

/** Puts a value there that is read anew when its text has changed, for everybody who has it already as well. */
export function defineLive(fields: Record<string, unknown>, name: string, { text, read, onFault }: Live): void {
  let seen = text()
  let value = read(seen)
  const current = () => {
    const fresh = text()
    if (fresh === seen) return value
    seen = fresh
    try {
      value = read(fresh)
    } catch (error) {
      onFault(error)
    }
    return value
  }
  if (value instanceof Secret) fields[name] = new Secret(() => (current() as Secret).reveal())
  else Object.defineProperty(fields, name, { enumerable: true, get: () => asLive(current as () => LabelledSecret[]) })
}

/** Each holds what stands in its place now; one whose place is gone is empty, which signs nothing. */
function asLive(current: () => readonly LabelledSecret[]): LabelledSecret[] {
  return current().map(({ label }, i) => ({ label, secret: new Secret(() => current()[i]?.secret.reveal() ?? '') }))
}
