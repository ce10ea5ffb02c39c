/*
 * What tells about a person stays here when the account wants that: Claude reads a placeholder in its place, the same for the
 * same thing. Only in the words of a reply is it put back, before anybody reviews them.
 */
import type { DraftRequest } from '#src/domain/draft.ts'
import { findPii } from '#src/domain/pii.ts'

interface Withheld {
  request: DraftRequest
  /** The reply with everything put back; undefined when it names a placeholder that was never given. */
  putBack(reply: string): string | undefined
}

/** Whoever writes what looks like a placeholder gets one for that too, so that none of ours can be borrowed. */
const PLACEHOLDER = /\[[A-Z]{2,10}_\d{1,6}\]/gi
/** However it is spelt, it must not leave. */
const LEFT_OVER = /\b(?:SECRET|EMAIL|IBAN|CARD|SSN|MAC|IP|PHONE|TEXT)[ _-]?\d{1,6}\b/i

export function withhold(request: DraftRequest): Withheld {
  if (!request.maskForModel) return { request, putBack: (reply) => reply }
  const { hide, find } = createPlaceholders()
  const { contactName, turns, instruction } = request
  return {
    request: {
      ...request,
      contactName: hide(contactName),
      turns: turns.map((turn) => ({
        ...turn,
        text: hide(turn.text),
        ...(turn.note !== undefined && { note: hide(turn.note) }),
      })),
      ...(instruction !== undefined && { instruction: hide(instruction) }),
    },
    putBack(reply) {
      const unknown = reply.replace(PLACEHOLDER, (name) => (find(name) === undefined ? name : ''))
      return LEFT_OVER.test(unknown) ? undefined : reply.replace(PLACEHOLDER, (name) => find(name) ?? name)
    },
  }
}

function createPlaceholders() {
  const names = new Map<string, string>()
  const texts = new Map<string, string>()
  const counts = new Map<string, number>()
  const nameOf = (kind: string, text: string): string => {
    const known = names.get(text)
    if (known !== undefined) return known
    const count = (counts.get(kind) ?? 0) + 1
    const name = `[${kind}_${count}]`
    counts.set(kind, count)
    names.set(text, name)
    texts.set(name, text)
    return name
  }
  return {
    find: (name: string) => texts.get(name),
    hide(text: string): string {
      const found = [...findPii(text), ...lookalikesIn(text)].sort((a, b) => a.start - b.start)
      let hidden = ''
      let from = 0
      for (const { kind, start, end } of found) {
        if (start < from) continue
        hidden += text.slice(from, start) + nameOf(kind.toUpperCase(), text.slice(start, end))
        from = end
      }
      return hidden + text.slice(from)
    },
  }
}

function lookalikesIn(text: string) {
  return Array.from(text.matchAll(PLACEHOLDER), ({ index, 0: name }) => ({
    kind: 'text',
    start: index,
    end: index + name.length,
  }))
}
