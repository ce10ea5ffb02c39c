import { once } from 'node:events'
import { type AddressInfo, connect as connectTo, createServer } from 'node:net'
import { setTimeout as sleep } from 'node:timers/promises'
import { sql } from 'drizzle-orm'
import { afterAll, describe, expect, it } from 'vitest'
import { connect } from '#db/client.ts'
import { aDatabase } from '#tests/support/stores.ts'

/** A wire to the database that can be told to swallow what goes over it. */
async function aWire(url: string) {
  const target = new URL(url)
  const state = { swallows: false, connections: 0 }
  const server = createServer((near) => {
    state.connections++
    const far = connectTo(Number(target.port), target.hostname)
    for (const [from, to] of [
      [near, far],
      [far, near],
    ] as const) {
      from.on('data', (chunk) => void (state.swallows || to.write(chunk)))
      from.on('error', () => to.destroy())
      from.on('close', () => to.destroy())
    }
  }).listen(0, '127.0.0.1')
  await once(server, 'listening')
  afterAll(() => server.close())
  const through = new URL(url)
  through.port = String((server.address() as AddressInfo).port)
  return { state, url: through.href }
}

describe('a connection to the database', () => {
  it('that has fallen silent is given up, and the next statement goes over a new one', async () => {
    const { state, url } = await aWire((await aDatabase()).url)
    const { db, close } = connect(url, { connectionLimit: 1, silentMs: 300 })
    await db.execute(sql`select 1`)
    state.swallows = true
    const begun = performance.now()
    await expect(db.execute(sql`select 1`)).rejects.toThrow()
    expect(performance.now() - begun).toBeLessThan(5000)
    state.swallows = false
    await db.execute(sql`select 1`)
    expect(state.connections).toBe(2)
    await close()
  })

  it('that nobody uses for long is no trouble to anybody', async () => {
    const { state, url } = await aWire((await aDatabase()).url)
    const { db, close } = connect(url, { connectionLimit: 1, silentMs: 100 })
    for (let round = 0; round < 3; round++) {
      await db.execute(sql`select 1`)
      await sleep(250)
    }
    expect(state.connections).toBeGreaterThan(1)
    await close()
  })

  it('is refused at once when too many wait for one already', async () => {
    const { db, close } = connect((await aDatabase()).url, { connectionLimit: 1 })
    const waiting = Array.from({ length: 2100 }, () =>
      db.execute(sql`select 1`).then(
        () => true,
        () => false,
      ),
    )
    const answers = await Promise.all(waiting)
    expect(answers.filter((ok) => ok).length).toBeGreaterThanOrEqual(2000)
    expect(answers.filter((ok) => !ok).length).toBeGreaterThan(0)
    await close()
  })
})
