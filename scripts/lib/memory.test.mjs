import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { expect, it, onTestFinished } from 'vitest'
import { memoryFolder } from './memory.mjs'

function aMountTable(text) {
  const folder = mkdtempSync(path.join(tmpdir(), 'mounts-'))
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }))
  const file = path.join(folder, 'mounts')
  writeFileSync(file, text)
  return file
}

it('is nowhere on a disk, in a place that does not exist, or where programs may not run', () => {
  expect(memoryFolder('never', { at: '/' })).toBeUndefined()
  expect(memoryFolder('never', { at: '/no/such/place' })).toBeUndefined()
  expect(memoryFolder('never', { mounts: aMountTable('tmpfs /dev/shm tmpfs rw,noexec 0 0\n') })).toBeUndefined()
  expect(memoryFolder('never', { mounts: aMountTable('') })).toBeUndefined()
})
