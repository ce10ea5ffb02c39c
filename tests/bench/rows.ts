import { writeFileSync } from 'node:fs'

interface Row {
  name: string
  unit: string
  target: string
}

/** What is measured and what is aimed at, in the order in which it is told. */
export const rows = {
  accept: { name: 'accept: committed in MySQL, bell rung, against B', unit: '1/s', target: 'ratio ≥ 0.75' },
  acceptTwo: { name: 'accept: two web processes against B with two', unit: '1/s', target: 'ratio ≥ 0.45' },
  acceptLate: { name: 'accept: p99 at half load, against B', unit: 'ms', target: 'ratio ≤ 4' },
  acceptAdd: { name: 'accept: against one queue.add per request', unit: '1/s', target: 'ratio ≥ 1.3' },
  acceptAway: { name: 'accept: MySQL away, bytes in the job, against B', unit: '1/s', target: 'ratio ≥ 0.6' },
  drain: { name: 'receive: backlog drained by one process', unit: '1/s', target: '≥ 3000' },
  steady: { name: 'receive: rate among many stored messages, against few', unit: '1/s', target: 'ratio ≥ 0.9' },
  drafted: { name: 'draft: delivery to waiting draft, p99 (p50) at 50/s', unit: 'ms', target: 'p50 ≤ 30, p99 ≤ 150' },
  drafts: { name: 'draft: drafts by one process', unit: '1/s', target: '≥ 300' },
  arrival: { name: 'send: approval to arrival, p99 (p50) at 50/s', unit: 'ms', target: 'p50 ≤ 40, p99 ≤ 150' },
  sends: { name: 'send: posts by one process, limits out of the way', unit: '1/s', target: '≥ 300' },
  limit: { name: 'send: use of the allowed rate; windows passed', unit: '1/s', target: 'ratio ≥ 0.97, passed 0' },
  flood: { name: 'send: p95 wait of others beside a flood, against without', unit: 'ms', target: 'ratio ≤ 1.2' },
  pages: { name: 'console: review queue page, worst p95', unit: 'ms', target: '≤ 50' },
  memory: { name: 'memory: the largest process after the load', unit: 'MB', target: 'idle ≤ 150, after ≤ 250' },
  start: { name: 'npm start: second start to ready', unit: 's', target: '≤ 10' },
  test: { name: 'npm test, whole', unit: 's', target: '≤ 300' },
} as const satisfies Record<string, Row>

export type RowId = keyof typeof rows

export interface Figure {
  row: RowId
  value: number | null
  baseline?: number
  /** Value to baseline, unless the row compares otherwise. */
  ratio?: number
  /** Null when it was not measured. */
  met: boolean | null
  /** Further figures of the same measurement. */
  parts?: Record<string, number>
}

/** One line for a person. */
export function lineOf({ row, value, baseline, met, parts = {}, ...figure }: Figure): string {
  const { name, unit, target } = rows[row]
  if (value === null) return `  ?  ${name.padEnd(58)} not measured here; target ${target}`
  const ratio = figure.ratio ?? ratioOf(value, baseline)
  const compared =
    baseline === undefined ? '' : `  beside ${short(baseline)} ${unit}, ratio ${(ratio ?? Number.NaN).toFixed(2)}`
  const more = Object.entries(parts).map(([part, figure]) => `${part} ${short(figure)}`)
  const rest = more.length > 0 ? `  (${more.join(', ')})` : ''
  return `${met ? ' met ' : 'short'} ${name.padEnd(58)} ${short(value)} ${unit}${compared}; target ${target}${rest}`
}

/** Writes the figures for programs, in the order of the table. */
export function writeFigures(file: string, figures: readonly Figure[]): void {
  const entries = inOrder(figures).map(({ row, value, baseline = null, met, parts, ...figure }) => ({
    name: rows[row].name,
    value: rounded(value),
    unit: rows[row].unit,
    baseline: rounded(baseline),
    ratio: rounded(figure.ratio ?? ratioOf(value, baseline ?? undefined) ?? null),
    target: rows[row].target,
    met,
    ...(parts && { parts: Object.fromEntries(Object.entries(parts).map(([part, figure]) => [part, rounded(figure)])) }),
  }))
  writeFileSync(file, `${JSON.stringify(entries, null, 2)}\n`)
}

function inOrder(figures: readonly Figure[]): Figure[] {
  const order = Object.keys(rows)
  return [...figures].sort((a, b) => order.indexOf(a.row) - order.indexOf(b.row))
}

function ratioOf(value: number | null, baseline: number | undefined): number | undefined {
  return value === null || baseline === undefined ? undefined : value / baseline
}

function rounded(value: number | null): number | null {
  return value === null || Number.isNaN(value) ? null : Math.round(value * 1000) / 1000
}

/** Three figures are more than a noisy machine can tell. */
export function short(value: number): string {
  return Math.abs(value) >= 100 ? Math.round(value).toLocaleString('en') : String(Number(value.toPrecision(3)))
}
