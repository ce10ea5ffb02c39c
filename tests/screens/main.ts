/*
 * Pictures of every page of a product that runs with its sandbox, in each width and theme, and what is wrong with them. The pages are
 * visited in the order of a first day: before anybody is there, with nothing to do, with much to do, and when things fail.
 */
import type { Browser } from 'playwright-core'
import { createAlbum } from './album.ts'
import { type Place, shootEmpty, shootFull, shootOutside } from './day.ts'
import { launch, sit } from './session.ts'
import { shootTrouble } from './trouble.ts'
import { createWorld } from './world.ts'

interface Settings {
  url: string
  sandboxUrl: string
  setupLink: string
  chromium: string
  database: number | undefined
  out: string
  only?: string
  check: boolean
}

const settings = JSON.parse(process.env['SCREENS_SETTINGS'] ?? '{}') as Settings
for (const signal of ['SIGTERM', 'SIGINT']) process.once(signal, () => process.exit(1))
const album = createAlbum({ out: settings.out, only: settings.only, check: settings.check })
const browser = await launch(settings.chromium)
try {
  await walk(browser)
} finally {
  album.close()
  await browser.close()
  for (const fault of album.faults) process.stdout.write(`${fault}\n`)
}
process.exit(album.faults.length > 0 ? 1 : 0)

async function walk(open: Browser): Promise<void> {
  const { url, sandboxUrl, setupLink } = settings
  const origins = [new URL(url).origin, new URL(sandboxUrl).origin]
  const place: Place = {
    ...{ url, sandboxUrl, setupLink, album },
    world: createWorld(sandboxUrl),
    inside: await sit(open, origins),
    outside: await sit(open, origins),
  }
  await shootOutside(place)
  await shootEmpty(place)
  await shootFull(place)
  await shootTrouble(place, settings.database)
}
