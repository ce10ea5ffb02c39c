import { appendFileSync, mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { setTimeout as pause } from 'node:timers/promises'
import type { Page } from 'playwright-core'
import { inject } from 'vitest'
import type { TestProject } from 'vitest/node'
import { aBrowser, aPage } from './browser.ts'
import { type Product, spawnProduct } from './product.ts'

const READY_MS = 90_000
const EMAIL = 'ada@example.com'
const PASSWORD = 'correct horse battery staple'

declare module 'vitest' {
  interface ProvidedContext {
    house: { url: string; sandboxUrl: string; folder: string }
  }
}

/** The whole product with nothing set and with one operator, started once for all files of a project. */
export async function setup(project: TestProject): Promise<() => Promise<void>> {
  const folder = mkdtempSync(path.join(tmpdir(), 'house-'))
  const product = spawnProduct(folder, { PORT: '0', LOG_LEVEL: 'info' })
  for (const stream of [product.parent.stdout, product.parent.stderr]) {
    stream?.on('data', (part: Buffer) => appendFileSync(saidIn(folder), part))
  }
  const stop = async () => {
    product.parent.kill('SIGTERM')
    const code = await product.exit()
    rmSync(folder, { recursive: true, force: true })
    return code
  }
  try {
    await ready(product)
    const find = (pattern: RegExp) => pattern.exec(product.stdout)?.[1] ?? ''
    await signUp(find(/(http\S+\/setup\?token=\S+)/))
    project.provide('house', {
      url: find(/^Countersign\s+(\S+)/m),
      sandboxUrl: find(/^Sandbox\s+(\S+)/m),
      folder,
    })
  } catch (error) {
    await stop()
    throw error
  }
  return async () => {
    const code = await stop()
    if (code !== 0) throw new Error(`The house went with ${code}`)
  }
}

/** The house of this project, as an operator and a customer see it. */
export function theHouse() {
  const { url, sandboxUrl, folder } = inject('house')
  return {
    url,
    sandboxUrl,
    /** All that the house has written so far. */
    said: () => readFileSync(saidIn(folder), 'utf8'),
    enter,
    signIn: async (page: Page) => {
      await page.goto(`${url}/sign-in`)
      await enter(page)
      await page.waitForURL('**/queue')
    },
  }
}

/** Fills in the page that asks who is there. */
async function enter(page: Page): Promise<void> {
  await page.getByLabel('E-mail').fill(EMAIL)
  await page.getByLabel('Password').fill(PASSWORD)
  await page.getByRole('button', { name: 'Sign in' }).click()
}

/** As the first person does who opens the link from the terminal. */
async function signUp(setupLink: string): Promise<void> {
  const browser = await aBrowser()
  try {
    const { page } = await aPage(browser)
    await page.goto(setupLink)
    await page.getByLabel('Your name').fill('Ada')
    await page.getByLabel('E-mail').fill(EMAIL)
    await page.getByLabel('Password').fill(PASSWORD)
    await page.getByRole('button', { name: 'Begin' }).click()
    await page.waitForURL('**/start')
  } finally {
    await browser.close()
  }
}

function saidIn(folder: string): string {
  return path.join(folder, 'said.log')
}

async function ready(product: Product): Promise<void> {
  for (const until = Date.now() + READY_MS; !/\/setup\?token=\S+\s/.test(product.stdout); await pause(50)) {
    const isOver = product.parent.exitCode !== null || Date.now() > until
    if (isOver) throw new Error(`The house is not ready:\n${product.stdout}${product.stderr}`)
  }
}
