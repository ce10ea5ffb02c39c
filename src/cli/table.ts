import type { Call } from './command.ts'

type Row = Record<string, string | number | boolean | Date | null>

/** Rows for a person, or with `--json` for a program. */
export function printRows({ options, out, err }: Call, rows: readonly Row[], whenEmpty: string): void {
  if (options['json']) out(`${JSON.stringify(rows, null, 2)}\n`)
  else if (rows.length === 0) err(`${whenEmpty}\n`)
  else for (const line of aligned(rows)) out(`${line}\n`)
}

function aligned(rows: readonly Row[]): string[] {
  const heads = Object.keys(rows[0] ?? {})
  const lines = [heads, ...rows.map((row) => heads.map((head) => cell(row[head] ?? null)))]
  const widths = heads.map((_, i) => Math.max(...lines.map((line) => line[i]?.length ?? 0)))
  return lines.map((line) =>
    line
      .map((text, i) => text.padEnd(widths[i] ?? 0))
      .join('  ')
      .trimEnd(),
  )
}

function cell(value: Row[string]): string {
  if (value instanceof Date) return `${value.toISOString().slice(0, 16).replace('T', ' ')} UTC`
  return value === null ? '–' : printable(String(value))
}

/** A name comes from elsewhere: in a terminal, its control characters would be commands. */
export function printable(text: string): string {
  return text.replace(/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/gu, '�')
}
