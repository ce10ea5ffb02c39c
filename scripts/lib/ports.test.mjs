import { once } from 'node:events'
import { mkdtempSync, rmSync } from 'node:fs'
import { createServer } from 'node:net'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { expect, it, onTestFinished } from 'vitest'
import { isFree, keptPort } from './ports.mjs'

function aFolder() {
  const folder = mkdtempSync(path.join(tmpdir(), 'ports-'))
  onTestFinished(() => rmSync(folder, { recursive: true }))
  return folder
}

it('keeps a port over restarts while it is free, and takes another when it is not', async () => {
  const folder = aFolder()
  const first = await keptPort(folder, 'sandbox')
  expect(await keptPort(folder, 'sandbox')).toBe(first)

  const other = createServer().listen(first, '127.0.0.1')
  onTestFinished(() => other.close())
  await once(other, 'listening')
  expect(await isFree(first)).toBe(false)
  expect(await keptPort(folder, 'sandbox')).not.toBe(first)
})
