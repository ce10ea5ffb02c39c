import { spawn } from 'node:child_process'
import { once } from 'node:events'
import path from 'node:path'
import type { Bench, Scenario } from './bench.ts'
import { inTurns } from './bench.ts'

const READY_MS = 90_000

/** The whole product in a folder of its own: once from nothing, then again and again on what the first start left. */
export const start: Scenario = {
  rows: ['start'],
  async run(bench) {
    const first = await timeToReady(bench)
    const { second } = await inTurns(bench.options.rounds, { second: () => timeToReady(bench) })
    return [{ row: 'start', value: second, baseline: first, met: second <= 10 }]
  },
}

/** Seconds from the command to the line that says where the product is; then the product is stopped. */
async function timeToReady({ env }: Bench): Promise<number> {
  const { PATH = '', HOME = '', BENCH_FOLDER = '' } = process.env
  const folder = path.join(BENCH_FOLDER, 'start')
  const settings = { PATH, HOME, CI: 'true', PORT: '0', COUNTERSIGN_DATA: folder, COUNTERSIGN_SETTINGS: folder }
  const started = performance.now()
  const child = spawn(process.execPath, [path.join(env['BENCH_ROOT'] ?? '', 'scripts/start.mjs')], {
    env: { ...settings, LOG_LEVEL: 'warn' },
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  let said = ''
  let words = ''
  child.stdout.on('data', (part) => (said += part))
  child.stderr.on('data', (part) => (words += part))
  const signal = AbortSignal.timeout(READY_MS)
  const ended = once(child, 'exit')
  const endEarly = () => child.kill('SIGTERM')
  process.once('exit', endEarly)
  try {
    while (!/^Countersign {2}http/m.test(said)) {
      if (child.exitCode !== null) throw new Error(`npm start ended with ${child.exitCode}:\n${words.slice(-2000)}`)
      await Promise.race([once(child.stdout, 'data', { signal }), ended])
    }
    return (performance.now() - started) / 1000
  } finally {
    child.kill('SIGTERM')
    await ended
    process.off('exit', endEarly)
  }
}
