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

/** Whoever lets all sending go on is told which accounts send nothing all the same. */
export async function resumeSending(call: Call): Promise<number> {
  let mute: Awaited<ReturnType<Configure['muteAccounts']>> = []
  const code = await change(call, 'Sending goes on', async (verbs) => {
    await verbs.resumeSending({ operatorId })
    mute = await verbs.muteAccounts()
  })
  for (const { name, stoppedAt } of mute) {
    call.err(`Not ${name}: ${stoppedAt ? 'it was stopped by itself' : 'it has to be connected again'}\n`)
  }
  return code
}

function accountIn({ args: [id] }: Call) {
  return parseId('account', id)
}

async function change(call: Call, done: string, work: (verbs: Configure) => Promise<void>): Promise<number> {
  await withDatabase(call, (db, config) => withBells(config, (bells) => work(createConfigure({ db, now, ...bells }))))
  call.err(`${done}\n`)
  return exitCodes.done
}
