import { createAddresses } from '#src/flow/addresses.ts'
import { type Call, exitCodes, UsageError } from './command.ts'
import { configOf, now, withDatabase } from './house.ts'
import { printRows } from './table.ts'

const DAY_HOURS = 24

export async function listAddresses(call: Call): Promise<number> {
  const blocks = await withDatabase(call, (db) => createAddresses({ db, now }).list())
  const rows = blocks.map(({ network, reason, until }) => ({ address: network, reason, until }))
  const fixed = configOf(call).blockedAddresses.map((address) => ({
    address,
    reason: 'BLOCKED_ADDRESSES',
    until: null,
  }))
  printRows(call, [...fixed, ...rows], 'No address is blocked')
  return exitCodes.done
}

export async function blockAddress(call: Call): Promise<number> {
  const [address = ''] = call.args
  const hours = Number(call.options['hours'] ?? DAY_HOURS)
  if (!Number.isInteger(hours)) throw new UsageError('--hours is a whole number')
  const { network } = await withDatabase(call, (db) =>
    createAddresses({ db, now }).block({ address, reason: 'person', hours }),
  )
  call.err(`${network} is refused for ${hours} hours\n`)
  return exitCodes.done
}

export async function unblockAddress(call: Call): Promise<number> {
  const [address = ''] = call.args
  const network = await withDatabase(call, (db) => createAddresses({ db, now }).unblock(address))
  call.err(`${network} may come again\n`)
  return exitCodes.done
}
