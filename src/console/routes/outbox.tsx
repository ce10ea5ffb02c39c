import type { Hono } from 'hono'
import { type Env, type Room, readsOf } from '../env.ts'
import { frameOf } from '../frame.ts'
import { AlertsPage } from '../pages/alerts.tsx'
import { OutboxPage } from '../pages/outbox.tsx'
import { StatusPage } from '../pages/status.tsx'
import type { PostGroup } from '../views.ts'
import { readCursor, writeCursor } from './cursors.ts'
import { page } from './respond.ts'

const PAGE = 30
const UNCERTAIN = 50
const MOVING = 50
const ALERTS = 50

export function addOutbox(app: Hono<Env>, room: Room): void {
  app.get('/outbox', async (c) => {
    const shown = c.req.query('show')
    const group: PostGroup = shown === 'failed' || shown === 'cancelled' ? shown : 'sent'
    const reads = readsOf(c)
    const uncertain = await reads.posts('uncertain', undefined, UNCERTAIN)
    const evidence = await reads.evidence(uncertain.items.map(({ id }) => id))
    const moving = await reads.posts('moving', undefined, MOVING)
    const found = await reads.posts(group, readCursor(c.req.query('before')), PAGE)
    const moreHref = found.next ? `/outbox?show=${group}&before=${writeCursor(found.next)}` : undefined
    const frame = await frameOf(c, room, 'outbox')
    const rest = { group, page: found, moreHref }
    return page(
      c,
      <OutboxPage frame={frame} uncertain={uncertain} evidence={evidence} moving={moving.items} rest={rest} />,
    )
  })

  app.get('/alerts', async (c) => {
    const alerts = await readsOf(c).alerts(ALERTS)
    return page(c, <AlertsPage frame={await frameOf(c, room, 'alerts')} alerts={alerts} />)
  })

  app.get('/status', async (c) => {
    const [health, frame] = [await readsOf(c).health(), await frameOf(c, room, 'status')]
    const stages = await readsOf(c).stages(frame.now)
    // An address is about a person: who only reads has no use for it.
    const blocks = frame.may('configure') ? await readsOf(c).blocks(frame.now) : []
    return page(c, <StatusPage frame={frame} health={health} blocks={blocks} stages={stages} />)
  })
}
