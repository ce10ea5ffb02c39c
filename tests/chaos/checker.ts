import { accepted, draftedOnce, inboundOrder } from './check-inbound.ts'
import { approved, copies, limits, outboundOrder } from './check-outbound.ts'
import { noSecrets, onRecord, stuck, uncertain } from './check-record.ts'
import type { History, Line } from './history.ts'

const checks = [
  accepted,
  draftedOnce,
  copies,
  approved,
  limits,
  inboundOrder,
  outboundOrder,
  onRecord,
  noSecrets,
  uncertain,
  stuck,
]

/** One line for each promise. Pure: the same history gives the same lines. */
export function check(history: History): Line[] {
  return checks.map((judge) => judge(history))
}

export function describeLine({ promise, broken, counts, faults }: Line): string {
  const figures = Object.entries(counts).map(([name, count]) => `${name} ${count}`)
  const verdict = broken === 0 ? 'kept  ' : `BROKEN ${broken} times:`
  return [`${promise.padEnd(20)} ${verdict} ${figures.join(', ')}`, ...faults.map((fault) => `    ${fault}`)].join('\n')
}
