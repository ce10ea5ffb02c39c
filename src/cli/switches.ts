import { type OperatorId, parseId } from '#src/domain/ids.ts'
import { createConfigure } from '#src/flow/configure.ts'
import { type Call, exitCodes } from './command.ts'
import { now, withBells, withDatabase } from './house.ts'

/** Whoever can run this holds the keys of the installation; the audit log names them by the door they came through. */
const operatorId = 'cli' as OperatorId

type Configure = ReturnType<typeof createConfigure>

export const stopAccount = (call: Call) =>
  change(call, 'The account sends nothing until it is resumed', async (verbs) =>
    verbs.stopAccount({ accountId: accountIn(call), reason: String(call.options['reason'] ?? ''), operatorId }),
  )

export const resumeAccount = (call: Call) =>
  change(call, 'The account sends again', async (verbs) =>
    verbs.resumeAccount({ accountId: accountIn(call), operatorId }),
  )

export const stopSending = (call: Call) =>
  change(call, 'Nothing is sent until sending is resumed', (verbs) => verbs.stopSending({ operatorId }))

export const resumeSending = (call: Call) =>
  change(call, 'All accounts send again', (verbs) => verbs.resumeSending({ operatorId }))

function accountIn({ args: [id] }: Call) {
  return parseId('account', id)
}

async function change(call: Call, done: string, work: (verbs: Configure) => Promise<void>): Promise<number> {
  await withDatabase(call, (db, config) => withBells(config, (bells) => work(createConfigure({ db, now, ...bells }))))
  call.err(`${done}\n`)
  return exitCodes.done
}
