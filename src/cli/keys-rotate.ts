import { createRotateKeys, type KeyUse } from '#src/flow/rotate-keys.ts'
import type { Keyring } from '#src/vault/keyring.ts'
import { type Call, exitCodes, UsageError } from './command.ts'
import { keyringOf, now, withDatabase } from './house.ts'
import { printRows } from './table.ts'

const BATCH_MAX = 1000

/** Seals everything anew with the first key, and then tells how it stands. */
export async function rotateKeys(call: Call): Promise<number> {
  const batchRows = batchIn(call)
  return withDatabase(call, async (db, config) => {
    const keyring = keyringOf(config)
    const keys = createRotateKeys({ db, keyring, now, batchRows })
    await keys.rotate(({ column, seen, resealed }) => call.err(`${column}: ${seen} seen, ${resealed} sealed anew\n`))
    return tell(call, keyring, await keys.status())
  })
}

/** Fails while a key other than the first is needed. */
export async function showKeys(call: Call): Promise<number> {
  return withDatabase(call, async (db, config) => {
    const keyring = keyringOf(config)
    return tell(call, keyring, await createRotateKeys({ db, keyring, now }).status())
  })
}

function batchIn({ options }: Call): number {
  const rows = Number(options['batch'])
  if (!Number.isInteger(rows) || rows < 1 || rows > BATCH_MAX) {
    throw new UsageError(`--batch takes a whole number from 1 to ${BATCH_MAX}`)
  }
  return rows
}

function tell(call: Call, { keyIds }: Keyring, uses: readonly KeyUse[]): number {
  const [first = '', ...others] = new Set(keyIds)
  const under = (key: string | null) => uses.filter((use) => use.key === key)
  const needed = others.filter((key) => under(key).length > 0)
  printRows(
    call,
    [first, ...others, null].flatMap((key) => rowsOf(key, under(key), first)),
    '',
  )
  for (const { column, values, rows } of under(null)) {
    call.err(`${values} in ${column} cannot be opened in their place with any of these keys: ${rows.join(', ')}\n`)
  }
  call.err(`${sentence(others, needed)}\n`)
  return needed.length + under(null).length === 0 ? exitCodes.done : exitCodes.failed
}

type Line = Record<'key' | 'column', string | null> & { use: string; values: number }

function rowsOf(key: string | null, uses: readonly KeyUse[], first: string): Line[] {
  if (key === null) return uses.map(({ column, values }) => ({ key, use: 'none opens', column, values }))
  const use = key === first ? 'seals' : 'opens'
  if (uses.length === 0) return [{ key, use, column: null, values: 0 }]
  return uses.map(({ column, values }) => ({ key, use, column, values }))
}

function sentence(others: readonly string[], needed: readonly string[]): string {
  if (needed.length > 0) return `Still needed: ${needed.join(', ')}; run: countersign keys rotate`
  if (others.length === 0) return 'There is one key'
  return `Everything is under the first key. Once every process has been started with it, these may go: ${others.join(', ')}`
}
