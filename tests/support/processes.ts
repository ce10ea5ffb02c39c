/*
 * Processes of the built product, each with the variables of its role and a log file. A test may kill them, freeze them and
 * start them again in the same place. A guard ends what is left when the process that started them is gone.
 */
import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { closeSync, openSync, readFileSync } from 'node:fs'
import { createServer } from 'node:net'
import path from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import { environmentFor, type ProcessRole } from '#src/config.ts'

export type Role = Exclude<ProcessRole, 'cli'>
type Ending = { code: number | null; signal: NodeJS.Signals | null }

export interface Process {
  readonly name: string
  /** Where it listens; of no meaning for a process that does not. */
  readonly port: number
  /** Of the process that runs now, or ran last. */
  readonly pid: number
  readonly isRunning: boolean
  /** All that it has written so far, over every start. */
  said(): string
  /** Sends the signal and waits for the end. */
  kill(signal?: NodeJS.Signals): Promise<Ending>
  /** It stands still, with its connections open, until it is resumed. */
  freeze(): void
  resume(): void
  /** Starts it again with the same port and variables, after killing it if it runs. */
  restart(): Promise<void>
}

export interface Spec {
  name: string
  /** A script of Node, unless there is a command. */
  file?: string
  command?: string
  argv0?: string
  args?: string[]
  env?: Record<string, string>
  port?: number
  /** Where its log goes. */
  folder: string
  nodeOptions?: string[]
  isReady: (log: string) => Promise<boolean> | boolean
}

interface RoleOptions {
  /** The variables of the whole product: the role gets its own. */
  env: Record<string, string>
  folder: string
  port?: number
  name?: string
  /** The project's folder, in which `dist` lies. */
  root?: string
  nodeOptions?: string[]
}

/** Long enough for a machine that is busy with other things. */
const READY_MS = 90_000
const PROJECT = fileURLToPath(new URL('../..', import.meta.url))
const FILES: Record<Role, string> = {
  web: 'src/server.js',
  drafting: 'workers/main.js',
  sending: 'workers/main.js',
  media: 'workers/main.js',
  sandbox: 'src/sandbox/main.js',
}
let serial = 0

/** A process of the built product; answers when it is ready to work. */
export async function startRole(role: Role, { env, root = PROJECT, ...options }: RoleOptions): Promise<Process> {
  const port = options.port ?? (await freePort())
  const file = path.join(root, 'dist', FILES[role])
  const spec = { name: role, ...options, port, file }
  // A worker says that it works in a line of that level.
  const all = { LOG_LEVEL: 'info', ...env }
  if (role === 'web') {
    return startProcess({
      ...spec,
      env: environmentFor({ ...all, PORT: String(port) }, role),
      isReady: () => isOk(port, '/readyz'),
    })
  }
  if (role === 'sandbox') {
    const own = environmentFor({ ...all, SANDBOX_PORT: String(port) }, role)
    return startProcess({ ...spec, env: own, isReady: () => isOk(port, '/sandbox/account') })
  }
  return startProcess({ ...spec, args: [role], env: environmentFor(all, role), isReady: saysWorking })
}

/** Any script of Node, or any program, in the same way. */
export async function startProcess(spec: Spec): Promise<Process> {
  const log = path.join(spec.folder, `${spec.name}-${++serial}.log`)
  const said = () => readFileSync(log, 'utf8')
  let child = run(spec, log)
  const isRunning = () => child.exitCode === null && child.signalCode === null
  const kill = async (signal: NodeJS.Signals = 'SIGKILL'): Promise<Ending> => {
    if (isRunning()) {
      const ended = once(child, 'exit')
      child.kill(signal)
      await ended
    }
    return { code: child.exitCode, signal: child.signalCode }
  }
  const ready = async (from: number) => {
    for (const until = Date.now() + READY_MS; ; await sleep(20)) {
      if (await spec.isReady(said().slice(from, from + 20_000))) return
      if (isRunning() && Date.now() < until) continue
      await kill()
      throw new Error(`${spec.name} did not start:\n${said().slice(-2000)}`)
    }
  }
  await ready(0)
  return {
    name: spec.name,
    port: spec.port ?? 0,
    get pid() {
      return child.pid ?? 0
    },
    get isRunning() {
      return isRunning()
    },
    said,
    kill,
    freeze: () => void child.kill('SIGSTOP'),
    resume: () => void child.kill('SIGCONT'),
    restart: async () => {
      await kill()
      const from = said().length
      child = run(spec, log)
      await ready(from)
    },
  }
}

function run({ file, command, argv0, args = [], env, nodeOptions = [] }: Spec, log: string): ChildProcess {
  const output = openSync(log, 'a')
  const script = file === undefined ? [] : [...nodeOptions, file]
  const child = spawn(command ?? process.execPath, [...script, ...args], {
    env: { PATH: process.env['PATH'] ?? '', ...env },
    stdio: ['ignore', output, output],
    ...(argv0 && { argv0 }),
  })
  closeSync(output)
  guard(child)
  return child
}

const living = new Set<number>()
let guardian: ChildProcess | undefined

/** Whatever ends this process closes the guardian's input, and the guardian kills the last list that it was told. */
function guard(child: ChildProcess): void {
  guardian ??= startGuardian()
  const tell = () => guardian?.stdin?.write(`${[...living].join(' ')}\n`)
  const { pid } = child
  if (pid === undefined) return
  living.add(pid)
  tell()
  child.once('exit', () => {
    living.delete(pid)
    tell()
  })
}

function startGuardian(): ChildProcess {
  const script = 'while read -r line; do pids=$line; done; [ -z "$pids" ] || kill -9 $pids'
  const started = spawn('/bin/sh', ['-c', script], { detached: true, stdio: ['pipe', 'ignore', 'ignore'] })
  started.stdin?.on('error', () => undefined)
  started.unref()
  // A pipe that is open would keep this process from ending.
  const pipe = started.stdin as unknown as { unref(): void }
  pipe.unref()
  return started
}

export function saysWorking(log: string): boolean {
  return log.includes('"working"')
}

/** True when it answers there without a fault of its own. */
export async function isOk(port: number, where: string): Promise<boolean> {
  try {
    const answer = await fetch(`http://127.0.0.1:${port}${where}`, { signal: AbortSignal.timeout(2000) })
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
