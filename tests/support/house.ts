import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, rmSync } from 'node:fs'
import path from 'node:path'
import { fileURLToPath } from 'node:url'

const root = fileURLToPath(new URL('../..', import.meta.url))
const READY_MS = 90_000

export interface House {
  url: string
  sandboxUrl: string
  setupLink: string
  /** All that the house has written so far. */
  said: () => string
  /** Ends it as a person would; answers its exit code. */
  stop: () => Promise<number | null>
}

/** The whole product as `npm start` runs it, from a data folder of its own, with nothing set. */
export async function aHouse(): Promise<House> {
  const folder = mkdtempSync(path.join(process.env['TMPDIR'] ?? '/tmp', 'house-'))
  const child = spawn(process.execPath, ['scripts/start.mjs'], {
    cwd: root,
    env: { PATH: process.env['PATH'], HOME: process.env['HOME'], PORT: '0', COUNTERSIGN_DATA: folder },
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  let text = ''
  for (const stream of [child.stdout, child.stderr]) stream.on('data', (part) => (text += part))
  const stop = async () => {
    if (child.exitCode === null) {
      child.kill('SIGTERM')
      await once(child, 'exit')
    }
    rmSync(folder, { recursive: true, force: true })
    return child.exitCode
  }
  await ready(child, () => text).catch(async (error: unknown) => {
    await stop()
    throw error
  })
  const find = (pattern: RegExp) => pattern.exec(text)?.[1] ?? ''
  return {
    url: find(/^Countersign\s+(\S+)/m),
    sandboxUrl: find(/^Sandbox\s+(\S+)/m),
    setupLink: find(/(http\S+\/setup\?token=\S+)/),
    said: () => text,
    stop,
  }
}

async function ready(child: ChildProcess, said: () => string): Promise<void> {
  const signal = AbortSignal.timeout(READY_MS)
  while (!/\/setup\?token=\S+\s/.test(said())) {
    if (child.exitCode !== null) throw new Error(`The house ended with ${child.exitCode}:\n${said()}`)
    await Promise.race([once(child.stdout ?? child, 'data', { signal }), once(child, 'exit', { signal })])
  }
}
