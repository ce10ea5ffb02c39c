/*
 * Measures the built product on the stores it is given and tells each figure beside its baseline. Nothing here passes or
 * fails: a figure that misses its target is told, and the exit code says only whether every row could be measured.
 */
import { accept, acceptAway, acceptTwo } from './accept.ts'
import { type Bench, type Options, openStores, type Scenario } from './bench.ts'
import { drafted, drafts } from './drafting.ts'
import { large } from './large.ts'
import { flood, limit } from './limits.ts'
import { memory } from './memory.ts'
import { drain } from './receive.ts'
import { type Figure, lineOf, type RowId, rows, writeFigures } from './rows.ts'
import { arrival, sends } from './sending.ts'
import { start } from './start.ts'

interface Settings {
  mysql: string
  redis: string
  env: Record<string, string>
  only?: string
  json?: string
  options: Options
}

const byHand: Scenario = { rows: ['test'], run: async () => [{ row: 'test', value: null, met: null }] }
const scenarios: Record<string, Scenario> = {
  accept,
  acceptTwo,
  acceptAway,
  drain,
  large,
  drafted,
  drafts,
  arrival,
  sends,
  limit,
  flood,
  memory,
  start,
  byHand,
}

const settings = JSON.parse(process.env['BENCH_SETTINGS'] ?? '{}') as Settings
for (const signal of ['SIGTERM', 'SIGINT']) process.once(signal, () => process.exit(1))
const chosen = Object.entries(scenarios).filter(isChosen)
if (chosen.length === 0) throw new Error(`No row is named ${settings.only}: ${Object.keys(rows).join(', ')}`)
const figures: Figure[] = []
let broken = 0
for (const [name, scenario] of chosen) await measure(name, scenario)
if (settings.json) writeFigures(settings.json, figures)
process.exit(broken > 0 ? 1 : 0)

function isChosen([name, scenario]: [string, Scenario]): boolean {
  const words = [name, ...scenario.rows, ...scenario.rows.map((row) => rows[row].name)].map((word) =>
    word.toLowerCase(),
  )
  const wanted = settings.only?.toLowerCase().split(',') ?? ['']
  return wanted.some((part) => words.some((word) => word.includes(part)))
}

async function measure(name: string, scenario: Scenario): Promise<void> {
  const started = performance.now()
  try {
    const found = await scenario.run(bench())
    figures.push(...found)
    for (const figure of found) tell(lineOf(figure))
  } catch (error) {
    broken++
    const none = scenario.rows.map((row: RowId) => ({ row, value: null, met: null }))
    figures.push(...none)
    tell(`broken ${name}: ${error instanceof Error ? (error.stack ?? error.message) : String(error)}`)
  }
  process.stderr.write(`· ${name}: ${((performance.now() - started) / 1000).toFixed(1)} s\n`)
}

function bench(): Bench {
  const { mysql, redis, env, options } = settings
  return {
    options,
    env,
    stores: ({ redisNumber = 0 } = {}) => openStores({ mysql, redis }, env, redisNumber),
    tell: (line) => tell(`      ${line}`),
  }
}

function tell(line: string): void {
  process.stdout.write(`${line}\n`)
}
