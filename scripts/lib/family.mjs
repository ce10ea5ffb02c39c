import { spawn } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { superviseChild } from './child.mjs'
import { forgetPid, notePid } from './pids.mjs'
import { EXIT, Halt } from './say.mjs'

/**
 * The processes of one product: started one by one, ended in the order of their ranks, lowest first.
 * A watcher ends them all should this process be killed.
 */
export function createFamily({ runFolder, onFatal = () => undefined }) {
  const children = []
  const watcher = startWatcher(runFolder)
  let isStopping = false

  async function start(spec) {
    if (isStopping) throw new Halt('stopped while starting', EXIT.failure)
    const child = superviseChild(spec, { runFolder, onFatal })
    children.push(child)
    await child.start()
  }

  async function stop({ atOnce = false } = {}) {
    isStopping = true
    const ranks = [...new Set(children.map((child) => child.spec.rank))].sort((a, b) => a - b)
    for (const rank of ranks) {
      await Promise.all(children.filter((child) => child.spec.rank === rank).map((child) => child.stop(atOnce)))
    }
    watcher.stdin.end('dismissed\n')
  }

  const pidOf = (name) => children.find((child) => child.spec.name === name)?.pid()
  return { start, stop, pidOf }
}

function startWatcher(runFolder) {
  const script = fileURLToPath(new URL('watcher.mjs', import.meta.url))
  const env = { PATH: process.env.PATH ?? '' }
  const child = spawn(process.execPath, [script, runFolder], {
    detached: true,
    stdio: ['pipe', 'ignore', 'ignore'],
    env,
  })
  notePid(runFolder, 'watcher', { pid: child.pid, marker: `${script} ${runFolder}`, rank: -1 })
  child.stdin.on('error', () => undefined)
  child.once('exit', () => forgetPid(runFolder, 'watcher', child.pid))
  child.unref()
  child.stdin.unref?.()
  return child
}
