import { type OperatorId, parseId } from '#src/domain/ids.ts'
import { createConfigure } from '#src/flow/configure.ts'
import { type Call, exitCodes, UsageError } from './command.ts'
import { now, withBells, withDatabase } from './house.ts'

/** Whoever can run this holds the keys of the installation; the audit log names them by the door they came through. */
const operatorId = 'cli' as OperatorId

/** Writes a passage that drafts of the account may cite; its text comes from standard input. */
export async function addKnowledge(call: Call): Promise<number> {
  const { title } = call.options
  if (typeof title !== 'string') throw new UsageError('Name the entry with --title')
  const accountId = parseId('account', call.args[0])
  const body = await call.readSecret('The text of the entry (not shown): ')
  const { entryId } = await withDatabase(call, (db, config) =>
    withBells(config, (bells) =>
      createConfigure({ db, now, ...bells }).saveKnowledge({ accountId, operatorId, title, body }),
    ),
  )
  call.out(`${entryId}\n`)
  return exitCodes.done
}
