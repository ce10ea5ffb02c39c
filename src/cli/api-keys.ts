import type { Database } from '#db/client.ts'
import type { Config } from '#src/config.ts'
import { environmentOf, isUsable, rotationDueAt } from '#src/domain/api-key.ts'
import { parseId } from '#src/domain/ids.ts'
import { createApiKeys } from '#src/flow/api-keys.ts'
import { type Call, exitCodes, UsageError } from './command.ts'
import { now, required, withDatabase } from './house.ts'
import { printRows } from './table.ts'

const BY = { kind: 'process', id: 'cli' } as const
const OVERLAP_HOURS = 168

/** Prints the key and nothing else, so that it can be piped into a file. */
export async function createKey(call: Call): Promise<number> {
  const { options, out, err } = call
  const wish = { name: String(options['name'] ?? ''), scopes: wordsIn(options['scopes']), expiresAt: expiryIn(call) }
  const { id, key } = await withKeys(call, (keys) =>
    keys.create({ ...wish, accountIds: wordsIn(options['accounts']), by: BY }),
  )
  out(`${key}\n`)
  err(`${id} is made; the key is shown this once\n`)
  return exitCodes.done
}

export async function listKeys(call: Call): Promise<number> {
  const keys = await withKeys(call, ({ list }) => list())
  const rows = keys.map((key) => ({
    id: key.id,
    name: key.name,
    hint: key.hint,
    scopes: key.scopes.join(' '),
    accounts: key.accountIds?.join(' ') ?? 'all',
    by: key.createdBy,
    created: key.createdAt,
    state: isUsable(key, now()) ? 'works' : key.revokedAt ? 'revoked' : 'expired',
    rotateBy: rotationDueAt(key),
    expires: key.expiresAt,
    lastUsed: key.lastUsedAt,
    uses: key.uses.reduce((sum, { uses }) => sum + uses, 0),
  }))
  printRows(call, rows, 'There is no key yet; make one with: countersign keys api create')
  return exitCodes.done
}

export async function rotateKey(call: Call): Promise<number> {
  const id = parseId('key', call.args[0])
  const overlapHours = Number(call.options['overlap-hours'] ?? OVERLAP_HOURS)
  const made = await withKeys(call, (keys) => keys.rotate({ id, overlapHours, by: BY }))
  call.out(`${made.key}\n`)
  call.err(`${made.id} takes its place; the old key works for ${overlapHours} h more, or until it is revoked\n`)
  return exitCodes.done
}

export async function revokeKey(call: Call): Promise<number> {
  const id = parseId('key', call.args[0])
  await withKeys(call, (keys) => keys.revoke({ id, by: BY }))
  call.err('The key is revoked; no process takes it any more\n')
  return exitCodes.done
}

type Keys = ReturnType<typeof createApiKeys>

function withKeys<T>(call: Call, work: (keys: Keys) => Promise<T>): Promise<T> {
  return withDatabase(call, (db, config) => work(keysOf(db, config)))
}

function keysOf(db: Database, config: Config['cli']): Keys {
  const pepper = required(config.sessionSecret, 'SESSION_SECRET')
  return createApiKeys({ db, pepper, environment: environmentOf(config), now })
}

function wordsIn(option: string | boolean | undefined): string[] {
  return String(option ?? '')
    .split(/[\s,]+/)
    .filter((word) => word !== '')
}

function expiryIn({ options }: Call): Date | undefined {
  const given = options['expires-at']
  if (given === undefined) return undefined
  const at = new Date(String(given))
  if (Number.isNaN(at.getTime())) throw new UsageError('--expires-at is a time such as 2027-01-31T12:00Z')
  return at
}
