import { type OperatorId, parseId } from '#src/domain/ids.ts'
import { createRequestDeletion } from '#src/flow/request-deletion.ts'
import { type Call, exitCodes, UsageError } from './command.ts'
import { configOf, now, withBells, withDatabase } from './house.ts'

/** Whoever can run this holds the keys of the installation; the audit log names them by the door they came through. */
const operatorId = 'cli' as OperatorId

/** Files the erasure; the drafting process does the work. Prints the page on which the person can follow it. */
export async function eraseContact(call: Call): Promise<number> {
  const contactId = parseId('contact', call.args[0])
  if (call.options['yes'] !== true) throw new UsageError('Erasing cannot be undone; say --yes if you are sure')
  const { code } = await withDatabase(call, (db, config) =>
    withBells(config, ({ publish }) =>
      createRequestDeletion({ db, publish, now }).byOperator({ contactId, operatorId }),
    ),
  )
  call.out(`${configOf(call).publicUrl}/compliance/deletions/${code}\n`)
  call.err('The person is being erased; the page says when it is done\n')
  return exitCodes.done
}
