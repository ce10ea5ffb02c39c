import { spawn } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { endProcess, forgetPid, notePid } from './pids.mjs'
import { root } from './place.mjs'
import { until } from './ports.mjs'
import { EXIT, Halt, say } from './say.mjs'

/** Long enough for a machine that is busy with other things. */
const READY_MS = 180_000
const PAUSE_FIRST_MS = 250
const PAUSE_MAX_MS = 30_000
/** A child that ran this long has recovered: its next death counts as the first. */
const STEADY_MS = 60_000

/**
 * One process that is started again whenever it dies, with a growing pause. A process that refuses its configuration
 * is not: `onFatal` hears of it. It is a group of its own, so that Ctrl-C reaches the parent alone.
 *
 * A spec is { name, command, args, env, argv0?, marker, rank, stopMs, log?, isReady? }; what has a log does not speak to the terminal.
 */
export function superviseChild(spec, { runFolder, onFatal }) {
  let child
  let startedAt = 0
  let ending
  let deaths = 0
  let timer
  let isSettled = false
  let isStopping = false

  function run() {
    const mine = spawnFor(spec)
    child = mine
    ending = undefined
    startedAt = Date.now()
    if (mine.pid) notePid(runFolder, spec.name, { ...spec, pid: mine.pid })
    mine.once('error', (error) => ended(mine, error.code))
    mine.once('exit', (code, signal) => ended(mine, code ?? signal))
  }

  function ended(mine, how) {
    if (child !== mine || ending !== undefined) return
    ending = how
    forgetPid(runFolder, spec.name, mine.pid)
    if (isStopping || !isSettled) return
    if (how === EXIT.config) onFatal(new Halt(`${spec.name} refused its configuration`, EXIT.config))
    else runAgain(how)
  }

  function runAgain(how) {
    deaths = Date.now() - startedAt > STEADY_MS ? 1 : deaths + 1
    const pauseMs = pauseAfter(deaths)
    say(`${spec.name} ended (${how}); starting it again in ${pauseMs} ms`)
    timer = setTimeout(run, pauseMs)
  }

  return {
    spec,
    pid: () => child?.pid,

    async start() {
      run()
      const isReady = spec.isReady ?? (() => true)
      const ready = await until(isReady, { deadlineMs: READY_MS, isOver: () => ending !== undefined })
      isSettled = true
      if (!ready || ending !== undefined) throw notReady(spec, ending)
    },

    /** `atOnce` leaves no time to anything but the stores: what they have acknowledged must reach the disk. */
    async stop(atOnce) {
      isStopping = true
      clearTimeout(timer)
      if (child?.pid && ending === undefined) await endProcess(child.pid, atOnce && !spec.log ? 0 : spec.stopMs)
    },
  }
}

function spawnFor({ command, args, env, argv0, log }) {
  const stdio = log ? 'ignore' : ['ignore', 'inherit', 'inherit']
  return spawn(command, args, { cwd: root, env, detached: true, stdio, ...(argv0 && { argv0 }) })
}

/** Doubles with every death in a row. */
export function pauseAfter(deaths) {
  return Math.min(PAUSE_FIRST_MS * 2 ** (deaths - 1), PAUSE_MAX_MS)
}

function notReady({ name, log }, ending) {
  const why = ending === undefined ? `was not ready within ${READY_MS / 1000} s` : `ended (${ending})`
  return new Halt(
    [`${name} ${why}`, ...lastLines(log)].join('\n'),
    ending === EXIT.config ? EXIT.config : EXIT.unavailable,
  )
}

function lastLines(file) {
  try {
    return readFileSync(file, 'utf8').trim().split('\n').slice(-12)
  } catch {
    return []
  }
}
