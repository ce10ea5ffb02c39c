import { type Place, visit } from './day.ts'
import { until } from './world.ts'

const AWAY_MS = 60_000
const TOO_LONG = '🙂'.repeat(300)

/** Every way in which a page can say no. */
export async function shootTrouble(place: Place, database: number | undefined): Promise<void> {
  await visit(place, 'error-404', '/conversations/nothing')
  await visit(place, 'error-404-page', '/no/such/page')
  await shootRefusals(place)
  await shootOffline(place)
  if (database !== undefined) await shootAway(place, database)
}

async function openDraft({ inside, url }: Place): Promise<void> {
  await inside.page.setViewportSize({ width: 1440, height: 900 })
  await inside.page.goto(`${url}/queue`)
  await inside.page
    .getByRole('link', { name: /Priya Nair/ })
    .first()
    .click()
  await inside.page.getByRole('textbox', { name: /Draft for Priya/ }).waitFor()
}

async function shootRefusals(place: Place): Promise<void> {
  const { inside, album } = place
  const send = async (name: string, spoil: string) => {
    if (!album.wants(name)) return
    await openDraft(place)
    // As a browser without scripts sends it.
    await inside.page.evaluate(`(() => {
      const form = document.querySelector('form[action^="/drafts/"]')
      ${spoil}
      const verdict = document.createElement('input')
      Object.assign(verdict, { type: 'hidden', name: 'verdict', value: 'approve' })
      form.append(verdict)
      form.submit()
    })()`)
    await inside.page.waitForURL(/\/drafts\//)
    await inside.page.locator('main').waitFor()
    await album.shoot(name, inside)
  }
  await send('error-409', `form.querySelector('[name=textHash]').value = '0'.repeat(64)`)
  await send('error-422', `form.querySelector('[name=text]').value = ${JSON.stringify(TOO_LONG)}`)
  await send('error-422-form', `form.querySelector('[name=textHash]').value = 'x'; form.id = 'x'`)
}

async function shootOffline(place: Place): Promise<void> {
  const { inside, album } = place
  if (!album.wants('offline')) return
  await openDraft(place)
  await inside.page.context().setOffline(true)
  await until(async () => (await inside.page.getByText(/connection|offline/i).count()) > 0, 5000)
  await album.shoot('offline', inside)
  await inside.page.context().setOffline(false)
}

/** The database stands still, as it does when a disk is full. */
async function shootAway(place: Place, database: number): Promise<void> {
  const { inside, album, url } = place
  if (!album.wants('error-503')) return
  process.kill(database, 'SIGSTOP')
  try {
    await inside.page.goto(`${url}/queue`, { timeout: AWAY_MS })
    await album.shoot('error-503', inside)
  } finally {
    process.kill(database, 'SIGCONT')
  }
}
