import { sql } from 'drizzle-orm'
import type { Database } from '#db/client.ts'

const TEXTUAL = ['char', 'varchar', 'tinytext', 'text', 'mediumtext', 'longtext', 'json']
const BINARY = ['tinyblob', 'blob', 'mediumblob', 'longblob', 'binary', 'varbinary']

/** Every text and blob of every row of every table, one line a row, each beginning with its table. */
export async function everyRow(db: Database): Promise<string[]> {
  const columns = await ask(
    db,
    `SELECT table_name AS t, column_name AS c, data_type AS k FROM information_schema.columns
     WHERE table_schema = database()`,
  )
  const tables = new Map<string, string[]>()
  for (const { t, c, k } of columns) {
    const known = tables.get(String(t)) ?? []
    tables.set(String(t), known)
    if (TEXTUAL.includes(String(k)) || BINARY.includes(String(k))) known.push(String(c))
  }
  const lines: string[] = []
  for (const [table, names] of tables) {
    if (names.length === 0) continue
    const rows = await ask(db, `SELECT ${names.map((name) => `\`${name}\``).join(', ')} FROM \`${table}\``)
    for (const row of rows) lines.push(`${table} ${Object.entries(row).map(shown).join(' ')}`)
  }
  return lines.sort()
}

function shown([name, value]: [string, unknown]): string {
  return `${name}=${Buffer.isBuffer(value) ? value.toString('utf8') : String(value)}`
}

async function ask(db: Database, statement: string): Promise<Record<string, unknown>[]> {
  const [rows] = await db.execute(sql.raw(statement))
  return rows as unknown as Record<string, unknown>[]
}

/** Which of the words can be read in the text: plainly, escaped as JSON does, in hex, or anywhere inside of base64. */
export function wordsIn(text: string, words: readonly string[]): string[] {
  const lower = text.toLowerCase()
  return words.filter((word) => {
    const bytes = Buffer.from(word)
    const json = JSON.stringify(word).slice(1, -1)
    if (text.includes(word) || text.includes(json) || lower.includes(bytes.toString('hex'))) return true
    return [0, 1, 2].some((shift) => text.includes(insideBase64(bytes, shift)))
  })
}

/** The characters that stand in base64 for these bytes alone, when `shift` bytes stand before them in their group of three. */
function insideBase64(bytes: Buffer, shift: number): string {
  const encoded = Buffer.concat([Buffer.alloc(shift), bytes]).toString('base64')
  const end = Math.floor(((shift + bytes.length) * 8) / 6)
  return encoded.slice(Math.ceil((shift * 8) / 6), end)
}
