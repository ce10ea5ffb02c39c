import type { Browser } from 'playwright-core'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { accessFaults, overflowFaults } from '#tests/screens/look.ts'
import { pages } from '#tests/screens/paths.ts'
import { writers } from '#tests/screens/people.ts'
import { sit } from '#tests/screens/session.ts'
import { createWorld } from '#tests/screens/world.ts'
import { aBrowser } from '#tests/support/browser.ts'
import { theHouse } from '#tests/support/house.ts'

const PHONE = { width: 390, height: 844 }
/** 1280 pixels at 400 %. */
const ZOOMED = { width: 320, height: 256 }
const house = theHouse()
let browser: Browser

beforeAll(async () => {
  browser = await aBrowser()
})

afterAll(async () => {
  await browser?.close()
})

async function aSeat() {
  const seat = await sit(browser, [new URL(house.url).origin], { viewport: PHONE, reducedMotion: 'reduce' })
  await house.signIn(seat.page)
  return seat
}

it('stands in nobody’s way on any page, in light and in dark, asks nobody else, and breaks no policy', async () => {
  const { page, complaints, strangers } = await aSeat()
  const faults: string[] = []
  const note = (name: string, found: string[]) => faults.push(...found.map((fault) => `${name}: ${fault}`))
  for (const [name, path] of Object.entries(pages)) {
    await page.emulateMedia({ colorScheme: 'light' })
    await page.setViewportSize(PHONE)
    await page.goto(`${house.url}${path}`)
    note(name, [...(await accessFaults(page)), ...(await overflowFaults(page))])
    await page.emulateMedia({ colorScheme: 'dark' })
    note(`${name} in dark`, await accessFaults(page, { rules: ['color-contrast'] }))
    await page.setViewportSize(ZOOMED)
    note(`${name} at 400 %`, await overflowFaults(page))
  }
  expect(faults).toEqual([])
  expect({ complaints, strangers }).toEqual({ complaints: [], strangers: [] })
  await page.context().close()
})

it('keeps its shape whatever a contact is called and writes', async () => {
  const { page, complaints } = await aSeat()
  await createWorld(house.sandboxUrl).crowd()
  const listed = page.locator('main a[href^="/conversations/"]')
  const names = async () => {
    await page.goto(`${house.url}/conversations`)
    return (await listed.allTextContents()).join()
  }
  await expect.poll(names, { timeout: 30_000, interval: 500 }).toContain('WWWW')
  const addresses = await listed.evaluateAll((all) => all.map((one) => one.getAttribute('href')))
  const faults: string[] = []
  for (const address of addresses.slice(0, writers.length)) {
    await page.goto(`${house.url}${address}`)
    for (const width of [ZOOMED.width, PHONE.width, 1024]) {
      await page.setViewportSize({ width, height: 844 })
      faults.push(...(await overflowFaults(page)).map((fault) => `${address} ${width}: ${fault}`))
    }
  }
  expect(faults).toEqual([])
  expect(complaints).toEqual([])
  await page.context().close()
})
