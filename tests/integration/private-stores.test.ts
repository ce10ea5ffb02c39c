import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { chmodSync, mkdtempSync, readFileSync, rmSync, statSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { fileURLToPath } from 'node:url'
import { Redis } from 'ioredis'
import { createConnection, type RowDataPacket } from 'mysql2/promise'
import { expect, it, onTestFinished } from 'vitest'

interface Stores {
  mysql: string
  redis: string
  pids: number[]
  left: string[]
}

const script = fileURLToPath(new URL('../support/private-stores.mjs', import.meta.url))

function aFolder(): string {
  const folder = mkdtempSync(path.join(tmpdir(), 'stores-'))
  onTestFinished(() => rmSync(folder, { recursive: true }))
  return folder
}

async function start(folder: string, ...more: string[]): Promise<Stores & { parent: ChildProcess }> {
  const parent = spawn(process.execPath, [script, folder, ...more], { stdio: ['ignore', 'pipe', 'inherit'] })
  onTestFinished(() => stop(parent))
  const [line] = (await once(parent.stdout, 'data')) as [Buffer]
  return { ...(JSON.parse(line.toString('utf8')) as Stores), parent }
}

async function stop(parent: ChildProcess): Promise<void> {
  if (parent.exitCode !== null || parent.signalCode !== null) return
  parent.kill('SIGTERM')
  await once(parent, 'exit')
}

// A killed process stays in the list until its parent has asked for it; it runs no more.
function isAlive(pid: number): boolean {
  try {
    return process.kill(pid, 0) && !/^\d+ \(.*\) Z/.test(readFileSync(`/proc/${pid}/stat`, 'latin1'))
  } catch {
    return false
  }
}

async function write({ mysql, redis }: Stores): Promise<void> {
  const connection = await createConnection(mysql)
  await connection.query('CREATE TABLE kept (n INT)')
  await connection.query('INSERT INTO kept VALUES (7)')
  connection.destroy()
  const client = new Redis(redis)
  await client.set('kept', '7')
  client.disconnect()
}

async function read({ mysql, redis }: Stores): Promise<unknown[]> {
  const connection = await createConnection(mysql)
  const [rows] = await connection.query<RowDataPacket[]>('SELECT n FROM kept')
  await connection.end()
  const client = new Redis(redis)
  const kept = await client.get('kept')
  client.disconnect()
  return [rows[0]?.['n'], kept]
}

function watcherOf(folder: string): number {
  return (JSON.parse(readFileSync(path.join(folder, 'run/watcher.pid'), 'utf8')) as { pid: number }).pid
}

it('keeps what was written over an orderly stop, which leaves nothing running', async () => {
  const folder = aFolder()
  const first = await start(folder)
  await write(first)
  await stop(first.parent)
  expect(first.pids.some(isAlive)).toBe(false)

  const second = await start(folder)
  expect(await read(second)).toEqual([7, '7'])
})

it('ends the servers when their parent is killed', async () => {
  const { parent, pids } = await start(aFolder())
  parent.kill('SIGKILL')
  await expect.poll(() => pids.some(isAlive), { timeout: 10_000 }).toBe(false)
})

it('takes over cleanly after everything was killed, with all that was acknowledged', async () => {
  const folder = aFolder()
  const first = await start(folder)
  await write(first)
  const everything = [watcherOf(folder), first.parent.pid ?? 0, ...first.pids]
  for (const pid of everything) process.kill(pid, 'SIGKILL')
  await expect.poll(() => everything.some(isAlive)).toBe(false)

  expect(await read(await start(folder))).toEqual([7, '7'])
})

it('ends servers that outlived their parent before it starts new ones', async () => {
  const folder = aFolder()
  const first = await start(folder)
  process.kill(watcherOf(folder), 'SIGKILL')
  first.parent.kill('SIGKILL')
  await once(first.parent, 'exit')
  expect(first.pids.every(isAlive)).toBe(true)

  const second = await start(folder)
  expect(second.left.toSorted()).toEqual(['mysql', 'redis'])
  expect(first.pids.some(isAlive)).toBe(false)
})

it('runs beside other servers, each folder with its own', async () => {
  const [one, other] = await Promise.all([start(aFolder()), start(aFolder())])
  await write(one)
  await write(other)
  expect(one.redis).not.toBe(other.redis)
})

it('lets nobody in without the password, and nobody look into the folder', async () => {
  const folder = aFolder()
  chmodSync(folder, 0o755)
  const { mysql, redis } = await start(folder, 'on-port')
  const { port } = new URL(mysql)
  for (const user of ['root', 'countersign', '']) {
    await expect(createConnection({ host: '127.0.0.1', port: Number(port), user })).rejects.toMatchObject({
      errno: 1045,
    })
  }
  const client = new Redis(Number(new URL(redis).port), { retryStrategy: () => null })
  client.on('error', () => undefined)
  await expect(client.get('x')).rejects.toThrow('NOAUTH')
  client.disconnect()
  for (const name of ['.', 'mysql', 'redis', 'run']) expect(statSync(path.join(folder, name)).mode & 0o077).toBe(0)
})

it('finds room for its socket where the path of the folder is too long for one', async () => {
  const folder = path.join(aFolder(), 'x'.repeat(100))
  const { mysql, parent } = await start(folder)
  const socket = new URL(mysql).searchParams.get('socketPath') ?? ''
  expect(Buffer.byteLength(socket)).toBeLessThan(104)
  expect(statSync(path.dirname(socket)).mode & 0o077).toBe(0)
  await stop(parent)
  rmSync(path.dirname(socket), { recursive: true })
})
