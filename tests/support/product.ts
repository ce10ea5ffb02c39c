import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs'
import { createServer } from 'node:net'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { fileURLToPath } from 'node:url'
import { expect, onTestFinished } from 'vitest'

const script = fileURLToPath(new URL('../../scripts/start.mjs', import.meta.url))

/** `npm start` in a folder of its own, as somebody would type it who has set nothing but `env`. */
export interface Product {
  parent: ChildProcess
  stdout: string
  stderr: string
  /** Pids of its processes by their names, the watcher's and the stores' among them. */
  pids(): Record<string, number>
  exit(): Promise<number | null>
}

export function aDataFolder(atEnd: (remove: () => void) => void = onTestFinished): string {
  const folder = mkdtempSync(path.join(tmpdir(), 'product-'))
  atEnd(() => rmSync(folder, { recursive: true, force: true }))
  return folder
}

export async function aFreePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1')
  await once(server, 'listening')
  const address = server.address()
  server.close()
  return typeof address === 'object' && address ? address.port : 0
}

/** Ends with the test that started it. `viaNpm` types `npm start`; otherwise what npm would run is run directly. */
export function startProduct(folder: string, env: Record<string, string>, options: { viaNpm?: boolean } = {}): Product {
  const product = spawnProduct(folder, env, options)
  onTestFinished(async () => {
    product.parent.kill('SIGTERM')
    await product.exit()
  })
  return product
}

/** Lives until somebody ends it. */
export function spawnProduct(folder: string, env: Record<string, string>, { viaNpm = false } = {}): Product {
  const { PATH = '', HOME = '' } = process.env
  const settings = { PATH, HOME, CI: 'true', COUNTERSIGN_DATA: folder, COUNTERSIGN_SETTINGS: folder, LOG_LEVEL: 'warn' }
  const [command, args] = viaNpm ? ['npm', ['start']] : [process.execPath, [script]]
  const parent = spawn(command, args, {
    cwd: path.dirname(path.dirname(script)),
    env: { ...settings, ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  const product: Product = {
    parent,
    stdout: '',
    stderr: '',
    pids: () => pidsIn(path.join(folder, 'run')),
    exit: async () => {
      if (parent.exitCode === null && parent.signalCode === null) await once(parent, 'exit')
      return parent.exitCode
    },
  }
  parent.stdout.on('data', (part: Buffer) => {
    product.stdout += part.toString('utf8')
  })
  parent.stderr.on('data', (part: Buffer) => {
    product.stderr += part.toString('utf8')
  })
  return product
}

/** Waits for the address on stdout; a product that gave up instead shows its words. */
export async function isReady(product: Product): Promise<void> {
  const state = () => (product.parent.exitCode === null ? product.stdout : `gave up: ${product.stderr}`)
  await expect.poll(state, { timeout: 90_000, interval: 50 }).toMatch(/Countersign {2}http|gave up/)
  expect(state()).not.toMatch(/^gave up/)
}

function pidsIn(folder: string): Record<string, number> {
  const notes = readdirSync(folder).filter((file) => file.endsWith('.pid'))
  return Object.fromEntries(
    notes.map((file) => {
      const { pid } = JSON.parse(readFileSync(path.join(folder, file), 'utf8')) as { pid: number }
      return [file.replace('.pid', ''), pid]
    }),
  )
}

/** A killed process stays in the list until its parent has asked for it; it runs no more. */
export function isRunning(pid: number): boolean {
  try {
    return process.kill(pid, 0) && !/^\d+ \(.*\) Z/.test(readFileSync(`/proc/${pid}/stat`, 'latin1'))
  } catch {
    return false
  }
}

/** The names of the variables a running process was given. */
export function variablesOf(pid: number): string[] {
  return readFileSync(`/proc/${pid}/environ`, 'utf8')
    .split('\0')
    .map((line) => line.split('=')[0] ?? '')
}
