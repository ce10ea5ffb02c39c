import { execFileSync } from 'node:child_process'
import path from 'node:path'
import { fileURLToPath } from 'node:url'
import * as support from '../support/processes.ts'

const here = path.dirname(fileURLToPath(import.meta.url))

export interface Process {
  port: number
  pid: number
  /** Ends it at once: what it leaves in the stores is thrown away with them. */
  stop(): Promise<unknown>
}

/** A process of the built product with the variables of its role; answers when it is ready to work. */
export async function startRole(role: 'web' | 'drafting' | 'sending', env: Record<string, string>): Promise<Process> {
  return stoppable(await support.startRole(role, { env, root: env['BENCH_ROOT'] ?? '', ...place() }))
}

/** A script of this folder, with a port to listen on. */
export async function startScript(
  script: 'baseline' | 'stub' | 'sender',
  args: string[],
  env: Record<string, string>,
): Promise<Process> {
  const port = await support.freePort()
  const isReady = script === 'sender' ? support.saysWorking : () => support.isOk(port, '/readyz')
  const file = path.join(here, `${script}.js`)
  const spec = { name: script, file, args: [...args, String(port)], env, port, isReady, ...place() }
  return stoppable(await support.startProcess(spec))
}

/** Resident memory in MB. */
export function memoryOf({ pid }: Process): number {
  return Number(execFileSync('ps', ['-o', 'rss=', '-p', String(pid)], { encoding: 'utf8' })) / 1024
}

function place(): { folder: string; nodeOptions: string[] } {
  // The profiler of Node, for whoever wants to know where the time goes.
  const nodeOptions = process.env['BENCH_NODE_OPTIONS']?.split(' ') ?? []
  return { folder: process.env['BENCH_FOLDER'] ?? '.', nodeOptions }
}

// A profile is written only by a process that may end by itself.
function stoppable(started: support.Process): Process {
  const stop = () => started.kill(process.env['BENCH_NODE_OPTIONS'] ? 'SIGTERM' : 'SIGKILL')
  return { port: started.port, pid: started.pid, stop }
}
