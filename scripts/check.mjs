// `npm run check`: everything that can be judged without servers. `--all` adds every other test, `--no-tests` runs none.
import { spawnSync } from 'node:child_process'
import path from 'node:path'
import { useHooks } from './lib/hooks.mjs'
import { alone } from './lib/lock.mjs'
import { ensureNodeModules } from './lib/node-modules.mjs'
import { checkMachine, root } from './lib/place.mjs'
import { EXIT, main, seconds } from './lib/say.mjs'
import { runQuietly } from './lib/tools.mjs'

const CHECKS = [
  { what: 'format and lint', tool: 'biome', args: ['check', '--error-on-warnings'] },
  { what: 'types', tool: 'tsc', args: ['--noEmit', '--pretty', 'false', '-p', 'tsconfig.json'] },
  { what: 'dead code', tool: 'knip', args: [] },
  { what: 'unit tests and walls', tool: 'vitest', args: ['run', '--project', 'unit', '--reporter=default'] },
]

await main(async () => {
  checkMachine()
  await alone(path.join(root, '.data', 'setup.lock'), () => ensureNodeModules())
  useHooks()
  const started = performance.now()
  const checks = process.argv.includes('--no-tests') ? CHECKS.filter(({ tool }) => tool !== 'vitest') : CHECKS
  const results = await Promise.all(checks.map(runCheck))
  const failed = results.filter((result) => result.code !== 0)
  process.stdout.write(
    `\ncheck: ${results.length - failed.length} of ${results.length} in ${seconds(performance.now() - started)}\n`,
  )
  if (failed.length > 0) return EXIT.failure
  return process.argv.includes('--all') ? otherTests() : 0
})

async function runCheck({ what, tool, args }) {
  const { code, said, took } = await runQuietly(tool, args)
  process.stdout.write(`${code === 0 ? '✓' : '✗'} ${what} (${tool}, ${took})\n`)
  if (code !== 0) process.stdout.write(`${said.trimEnd()}\n`)
  return { code }
}

function otherTests() {
  const args = [
    path.join(root, 'scripts/test.mjs'),
    '--project',
    'integration',
    '--project',
    'e2e',
    '--project',
    'chaos',
  ]
  return spawnSync(process.execPath, args, { stdio: 'inherit' }).status ?? EXIT.failure
}
