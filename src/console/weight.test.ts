import { gunzipSync } from 'node:zlib'
import { expect, it } from 'vitest'
import { newId } from '#src/domain/ids.ts'
import { aConsole, aConversationView, aListItem, at } from '#tests/support/console.ts'

const BYTES_MAX = 60_000
/** Words that pack no better than what people write. */
const words = (n: number) =>
  Array.from({ length: n }, (_, i) => ((i * 2_654_435_761) % 9_999_991).toString(36)).join(' ')

/** A full page of the queue with a long conversation open. */
function aFullQueue() {
  const view = aConversationView()
  const [first] = view.messages
  view.messages = Array.from({ length: 60 }, (_, i) => ({ ...first!, id: newId('message', at), text: words(12 + i) }))
  view.templates = Array.from({ length: 20 }, (_, i) => ({
    ...{ id: newId('template', at), accountId: null, title: `Template ${i}`, version: 1 },
    body: words(20 + i),
  }))
  const items = Array.from({ length: 30 }, (_, i) => ({
    ...aListItem(view),
    id: newId('conversation', at),
    headText: words(30 + i),
    draftText: words(40 + i),
  }))
  return aConsole({ view, reads: { queue: async () => ({ items, next: null }) } })
}

it('brings a full queue with all its styles and scripts in less than 60 kB', async () => {
  const { app } = aFullQueue()
  const ask = async (path: string) => {
    const headers = { cookie: 'countersign=approver', 'accept-encoding': 'gzip, br' }
    const answer = await app.request(path, { headers })
    expect([answer.status, answer.headers.get('content-encoding')]).toEqual([200, 'gzip'])
    const packed = Buffer.from(await answer.arrayBuffer())
    return { bytes: packed.length, text: gunzipSync(packed).toString() }
  }
  const html = await ask('/queue')
  let bytes = html.bytes
  const asked = new Set<string>()
  const waiting = [...html.text.matchAll(/(?:href|src)="(\/assets\/[^"]+)"/g)].map(([, path = '']) => path)
  for (let path = waiting.pop(); path; path = waiting.pop()) {
    if (asked.has(path)) continue
    asked.add(path)
    const file = await ask(path)
    bytes += file.bytes
    const folder = path.slice(0, path.lastIndexOf('/'))
    if (path.endsWith('.js'))
      waiting.push(...[...file.text.matchAll(/from '\.\/([^']+)'/g)].map(([, name]) => `${folder}/${name}`))
  }
  expect([...asked].filter((path) => path.endsWith('.js')).length).toBeGreaterThan(8)
  expect(bytes).toBeLessThan(BYTES_MAX)
  expect(bytes).toBeGreaterThan(BYTES_MAX / 4)
})

it('sends plain pages and files to who takes no other', async () => {
  const { app } = aFullQueue()
  for (const path of ['/queue', '/assets/x/base.css']) {
    for (const accept of ['identity', 'gzip;q=0', 'br']) {
      const headers = { cookie: 'countersign=approver', 'accept-encoding': accept }
      const answer = await app.request(path, { headers })
      expect(answer.headers.get('content-encoding'), `${path} ${accept}`).toBeNull()
      expect((await answer.text()).length).toBeGreaterThan(1000)
    }
  }
})
