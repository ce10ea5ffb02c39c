import { appendFileSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, it, onTestFinished } from 'vitest'
import { aReceiver, itemsOf, metaSignature, type Received } from '#tests/support/receiver.ts'
import { APP_SECRET, aSandbox } from '#tests/support/sandbox.ts'
import { encodeBody, signBody } from './wire.ts'

function aStatePath(): string {
  const folder = mkdtempSync(join(tmpdir(), 'sandbox-'))
  onTestFinished(() => rmSync(folder, { recursive: true }))
  return join(folder, 'state', 'sandbox.jsonl')
}

it('signs the published bytes as Meta does', () => {
  const text = { mid: 'aWdfTEST1', text: 'äöå 👋' }
  const item = {
    sender: { id: '1000000000000001' },
    recipient: { id: '17841400000000001' },
    timestamp: 1763799999000,
    message: text,
  }
  const body = encodeBody({
    object: 'instagram',
    entry: [{ id: '17841400000000001', time: 1763800000000, messaging: [item] }],
  })
  expect(body).toContain(String.raw`\u00e4\u00f6\u00e5 \ud83d\udc4b`)
  expect(signBody(body, 'test_app_secret')).toBe(
    'sha256=3fbbf7ceffc33e8fbff0326473776d287f98f782f45ed91fcbe35482c8889272',
  )
})

it('delivers what a contact writes, signed over the very bytes that arrive', async () => {
  const { receiver, aContact, accountRef } = await aSandbox()
  const { contactRef, mid } = aContact('Schöne Grüße 👋')
  await expect.poll(() => receiver.received).toHaveLength(1)
  const [delivery] = receiver.received
  expect(delivery?.path).toBe('/webhooks/instagram')
  expect(delivery?.contentType).toBe('application/json')
  expect(delivery?.signature).toBe(metaSignature(delivery?.body ?? '', APP_SECRET))
  expect(JSON.parse(delivery?.body ?? '')).toEqual({
    object: 'instagram',
    entry: [
      {
        id: accountRef,
        time: expect.any(Number),
        messaging: [
          {
            sender: { id: contactRef },
            recipient: { id: accountRef },
            timestamp: expect.any(Number),
            message: { mid, text: 'Schöne Grüße 👋' },
          },
        ],
      },
    ],
  })
})

it('sends the same bytes again until they are answered with 200, and then no more', async () => {
  const { receiver, aContact, control } = await aSandbox({ status: [500, 401, 204, 200] })
  aContact()
  await expect.poll(() => control.deliveries()).toEqual([{ id: 1, attempts: 4, outcome: 'accepted' }])
  expect(new Set(receiver.received.map(({ body, signature }) => `${signature} ${body}`)).size).toBe(1)
  aContact('The next one')
  await expect.poll(() => control.deliveries()[1]?.outcome).toBe('accepted')
  expect(receiver.received).toHaveLength(5)
})

it('gives a delivery up after a day and a half', async () => {
  let ms = Date.now()
  const { control, aContact } = await aSandbox({ status: [503], now: () => new Date(ms) })
  aContact()
  await expect.poll(() => control.deliveries()[0]?.outcome).toBe('pending')
  ms += 37 * 3_600_000
  await expect.poll(() => control.deliveries()[0]?.outcome).toBe('dropped')
})

it('keeps the order of one thread and lets no thread wait for another', async () => {
  const receiver = await aReceiver({ answersAfterMs: 20 })
  const { control } = await aSandbox({ webhookUrl: receiver.webhookUrl })
  const people = [control.phone.meet('First'), control.phone.meet('Second')]
  for (let i = 0; i < 10; i++) {
    for (const { contactRef } of people) control.phone.write(contactRef, { text: `${i}` })
  }
  await expect.poll(() => receiver.received).toHaveLength(20)
  for (const { contactRef } of people) {
    const isOwn = (delivery: Received) => itemsOf(delivery).some((item) => item.sender.id === contactRef)
    const own = receiver.received.filter(isOwn)
    const items = own.flatMap(itemsOf)
    expect(items.map((item) => item.message.text)).toEqual(['0', '1', '2', '3', '4', '5', '6', '7', '8', '9'])
    const times = items.map((item) => item.timestamp)
    expect(times).toEqual([...new Set(times)].sort((a, b) => a - b))
    expect(own.flatMap(({ beside }) => beside.filter(isOwn))).toEqual([])
  }
  expect(receiver.received.some(({ beside }) => beside.length > 0)).toBe(true)
})

it('delivers every deed of a contact: a picture, a story reply, a heart, reading, unsending, a comment', async () => {
  const { receiver, control, aContact, send, url } = await aSandbox()
  const { contactRef, mid } = aContact()
  const { body } = await send(contactRef)
  const { phone } = control
  phone.write(contactRef, { attachments: [{ type: 'image', url: '/pictures/teapot.png' }] })
  phone.write(contactRef, { text: 'Lovely', story: { id: '18000000000000002', url: '/pictures/story.png' } })
  phone.react(body.message_id, '❤️')
  phone.react(body.message_id, undefined)
  phone.read(body.message_id)
  phone.unsend(mid)
  await phone.comment({ name: 'Ben', username: 'ben', text: 'How much?' })
  await expect.poll(() => receiver.received).toHaveLength(9)
  const items = receiver.items()
  const link = (name: string) => expect.stringMatching(new RegExp(`^${url}/cdn/${name}\\?oe=[0-9a-f]{8}$`))
  expect(items.find((item) => item.message?.attachments)?.message.attachments).toEqual([
    { type: 'image', payload: { url: link('teapot.png') } },
  ])
  expect(items.find((item) => item.message?.reply_to)?.message.reply_to.story.url).toEqual(link('story.png'))
  expect(items.flatMap((item) => item.reaction ?? [])).toEqual([
    { mid: body.message_id, action: 'react', reaction: 'love', emoji: '❤️' },
    { mid: body.message_id, action: 'unreact' },
  ])
  expect(items.flatMap((item) => item.read ?? [])).toEqual([{ mid: body.message_id }])
  expect(items.flatMap((item) => (item.message?.is_deleted ? item.message.mid : []))).toEqual([mid])
  expect(items.find((item) => item.field === 'comments')?.value).toMatchObject({
    text: 'How much?',
    from: { username: 'ben' },
  })
})

it('is the same after a restart: threads, tokens, arrivals, and what was not delivered yet', async () => {
  const statePath = aStatePath()
  const first = await aSandbox({ statePath, webhookUrl: 'http://127.0.0.1:9/webhooks/instagram' })
  const { contactRef, mid } = first.aContact('Still there?')
  const reply = await first.send(contactRef, { text: 'Yes.' })
  await first.sandbox.close()
  expect(statSync(statePath).mode & 0o077).toBe(0)
  expect(readFileSync(statePath, 'utf8')).not.toContain(first.token)

  const second = await aSandbox({ statePath })
  expect(second.accountRef).toBe(first.accountRef)
  expect(second.token).toBe(first.token)
  expect(second.control.arrivals()).toEqual(first.control.arrivals())
  const thread = await second.call(`/v26.0/me/conversations?platform=instagram&user_id=${contactRef}&fields=messages`)
  expect(thread.body.data[0].messages.data.map(({ id }: { id: string }) => id)).toEqual([reply.body.message_id, mid])
  await expect.poll(() => second.receiver.items().map((item) => item.message.text)).toContain('Still there?')
  expect((await second.send(contactRef)).body.message_id).not.toBe(reply.body.message_id)
})

it('cuts off the half line of a crash and keeps the rest', async () => {
  const statePath = aStatePath()
  const first = await aSandbox({ statePath })
  const { contactRef } = first.aContact('Grüße 👋')
  await first.sandbox.close()
  appendFileSync(statePath, '{"type":"message","mid":"aW')
  const second = await aSandbox({ statePath })
  const { mid } = second.control.phone.write(contactRef, { text: 'After the crash' })
  await second.sandbox.close()
  const third = await aSandbox({ statePath })
  expect((await third.call(`/v26.0/${mid}?fields=message`)).body.message).toBe('After the crash')
})

it('says where its journal is broken instead of starting without it', () => {
  const folder = mkdtempSync(join(tmpdir(), 'sandbox-'))
  onTestFinished(() => rmSync(folder, { recursive: true }))
  const statePath = join(folder, 'sandbox.jsonl')
  writeFileSync(statePath, '{"type":"told","at":1}\nrubbish\n')
  return expect(aSandbox({ statePath })).rejects.toThrow(`line 2 of ${statePath}`)
})

it('answers the same to the same seed', async () => {
  const [one, two] = [await aSandbox({ seed: '1' }), await aSandbox({ seed: '1' })]
  const other = await aSandbox({ seed: '2' })
  expect(one.control.account()).toMatchObject({ accountRef: two.accountRef, token: two.token })
  expect(one.aContact()).toEqual(two.aContact())
  expect(other.token).not.toBe(one.token)
})

it('stops delivering when it is closed', async () => {
  const receiver = await aReceiver({ status: [500] })
  const { sandbox, aContact } = await aSandbox({ webhookUrl: receiver.webhookUrl, retryDelaysMs: [0, 5] })
  aContact()
  await expect.poll(() => receiver.received.length).toBeGreaterThan(2)
  await sandbox.close()
  const count = receiver.received.length
  await new Promise((resolve) => setImmediate(resolve))
  expect(receiver.received.length).toBeLessThanOrEqual(count + 1)
})
