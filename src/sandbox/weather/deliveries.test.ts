import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, it, onTestFinished } from 'vitest'
import { itemsOf } from '#tests/support/receiver.ts'
import { aSandbox } from '#tests/support/sandbox.ts'
import type { Weather } from './weather.ts'

/** Ten people who write two lines each into that weather. */
async function inWeather(deliveries: Partial<Weather['deliveries']>, status = [200]) {
  const sandbox = await aSandbox({ status })
  const { ask, receiver } = sandbox
  await ask('PUT', '/weather', { seed: 11, deliveries })
  const people = Array.from({ length: 10 }, (_, i) => sandbox.control.phone.meet(`Person ${i}`).contactRef)
  const items = ['first', 'second'].flatMap((text) => people.map((contactRef) => ({ contactRef, text })))
  const { mids } = (await ask('POST', '/messages', { items })).body
  const record = async () => (await ask('GET', '/record')).body
  const textsOf = (contactRef: string) =>
    receiver.items().flatMap((item) => (item.sender.id === contactRef ? [item.message.text] : []))
  const settled = () =>
    expect
      .poll(async () => (await record()).deliveries.every((one: { outcome: string }) => one.outcome === 'accepted'))
      .toBe(true)
  return { ...sandbox, people, mids: mids as string[], record, textsOf, settled }
}

it('delivers the same bytes twice, beside the first or after it', async () => {
  const { receiver, settled, record } = await inWeather({ duplicate: 1 })
  await settled()
  expect(receiver.received).toHaveLength(40)
  const copies = new Map<string, number>()
  for (const { body, signature } of receiver.received) {
    copies.set(`${signature} ${body}`, (copies.get(`${signature} ${body}`) ?? 0) + 1)
  }
  expect([...copies.values()]).toEqual(Array(20).fill(2))
  const { deliveries } = await record()
  expect(deliveries.filter(({ trouble }: { trouble?: string }) => trouble === 'duplicate')).toHaveLength(20)
})

it('holds a delivery until a later one of its thread has gone, and never for ever', async () => {
  const { people, textsOf, settled, ask } = await inWeather({ reorder: 0.5, delayMsMax: 300 })
  await settled()
  const orders = people.map((contactRef) => textsOf(contactRef).join(' '))
  expect(orders).toContain('second first')
  expect(new Set(orders)).toEqual(new Set(['first second', 'second first']))
  await ask('PUT', '/weather', { deliveries: { reorder: 1, delayMsMax: 50 } })
  const contactRef = people[0] ?? ''
  await ask('POST', '/messages', { contactRef, text: 'the last word' })
  await expect.poll(() => textsOf(contactRef).at(-1)).toBe('the last word')
})

it('brings the items of several deliveries again in bodies that are cut differently', async () => {
  const { receiver, mids, settled, record } = await inWeather({ recut: 1 })
  await settled()
  const bodies = receiver.received.map((delivery) => itemsOf(delivery).map((item) => item.message.mid as string))
  const again = bodies.filter((mids) => mids.length > 1)
  expect(again).toHaveLength(10)
  expect(again.flat().sort()).toEqual([...mids].sort())
  expect(new Set(receiver.received.map(({ body }) => body)).size).toBe(30)
  const { deliveries } = await record()
  const recut = deliveries.filter(({ trouble }: { trouble?: string }) => trouble === 'recut')
  expect(recut.map(({ mids }: { mids: string[] }) => mids)).toEqual(expect.arrayContaining(again))
})

it('delays a thread and keeps its order', async () => {
  const started = performance.now()
  const { people, textsOf, settled } = await inWeather({ delay: 1, delayMsMax: 200 })
  await settled()
  expect(performance.now() - started).toBeGreaterThan(50)
  for (const contactRef of people) expect(textsOf(contactRef)).toEqual(['first', 'second'])
})

it('sends what was not answered with 200 again in any weather', async () => {
  const { receiver, settled } = await inWeather(
    { duplicate: 0.3, reorder: 0.3, recut: 0.3, delay: 0.3, delayMsMax: 50 },
    [500, 503, 500, 200],
  )
  await settled()
  const mids = new Set(receiver.items().map((item) => item.message.mid))
  expect(mids.size).toBe(20)
})

it('sends a late echo after a restart, when its time has come', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'sandbox-'))
  onTestFinished(() => rmSync(folder, { recursive: true }))
  const statePath = join(folder, 'sandbox.jsonl')
  const first = await aSandbox({ statePath })
  await first.ask('PUT', '/weather', { echoes: { late: 1, lateMsMax: 3_600_000 } })
  const { body } = await first.send(first.aContact().contactRef)
  await expect.poll(() => first.control.deliveries()[0]?.outcome).toBe('accepted')
  await first.sandbox.close()
  expect(first.receiver.items().some((item) => item.message.is_echo)).toBe(false)

  const now = () => new Date(Date.now() + 3_600_000)
  const second = await aSandbox({ statePath, now })
  await expect.poll(() => second.receiver.items().map((item) => item.message.mid)).toEqual([body.message_id])
})
