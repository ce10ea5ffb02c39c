import { expect, it } from 'vitest'
import { sniff } from '#src/media/sniff.ts'
import { aSandbox } from '#tests/support/sandbox.ts'

const DAY_MS = 24 * 3_600_000

/** What a webhook says where the file is. */
async function aLink(name: string) {
  const sandbox = await aSandbox()
  const { contactRef } = sandbox.aContact()
  await sandbox.control.phone.write(contactRef, { attachments: [{ type: 'image', url: `/pictures/${name}` }] })
    .delivered
  const url: string = sandbox.receiver.items().at(-1)?.message.attachments[0].payload.url
  return { ...sandbox, url }
}

it.each(['teapot.png', 'story.png', 'voice.wav', 'wishes.pdf'])('sends %s as what it is', async (name) => {
  const { url } = await aLink(name)
  const answer = await fetch(url)
  const bytes = new Uint8Array(await answer.arrayBuffer())
  expect([answer.status, sniff(bytes, 'file')]).toEqual([200, answer.headers.get('content-type')])
  expect(bytes.length).toBeGreaterThan(400)
})

it('lets a link die after a day, or at once when it is told to, and never lives without an end', async () => {
  const { url, control } = await aLink('teapot.png')
  const statusOf = async (link: string) => (await fetch(link)).status
  expect(await statusOf(url)).toBe(200)
  control.change({ deadLinks: true })
  expect(await statusOf(url)).toBe(403)
  control.change({ deadLinks: false, clockOffsetMs: DAY_MS - 60_000 })
  expect(await statusOf(url)).toBe(200)
  control.change({ clockOffsetMs: DAY_MS + 2000 })
  expect(await statusOf(url)).toBe(403)
  control.change({ clockOffsetMs: 0 })
  const { origin, pathname, search } = new URL(url)
  expect(await statusOf(origin + pathname)).toBe(403)
  expect(await statusOf(`${origin}/cdn/..%2fsandbox.css${search}`)).toBe(404)
})
