// `npm run chaos -- --seed N`: tries to break the promises of the built product, on servers of its own. See tests/chaos.
import { spawn, spawnSync } from 'node:child_process'
import { existsSync, readdirSync, rmSync } from 'node:fs'
import path from 'node:path'
import { parseArgs } from 'node:util'
import { generatedSecrets } from './lib/environment.mjs'
import { createFamily } from './lib/family.mjs'
import { prepare } from './lib/launch.mjs'
import { privateMysql } from './lib/mysql.mjs'
import { findOrInstall } from './lib/packages.mjs'
import { endLeftovers, isAlive } from './lib/pids.mjs'
import { checkMachine, dataFolder, privateFolder, root } from './lib/place.mjs'
import { privateRedis } from './lib/redis.mjs'
import { EXIT, Halt, main, say, step } from './lib/say.mjs'

const USAGE = `npm run chaos [-- options]
  --seed N       draws the plan, the traffic and the weather (1)
  --minutes T    how long things go wrong (1)
  --events N     how many things go wrong (20 a minute)
  --settle S     at most so many seconds are waited for everything to come to rest (240)
  --keep         leaves the run's folder, with its logs and what it left behind, in .data`
const LEFTOVERS_MS = 10_000
const folder = path.join(dataFolder, `chaos-${process.pid}`)

await main(async () => {
  const options = readArguments()
  if (!options) return usage()
  checkMachine()
  await sweepOldRuns()
  await prepare()
  // Its watcher ends what the run started, should this process be killed.
  const family = createFamily({ runFolder: path.join(privateFolder(folder), 'run') })
  let child
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) process.once(signal, () => child?.kill('SIGTERM'))
  try {
    const file = await step('building the chaos run', build)
    const settings = { ...options, ...(await surroundings()), folder, root }
    const { PATH = '', HOME = '' } = process.env
    const env = { PATH, HOME, CHAOS_SETTINGS: JSON.stringify(settings) }
    child = spawn(process.execPath, [file], { env, stdio: 'inherit' })
    return await new Promise((resolve) => child.once('exit', (code) => resolve(code ?? EXIT.failure)))
  } finally {
    await endLeftovers(path.join(folder, 'run'), LEFTOVERS_MS)
    await family.stop()
    if (options.keep) say(`kept: ${folder}`)
    else rmSync(folder, { recursive: true, force: true })
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
  const options = { seed: text, minutes: text, events: text, settle: text, keep: flag, help: flag }
  const { values } = parseArgs({ options })
  if (values.help) return undefined
  const minutes = number('minutes', values.minutes ?? 1)
  return {
    minutes,
    seed: number('seed', values.seed ?? 1),
    events: Math.round(number('events', values.events ?? 20 * minutes)),
    settle: number('settle', values.settle ?? 240),
    keep: values.keep,
  }
}

function number(name, value) {
  if (Number.isFinite(Number(value)) && Number(value) >= 0) return Number(value)
  throw new Halt(`--${name} must be a number\n${USAGE}`, EXIT.config)
}

/** The run's own files; what they import of the product they find in dist. */
function build() {
  const out = path.join(folder, 'built')
  const tsc = path.join(root, 'node_modules', 'typescript', 'bin', 'tsc')
  const args = [tsc, '-p', 'tests/chaos', '--outDir', out, '--pretty', 'false']
  const { status, stdout } = spawnSync(process.execPath, args, { cwd: root, encoding: 'utf8' })
  if (status !== 0) throw new Halt(`The chaos run does not compile:\n${stdout.slice(0, 2000)}`, EXIT.failure)
  return path.join(out, 'tests', 'chaos', 'main.js')
}

/** Private stores, as durable as those of `npm start` but not started yet, and the variables of a product without addresses. */
async function surroundings() {
  const secrets = await generatedSecrets(folder)
  const programs = await findOrInstall(['redis', 'mysql'])
  const redis = await privateRedis({
    program: programs.redis,
    folder: path.join(folder, 'redis'),
    password: secrets.PRIVATE_REDIS_PASSWORD,
  })
  const mysql = await privateMysql({
    program: programs.mysql,
    folder: path.join(folder, 'mysql'),
    password: secrets.PRIVATE_MYSQL_PASSWORD,
    databases: ['chaos'],
    onPort: true,
  })
  const env = {
    APP_ENV: 'test',
    LOG_LEVEL: 'info',
    MEDIA_DIR: path.join(folder, 'media'),
    APP_SECRET_KEY: secrets.APP_SECRET_KEY,
    SESSION_SECRET: secrets.SESSION_SECRET,
    APPROVAL_SIGNING_KEY: secrets.APPROVAL_SIGNING_KEY,
    APPROVAL_PUBLIC_KEY: secrets.APPROVAL_PUBLIC_KEY,
    AUDIT_SIGNING_KEY: secrets.AUDIT_SIGNING_KEY,
    AUDIT_PUBLIC_KEY: secrets.AUDIT_PUBLIC_KEY,
    WEBHOOK_VERIFY_TOKEN: secrets.WEBHOOK_VERIFY_TOKEN,
    INSTAGRAM_APP_SECRET: secrets.SANDBOX_APP_SECRET,
    META_APP_SECRET: secrets.SANDBOX_META_SECRET,
    ANTHROPIC_API_KEY: secrets.SANDBOX_CLAUDE_KEY,
  }
  const { command, args, argv0 } = redis
  return {
    env,
    stores: {
      redis: { command, args, argv0, url: redis.url },
      mysql: { command: mysql.command, args: mysql.args, url: mysql.url('chaos') },
    },
  }
}

/** Runs that were killed leave their folder and perhaps their processes. */
async function sweepOldRuns() {
  const names = existsSync(dataFolder) ? readdirSync(dataFolder) : []
  for (const name of names) {
    const [, pid] = /^chaos-(\d+)$/.exec(name) ?? []
    if (!pid || isAlive(Number(pid))) continue
    const run = path.join(dataFolder, name, 'run')
    // A kept run has nothing running, and its folder is wanted.
    if ((await endLeftovers(run, LEFTOVERS_MS)).length === 0 && existsSync(path.join(dataFolder, name, 'history.json')))
      continue
    rmSync(path.join(dataFolder, name), { recursive: true, force: true })
  }
}
