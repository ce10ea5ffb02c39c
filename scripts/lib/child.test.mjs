import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { expect, it, onTestFinished } from 'vitest'
import { pauseAfter, superviseChild } from './child.mjs'
import { isAlive } from './pids.mjs'
import { EXIT } from './say.mjs'

function aChild(program, more = {}) {
  const runFolder = mkdtempSync(path.join(tmpdir(), 'child-'))
  const faults = []
  const args = ['-e', program, runFolder]
  const spec = {
    name: 'web',
    command: process.execPath,
    args,
    env: {},
    marker: runFolder,
    rank: 0,
    stopMs: 2000,
    ...more,
  }
  const child = superviseChild(spec, { runFolder, onFatal: (fault) => faults.push(fault) })
  onTestFinished(async () => {
    await child.stop()
    rmSync(runFolder, { recursive: true })
  })
  return { child, faults, runFolder }
}

const STAY = 'setInterval(() => {}, 1000)'

it('starts again what was killed', async () => {
  const { child } = aChild(STAY)
  await child.start()
  const first = child.pid()
  process.kill(first, 'SIGKILL')
  await expect.poll(() => child.pid() !== first && isAlive(child.pid())).toBe(true)
})

it('does not start again what was stopped', async () => {
  const { child } = aChild(STAY)
  await child.start()
  const pid = child.pid()
  await child.stop()
  expect(isAlive(pid)).toBe(false)
  expect(child.pid()).toBe(pid)
})

it('reports a process that refuses its configuration instead of starting it for ever', async () => {
  const { child, faults, runFolder } = aChild(
    "const fs = require('fs'); const f = process.argv[1] + '/again'; if (fs.existsSync(f)) process.exit(78); setInterval(() => {}, 1000)",
  )
  await child.start()
  writeFileSync(path.join(runFolder, 'again'), '')
  process.kill(child.pid(), 'SIGKILL')
  await expect.poll(() => faults.map((fault) => fault.exitCode)).toEqual([EXIT.config])
  expect(existsSync(path.join(runFolder, 'web.pid'))).toBe(false)
})

it('says which process did not come up, with its exit code', async () => {
  const { child } = aChild('process.exit(78)', { isReady: () => false })
  await expect(child.start()).rejects.toMatchObject({ message: 'web ended (78)', exitCode: EXIT.config })
})

it('waits longer after every death in a row, up to half a minute', () => {
  expect([1, 2, 3, 4].map(pauseAfter)).toEqual([250, 500, 1000, 2000])
  expect(pauseAfter(40)).toBe(30_000)
})
