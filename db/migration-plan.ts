import type { RowDataPacket } from 'mysql2/promise'
import { AppError } from '#src/domain/errors.ts'
import { errnoOf } from './client.ts'
import type { MigrationFile } from './migration-files.ts'

/** A row of `schema_migrations`, the table the runner keeps for itself. */
export interface MigrationRow extends RowDataPacket {
  name: string
  checksum: string
  steps_total: number
  steps_done: number
  failed_at: Date | null
  finished_at: Date | null
}

export interface MigrationState {
  name: string
  state: 'applied' | 'pending' | 'half-applied' | 'edited'
  /** Null while it is not whole. */
  finishedAt: Date | null
}

/** Where one migration stands. */
export function stateOf(file: MigrationFile, row: MigrationRow | undefined): MigrationState {
  if (!row) return { name: file.name, state: 'pending', finishedAt: null }
  const whole = row.finished_at ? 'applied' : 'half-applied'
  return { name: file.name, state: row.checksum === file.checksum ? whole : 'edited', finishedAt: row.finished_at }
}

/** What is left to do, after every reason not to do it. */
export function pendingOf(files: MigrationFile[], rows: Map<string, MigrationRow>): MigrationFile[] {
  for (const file of files) refuseUnlessSound(file, rows.get(file.name))
  refuseForeign(files, rows)
  const pending = files.filter((file) => !rows.get(file.name)?.finished_at)
  const newest = files.findLast((file) => rows.get(file.name)?.finished_at)
  const late = pending.find((file) => newest && file.number < newest.number)
  if (late)
    throw new AppError(
      'conflict',
      `${late.name} is not applied, but the later ${newest?.name} is: give it a higher number`,
    )
  return pending
}

function refuseUnlessSound(file: MigrationFile, row: MigrationRow | undefined): void {
  if (!row) return
  if (row.checksum !== file.checksum) {
    throw new AppError(
      'conflict',
      `${file.name} was changed after it was applied: restore it and write a new migration`,
    )
  }
  if (row.failed_at) throw halfApplied(file, row.steps_done)
}

/** A name we do not know with a number of ours was renamed or removed; one with a higher number is from a newer program. */
function refuseForeign(files: MigrationFile[], rows: Map<string, MigrationRow>): void {
  const known = new Set(files.map((file) => file.name))
  const highest = files.at(-1)?.number ?? -1
  const gone = [...rows.keys()].find((name) => !known.has(name) && Number.parseInt(name, 10) <= highest)
  if (gone) throw new AppError('conflict', `${gone} is applied, but this program does not have it`)
}

/** Names the migration, the step, and how to go on. */
export function halfApplied(file: MigrationFile, stepsDone: number, cause?: unknown): AppError {
  const errno = errnoOf(cause)
  return new AppError(
    'conflict',
    `${file.name} is half applied: step ${stepsDone + 1} of ${file.statements.length} did not succeed` +
      `${errno === undefined ? '' : ` (error ${errno})`}. Mend its cause, then let it go on with: ` +
      `UPDATE schema_migrations SET failed_at = NULL WHERE name = '${file.name}'`,
    { cause },
  )
}
