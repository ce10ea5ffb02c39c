// `npm test`: every test, against servers of its own. Arguments go to vitest: `npm test -- --project unit`, `npm test -- src/vault`.
import { existsSync, readdirSync, readFileSync, rmSync } from 'node:fs'
import path from 'node:path'
import { ensureBuilt } from './lib/build.mjs'
import { generatedSecrets } from './lib/environment.mjs'
import { createFamily } from './lib/family.mjs'
import { useHooks } from './lib/hooks.mjs'
import { alone } from './lib/lock.mjs'
import { memoryFolder } from './lib/memory.mjs'
import { ensureNodeModules } from './lib/node-modules.mjs'
import { findOrInstall } from './lib/packages.mjs'
import { endLeftovers, isAlive } from './lib/pids.mjs'
import { checkMachine, privateFolder, root } from './lib/place.mjs'
import { main } from './lib/say.mjs'
import { startStores } from './lib/stores.mjs'
import { closingLine, needsOf } from './lib/test-plan.mjs'
import { runTool } from './lib/tools.mjs'

const LEFTOVERS_MS = 10_000
// What a test must not see: the settings and keys of whoever runs it.
const PASSED_ON = [
  'PATH',
  'HOME',
  'LANG',
  'LC_ALL',
  'TERM',
  'CI',
  'NO_COLOR',
  'FORCE_COLOR',
  'TEST_DATABASE_URL',
  'TEST_REDIS_URL',
  'TEST_CHROMIUM',
  // How long the tests that can go on for ever do so.
  'KILLS',
  'FAULTS',
  'MIXED_BODIES',
  'BODIES',
  'BODIES',
]

const runs = memoryFolder('test') ?? path.join(root, '.data', 'test')
const folder = path.join(runs, String(process.pid))
const args = process.argv.slice(2)

await main(async () => {
  checkMachine()
  const needs = needsOf(args, process.env)
  await alone(path.join(root, '.data', 'setup.lock'), async () => {
    await ensureNodeModules()
    if (needs.dist) await ensureBuilt()
  })
  useHooks()
  await sweepOldRuns()
  const family = createFamily({ runFolder: path.join(privateFolder(folder), 'run') })
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) process.once(signal, () => endEarly(family))
  try {
    return await runTests(await environmentOf(family, needs))
  } finally {
    await family.stop()
    rmSync(folder, { recursive: true, force: true })
  }
})

/** Servers of this run alone, on ports, because some tests put a faulty wire in between. */
async function environmentOf(family, { stores, chromium }) {
  const env = Object.fromEntries(PASSED_ON.filter((name) => process.env[name]).map((name) => [name, process.env[name]]))
  const secrets = await generatedSecrets(folder)
  const specs = await startStores(family, {
    folder,
    secrets,
    wanted: stores,
    databases: ['test'],
    everything: true,
    onPort: true,
  })
  env.TMPDIR = privateFolder(path.join(folder, 'tmp'))
  if (specs.mysql) env.TEST_DATABASE_URL = specs.mysql.url('test')
  if (specs.redis) env.TEST_REDIS_URL = specs.redis.url
  if (chromium) env.TEST_CHROMIUM = (await findOrInstall(['chromium'])).chromium
  return env
}

async function runTests(env) {
  const report = path.join(folder, 'report.json')
  const reporters = ['--reporter=default', '--reporter=json', `--outputFile.json=${report}`]
  const code = await runTool('vitest', ['run', ...reporters, ...args], { env })
  if (existsSync(report)) process.stdout.write(`\n${closingLine(JSON.parse(readFileSync(report, 'utf8')))}\n`)
  return code
}

async function endEarly(family) {
  await family.stop({ atOnce: true })
  rmSync(folder, { recursive: true, force: true })
  process.exit(1)
}

async function sweepOldRuns() {
  const old = existsSync(runs) ? readdirSync(runs).filter((name) => !isAlive(Number(name))) : []
  for (const name of old) {
    await endLeftovers(path.join(runs, name, 'run'), LEFTOVERS_MS)
    rmSync(path.join(runs, name), { recursive: true, force: true })
  }
}
