// `npm run screenshots`: every page of the console in each width and theme, of a product of its own with its sandbox. See tests/screens.
import { spawn, spawnSync } from 'node:child_process'
import { rmSync } from 'node:fs'
import path from 'node:path'
import { parseArgs } from 'node:util'
import { launch, prepare } from './lib/launch.mjs'
import { findOrInstall } from './lib/packages.mjs'
import { checkMachine, dataFolder, root } from './lib/place.mjs'
import { EXIT, Halt, main, step } from './lib/say.mjs'

const USAGE = `npm run screenshots [-- options]
  --out DIR     where the pictures and index.html go (.data/screenshots)
  --only NAME   pages whose name contains NAME, or one of several between commas
  --check       ends with 1 when a page overflows, breaks its policy, asks another origin, or fails axe's WCAG 2.2 AA rules`
const folder = path.join(dataFolder, `screens-${process.pid}`)

await main(async () => {
  const { values } = parseArgs({
    options: {
      out: { type: 'string', default: path.join(dataFolder, 'screenshots') },
      only: { type: 'string' },
      check: { type: 'boolean', default: false },
      help: { type: 'boolean', default: false },
    },
  })
  if (values.help) return usage()
  checkMachine()
  await prepare()
  let family
  let child
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) process.once(signal, () => child?.kill('SIGTERM'))
  try {
    const file = await step('building the walk', build)
    const { chromium } = await findOrInstall(['chromium'])
    const product = await start((members) => {
      family = members
    })
    const { url, sandboxUrl, setupLink } = product
    const place = { url, sandboxUrl, setupLink, chromium, database: family.pidOf('mysql') }
    child = spawn(process.execPath, [file], { env: environment({ ...values, ...place }), stdio: 'inherit' })
    const code = await new Promise((resolve) => child.once('exit', (ended) => resolve(ended ?? EXIT.failure)))
    process.stdout.write(`${path.resolve(values.out, 'index.html')}\n`)
    return code
  } finally {
    await family?.stop({ atOnce: true })
    rmSync(folder, { recursive: true, force: true })
  }
})

function usage() {
  process.stdout.write(`${USAGE}\n`)
  return 0
}

/** The walk's own files; packages they find in the project. */
function build() {
  const out = path.join(root, '.data', 'screens-built')
  const tsc = path.join(root, 'node_modules', 'typescript', 'bin', 'tsc')
  const args = [tsc, '-p', 'tests/screens', '--outDir', out, '--pretty', 'false']
  const { status, stdout } = spawnSync(process.execPath, args, { cwd: root, encoding: 'utf8' })
  if (status !== 0) throw new Halt(`The walk does not compile:\n${stdout.slice(0, 2000)}`, EXIT.failure)
  return path.join(out, 'tests', 'screens', 'main.js')
}

/** Nobody has written yet, and nothing of your settings is used. */
function start(onFamily) {
  const { PATH = '', HOME = '' } = process.env
  const given = { PATH, HOME, PORT: '0', SANDBOX: 'on', SANDBOX_SEED: '0', LOG_LEVEL: 'error' }
  return launch({ folder, given, onFamily })
}

function environment({ out, ...settings }) {
  const { PATH = '', HOME = '' } = process.env
  return { PATH, HOME, SCREENS_SETTINGS: JSON.stringify({ ...settings, out: path.resolve(out) }) }
}
