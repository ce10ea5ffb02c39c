import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { expect, it, onTestFinished } from 'vitest'
import { endLeftovers, forgetPid, isAlive, notePid, ourProcesses } from './pids.mjs'

const WAIT = 'setInterval(() => {}, 1000); process.stdout.write("up")'

function aFolder() {
  const folder = mkdtempSync(path.join(tmpdir(), 'pids-'))
  onTestFinished(() => rmSync(folder, { recursive: true }))
  return folder
}

async function aProcess(marker, program = WAIT) {
  const child = spawn(process.execPath, ['-e', program, marker], { stdio: ['ignore', 'pipe', 'ignore'] })
  onTestFinished(() => child.kill('SIGKILL'))
  await once(child.stdout, 'data')
  return child.pid
}

it('ends what an earlier run left behind', async () => {
  const folder = aFolder()
  const pid = await aProcess('marker-of-ours')
  notePid(folder, 'web', { pid, marker: 'marker-of-ours' })
  expect((await endLeftovers(folder, 5000)).map((one) => one.name)).toEqual(['web'])
  expect(isAlive(pid)).toBe(false)
})

it('lets a process live that only has a number we once noted', async () => {
  const folder = aFolder()
  const pid = await aProcess('somebody-elses')
  notePid(folder, 'web', { pid, marker: 'marker-of-ours' })
  expect(await endLeftovers(folder, 5000)).toEqual([])
  expect(isAlive(pid)).toBe(true)
})

it('ends one that does not listen, after the time it was given', async () => {
  const folder = aFolder()
  const pid = await aProcess('stubborn-one', `process.on('SIGTERM', () => {}); ${WAIT}`)
  notePid(folder, 'web', { pid, marker: 'stubborn-one' })
  await endLeftovers(folder, 100)
  expect(isAlive(pid)).toBe(false)
})

it('stops lower ranks first', async () => {
  const folder = aFolder()
  const [web, store] = await Promise.all([aProcess('ranked-web'), aProcess('ranked-store')])
  notePid(folder, 'a-store', { pid: store, marker: 'ranked-store', rank: 3 })
  notePid(folder, 'web', { pid: web, marker: 'ranked-web', rank: 0 })
  expect(ourProcesses(folder).map((one) => one.name)).toEqual(['web', 'a-store'])
})

it('forgets a process only while the note is still about it', async () => {
  const folder = aFolder()
  const pid = await aProcess('newer-one')
  notePid(folder, 'web', { pid, marker: 'newer-one' })
  forgetPid(folder, 'web', pid + 1)
  expect(ourProcesses(folder)).toHaveLength(1)
  forgetPid(folder, 'web', pid)
  expect(ourProcesses(folder)).toHaveLength(0)
})
