import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, it, onTestFinished } from 'vitest'
import { aReceiver } from '#tests/support/receiver.ts'
import { aSandbox } from '#tests/support/sandbox.ts'
import { comments, stories } from './stories.ts'

const LINES = stories.flatMap(({ turns }) => turns).length

it('sends the first conversations by itself once the product is ready', async () => {
  const port = await aFreePort()
  const { control } = await aSandbox({ opens: true, webhookUrl: `http://127.0.0.1:${port}/webhooks/instagram` })
  expect(control.deliveries()).toEqual([])
  const receiver = await aReceiver({ port })
  await expect.poll(() => receiver.received, { timeout: 5000 }).toHaveLength(LINES + comments.length)
  expect(control.tell()).toBe(false)
  expect(control.deliveries()).toHaveLength(LINES + comments.length)
})

it('sends nothing by itself unless it was asked to', async () => {
  const { control } = await aSandbox()
  expect(control.deliveries()).toEqual([])
  expect(control.tell()).toBe(true)
  expect(control.deliveries()).toHaveLength(LINES + comments.length)
})

it('sends them once in its life, whatever restarts', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'sandbox-'))
  onTestFinished(() => rmSync(folder, { recursive: true }))
  const statePath = join(folder, 'sandbox.jsonl')
  const first = await aSandbox({ statePath })
  first.control.tell()
  await expect.poll(() => first.receiver.received).toHaveLength(LINES + comments.length)
  await first.sandbox.close()
  const second = await aSandbox({ statePath, opens: true })
  expect(second.control.tell()).toBe(false)
  expect(second.receiver.received).toEqual([])
})

it('opens with what a shop finds in the morning, and every one of it can still be answered', async () => {
  const { control, receiver, send } = await aSandbox()
  control.tell()
  await expect.poll(() => receiver.received).toHaveLength(LINES + comments.length)
  const inbound = receiver.items().filter((item) => item.message && !item.message.is_echo)
  const texts = inbound.map((item) => item.message.text ?? '').join('\n')
  for (const language of [/ship to Sweden/, /Samstag offen/, /medidas/, /תודה/]) expect(texts).toMatch(language)
  expect(inbound.some((item) => item.message.attachments?.[0].type === 'image')).toBe(true)
  expect(inbound.some((item) => item.message.reply_to?.story)).toBe(true)
  const senders = new Set(inbound.map((item) => item.sender.id))
  expect(senders.size).toBe(8)
  for (const sender of senders) expect((await send(sender)).status).toBe(200)
})

async function aFreePort(): Promise<number> {
  const { webhookUrl, close } = await aReceiver()
  close()
  return Number(new URL(webhookUrl).port)
}
