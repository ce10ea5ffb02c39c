/** Deeper than this nothing that we take is nested. */
const DEPTH_MAX = 20
const TOKEN = /"[^"\\]*(?:\\.[^"\\]*)*"|[{}[\]:,]/g

/**
 * What `JSON.parse` lets pass and two readers could take for two different things: a name that stands twice in an object, a
 * name that reaches for a prototype, nesting without end. Undefined when there is nothing of the kind. Give it JSON: over
 * quotes that never close it takes its time.
 */
export function jsonFault(text: string): Fault | undefined {
  const objects: Names[] = []
  let last = ''
  for (const [token] of text.matchAll(TOKEN)) {
    const fault = token === ':' ? nameFault(objects.at(-1), last) : nestingFault(objects, token)
    if (fault) return fault
    last = token
  }
  return undefined
}

type Fault = 'nested' | 'twice' | 'prototype'
/** The names of an object so far; an array has none. */
type Names = Set<string> | undefined

function nestingFault(objects: Names[], token: string): 'nested' | undefined {
  if (token === '{' || token === '[') objects.push(token === '{' ? new Set() : undefined)
  else if (token === '}' || token === ']') objects.pop()
  return objects.length > DEPTH_MAX ? 'nested' : undefined
}

function nameFault(names: Names, written: string): Fault | undefined {
  const name = nameIn(written)
  if (name === undefined || !names) return undefined
  if (name === '__proto__' || name === 'constructor' || name === 'prototype') return 'prototype'
  if (names.has(name)) return 'twice'
  names.add(name)
  return undefined
}

/** `"a"` and `"\u0061"` are one name. */
function nameIn(written: string): string | undefined {
  try {
    const name: unknown = JSON.parse(written)
    return typeof name === 'string' ? name : undefined
  } catch {
    return undefined
  }
}
