import { mkdtempSync, readdirSync, readFileSync, rmSync, statSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { onTestFinished } from 'vitest'
import type { Database } from '#db/client.ts'
import type { MediaId } from '#src/domain/ids.ts'
import { createKeepMedia, type KeepMediaDeps } from '#src/flow/keep-media.ts'
import { createSweepMedia, type SweepMediaDeps } from '#src/flow/sweep-media.ts'
import { createDownload } from '#src/media/download.ts'
import { createFolder } from '#src/media/store.ts'

/** A folder for media of its own. */
function aMediaFolder(atEnd: (end: () => void) => void) {
  const folder = mkdtempSync(path.join(tmpdir(), 'media-'))
  atEnd(() => rmSync(folder, { recursive: true, force: true }))
  const store = createFolder(folder)
  const names = () => readdirSync(folder, { recursive: true, encoding: 'utf8' })
  const files = () => names().filter((name) => statSync(path.join(folder, name)).isFile())
  const readAll = () => files().map((name) => `${name} ${readFileSync(path.join(folder, name), 'latin1')}`)
  return { folder, store, files, readAll }
}

type Changed = Partial<Omit<KeepMediaDeps & SweepMediaDeps, 'db'>>

/** The verbs of the media process, without its queue. */
export function aKeeper(
  db: Database,
  origin: string | undefined,
  { atEnd = onTestFinished, ...changed }: Changed & { atEnd?: (end: () => void) => void } = {},
) {
  const place = aMediaFolder(atEnd)
  const rung: MediaId[] = []
  const deps = {
    db,
    download: createDownload({ origin }),
    store: place.store,
    bell: { media: async (id: MediaId) => void rung.push(id) },
    publish: () => undefined,
    now: () => new Date(),
    // One process after another, and clocks that run ahead: the lease is always its own.
    holder: 'test',
    keepDays: 365,
    ...changed,
  }
  const again = (more: Changed) => ({
    keep: createKeepMedia({ ...deps, ...more }),
    sweep: createSweepMedia({ ...deps, ...more, holder: deps.holder }),
  })
  return { ...place, rung, again, ...again({}) }
}
