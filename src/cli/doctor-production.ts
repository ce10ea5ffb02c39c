import { statSync } from 'node:fs'
import { connect, type Database } from '#db/client.ts'
import { productionHints, productionItems } from '#src/config/production.ts'
import { type Environment, faultsOf, type ProcessRole, readConfig, variables } from '#src/config.ts'
import { examineProduction, type ProductionAnswer } from '#src/flow/production.ts'
import { type Call, exitCodes } from './command.ts'
import { now } from './house.ts'

const processes = ['web', 'drafting', 'sending', 'media'] as const satisfies ProcessRole[]
const OTHERS_MAY_READ = 0o004

/** What nobody can see from here, and who has to look. */
const unseen: readonly [string, string][] = [
  ['backup_verified', 'Restore the last backup of the database somewhere else, and count its rows.'],
  ['logs_reviewed', 'Somebody reads the audit log and the security lines of the web process once a month.'],
  [
    'firewall',
    'From the internet only the proxy of PUBLIC_URL can be reached; MySQL and Redis from our machines alone.',
  ],
  ['monitoring', 'Something outside asks /health every minute, and tells a person when it is not 200.'],
]

/** Goes through the list of an installation that is to be real. 0 when no item fails. */
export async function runProductionDoctor(call: Call): Promise<number> {
  const env = { ...call.env, APP_ENV: 'production' }
  const answers = [...examineConfig(env), ...(await withDatabase(env, (db) => examineProduction(db, now())))]
  for (const [id, detail] of unseen) answers.push({ id, ok: null, detail })
  if (call.options['json']) call.out(`${JSON.stringify(answers, null, 2)}\n`)
  else for (const answer of answers) call.out(`${lineOf(answer)}\n`)
  const failed = answers.filter(({ ok }) => ok === false).length
  call.err(failed === 0 ? 'No item fails; look yourself at those marked ??\n' : `${failed} items fail\n`)
  return failed === 0 ? exitCodes.done : exitCodes.failed
}

function lineOf({ id, ok, detail }: ProductionAnswer): string {
  return `${ok === null ? '??' : ok ? 'ok' : 'NO'}  ${id.padEnd(22)}${detail}`
}

function examineConfig(env: Environment): ProductionAnswer[] {
  const items = [...productionItems, ...productionHints].map(({ id, variable, fault }) => {
    const wrong = fault(env)
    return { id, ok: wrong === undefined, detail: wrong === undefined ? 'As it should be' : `${variable} ${wrong}` }
  })
  return [completeness(env), filesKept(env), ...items]
}

/** Secrets come from the environment or files, none of them is a sample, and every process has what it needs. */
function completeness(env: Environment): ProductionAnswer {
  const faults = new Set(processes.flatMap((role) => faultsOf(env, role)))
  const ours = [...faults].filter((fault) => !fault.endsWith('while APP_ENV is production'))
  const detail = ours.length === 0 ? 'Every process has its secrets, and no sample value' : ours.join('; ')
  return { id: 'secrets_given', ok: ours.length === 0, detail }
}

function filesKept(env: Environment): ProductionAnswer {
  const open = variables
    .filter(({ name, secret }) => secret && isOpenFile(env[`${name}_FILE`]))
    .map(({ name }) => `${name}_FILE`)
  const detail =
    open.length === 0 ? 'No secret lies in a file that everybody may read' : `chmod 600: ${open.join(', ')}`
  return { id: 'secret_files', ok: open.length === 0, detail }
}

function isOpenFile(path: string | undefined): boolean {
  const mode = path ? statSync(path, { throwIfNoEntry: false })?.mode : undefined
  return mode !== undefined && (mode & OTHERS_MAY_READ) !== 0
}

async function withDatabase<T>(env: Environment, work: (db: Database | undefined) => Promise<T>): Promise<T> {
  const { databaseUrl } = readConfig({ ...env, APP_ENV: 'development', SANDBOX: 'off' }, 'cli')
  if (!databaseUrl) return work(undefined)
  const { db, close } = connect(databaseUrl.reveal(), { connectionLimit: 2 })
  try {
    return await work(db)
  } finally {
    await close()
  }
}
