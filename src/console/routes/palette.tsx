import type { Hono } from 'hono'
import { type Env, operatorOf, type Room, readsOf } from '../env.ts'
import { frameOf } from '../frame.ts'
import { PalettePage } from '../pages/palette.tsx'
import { page } from './respond.ts'

const SEARCH_MAX = 100
const FOUND_MAX = 8

export function addPalette(app: Hono<Env>, room: Room): void {
  app.get('/palette', async (c) => {
    const reads = readsOf(c)
    const q = (c.req.query('q') ?? '').trim().slice(0, SEARCH_MAX)
    const [{ views }, found] = await Promise.all([
      reads.facets(operatorOf(c).id),
      q === '' ? undefined : reads.conversations({ search: q, at: room.config.now() }, FOUND_MAX),
    ])
    const frame = await frameOf(c, room, 'help')
    return page(c, <PalettePage frame={frame} q={q} views={views} found={found?.items ?? []} />)
  })
}
