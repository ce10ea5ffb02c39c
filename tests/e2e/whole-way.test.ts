import type { Browser, Page } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { aBrowser, aPage } from '#tests/support/browser.ts'
import { theHouse } from '#tests/support/house.ts'

const house = theHouse()
const { signIn } = house
let browser: Browser

beforeAll(async () => {
  browser = await aBrowser()
})

afterAll(async () => {
  await browser?.close()
})

/** Writes as a contact of the sandbox, the way a customer would. */
async function writeAs(name: string, text: string): Promise<void> {
  const { page } = await aPage(browser)
  await page.goto(house.sandboxUrl)
  await page.getByPlaceholder('Name').fill(name)
  await page.getByRole('button', { name: 'Add' }).click()
  await page.getByPlaceholder(`Write as ${name}`).fill(text)
  await page.getByRole('button', { name: 'Send' }).click()
  await page.context().close()
}

/** What the contact has received, as the sandbox shows it. */
async function received(name: string): Promise<string> {
  const { page } = await aPage(browser)
  await page.goto(house.sandboxUrl)
  await page
    .getByRole('link', { name: new RegExp(name) })
    .first()
    .click()
  const text = (await page.getByLabel('Messages').textContent()) ?? ''
  await page.context().close()
  return text
}

function count(text: string, part: string): number {
  return text.split(part).length - 1
}

async function openDraft(page: Page, name: string) {
  const item = page.getByRole('link', { name: new RegExp(name) }).filter({ hasText: 'Draft ready' })
  await item.first().click({ timeout: 30_000 })
  const editor = page.getByRole('textbox', { name: new RegExp(`Draft for ${name}`) })
  await editor.waitFor()
  return editor
}

// Each has a contact of its own, and most of what they do is wait for the undo time to pass.
describe.concurrent('an operator', () => {
  it('finds drafts waiting after the first start, edits one, approves it, and the contact receives those words once', async ({
    expect,
  }) => {
    const { page, complaints } = await aPage(browser)
    await signIn(page)
    const editor = await openDraft(page, 'Jonas Wieser')
    const words = 'Ja, am Samstag von 10 bis 16 Uhr. Bis bald! 🙂'
    await editor.fill(words)
    await page.getByRole('button', { name: 'Approve and send' }).click()
    await page.getByRole('button', { name: 'Undo' }).waitFor()
    await expect.poll(() => received('Jonas Wieser'), { timeout: 40_000, interval: 1000 }).toContain(words)

    await page.goto(`${house.url}/outbox`)
    expect(await page.locator('main').textContent()).toContain(words)
    expect(count(await received('Jonas Wieser'), words)).toBe(1)
    expect(complaints).toEqual([])
    await page.context().close()
  })

  it('sees a new message of a contact appear without reloading', async ({ expect }) => {
    const { page, complaints } = await aPage(browser)
    await signIn(page)
    await writeAs('Nora Beck', 'Do you have gift vouchers?')
    await page
      .getByText(/\d+ new/)
      .first()
      .click({ timeout: 30_000 })
    await page
      .getByRole('link', { name: /Nora Beck/ })
      .first()
      .waitFor()
    expect(complaints).toEqual([])
    await page.context().close()
  })

  it('takes an approved reply back while the undo time runs, and nothing leaves', async ({ expect }) => {
    const { page } = await aPage(browser)
    await signIn(page)
    const editor = await openDraft(page, 'Sofía Romero')
    await editor.fill('Never to be seen')
    await page.getByRole('button', { name: 'Approve and send' }).click()
    await page.getByRole('button', { name: 'Undo' }).click()
    const again = page.getByRole('textbox', { name: /Draft for Sofía Romero/ })
    await again.waitFor()
    expect(await again.inputValue()).toBe('Never to be seen')
    expect(await received('Sofía Romero')).not.toContain('Never to be seen')
    await page.context().close()
  })

  it('does the main job without JavaScript', async ({ expect }) => {
    const { page } = await aPage(browser, { javaScriptEnabled: false })
    await signIn(page)
    await page
      .getByRole('link', { name: /Hannah Lindqvist/ })
      .first()
      .click()
    await page.getByRole('textbox', { name: /Draft for Hannah/ }).fill('Yes, to Sweden within a week.')
    await page.getByRole('button', { name: 'Approve and send' }).click()
    await page.getByRole('button', { name: 'Undo' }).waitFor()
    await expect
      .poll(() => received('Hannah Lindqvist'), { timeout: 40_000, interval: 1000 })
      .toContain('Yes, to Sweden within a week.')
    await page.context().close()
  })

  it('is told by bytes, not characters, when a reply is too long, and keeps the words', async ({ expect }) => {
    const { page } = await aPage(browser, { javaScriptEnabled: false })
    await signIn(page)
    await page
      .getByRole('link', { name: /Priya Nair/ })
      .first()
      .click()
    const words = '🙂'.repeat(251)
    await page.getByRole('textbox', { name: /Draft for Priya/ }).fill(words)
    await page.getByRole('button', { name: 'Approve and send' }).click()
    await page.locator('main').getByText('1004 bytes').first().waitFor()
    expect(await page.getByRole('textbox', { name: /Your text for Priya/ }).inputValue()).toBe(words)
    await page.context().close()
  })

  it('loses nothing that was typed to a reload, a network that is away or a session that ends', async ({ expect }) => {
    const { page } = await aPage(browser)
    await signIn(page)
    const editor = await openDraft(page, 'Tomáš Novák')
    await editor.fill('Half a sentence')
    await page.reload()
    expect(await editor.inputValue()).toBe('Half a sentence')

    await page.context().setOffline(true)
    await page.getByText('The connection to the server is lost').waitFor()
    await editor.fill('Half a sentence and more')
    await page.keyboard.press('Control+Enter')
    await page.getByText('Nothing was sent; what you wrote stays here').waitFor()
    await page.context().setOffline(false)
    await page.getByText('The connection is back').waitFor()
    expect(await editor.inputValue()).toBe('Half a sentence and more')

    await page.context().clearCookies({ name: 'countersign' })
    await page.context().clearCookies({ name: 'countersign-refresh' })
    await page.getByRole('button', { name: 'Approve and send' }).click()
    await page.getByRole('link', { name: 'Sign in and go on' }).click()
    await house.enter(page)
    await page.waitForURL(/\/queue\?c=/)
    expect(await editor.inputValue()).toBe('Half a sentence and more')
    await page.context().close()
  })

  it('goes anywhere and does anything by name, with the keyboard alone', async ({ expect }) => {
    const { page, complaints } = await aPage(browser)
    await signIn(page)
    await openDraft(page, 'Lucía Ferrer')
    await page.keyboard.press('Escape')
    await page.keyboard.press('Control+k')
    await page.keyboard.type('reje')
    await page.getByRole('option', { name: /^Reject/, selected: true }).waitFor()
    await page.keyboard.press('Enter')
    await page.locator('#reject-reason:focus').waitFor()

    await page.keyboard.type('Ctrl and K go on working in a field: g q')
    await page.keyboard.press('Control+k')
    await page.keyboard.type('lucía')
    await page.getByRole('option', { name: /Lucía Ferrer.*Contacts/, selected: true }).waitFor()
    await page.keyboard.press('Enter')
    await page.waitForURL('**/conversations/*')
    await page.keyboard.press('g')
    await page.keyboard.press('o')
    await page.waitForURL('**/outbox')
    expect(complaints).toEqual([])
    await page.context().close()
  })

  it('approves with the keyboard alone', async ({ expect }) => {
    const { page } = await aPage(browser)
    await signIn(page)
    await openDraft(page, 'Emma Clarke')
    await page.locator('body').press('Escape')
    await page.keyboard.press('e')
    await page.keyboard.press('Control+a')
    await page.keyboard.type('The big one is 34 cm.')
    await page.keyboard.press('Control+Enter')
    await page.getByRole('button', { name: 'Undo' }).waitFor()
    await expect
      .poll(() => received('Emma Clarke'), { timeout: 40_000, interval: 1000 })
      .toContain('The big one is 34 cm.')
    await page.context().close()
  })
})

it('says in plain sight that it is a sandbox, on every page', async () => {
  const { page } = await aPage(browser)
  await signIn(page)
  for (const path of ['queue', 'conversations', 'outbox', 'accounts', 'alerts']) {
    await page.goto(`${house.url}/${path}`)
    await page.getByText('Contacts, messages and Claude’s answers are made up').waitFor()
  }
  await page.context().close()
})

it('has printed no secret while it starts and works', () => {
  expect(house.said()).not.toMatch(/gAAAA|IGAA|sk-ant-|Bearer |BEGIN PRIVATE|ada@example\.com|Bis bald/)
})
