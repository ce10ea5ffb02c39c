import { spawn } from 'node:child_process'
import { once } from 'node:events'
import path from 'node:path'
import { text } from 'node:stream/consumers'
import { expect, it } from 'vitest'

const root = path.join(import.meta.dirname, '..', '..')
/** A sender frozen beyond its lease, one killed, both stores away, a row edited: the first deeds of every plan. */
const SHORT = ['--seed', '1', '--minutes', '0.5', '--events', '5', '--settle', '12']

it('keeps every promise through a short run of killing, freezing, cutting and tampering', async () => {
  const child = spawn(process.execPath, [path.join(root, 'scripts/chaos.mjs'), ...SHORT], {
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  const [said, [code]] = await Promise.all([text(child.stdout), once(child, 'exit')])
  const result = JSON.parse(said.trim().split('\n').at(-1) ?? '')
  expect({ code, ok: result.ok, skipped: result.skipped }, said).toEqual({ code: 0, ok: true, skipped: 0 })
  expect(result['accepted and kept'].messages).toBeGreaterThan(0)
  expect(result['sent once'].arrived).toBeGreaterThan(0)
})
