import type { Browser, Page } from 'playwright-core'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { aBrowser, aPage } from '#tests/support/browser.ts'
import { theHouse } from '#tests/support/house.ts'

const house = theHouse()
let browser: Browser

beforeAll(async () => {
  browser = await aBrowser()
})

afterAll(async () => {
  await setDeadLinks(false)
  await browser?.close()
})

async function setDeadLinks(deadLinks: boolean): Promise<void> {
  await fetch(`${house.sandboxUrl}/sandbox/settings`, {
    method: 'PATCH',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ deadLinks }),
  })
}

const open = async (page: Page, name: string) => {
  await page.goto(`${house.url}/conversations?q=${encodeURIComponent(name)}`)
  await page
    .getByRole('link', { name: new RegExp(name) })
    .first()
    .click()
  await page.waitForURL('**/conversations/cnv_*')
}

it('what customers sent is there to be seen, heard and opened, also when the platform has it no more', async () => {
  const { page, complaints } = await aPage(browser)
  const foreign: string[] = []
  page.on('request', (request) => {
    if (!request.url().startsWith(house.url)) foreign.push(request.url())
  })
  await house.signIn(page)
  await open(page, 'Priya Nair')
  const picture = page.getByRole('img', { name: 'Photo' })
  await expect.poll(() => picture.count(), { timeout: 20_000 }).toBe(1)
  await setDeadLinks(true)
  await page.reload()
  const isDrawn = () => picture.evaluate((it) => (it as unknown as { naturalWidth: number }).naturalWidth)
  await expect.poll(isDrawn).toBe(640)
  const voice = page.getByLabel('Voice message')
  await expect.poll(() => voice.evaluate((it) => (it as unknown as { duration: number }).duration)).toBe(2)
  await open(page, 'Aylin Demir')
  const [file] = await Promise.all([
    page.waitForEvent('download'),
    page.getByRole('link', { name: /File.*PDF/ }).click(),
  ])
  expect(file.suggestedFilename()).toMatch(/^file-\w{8}\.pdf$/)
  expect(complaints).toEqual([])
  expect(foreign).toEqual([])
})
