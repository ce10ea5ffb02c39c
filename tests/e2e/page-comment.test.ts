import type { Browser, Page } from 'playwright-core'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { aBrowser, aPage } from '#tests/support/browser.ts'
import { theHouse } from '#tests/support/house.ts'

const words = 'From ten to four, on Sundays too.'
const house = theHouse()
let browser: Browser
let operator: Awaited<ReturnType<typeof aPage>>

beforeAll(async () => {
  browser = await aBrowser()
  operator = await aPage(browser)
  await house.signIn(operator.page)
})

afterAll(async () => {
  await browser?.close()
})

/** On the sandbox's page, as somebody who comments on Facebook. */
async function asCustomer<T>(deed: (page: Page) => Promise<T>): Promise<T> {
  const { page } = await aPage(browser)
  await page.goto(house.sandboxUrl)
  const result = await deed(page)
  await page.context().close()
  return result
}

const comment = (name: string, text: string) =>
  asCustomer(async (page) => {
    await page.getByPlaceholder('By').fill(name)
    await page.getByLabel('What they say').fill(text)
    await page.getByLabel('Where').selectOption('messenger')
    await page.getByRole('button', { name: 'Comment', exact: true }).click()
    await page.getByText(text).first().waitFor()
  })

it('answers a comment on a Page in public and privately with one decision, and each arrives once', async () => {
  const { page, complaints } = operator
  await comment('Eva Berg', 'Are you open on Sunday?')
  const item = page.getByRole('link', { name: /Eva Berg/ }).first()
  await expect
    .poll(
      async () => {
        await page.goto(`${house.url}/queue`)
        return item.textContent({ timeout: 1000 }).catch(() => '')
      },
      { timeout: 40_000, interval: 1000 },
    )
    .toContain('Draft ready')
  await item.click()
  await page.getByRole('textbox', { name: /Draft for Eva Berg/ }).fill(words)
  await page.getByRole('radio', { name: /Both/ }).check()
  await page.getByRole('button', { name: 'Approve and send' }).click()
  await page.getByRole('button', { name: 'Undo' }).waitFor()

  const seen = () =>
    asCustomer(async (customer) => {
      const under = (await customer.locator('.comments').textContent()) ?? ''
      const person = customer.getByRole('link', { name: /Eva Berg/ }).first()
      if (!(await person.isVisible())) return { under, direct: '' }
      await person.click()
      return { under, direct: (await customer.getByLabel('Messages').textContent()) ?? '' }
    })
  const copies = async () => {
    const { under, direct } = await seen()
    return [under.split(words).length - 1, direct.split(words).length - 1]
  }
  await expect.poll(copies, { timeout: 40_000, interval: 1000 }).toEqual([1, 1])
  await page.goto(`${house.url}/outbox`)
  const outbox = (await page.locator('main').textContent()) ?? ''
  expect(outbox).toContain('Public reply')
  expect(outbox).toContain('Private reply')
  expect(await copies()).toEqual([1, 1])
  expect(complaints).toEqual([])
})

it('asks nobody about a comment that its author took back', async () => {
  const { page } = operator
  await comment('Otto Lang', 'Never mind that I asked')
  await asCustomer(async (customer) => {
    await customer.getByRole('button', { name: 'Remove Otto Lang’s comment' }).click()
    await customer.getByText('A comment of Otto Lang was removed').waitFor()
  })
  const listed = async (path: string) => {
    await page.goto(`${house.url}/${path}`)
    return (await page.locator('body').textContent()) ?? ''
  }
  await expect.poll(() => listed('conversations'), { timeout: 30_000, interval: 1000 }).toContain('Otto Lang')
  await expect.poll(() => listed('queue'), { timeout: 30_000, interval: 1000 }).not.toContain('Otto Lang')
  expect(await listed('conversations')).not.toContain('Never mind that I asked')
})
