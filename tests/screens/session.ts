import { type Browser, type BrowserContextOptions, chromium, type Page } from 'playwright-core'

/** A browser that looks for nothing outside, with one page that keeps what the browser complains of and what it asked of others. */
export interface Seat {
  page: Page
  complaints: string[]
  /** Requests to any other origin. */
  strangers: string[]
}

export function launch(executablePath: string): Promise<Browser> {
  const args = ['--no-sandbox', '--disable-gpu', '--no-first-run', '--disable-background-networking', '--disable-sync']
  return chromium.launch({ executablePath, args })
}

export async function sit(browser: Browser, origins: string[], options: BrowserContextOptions = {}): Promise<Seat> {
  const context = await browser.newContext({ viewport: { width: 1440, height: 900 }, ...options })
  const seat: Seat = { page: await context.newPage(), complaints: [], strangers: [] }
  seat.page.on('console', (message) => {
    if (/Content Security Policy/i.test(message.text())) seat.complaints.push(message.text())
  })
  seat.page.on('pageerror', (error) => seat.complaints.push(error.message))
  seat.page.on('request', (request) => {
    const { protocol, origin } = new URL(request.url())
    if (protocol.startsWith('http') && !origins.includes(origin)) seat.strangers.push(request.url())
  })
  return seat
}
