import type { Album } from './album.ts'
import { pages } from './paths.ts'
import type { Seat } from './session.ts'
import { type createWorld, until } from './world.ts'

const DRAFTS_MS = 60_000
const SENT_MS = 40_000
const PASSWORD = 'correct horse battery staple'

export interface Place {
  url: string
  sandboxUrl: string
  setupLink: string
  album: Album
  world: ReturnType<typeof createWorld>
  /** Somebody who is signed in, and somebody who is not. */
  inside: Seat
  outside: Seat
}

/** Opens an address and takes its pictures. */
export async function visit(place: Place, name: string, path: string, seat = place.inside): Promise<void> {
  if (!place.album.wants(name)) return
  await seat.page.goto(new URL(path, place.url).href)
  await place.album.shoot(name, seat)
}

/** What is seen without being signed in; ends with one operator. */
export async function shootOutside(place: Place): Promise<void> {
  const { inside, outside, setupLink } = place
  await visit(place, 'setup', setupLink)
  await inside.page.goto(setupLink)
  await inside.page.getByLabel('Your name').fill('Ada Lovelace')
  await inside.page.getByLabel('E-mail').fill('ada@example.com')
  await inside.page.getByLabel('Password').fill(PASSWORD)
  await inside.page.getByRole('button', { name: 'Begin' }).click()
  await inside.page.waitForURL((url) => !url.pathname.startsWith('/setup'))
  await visit(place, 'setup-used', setupLink, outside)
  await visit(place, 'sign-in', '/sign-in', outside)
  if (!place.album.wants('sign-in-refused')) return
  await outside.page.goto(`${place.url}/sign-in`)
  await outside.page.getByLabel('E-mail').fill('ada@example.com')
  await outside.page.getByLabel('Password').fill('wrong horse battery')
  await outside.page.getByRole('button', { name: 'Sign in' }).click()
  await outside.page.getByRole('alert').waitFor()
  await place.album.shoot('sign-in-refused', outside)
}

/** Every page before anybody has written. */
export async function shootEmpty(place: Place): Promise<void> {
  for (const [name, path] of Object.entries(pages)) await visit(place, `empty-${name}`, path)
  await visit(place, 'empty-sandbox', place.sandboxUrl)
}

/** Every page on a full day. */
export async function shootFull(place: Place): Promise<void> {
  const { world, inside, album } = place
  await world.open()
  await world.crowd()
  const drafts = async () => {
    await inside.page.goto(`${place.url}/queue`)
    return (await inside.page.getByText('Draft ready').count()) > 8
  }
  if (!(await until(drafts, DRAFTS_MS))) throw new Error('The drafts did not come')
  await approveOne(place)
  for (const [name, path] of Object.entries(pages)) await visit(place, name, path)
  await shootThreads(place)
  await shootAccount(place)
  await shootSecrets(place)
  await visit(place, 'sandbox', place.sandboxUrl)
  if (!album.wants('sandbox-thread')) return
  await inside.page.goto(place.sandboxUrl)
  await inside.page.locator('main a').first().click()
  await album.shoot('sandbox-thread', inside)
}

/** One reply is on its way, and nobody will know whether it arrived. */
async function approveOne({ world, inside, url, album }: Place): Promise<void> {
  await world.loseAnswer()
  await inside.page.goto(`${url}/queue`)
  await inside.page
    .getByRole('link', { name: /Jonas Wieser/ })
    .first()
    .click()
  await inside.page.getByRole('button', { name: 'Approve and send' }).click()
  await inside.page.getByRole('button', { name: 'Undo' }).waitFor()
  await album.shoot('approved', inside)
  if (!['outbox', 'alerts', 'status'].some(album.wants)) return
  const left = async () => {
    await inside.page.goto(`${url}/outbox`)
    return (await inside.page.getByText(/uncertain|unknown/i).count()) > 0
  }
  await until(left, SENT_MS)
}

const threads = {
  'thread-long': /Maximiliane/,
  'thread-arabic': /ليلى/,
  'thread-hebrew': /נועה/,
  'thread-markup': /ecila/,
  'thread-zalgo': /Z.+a.+l/,
  'thread-emoji': /👩‍👩‍👧‍👦/,
  'thread-word': /WWWW/,
  'thread-customer': /Priya Nair/,
  'thread-comment': /@ben\.okafor/,
}

async function shootThreads({ url, album, inside }: Place): Promise<void> {
  for (const [name, who] of Object.entries(threads)) {
    if (!album.wants(name)) continue
    await inside.page.goto(`${url}/conversations`)
    await inside.page.setViewportSize({ width: 1440, height: 900 })
    await inside.page.getByRole('link', { name: who }).first().click()
    await inside.page.waitForURL(/\/conversations\/\w+/)
    await album.shoot(name, inside)
  }
}

async function shootAccount({ url, album, inside }: Place): Promise<void> {
  if (!album.wants('account')) return
  await inside.page.goto(`${url}/accounts`)
  const address = await inside.page.locator('main a[href^="/accounts/acc_"]').first().getAttribute('href')
  await inside.page.goto(`${url}${address}`)
  await album.shoot('account', inside)
  await inside.page.goto(`${url}/connect?account=${address?.split('/').at(-1)}`)
  await album.shoot('account-connect-again', inside)
}

/** What is shown once. */
async function shootSecrets(place: Place): Promise<void> {
  const { url, album, inside, outside } = place
  if (!album.wants('invitation')) return
  await inside.page.goto(`${url}/people`)
  await inside.page.getByLabel('E-mail').fill('ben@example.com')
  await inside.page.getByRole('button', { name: /invit|link/i }).click()
  const proof = inside.page.getByLabel(/^Password, or/)
  if (await proof.isVisible()) {
    await proof.fill(PASSWORD)
    await inside.page.getByRole('button', { name: 'Go on' }).click()
  }
  await inside.page.getByText('/invitation?token=').first().waitFor()
  await album.shoot('people-invitation', inside)
  const shown = /\/invitation\?token=[\w-]+/.exec(await inside.page.content())?.[0]
  if (shown) await visit(place, 'invitation', shown, outside)
}
