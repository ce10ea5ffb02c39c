import { chmodSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { expect, it, onTestFinished } from 'vitest'
import { findOrInstall, findProgram, isDebianLike, programFolders } from './packages.mjs'
import { EXIT } from './say.mjs'

const DEBIAN = 'PRETTY_NAME="Debian GNU/Linux 12"\nID=debian\n'

function aMachine({ programs = [], apt = true, ...rest } = {}) {
  const folder = mkdtempSync(path.join(tmpdir(), 'programs-'))
  onTestFinished(() => rmSync(folder, { recursive: true }))
  const add = (name) => {
    writeFileSync(path.join(folder, name), '')
    chmodSync(path.join(folder, name), 0o755)
  }
  for (const name of [...programs, ...(apt ? ['apt-get'] : [])]) add(name)
  const calls = []
  const run = (_apt, args) => {
    calls.push(args)
    if (args[0] === 'install') for (const name of rest.brings ?? []) add(name)
  }
  return { machine: { folders: [folder], isRoot: true, osRelease: DEBIAN, run, ...rest }, calls, folder }
}

it('installs nothing when the servers are there', async () => {
  const { machine, calls, folder } = aMachine({ programs: ['redis-server', 'mysqld'] })
  expect(await findOrInstall(['redis', 'mysql'], machine)).toEqual({
    redis: `${folder}/redis-server`,
    mysql: `${folder}/mysqld`,
  })
  expect(calls).toEqual([])
})

it('prefers mariadbd to mysqld, which on Debian is only its other name', async () => {
  const { folder } = aMachine({ programs: ['mysqld', 'mariadbd'] })
  expect(findProgram(['mariadbd', 'mysqld'], [folder])).toBe(`${folder}/mariadbd`)
})

it('reads the lists first and brings only what is missing, as root on Debian', async () => {
  const { machine, calls, folder } = aMachine({ programs: ['redis-server'], brings: ['mariadbd'] })
  expect(await findOrInstall(['redis', 'mysql'], machine)).toMatchObject({ mysql: `${folder}/mariadbd` })
  expect(calls.map(([verb]) => verb)).toEqual(['update', 'install'])
  expect(calls[1]).toContain('mariadb-server-core')
  expect(calls[1]).not.toContain('redis-tools')
})

it('never asks for a package that registers a service', async () => {
  const { machine, calls } = aMachine({ brings: ['mariadbd', 'redis-check-rdb'] })
  await findOrInstall(['redis', 'mysql'], machine)
  expect(calls.flat()).not.toContain('redis-server')
  expect(calls.flat()).not.toContain('mariadb-server')
})

it.each([
  ['an ordinary user', { isRoot: false }],
  ['another system', { osRelease: 'ID=fedora\n' }],
  ['a system without apt-get', { apt: false, osRelease: 'ID=alpine\n' }],
])('says to %s exactly what to type, with exit code 69', async (_who, difference) => {
  const { machine, calls } = aMachine(difference)
  const error = await findOrInstall(['redis', 'mysql'], machine).catch((thrown) => thrown)
  expect(error.exitCode).toBe(EXIT.unavailable)
  for (const words of [
    'Redis and MariaDB',
    'sudo apt-get install',
    'sudo dnf install',
    'brew install',
    'docker compose up -d',
  ]) {
    expect(error.message).toContain(words)
  }
  expect(calls).toEqual([])
})

it('says so when apt-get brought something else', async () => {
  const { machine } = aMachine()
  await expect(findOrInstall(['mysql'], machine)).rejects.toMatchObject({ exitCode: EXIT.unavailable })
})

it('knows Debian, Ubuntu and their likes', () => {
  expect(isDebianLike(DEBIAN)).toBe(true)
  expect(isDebianLike('ID=linuxmint\nID_LIKE="ubuntu debian"\n')).toBe(true)
  expect(isDebianLike('ID="rhel"\nID_LIKE="fedora"\n')).toBe(false)
})

it('looks where servers live even when PATH does not', () => {
  expect(programFolders({ PATH: '/only' })).toEqual(expect.arrayContaining(['/only', '/usr/sbin']))
  expect(programFolders({ PATH: '/only', COUNTERSIGN_PROGRAMS: '/elsewhere' })).toEqual(['/elsewhere'])
})
