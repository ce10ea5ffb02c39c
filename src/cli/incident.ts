import type { OperatorId } from '#src/domain/ids.ts'
import { createIncident } from '#src/flow/incident.ts'
import { type Call, exitCodes, UsageError } from './command.ts'
import { now, withBells, withDatabase } from './house.ts'
import { resumeSending } from './switches.ts'
import { printRows } from './table.ts'

/** Whoever can run this holds the keys of the installation; the record names them by the door they came through. */
const by = 'cli' as OperatorId

const DAY_MS = 86_400_000

type Incident = ReturnType<typeof createIncident>

function withIncident<T>(call: Call, work: (verbs: Incident) => Promise<T>): Promise<T> {
  return withDatabase(call, (db, config) =>
    withBells(config, ({ publish }) => work(createIncident({ db, publish, now }))),
  )
}

export async function openIncident(call: Call): Promise<number> {
  const id = await withIncident(call, (verbs) => verbs.open({ by, reason: String(call.options['reason'] ?? '') }))
  call.out(`${id}\n`)
  call.err('Nothing is sent any more. Next: countersign incident scope\n')
  return exitCodes.done
}

export async function scopeIncident(call: Call): Promise<number> {
  const since = sinceIn(call)
  const { incident, waiting, sent, sessions, keys } = await withIncident(call, (verbs) => verbs.scope(since))
  if (call.options['json']) {
    call.out(`${JSON.stringify({ since, incident: incident ?? null, waiting, sent, sessions, keys }, null, 2)}\n`)
    return exitCodes.done
  }
  const titled = (title: string, rows: Parameters<typeof printRows>[1]) => {
    call.out(`${title}\n`)
    printRows(call, rows, '  none')
    call.out('\n')
  }
  titled(`Sent since ${since.toISOString()}`, sent)
  titled('Signed in since then', sessions)
  titled('Keys used since then', keys)
  call.out(`Approved and waiting: ${waiting}\n`)
  return exitCodes.done
}

export async function revokeInIncident(call: Call): Promise<number> {
  const named = (name: string) => call.options[name] === true
  const isAll = !named('sessions') && !named('keys') && !named('tokens')
  const what = { sessions: isAll || named('sessions'), keys: isAll || named('keys'), tokens: isAll || named('tokens') }
  const { sessions, keys, tokens } = await withIncident(call, (verbs) => verbs.revoke({ by, what }))
  call.err(`Ended ${sessions} sessions, revoked ${keys} keys; ${tokens} accounts have to be connected again\n`)
  return exitCodes.done
}

export async function closeIncident(call: Call): Promise<number> {
  const [goesOn, stays] = [call.options['resume'] === true, call.options['keep-stopped'] === true]
  if (goesOn && stays) throw new UsageError('--resume and --keep-stopped exclude each other')
  const note = String(call.options['note'] ?? '')
  await withIncident(call, (verbs) => verbs.close({ by, note, knowsOfStop: goesOn || stays }))
  call.err('The incident is closed\n')
  if (!goesOn) {
    call.err('Nothing is sent yet; when you want it to be: countersign sending resume\n')
    return exitCodes.done
  }
  return resumeSending(call)
}

function sinceIn({ options }: Call): Date {
  const { since: text } = options
  const since = text === undefined ? new Date(now().getTime() - DAY_MS) : new Date(String(text))
  if (Number.isNaN(since.getTime())) throw new UsageError('--since is a time, such as 2026-11-24T08:00Z')
  return since
}
