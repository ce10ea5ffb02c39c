// `npm run bench`: figures of the built product beside their baselines, on servers of its own. See tests/bench.
import { spawn, spawnSync } from 'node:child_process'
import { rmSync } from 'node:fs'
import path from 'node:path'
import { parseArgs } from 'node:util'
import { generatedSecrets } from './lib/environment.mjs'
import { createFamily } from './lib/family.mjs'
import { prepare } from './lib/launch.mjs'
import { endLeftovers, notePid, ourProcesses } from './lib/pids.mjs'
import { checkMachine, privateFolder, root } from './lib/place.mjs'
import { EXIT, Halt, main, step } from './lib/say.mjs'
import { startStores } from './lib/stores.mjs'

const USAGE = `npm run bench [-- options]
  --only NAME      rows whose name contains NAME, or one of several between commas
  --json FILE      writes the figures for programs
  --backlog N      deliveries in the backlog (20000)
  --stored N       messages stored before the rate is measured again, and drafts on the longest queue page (100000)
  --messages N     messages of the memory row's load (20000)
  --full           --backlog 100000 --stored 1000000 --messages 1000000
  --rounds N       rounds of each measurement (3)
  --round-ms N     length of a round (1200)`
const QUICK = { backlog: 20_000, stored: 100_000, messages: 20_000, rounds: 3, 'round-ms': 1200 }
const FULL = { ...QUICK, backlog: 100_000, stored: 1_000_000, messages: 1_000_000 }
const LEFTOVERS_MS = 10_000
const folder = path.join(root, '.data', 'bench')

await main(async () => {
  const settings = readArguments()
  if (!settings) return usage()
  checkMachine()
  await takeOver()
  await prepare()
  const family = createFamily({ runFolder: path.join(privateFolder(folder), 'run') })
  let child
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) process.once(signal, () => child?.kill('SIGTERM'))
  try {
    const file = await step('building the benchmark', build)
    const given = await surroundings(family)
    if (settings.options.stored < 1_000_000)
      process.stdout.write(`The longest queue page has ${settings.options.stored} drafts; --full makes it 1000000.\n`)
    child = spawn(process.execPath, [file], { env: environment({ ...settings, ...given }), stdio: 'inherit' })
    return await new Promise((resolve) => child.once('exit', (code) => resolve(code ?? EXIT.failure)))
  } finally {
    await family.stop()
    rmSync(folder, { recursive: true, force: true })
  }
})

function usage() {
  process.stdout.write(`${USAGE}\n`)
  return 0
}

/** Undefined when only the usage is asked for. */
function readArguments() {
  const text = { type: 'string' }
  const flag = { type: 'boolean', default: false }
  const numbers = Object.fromEntries(Object.keys(QUICK).map((name) => [name, text]))
  const { values } = parseArgs({ options: { only: text, json: text, full: flag, help: flag, ...numbers } })
  if (values.help) return undefined
  const usual = Object.entries(values.full ? FULL : QUICK)
  const chosen = Object.fromEntries(usual.map(([name, number]) => [name, wholeNumber(name, values[name] ?? number)]))
  const { 'round-ms': roundMs, ...options } = chosen
  return { only: values.only, json: values.json && path.resolve(values.json), options: { ...options, roundMs } }
}

function wholeNumber(name, value) {
  if (Number.isInteger(Number(value)) && Number(value) > 0) return Number(value)
  throw new Halt(`--${name} must be a whole number above 0\n${USAGE}`, EXIT.config)
}

/** Two at a time would measure each other. */
async function takeOver() {
  const parent = path.join(privateFolder(folder), 'parent')
  const [living] = ourProcesses(parent)
  if (living) throw new Halt(`A benchmark already runs here (process ${living.pid}).`, EXIT.tryLater)
  await endLeftovers(path.join(folder, 'run'), LEFTOVERS_MS)
  rmSync(folder, { recursive: true, force: true })
  notePid(path.join(privateFolder(folder), 'parent'), 'parent', { pid: process.pid, marker: 'bench.mjs' })
}

/** The benchmark's own files; what they import of the product they find in dist. */
function build() {
  const out = path.join(folder, 'built')
  const tsc = path.join(root, 'node_modules', 'typescript', 'bin', 'tsc')
  const { status, stdout } = spawnSync(
    process.execPath,
    [tsc, '-p', 'tests/bench', '--outDir', out, '--pretty', 'false'],
    { cwd: root, encoding: 'utf8' },
  )
  if (status !== 0) throw new Halt(`The benchmark does not compile:\n${stdout.slice(0, 2000)}`, EXIT.failure)
  return path.join(out, 'tests', 'bench', 'main.js')
}

/** Private stores, as durable as those of `npm start`, and the variables of a product without their addresses. */
async function surroundings(family) {
  const secrets = await generatedSecrets(folder)
  const { mysql, redis } = await startStores(family, {
    folder,
    secrets,
    wanted: ['redis', 'mysql'],
    databases: ['bench'],
    everything: true,
  })
  const env = {
    APP_ENV: 'test',
    LOG_LEVEL: 'info',
    SANDBOX: 'off',
    BENCH_ROOT: root,
    MEDIA_DIR: path.join(folder, 'media'),
    APP_SECRET_KEY: secrets.APP_SECRET_KEY,
    SESSION_SECRET: secrets.SESSION_SECRET,
    APPROVAL_SIGNING_KEY: secrets.APPROVAL_SIGNING_KEY,
    APPROVAL_PUBLIC_KEY: secrets.APPROVAL_PUBLIC_KEY,
    AUDIT_SIGNING_KEY: secrets.AUDIT_SIGNING_KEY,
    AUDIT_PUBLIC_KEY: secrets.AUDIT_PUBLIC_KEY,
    WEBHOOK_VERIFY_TOKEN: secrets.WEBHOOK_VERIFY_TOKEN,
    INSTAGRAM_APP_SECRET: secrets.SANDBOX_APP_SECRET,
    ANTHROPIC_API_KEY: secrets.SANDBOX_CLAUDE_KEY,
  }
  return { mysql: mysql.url('bench'), redis: redis.url, env }
}

function environment(settings) {
  const { PATH = '', HOME = '', BENCH_NODE_OPTIONS } = process.env
  return {
    PATH,
    HOME,
    BENCH_FOLDER: folder,
    BENCH_SETTINGS: JSON.stringify(settings),
    ...(BENCH_NODE_OPTIONS && { BENCH_NODE_OPTIONS }),
  }
}
