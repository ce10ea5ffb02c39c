import { type ChildProcess, execFileSync, spawn } from 'node:child_process'
import { once } from 'node:events'
import { closeSync, openSync, readFileSync } from 'node:fs'
import { createServer } from 'node:net'
import path from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import { environmentFor, type ProcessRole } from '#src/config.ts'

const READY_MS = 30_000
const here = path.dirname(fileURLToPath(import.meta.url))
const running = new Set<ChildProcess>()
let serial = 0

export interface Process {
  port: number
  pid: number
  /** Ends it at once: what it leaves in the stores is thrown away with them. */
  stop(): Promise<void>
}

interface Start {
  name: string
  file: string
  args?: string[]
  env: Record<string, string>
  port?: number
  isReady: (log: string) => Promise<boolean> | boolean
}

// Nothing outlives this process, whatever ends it.
process.on('exit', () => {
  for (const child of running) child.kill('SIGKILL')
})

/** A process of the built product with the variables of its role; answers when it is ready to work. */
export async function startRole(role: 'web' | 'drafting' | 'sending', env: Record<string, string>): Promise<Process> {
  const port = await freePort()
  const own = environmentFor({ ...env, PORT: String(port) }, role satisfies ProcessRole)
  if (role !== 'web')
    return start({ name: role, file: built('workers/main.js', env), args: [role], env: own, isReady: saysWorking })
  const isReady = () => isAnswering(port)
  return start({ name: role, file: built('src/server.js', env), env: own, port, isReady })
}

/** A script of this folder, with a port to listen on. */
export async function startScript(
  script: 'baseline' | 'stub' | 'sender',
  args: string[],
  env: Record<string, string>,
): Promise<Process> {
  const port = await freePort()
  const isReady = script === 'sender' ? saysWorking : () => isAnswering(port)
  const file = path.join(here, `${script}.js`)
  return start({ name: script, file, args: [...args, String(port)], env, port, isReady })
}

/** Resident memory in MB. */
export function memoryOf({ pid }: Process): number {
  return Number(execFileSync('ps', ['-o', 'rss=', '-p', String(pid)], { encoding: 'utf8' })) / 1024
}

async function start({ name, file, args = [], env, port = 0, isReady }: Start): Promise<Process> {
  const log = path.join(process.env['BENCH_FOLDER'] ?? '.', `${name}-${++serial}.log`)
  const output = openSync(log, 'a')
  // The profiler of Node, for whoever wants to know where the time goes.
  const options = process.env['BENCH_NODE_OPTIONS']?.split(' ') ?? []
  const given = { PATH: process.env['PATH'] ?? '', ...env }
  const child = spawn(process.execPath, [...options, file, ...args], { env: given, stdio: ['ignore', output, output] })
  closeSync(output)
  running.add(child)
  const stop = () => end(child)
  for (const until = Date.now() + READY_MS; ; await sleep(20)) {
    if (await isReady(readFileSync(log, 'utf8').slice(0, 20_000))) break
    if (child.exitCode !== null || Date.now() > until) {
      await stop()
      throw new Error(`${name} did not start:\n${readFileSync(log, 'utf8').slice(-2000)}`)
    }
  }
  return { port, pid: child.pid ?? 0, stop }
}

async function end(child: ChildProcess): Promise<void> {
  running.delete(child)
  if (child.exitCode !== null || child.signalCode !== null) return
  child.kill(process.env['BENCH_NODE_OPTIONS'] ? 'SIGTERM' : 'SIGKILL')
  await once(child, 'exit')
}

function built(file: string, env: Record<string, string>): string {
  return path.join(env['BENCH_ROOT'] ?? '', 'dist', file)
}

function saysWorking(log: string): boolean {
  return log.includes('"working"')
}

async function isAnswering(port: number): Promise<boolean> {
  try {
    const answer = await fetch(`http://127.0.0.1:${port}/readyz`, { signal: AbortSignal.timeout(2000) })
    return answer.status < 500
  } catch {
    return false
  }
}

export async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1')
  await once(server, 'listening')
  const address = server.address()
  server.close()
  await once(server, 'close')
  return typeof address === 'object' && address ? address.port : 0
}
