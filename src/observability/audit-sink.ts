import { writeSync } from 'node:fs'
import { createAuditFile } from './audit-file.ts'

export type SinkPlace = { kind: 'stdout' } | { kind: 'file'; path: string }

/** Where entries are kept a second time. */
export interface AuditSink {
  name: string
  /** The last entry it is known to hold; undefined where it cannot say. */
  last(): Promise<{ seq: number; hash: string } | undefined>
  /** Adds the lines that follow entry `after`; false when somebody else has done so. */
  append(lines: string, after: number): Promise<boolean>
}

/** No level of logging silences it. */
export function createAuditSink(place: SinkPlace): AuditSink {
  if (place.kind === 'file') return { name: `file:${place.path}`.slice(0, 255), ...createAuditFile(place.path) }
  return { name: 'stdout', last: async () => undefined, append: async (lines) => writeWhole(lines) }
}

/** Whole before it is noted down as written. */
function writeWhole(lines: string): true {
  const bytes = Buffer.from(lines)
  for (let done = 0; done < bytes.length; ) done += writeSync(1, bytes, done)
  return true
}
