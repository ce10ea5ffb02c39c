import { randomBytes } from 'node:crypto'
import { once } from 'node:events'
import { existsSync, statSync } from 'node:fs'
import { createServer } from 'node:net'
import { availableParallelism, loadavg } from 'node:os'
import path from 'node:path'
import { createConnection } from 'mysql2/promise'
import { afterAll, describe, expect, it, onTestFinished } from 'vitest'
import { aDataFolder, aFreePort, isReady, isRunning, startProduct, variablesOf } from '#tests/support/product.ts'
import { REDIS_URL, SERVER_URL } from '#tests/support/stores.ts'

const EX_TEMPFAIL = 75
const EX_CONFIG = 78
/** On a machine that does nothing else; a busy one gets as much more time as it is overbooked. */
const secondStartSeconds = () => 10 * Math.max(1, (loadavg()[0] ?? 0) / availableParallelism())
const aPort = async () => String(await aFreePort())

describe('npm start', () => {
  // Both stores are made in it once; the second test finds it as the first left it.
  const folder = aDataFolder(afterAll)

  it('goes from nothing to a product with a sandbox and a one-time link, gives each process its own secrets only, and restarts what dies', async () => {
    const PORT = await aPort()
    const first = startProduct(folder, { PORT })
    await isReady(first)
    expect(first.stdout).toMatch(new RegExp(`http://localhost:${PORT}/setup\\?token=\\S{32,}`))
    expect(first.stdout).toMatch(/Sandbox +http:\/\/127\.0\.0\.1:\d+/)
    expect(statSync(path.join(folder, 'secrets.env')).mode & 0o777).toBe(0o600)

    const { web = 0, drafting = 0, sending = 0, media = 0, sandbox = 0 } = first.pids()
    const holders = (name: string) =>
      Object.entries({ web, drafting, sending, media, sandbox }).flatMap(([who, pid]) =>
        variablesOf(pid).includes(name) ? [who] : [],
      )
    expect(holders('APPROVAL_SIGNING_KEY')).toEqual(['web'])
    expect(holders('AUDIT_SIGNING_KEY')).toEqual(['web'])
    expect(holders('SESSION_SECRET')).toEqual(['web'])
    expect(holders('APP_SECRET_KEY')).toEqual(['web', 'sending'])
    expect(holders('ANTHROPIC_API_KEY')).toEqual(['drafting', 'sandbox'])
    expect(holders('DATABASE_URL')).toEqual(['web', 'drafting', 'sending', 'media'])

    const beside = startProduct(folder, { PORT: await aPort() })
    expect(await beside.exit()).toBe(EX_TEMPFAIL)
    expect(beside.stderr).toContain('already runs')

    process.kill(web, 'SIGKILL')
    await expect
      .poll(
        () =>
          fetch(`http://127.0.0.1:${PORT}/readyz`).then(
            (answer) => answer.status,
            () => 0,
          ),
        { timeout: 30_000 },
      )
      .toBe(200)
    expect(first.pids()['web']).not.toBe(web)

    const pids = Object.values(first.pids())
    first.parent.kill('SIGTERM')
    expect(await first.exit()).toBe(0)
    await expect.poll(() => pids.filter(isRunning)).toEqual([])
  })

  it('is soon ready the second time, takes over cleanly after everything was killed, and goes when npm is killed', async () => {
    const env = { PORT: await aPort() }
    const second = startProduct(folder, env)
    await isReady(second)
    for (const long of ['npm ci', 'apt-get', 'building', 'making']) expect(second.stderr).not.toContain(long)
    expect(Number(/ready in ([\d.]+) s/.exec(second.stderr)?.[1])).toBeLessThan(secondStartSeconds())
    const everything = [second.parent.pid ?? 0, ...Object.values(second.pids())]
    for (const pid of everything) process.kill(pid, 'SIGKILL')
    await second.exit()

    const third = startProduct(folder, env, { viaNpm: true })
    await isReady(third)
    const pids = Object.values(third.pids())
    third.parent.kill('SIGKILL')
    await expect.poll(() => pids.filter(isRunning), { timeout: 30_000 }).toEqual([])
  })

  it('starts nothing private where the addresses of both stores are given', async () => {
    const folder = aDataFolder()
    const database = `t_${randomBytes(6).toString('hex')}`
    const server = await createConnection(SERVER_URL)
    await server.query(`CREATE DATABASE ${database} CHARACTER SET utf8mb4 COLLATE utf8mb4_bin`)
    onTestFinished(async () => {
      await server.query(`DROP DATABASE ${database}`)
      await server.end()
    })
    const url = new URL(SERVER_URL)
    url.pathname = `/${database}`
    const redis = new URL(REDIS_URL)
    redis.pathname = '/3'
    const product = startProduct(folder, { PORT: await aPort(), DATABASE_URL: url.href, REDIS_URL: redis.href })
    await isReady(product)
    expect(Object.keys(product.pids()).toSorted()).toEqual([
      'drafting',
      'media',
      'sandbox',
      'sending',
      'watcher',
      'web',
    ])
    expect(existsSync(path.join(folder, 'mysql'))).toBe(false)
    product.parent.kill('SIGTERM')
    await product.exit()
  })
})

describe('npm start refuses', () => {
  it('a port that is taken, in one line that names it and the variable', async () => {
    const other = createServer().listen(0, '127.0.0.1')
    await once(other, 'listening')
    onTestFinished(() => void other.close())
    const address = other.address()
    const PORT = String(typeof address === 'object' && address?.port)
    const product = startProduct(aDataFolder(), { PORT })
    expect(await product.exit()).toBe(EX_CONFIG)
    const told = product.stderr.split('\n').filter((line) => line !== '' && !line.startsWith('·'))
    expect(told).toEqual([expect.stringMatching(new RegExp(`Port ${PORT} .* set PORT`))])
  })

  it('every bad setting at once, by name and never by value, before it starts a server', async () => {
    const folder = aDataFolder()
    const bad = {
      LOG_LEVEL: 'planted-one',
      APP_SECRET_KEY: 'planted-two',
      CLAUDE_EFFORT: 'planted-three',
      PORT: 'planted-four',
    }
    const product = startProduct(folder, bad)
    expect(await product.exit()).toBe(EX_CONFIG)
    for (const name of Object.keys(bad)) expect(product.stderr).toContain(name)
    expect(product.stderr + product.stdout).not.toContain('planted')
    expect(existsSync(path.join(folder, 'mysql'))).toBe(false)
  })

  it('production with the sandbox', async () => {
    const product = startProduct(aDataFolder(), { PORT: await aPort(), APP_ENV: 'production', SANDBOX: 'on' })
    expect(await product.exit()).toBe(EX_CONFIG)
    expect(product.stderr).toContain('SANDBOX cannot be on while APP_ENV is production')
  })

  it('production without its platform and Claude, naming what is missing', async () => {
    const product = startProduct(aDataFolder(), { PORT: await aPort(), APP_ENV: 'production' })
    expect(await product.exit()).toBe(EX_CONFIG)
    for (const name of ['PUBLIC_URL', 'INSTAGRAM_APP_SECRET', 'ANTHROPIC_API_KEY'])
      expect(product.stderr).toContain(name)
  })
})
