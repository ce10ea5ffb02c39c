import { execFileSync } from 'node:child_process'
import { readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { setTimeout as pause } from 'node:timers/promises'
import { privateFolder } from './place.mjs'

const LOOK_AGAIN_MS = 25

/** True while a process of that number runs, whoever owns it. */
export function isAlive(pid) {
  try {
    process.kill(pid, 0)
    return !isZombie(pid)
  } catch (error) {
    return error.code === 'EPERM'
  }
}

// A dead child that nobody has waited for still takes signals.
function isZombie(pid) {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'latin1')
    return stat.slice(stat.lastIndexOf(')') + 2).startsWith('Z')
  } catch {
    return false
  }
}

/** The arguments a running process was started with, or '' when it is gone. */
export function commandLine(pid) {
  try {
    return readFileSync(`/proc/${pid}/cmdline`, 'utf8').replaceAll('\0', ' ')
  } catch {
    return commandLineFromPs(pid)
  }
}

function commandLineFromPs(pid) {
  try {
    return execFileSync('ps', ['-o', 'args=', '-p', String(pid)], {
      encoding: 'utf8',
      stdio: ['ignore', 'pipe', 'ignore'],
    })
  } catch {
    return ''
  }
}

/** Writes down a process of ours. `marker` is text only its command line carries: a number alone may be somebody else's by now. */
export function notePid(folder, name, { pid, marker, rank = 0 }) {
  writeFileSync(path.join(privateFolder(folder), `${name}.pid`), JSON.stringify({ pid, marker, rank }), { mode: 0o600 })
}

/** Removes the note, unless another process has taken the name meanwhile. */
export function forgetPid(folder, name, pid) {
  const file = path.join(folder, `${name}.pid`)
  if (readNote(file).pid === pid) rmSync(file, { force: true })
}

/** The noted processes that still run and are provably ours, in the order in which they are to be stopped. */
export function ourProcesses(folder) {
  return namesIn(folder)
    .map((name) => ({ name, ...readNote(path.join(folder, `${name}.pid`)) }))
    .filter(({ pid, marker }) => pid && pid !== process.pid && isAlive(pid) && commandLine(pid).includes(marker))
    .sort((a, b) => a.rank - b.rank)
}

function namesIn(folder) {
  try {
    return readdirSync(folder)
      .filter((file) => file.endsWith('.pid'))
      .map((file) => file.slice(0, -'.pid'.length))
  } catch {
    return []
  }
}

function readNote(file) {
  try {
    const { pid, marker, rank } = JSON.parse(readFileSync(file, 'utf8'))
    return typeof marker === 'string' && marker !== '' ? { pid: Number(pid), marker, rank: Number(rank) || 0 } : {}
  } catch {
    return {}
  }
}

/** Asks a process to end, and ends it when it has not by the deadline. */
export async function endProcess(pid, deadlineMs) {
  signal(pid, 'SIGTERM')
  if (await isGone(pid, deadlineMs)) return
  signal(pid, 'SIGKILL')
  await isGone(pid, deadlineMs)
}

async function isGone(pid, withinMs) {
  for (const until = Date.now() + withinMs; isAlive(pid); await pause(LOOK_AGAIN_MS)) {
    if (Date.now() > until) return false
  }
  return true
}

function signal(pid, name) {
  try {
    process.kill(pid, name)
  } catch {
    // It ended by itself in between.
  }
}

/** Ends what an earlier run left behind: same rank at once, lower ranks first. */
export async function endLeftovers(folder, deadlineMs) {
  const left = ourProcesses(folder)
  for (const rank of new Set(left.map((one) => one.rank))) {
    await Promise.all(
      left
        .filter((one) => one.rank === rank)
        .map(async ({ name, pid }) => {
          await endProcess(pid, deadlineMs)
          forgetPid(folder, name, pid)
        }),
    )
  }
  return left
}
