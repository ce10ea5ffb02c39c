/** The `fields` parameter as a tree: `id,messages{id,from}` asks for two fields of a node and two of each message. */
export type Fields = Map<string, Fields>

export function parseFields(text: string | undefined): Fields {
  const fields: Fields = new Map()
  for (const part of splitTopLevel(text ?? '')) {
    const [, name, nested] = /^([a-z_]+)(?:\.[a-z]+\([^)]*\))*(?:\{(.*)\})?$/.exec(part.trim()) ?? []
    if (name) fields.set(name, parseFields(nested))
    else if (part.trim() !== '') fields.set(part.trim(), new Map())
  }
  return fields
}

function splitTopLevel(text: string): string[] {
  const parts: string[] = ['']
  let depth = 0
  for (const char of text) {
    depth += Number(char === '{') - Number(char === '}')
    if (char === ',' && depth === 0) parts.push('')
    else parts[parts.length - 1] += char
  }
  return parts
}

/** The asked fields of a node, and its id always; a field the node does not have is an error, one it has no value for is left out. */
export function pick(node: Record<string, unknown>, fields: Fields): Record<string, unknown> | { missing: string } {
  const picked: Record<string, unknown> = {}
  for (const name of fields.keys()) {
    if (!(name in node)) return { missing: name }
    if (node[name] !== undefined) picked[name] = node[name]
  }
  return { ...picked, id: node['id'] }
}
