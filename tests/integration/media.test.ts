import { once } from 'node:events'
import { statSync, utimesSync, writeFileSync } from 'node:fs'
import { createServer, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import path from 'node:path'
import { and, eq } from 'drizzle-orm'
import { describe, expect, it, onTestFinished } from 'vitest'
import { readConversation } from '#db/console-conversation.ts'
import { alerts } from '#db/schema/alerts.ts'
import { media } from '#db/schema/media.ts'
import { messages } from '#db/schema/messages.ts'
import { createErase } from '#src/flow/erase.ts'
import { createOpenMedia } from '#src/flow/open-media.ts'
import { createReceive } from '#src/flow/receive.ts'
import { createDeletionState, createRequestDeletion } from '#src/flow/request-deletion.ts'
import { createLogger } from '#src/observability/logger.ts'
import { createBell } from '#src/queues/bell.ts'
import { aConsole, signedInAs } from '#tests/support/console.ts'
import { aBell, aBody, anEcho, anEdit, anUnsend, aStoredDelivery, aText } from '#tests/support/instagram.ts'
import { aKeeper } from '#tests/support/media.ts'
import { aSandbox } from '#tests/support/sandbox.ts'
import { aDatabase, aRedis } from '#tests/support/stores.ts'
import { anAccount } from '#tests/support/threads.ts'
import { runMedia } from '#workers/media.ts'

const { db } = await aDatabase()
const { redis, prefix } = aRedis({ forWorkers: true })
const now = () => new Date()
const PNG = Buffer.from('\x89PNG\r\n\x1a\n\0\0\0\rIHDR\0\0\0\x08\0\0\0\x06', 'latin1')

/** The platform's server of files: what it answers can be changed at any time. */
async function aCdn() {
  const cdn: { hits: number; answer: (response: ServerResponse) => unknown } = {
    hits: 0,
    answer: (response) => response.end(PNG),
  }
  const server = createServer((_request, response) => {
    cdn.hits++
    cdn.answer(response)
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  onTestFinished(() => {
    server.closeAllConnections()
    server.close()
  })
  const origin = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
  return { cdn, origin, url: `${origin}/photo` }
}

let serial = 0

async function setUp(changed: Parameters<typeof aKeeper>[2] = {}) {
  const { cdn, origin, url } = await aCdn()
  const account = await anAccount(db)
  const { bell, publish, rung: told } = aBell()
  const receive = createReceive({ db, bell, publish, now })
  const us = account.accountRef
  const from = `88${++serial}${Date.now()}`
  const keeper = aKeeper(db, origin, changed)
  const deliver = async (...items: object[]) => receive({ deliveryIds: [await aStoredDelivery(db, aBody(us, items))] })
  /** Somebody sends files. Answers the rows that were made for them, by their place in the message. */
  async function sends({ mid = `mid.media.${++serial}`, type = 'image', links = [url] } = {}) {
    const attachments = links.map((link) => ({ type, payload: { url: link } }))
    await deliver(aText({ from, to: us, mid, rest: { attachments } }))
    return { mid, rows: await rowsOf(mid) }
  }
  async function rowsOf(mid: string) {
    const rows = await db
      .select({ row: media })
      .from(media)
      .innerJoin(messages, eq(messages.id, media.messageId))
      .where(and(eq(messages.accountId, account.id), eq(messages.messageRef, mid)))
    return rows.map(({ row }) => row).sort((a, b) => a.position - b.position)
  }
  const rowOf = async (id: string) => (await db.select().from(media)).find((row) => row.id === id)
  return { cdn, origin, url, account, told, us, from, ...keeper, deliver, sends, rowsOf, rowOf }
}

const later = (ms: number) => () => new Date(Date.now() + ms)

describe('a file that came with a message', () => {
  it('is rung for as soon as its message is stored, and kept whole, for the owner’s eyes only', async () => {
    const { sends, told, keep, rowOf, folder, files, store } = await setUp()
    const { rows } = await sends()
    expect(rows).toMatchObject([{ status: 'waiting', position: 0 }])
    const [{ id }] = rows as [(typeof rows)[0]]
    expect(told.media).toEqual([id])
    await keep(id)
    expect(await rowOf(id)).toMatchObject({
      status: 'kept',
      contentType: 'image/png',
      bytes: PNG.length,
      width: 8,
      height: 6,
    })
    expect(files()).toEqual([path.join(id.slice(-2), id)])
    expect(statSync(path.join(folder, id.slice(-2), id)).mode & 0o777).toBe(0o600)
    expect(statSync(path.join(folder, id.slice(-2))).mode & 0o777).toBe(0o700)
    const opened = await createOpenMedia({ db, store })(id, 'all')
    expect(Buffer.from(await new Response(opened?.read()).arrayBuffer())).toEqual(PNG)
  })

  it('has one row, however often and in whatever company its message comes', async () => {
    const { deliver, sends, from, us, url, rowsOf } = await setUp()
    const { mid } = await sends()
    const first = await rowsOf(mid)
    await sends({ mid })
    await deliver(
      aText({ from, to: us, mid, rest: { attachments: [{ type: 'image', payload: { url } }] } }),
      anEdit({ from, to: us, mid, text: 'edited' }),
    )
    expect(await rowsOf(mid)).toEqual(first)
  })

  it('is found for a message that was edited before it came, for an echo, and for a story that is answered', async () => {
    const { deliver, from, us, url, rowsOf } = await setUp()
    const attachments = [{ type: 'video', payload: { url } }]
    await deliver(anEdit({ from, to: us, mid: `early.${from}`, text: 'edited' }))
    await deliver(aText({ from, to: us, mid: `early.${from}`, rest: { attachments } }))
    await deliver({
      ...anEcho({ from: us, to: from, mid: `echo.${from}` }),
      message: { mid: `echo.${from}`, is_echo: true, attachments },
    })
    await deliver(aText({ from, to: us, mid: `story.${from}`, rest: { reply_to: { story: { id: '1', url } } } }))
    for (const kind of ['early', 'echo', 'story']) expect(await rowsOf(`${kind}.${from}`)).toHaveLength(1)
  })

  it('is no page that somebody shared: that is fetched by nobody', async () => {
    const { sends, cdn } = await setUp()
    for (const type of ['fallback', 'post', 'template', 'hologram']) expect((await sends({ type })).rows).toEqual([])
    expect(cdn.hits).toBe(0)
  })

  it('is fetched once when many set out at the same time', async () => {
    const { sends, keep, cdn, files } = await setUp()
    const [row] = (await sends()).rows
    await Promise.all(Array.from({ length: 12 }, () => keep(row!.id)))
    await keep(row!.id)
    expect(cdn.hits).toBe(1)
    expect(files()).toHaveLength(1)
  })
})

describe('what cannot be kept', () => {
  const answers: [string, string, (response: ServerResponse) => void][] = [
    ['is gone', 'gone', (response) => response.writeHead(403).end('URL signature expired')],
    ['was never there', 'gone', (response) => response.writeHead(404).end()],
    [
      'says that it is too large',
      'too_large',
      (response) => response.writeHead(200, { 'content-length': 26_214_401 }).end(),
    ],
    [
      'is a page that calls itself a picture',
      'wrong_type',
      (response) => response.writeHead(200, { 'content-type': 'image/png' }).end('<html><script>alert(1)</script>'),
    ],
    [
      'is a drawing with a script in it',
      'wrong_type',
      (response) => response.writeHead(200, { 'content-type': 'image/svg+xml' }).end('<svg onload="alert(1)"/>'),
    ],
    [
      'leads into the house',
      'wrong_address',
      (response) => response.writeHead(302, { location: 'http://169.254.169.254/' }).end(),
    ],
    ['is empty', 'wrong_type', (response) => response.end()],
  ]
  it.each(answers)('is given up at once, with its reason: it %s', async (_what, reason, answer) => {
    const { sends, keep, cdn, rowOf, files } = await setUp()
    cdn.answer = answer
    const [row] = (await sends()).rows
    expect(await keep(row!.id)).toEqual({})
    expect(await rowOf(row!.id)).toMatchObject({ status: 'failed', reason, leaseUntil: null })
    expect(files()).toEqual([])
  })

  it.each([
    'https://127.0.0.1/x',
    'https://[::1]/x',
    'http://127.0.0.1:9/x',
    'https://10.0.0.1/',
    'file:///etc/passwd',
  ])('is not even asked for at %s', async (link) => {
    const { sends, keep, rowOf } = await setUp()
    const [row] = (await sends({ links: [link] })).rows
    await keep(row!.id)
    expect(await rowOf(row!.id)).toMatchObject({ status: 'failed', reason: 'wrong_address' })
  })

  it('heals by itself when the server does', async () => {
    const { sends, cdn, keep, again, rowOf } = await setUp()
    cdn.answer = (response) => response.writeHead(503).end()
    const { id } = (await sends()).rows[0]!
    const { waitUntil } = await keep(id)
    expect(await rowOf(id)).toMatchObject({ status: 'waiting', attempts: 1, dueAt: waitUntil })
    // Not earlier, whoever asks.
    expect(await keep(id)).toEqual({ waitUntil })
    expect(cdn.hits).toBe(1)
    cdn.answer = (response) => response.end(PNG)
    await again({ now: () => waitUntil! }).keep(id)
    expect(await rowOf(id)).toMatchObject({ status: 'kept', attempts: 2 })
  })

  it('is given up after a day of tries, ever rarer', async () => {
    const { sends, cdn, again, rowOf } = await setUp()
    cdn.answer = (response) => response.destroy()
    const { id, createdAt } = (await sends()).rows[0]!
    let at: Date | undefined = new Date()
    const waits: number[] = []
    while (at) {
      const due: Date = at
      at = (await again({ now: () => due }).keep(id)).waitUntil
      if (at) waits.push(at.getTime() - due.getTime())
    }
    expect(waits).toEqual([...waits].sort((a, b) => a - b))
    expect(waits.length).toBeGreaterThan(5)
    expect(waits.reduce((sum, ms) => sum + ms, 0)).toBeGreaterThan(20 * 3_600_000)
    const row = await rowOf(id)
    expect(row).toMatchObject({ status: 'failed', reason: 'unreachable', attempts: cdn.hits })
    expect(row!.createdAt).toEqual(createdAt)
  })

  it('is not lost when our own disk is the trouble', async () => {
    const { sends, keep, again, store, rowOf } = await setUp()
    const { id } = (await sends()).rows[0]!
    const full = { ...store, keep: () => Promise.reject(Object.assign(new Error('full'), { code: 'ENOSPC' })) }
    const { waitUntil } = await again({ store: full }).keep(id)
    expect(await rowOf(id)).toMatchObject({ status: 'waiting' })
    await again({ now: () => waitUntil! }).keep(id)
    expect(await rowOf(id)).toMatchObject({ status: 'kept' })
    await keep(id)
  })
})

describe('a crash', () => {
  it('of the one who fetched leaves it to the next, once its lease has run out', async () => {
    const { sends, again, sweep, store, told, rowOf, cdn } = await setUp()
    const { id } = (await sends()).rows[0]!
    let isWriting = false
    const stuck = {
      ...store,
      keep() {
        isWriting = true
        return new Promise<number>(() => undefined)
      },
    }
    void again({ store: stuck }).keep(id)
    await expect.poll(() => isWriting).toBe(true)
    await again({}).keep(id)
    expect(cdn.hits).toBe(1)
    await sweep()
    const next = again({ now: later(95_000) })
    expect(await next.sweep()).toMatchObject({ rung: expect.any(Number) })
    await next.keep(id)
    expect(await rowOf(id)).toMatchObject({ status: 'kept' })
    expect(told.media).toEqual([id])
  })

  it('of Redis costs only time: what nobody was told of is rung for again', async () => {
    const keeper = await setUp()
    const { id } = (await keeper.sends()).rows[0]!
    const told: string[] = []
    const { sweep } = keeper.again({ now: later(11_000), bell: { media: async (one) => void told.push(one) } })
    await sweep()
    expect(told).toContain(id)
    await sweep()
    expect(told.filter((one) => one === id)).toHaveLength(1)
  })

  it('leaves no file without a row, and takes none that has one', async () => {
    const { sends, keep, again, folder, files } = await setUp()
    const [kept] = (await sends()).rows
    await keep(kept!.id)
    const inner = path.join(folder, kept!.id.slice(-2))
    const orphan = path.join(inner, `med_${'0'.repeat(24)}${kept!.id.slice(-2)}`)
    const half = path.join(inner, `${kept!.id}.x.part`)
    const stranger = path.join(inner, 'README')
    for (const file of [orphan, half, stranger]) writeFileSync(file, 'left behind')
    const age = (ms: number) => {
      for (const file of [orphan, half, stranger, path.join(inner, kept!.id)])
        utimesSync(file, new Date(Date.now() - ms), new Date(Date.now() - ms))
    }
    await again({}).sweep()
    expect(files()).toHaveLength(4)
    age(3_600_000)
    expect(await again({}).sweep()).toMatchObject({ orphans: 1 })
    expect(
      files()
        .map((name) => path.basename(name))
        .sort(),
    ).toEqual(['README', kept!.id])
  })
})

describe('an unsend', () => {
  it('takes the file with it, at once from the screen and within a sweep from the disk', async () => {
    const { sends, deliver, from, us, keep, sweep, store, files, rowsOf } = await setUp()
    const { mid, rows } = await sends()
    await keep(rows[0]!.id)
    await deliver(anUnsend({ from, to: us, mid }))
    expect(await createOpenMedia({ db, store })(rows[0]!.id, 'all')).toBeUndefined()
    expect(files()).toHaveLength(1)
    expect(await sweep()).toMatchObject({ erased: 1 })
    expect(files()).toEqual([])
    expect(await rowsOf(mid)).toEqual([])
    await keep(rows[0]!.id)
    expect(files()).toEqual([])
  })

  it('that comes while the file is fetched leaves nothing, and that comes first lets nothing be fetched', async () => {
    const { sends, deliver, from, us, cdn, keep, sweep, files, rowsOf } = await setUp()
    const { mid, rows } = await sends()
    const waiting: ServerResponse[] = []
    cdn.answer = (response) => void waiting.push(response)
    const fetching = keep(rows[0]!.id)
    await expect.poll(() => waiting).toHaveLength(1)
    await deliver(anUnsend({ from, to: us, mid }))
    expect(await sweep()).toMatchObject({ erased: 0 })
    waiting[0]!.end(PNG)
    await fetching
    expect(files()).toEqual([])
    expect(await sweep()).toMatchObject({ erased: 1 })
    expect(await rowsOf(mid)).toEqual([])
    const early = `unsent.${from}`
    await deliver(anUnsend({ from, to: us, mid: early }))
    expect((await sends({ mid: early })).rows).toEqual([])
  })

  it('is finished after a kill between the file and its row', async () => {
    const { sends, deliver, from, us, keep, again, store, files, rowsOf } = await setUp()
    const { mid, rows } = await sends()
    await keep(rows[0]!.id)
    await deliver(anUnsend({ from, to: us, mid }))
    const killed = async (id: Parameters<typeof store.erase>[0]) => {
      await store.erase(id)
      throw new Error('killed')
    }
    await expect(again({ store: { ...store, erase: killed } }).sweep()).rejects.toThrow('killed')
    expect(await rowsOf(mid)).toHaveLength(1)
    await again({}).sweep()
    expect([files(), await rowsOf(mid)]).toEqual([[], []])
  })
})

describe('in the end', () => {
  it('a file goes when its time is over, and the console says so', async () => {
    const { sends, keep, again, files, rowOf } = await setUp({ keepDays: 30 })
    const { id, conversationId } = (await sends()).rows[0]!
    await keep(id)
    await again({ now: later(29 * 86_400_000) }).sweep()
    expect(files()).toHaveLength(1)
    await again({ now: later(31 * 86_400_000) }).sweep()
    expect(files()).toEqual([])
    expect(await rowOf(id)).toMatchObject({ status: 'failed', reason: 'expired' })
    const view = await readConversation(db, conversationId, { at: new Date(), reach: 'all' })
    expect(view?.messages[0]?.attachments).toEqual([{ type: 'image', media: { status: 'failed', reason: 'expired' } }])
  })

  it('an erasure that waits for files says so once a minute has passed', async () => {
    const { sends, from } = await setUp()
    await sends()
    const { fromMeta } = createRequestDeletion({ db, publish: () => undefined, now })
    await fromMeta({ userRef: from, digest: `f${from}`.padEnd(64, '0') })
    const erase = (ms: number) =>
      createErase({ db, hasKeptBodies: async () => false, publish: () => undefined, now: later(ms), holder: 'test' })()
    const told = async () => (await db.select().from(alerts)).filter(({ kind }) => kind === 'erasure_waiting')
    for (let looks = 0; looks < 4; looks++) await erase(5000)
    expect(await told()).toEqual([])
    await erase(70_000)
    expect(await told()).toMatchObject([{ text: expect.stringContaining('files that the media process') }])
  })

  it('a person’s files are erased with them, and only then is it said that all is done', async () => {
    const { sends, from, account, keep, sweep, files } = await setUp()
    const { rows } = await sends()
    await keep(rows[0]!.id)
    const { code } = await createRequestDeletion({ db, publish: () => undefined, now }).fromMeta({
      userRef: from,
      digest: from.padEnd(64, '0').slice(0, 64),
    })
    const erase = createErase({
      db,
      hasKeptBodies: async () => false,
      publish: () => undefined,
      now: later(5000),
      holder: 'test',
    })
    for (let looks = 0; looks < 4; looks++) await erase()
    const state = createDeletionState({ db })
    expect(files()).toHaveLength(1)
    expect(await state(code)).toMatchObject({ status: 'erasing' })
    await sweep()
    expect(files()).toEqual([])
    await erase()
    expect(await state(code)).toMatchObject({ status: 'done' })
    const left = (await db.select().from(media)).filter(
      ({ conversationId }) => conversationId === rows[0]!.conversationId,
    )
    expect([left, account.id]).toEqual([[], account.id])
  })
})

describe('with the sandbox', () => {
  it('a picture, a voice and a document are shown to operators, and stay when the platform’s links are dead', async () => {
    const { control, receiver, url: origin, accountRef } = await aSandbox()
    const account = await anAccount(db, { accountRef })
    const { bell, close } = createBell(redis, prefix)
    const keeper = aKeeper(db, origin)
    const log = createLogger({ level: 'silent', pretty: false, process: 'test' })
    const worker = runMedia({ connection: redis, prefix, log, keep: keeper.keep })
    onTestFinished(async () => {
      await worker.close()
      await close()
    })
    const receive = createReceive({ db, bell, publish: () => undefined, now })
    const { contactRef } = control.phone.meet('Priya Nair')
    const sent = [
      ['image', 'teapot.png'],
      ['audio', 'voice.wav'],
      ['file', 'wishes.pdf'],
    ] as const
    for (const [type, name] of sent)
      await control.phone.write(contactRef, { attachments: [{ type, url: `/pictures/${name}` }] }).delivered
    for (const { body } of receiver.received) await receive({ deliveryIds: [await aStoredDelivery(db, body)] })
    const rows = async () => {
      const all = await db
        .select({ row: media })
        .from(media)
        .innerJoin(messages, eq(messages.id, media.messageId))
        .where(eq(messages.accountId, account.id))
      return all.map(({ row }) => row)
    }
    await expect
      .poll(async () => (await rows()).map(({ status }) => status), { timeout: 10_000 })
      .toEqual(['kept', 'kept', 'kept'])

    control.change({ deadLinks: true })
    const [first] = await rows()
    const view = await readConversation(db, first!.conversationId, { at: new Date(), reach: 'all' })
    expect(JSON.stringify(view)).not.toContain('/cdn/')
    const { app } = aConsole({
      reads: { conversation: async () => view },
      openMedia: createOpenMedia({ db, store: keeper.store }),
    })
    const html = await (await app.request(`/conversations/${first!.conversationId}`, signedInAs('viewer'))).text()
    const shown = [...html.matchAll(/(?:src|href)="(\/media\/med_\w+)"/g)].map(([, href]) => href ?? '')
    expect(new Set(shown).size).toBe(3)
    const types = new Set<string | null>()
    for (const href of shown) {
      const answer = await app.request(href, signedInAs('viewer'))
      expect(answer.status).toBe(200)
      types.add(answer.headers.get('content-type'))
      expect((await answer.arrayBuffer()).byteLength).toBeGreaterThan(400)
      expect((await app.request(href)).status).not.toBe(200)
    }
    expect(types).toEqual(new Set(['image/png', 'audio/wav', 'application/pdf']))
    const unknown = shown[0]!.replace(/.{4}$/, '0000')
    expect((await app.request(unknown, signedInAs('viewer'))).status).toBe(404)
  })
})
