import { migrate, migrationStatus } from '#db/migrate.ts'
import { type Call, exitCodes } from './command.ts'
import { configOf, required } from './house.ts'
import { printRows } from './table.ts'

export async function runMigrations(call: Call): Promise<number> {
  const applied = await migrate(addressOf(call))
  for (const name of applied) call.out(`${name}\n`)
  call.err(applied.length === 0 ? 'The database was up to date already\n' : 'The database is up to date\n')
  return exitCodes.done
}

/** Fails while something is left to do, so that a deployment can wait for it. */
export async function showStatus(call: Call): Promise<number> {
  const states = await migrationStatus(addressOf(call))
  printRows(
    call,
    states.map(({ name, state, finishedAt }) => ({ name, state, finishedAt })),
    'There are no migrations',
  )
  return states.every(({ state }) => state === 'applied') ? exitCodes.done : exitCodes.failed
}

function addressOf(call: Call): string {
  return required(configOf(call).databaseUrl, 'DATABASE_URL').reveal()
}
