/* Processes that live until they are told to end: what is killed starts again at once, with the same variables. */
import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { closeSync, mkdirSync, openSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'

export interface Spec {
  name: string
  command: string
  args: string[]
  env: Record<string, string>
  argv0?: string
  isReady?: () => Promise<boolean>
}

export interface Process {
  readonly name: string
  pid(): number
  /** How often it has started, the first time included. */
  starts(): number
  /** Sends a signal; should it end by that, it starts again. */
  signal(name: 'SIGKILL' | 'SIGTERM' | 'SIGSTOP' | 'SIGCONT'): void
  isReady(): Promise<boolean>
  /** Ends it for good. */
  stop(signal?: 'SIGKILL' | 'SIGTERM'): Promise<void>
}

const READY_MS = 90_000
/** It refused its variables: starting it again would change nothing. */
const EX_CONFIG = 78
const AGAIN_MS = 50

const running = new Set<ChildProcess>()
// Nothing outlives this process, whatever ends it.
process.on('exit', () => {
  for (const child of running) child.kill('SIGKILL')
})

/** Starts it and answers when it is ready. `folder` gets its log, and a note by which a later run can end what was left behind. */
export async function startProcess(spec: Spec, folder: string): Promise<Process> {
  const log = path.join(folder, 'logs', `${spec.name}.log`)
  for (const part of ['logs', 'run']) mkdirSync(path.join(folder, part), { recursive: true, mode: 0o700 })
  let child: ChildProcess | undefined
  let starts = 0
  let isOver = false

  function run(): void {
    const mine = spawnInto(spec, log)
    child = mine
    starts++
    const forget = note(folder, spec, mine)
    mine.once('exit', (code) => {
      running.delete(mine)
      forget()
      if (!isOver && code !== EX_CONFIG) setTimeout(() => isOver || run(), AGAIN_MS)
    })
  }

  const isReady = spec.isReady ?? (async () => true)
  const one: Process = {
    name: spec.name,
    pid: () => child?.pid ?? 0,
    starts: () => starts,
    signal: (name) => void child?.kill(name),
    isReady,
    async stop(signal = 'SIGKILL') {
      isOver = true
      if (!child || child.exitCode !== null || child.signalCode !== null) return
      child.kill('SIGCONT')
      child.kill(signal)
      await once(child, 'exit')
    },
  }
  run()
  for (const until = Date.now() + READY_MS; !(await isReady()); await sleep(20)) {
    if (Date.now() < until && child?.exitCode !== EX_CONFIG) continue
    await one.stop()
    throw new Error(`${spec.name} did not start:\n${readFileSync(log, 'utf8').slice(-2000)}`)
  }
  return one
}

function spawnInto({ command, args, env, argv0 }: Spec, log: string): ChildProcess {
  const output = openSync(log, 'a')
  const given = { PATH: process.env['PATH'] ?? '', ...env }
  const child = spawn(command, args, { env: given, stdio: ['ignore', output, output], ...(argv0 && { argv0 }) })
  closeSync(output)
  running.add(child)
  return child
}

/** The form of scripts/lib/pids.mjs, whose watcher ends what is noted when everybody else was killed. */
function note(folder: string, { name, args }: Spec, { pid }: ChildProcess): () => void {
  const file = path.join(folder, 'run', `${name}.pid`)
  writeFileSync(file, JSON.stringify({ pid, marker: args.at(-1) ?? name, rank: 0 }), { mode: 0o600 })
  return () => rmSync(file, { force: true })
}

export async function isAnswering(url: string): Promise<boolean> {
  try {
    const answer = await fetch(url, { signal: AbortSignal.timeout(2000), redirect: 'manual' })
    await answer.body?.cancel()
    return answer.status < 500
  } catch {
    return false
  }
}
