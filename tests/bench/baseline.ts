/*
 * The receivers to compare with, each a process of its own: `bare` verifies a signed body and stores nothing, `add` makes
 * one BullMQ job of each request, `insert` one row.
 */
import { createHmac, timingSafeEqual } from 'node:crypto'
import { createAdaptorServer } from '@hono/node-server'
import { Queue } from 'bullmq'
import { Hono } from 'hono'
import { Redis } from 'ioredis'
import { createPool } from 'mysql2/promise'

type Keep = (body: Buffer, digest: string) => Promise<unknown>

const [kind = '', port = '0'] = process.argv.slice(2)
const { BENCH_SECRET = '', DATABASE_URL = '', REDIS_URL = '' } = process.env
const keepers: Record<string, () => Promise<Keep>> = {
  bare: async () => async () => undefined,
  async add() {
    const queue = new Queue('baseline', { connection: new Redis(REDIS_URL), prefix: '{baseline}' })
    return (body) => queue.add('delivery', { body: body.toString('utf8') })
  },
  async insert() {
    const pool = createPool({ uri: DATABASE_URL, connectionLimit: 20 })
    await pool.query(`CREATE TABLE IF NOT EXISTS baseline (
      id BIGINT AUTO_INCREMENT PRIMARY KEY, digest CHAR(64) CHARACTER SET ascii NOT NULL UNIQUE, body MEDIUMBLOB NOT NULL)`)
    return (body, digest) => pool.query('INSERT INTO baseline (digest, body) VALUES (?, ?)', [digest, body])
  },
}

const keep = await keepers[kind]?.()
if (!keep) throw new Error(`There is no receiver named ${kind}`)
const app = new Hono()
app.get('/readyz', (c) => c.text('ok'))
app.post('/webhooks/instagram', async (c) => {
  const body = Buffer.from(await c.req.arrayBuffer())
  const digest = createHmac('sha256', BENCH_SECRET).update(body).digest()
  const given = Buffer.from(c.req.header('x-hub-signature-256')?.slice('sha256='.length) ?? '', 'hex')
  if (given.length !== digest.length || !timingSafeEqual(given, digest)) return c.text('no', 401)
  await keep(body, digest.toString('hex'))
  return c.text('EVENT_RECEIVED')
})
createAdaptorServer({ fetch: app.fetch }).listen(Number(port), '127.0.0.1')
