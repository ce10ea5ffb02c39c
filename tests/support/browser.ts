import { type Browser, type BrowserContextOptions, chromium, type Page } from 'playwright-core'

const program = process.env['TEST_CHROMIUM']

/** The system's Chromium, which must not look for anything outside. */
export function aBrowser(): Promise<Browser> {
  if (!program) throw new Error('TEST_CHROMIUM is not set: run the tests with npm test, which finds a browser')
  return chromium.launch({
    executablePath: program,
    args: [
      '--no-sandbox',
      '--disable-gpu',
      '--disable-quic',
      '--no-first-run',
      '--disable-background-networking',
      '--disable-component-update',
      '--disable-sync',
    ],
  })
}

/** A page that keeps every complaint of the browser: errors of scripts, and what the policy of a page refused. */
export async function aPage(
  browser: Browser,
  options: BrowserContextOptions = {},
): Promise<{ page: Page; complaints: string[] }> {
  const context = await browser.newContext({ viewport: { width: 1440, height: 900 }, ...options })
  const page = await context.newPage()
  const complaints: string[] = []
  page.on('console', (message) => {
    if (['error', 'warning'].includes(message.type())) complaints.push(message.text())
  })
  page.on('pageerror', (error) => complaints.push(error.message))
  return { page, complaints }
}
