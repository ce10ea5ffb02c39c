import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { setTimeout as pause } from 'node:timers/promises'
import { type Product, spawnProduct } from './product.ts'

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

/** The whole product with nothing set, for all tests of a file. */
export async function aHouse(): Promise<House> {
  const folder = mkdtempSync(path.join(tmpdir(), 'house-'))
  const product = spawnProduct(folder, { PORT: '0', LOG_LEVEL: 'info' })
  const said = () => product.stdout + product.stderr
  const stop = async () => {
    product.parent.kill('SIGTERM')
    const code = await product.exit()
    rmSync(folder, { recursive: true, force: true })
    return code
  }
  await ready(product, said).catch(async (error: unknown) => {
    await stop()
    throw error
  })
  const find = (pattern: RegExp) => pattern.exec(product.stdout)?.[1] ?? ''
  return {
    url: find(/^Countersign\s+(\S+)/m),
    sandboxUrl: find(/^Sandbox\s+(\S+)/m),
    setupLink: find(/(http\S+\/setup\?token=\S+)/),
    said,
    stop,
  }
}

async function ready(product: Product, said: () => string): Promise<void> {
  for (const until = Date.now() + READY_MS; !/\/setup\?token=\S+\s/.test(product.stdout); await pause(50)) {
    if (product.parent.exitCode !== null || Date.now() > until) throw new Error(`The house is not ready:\n${said()}`)
  }
}
