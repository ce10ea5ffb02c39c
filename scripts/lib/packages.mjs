import { spawnSync } from 'node:child_process'
import { accessSync, constants, readFileSync, statSync } from 'node:fs'
import path from 'node:path'
import { EXIT, Halt, step } from './say.mjs'

// Servers live in sbin, and Homebrew keeps MySQL's out of PATH.
const MORE_FOLDERS = [
  '/usr/sbin',
  '/usr/bin',
  '/usr/local/sbin',
  '/usr/local/bin',
  '/usr/libexec',
  '/opt/homebrew/bin',
  '/opt/homebrew/opt/mariadb/bin',
  '/opt/homebrew/opt/mysql/bin',
  '/usr/local/opt/mariadb/bin',
  '/usr/local/opt/mysql/bin',
]

/**
 * What the product needs from the system. `debian` names the packages that carry the programs without
 * registering a service: redis-server of Debian is the program of redis-tools under another name.
 */
export const needs = {
  redis: { title: 'Redis', names: ['redis-server', 'valkey-server', 'redis-check-rdb'], debian: ['redis-tools'] },
  mysql: { title: 'MariaDB', names: ['mariadbd', 'mysqld'], debian: ['mariadb-server-core', 'mariadb-client-core'] },
  chromium: {
    title: 'Chromium (for the browser tests)',
    names: ['chromium', 'chromium-browser', 'google-chrome-stable', 'google-chrome'],
    debian: ['chromium'],
  },
}

const BY_HAND = `  Debian, Ubuntu:  sudo apt-get install redis-tools mariadb-server-core mariadb-client-core chromium
  Fedora:          sudo dnf install redis mariadb-server chromium
  macOS:           brew install redis mariadb && brew install --cask chromium
  Docker:          docker compose up -d        (everything in containers; no chromium needed to run)
Chromium is needed by npm test only. Or set DATABASE_URL and REDIS_URL to servers you already have.`

/** The folders in which programs are looked for; COUNTERSIGN_PROGRAMS names the only ones, for tests. */
export function programFolders(env = process.env) {
  const only = env.COUNTERSIGN_PROGRAMS
  return [
    ...new Set((only ?? env.PATH ?? '').split(path.delimiter).concat(only === undefined ? MORE_FOLDERS : [])),
  ].filter(Boolean)
}

/** The first program of these names, names before folders; undefined when there is none. */
export function findProgram(names, folders = programFolders()) {
  for (const name of names) {
    for (const folder of folders) {
      const file = path.join(folder, name)
      if (isProgram(file)) return file
    }
  }
  return undefined
}

function isProgram(file) {
  try {
    accessSync(file, constants.X_OK)
    return statSync(file).isFile()
  } catch {
    return false
  }
}

/** Finds what is named (keys of `needs`), installing what is missing where that can be done. */
export async function findOrInstall(wanted, machine = thisMachine()) {
  const missing = wanted.filter((need) => !findProgram(needs[need].names, machine.folders))
  if (missing.length > 0) await install(missing, machine)
  return Object.fromEntries(wanted.map((need) => [need, findProgram(needs[need].names, machine.folders)]))
}

export function thisMachine() {
  return { folders: programFolders(), isRoot: process.getuid?.() === 0, osRelease: readOsRelease(), run: runApt }
}

function readOsRelease() {
  try {
    return readFileSync('/etc/os-release', 'utf8')
  } catch {
    return ''
  }
}

/** True on Debian, Ubuntu and what calls itself like them. */
export function isDebianLike(osRelease) {
  return /^ID(_LIKE)?=.*\b(debian|ubuntu)\b/m.test(osRelease)
}

async function install(missing, machine) {
  const titles = missing.map((need) => needs[need].title).join(' and ')
  const apt = findProgram(['apt-get'], machine.folders) ?? findProgram(['apt-get'], MORE_FOLDERS)
  if (!(machine.isRoot && apt && isDebianLike(machine.osRelease))) {
    throw new Halt(
      `Not found on this machine: ${titles}. Install what is missing, then run the same command again:\n${BY_HAND}`,
      EXIT.unavailable,
    )
  }
  const packages = missing.flatMap((need) => needs[need].debian)
  await step('reading the lists of Debian packages (apt-get update)', () => machine.run(apt, ['update', '-qq']))
  await step(`installing ${titles} (apt-get install ${packages.join(' ')})`, () =>
    machine.run(apt, ['install', '-y', '-qq', '--no-install-recommends', ...packages]),
  )
  const still = missing.filter((need) => !findProgram(needs[need].names, machine.folders))
  if (still.length === 0) return
  throw new Halt(
    `apt-get brought no ${still.map((need) => needs[need].title).join(', no ')}. By hand:\n${BY_HAND}`,
    EXIT.unavailable,
  )
}

// RUNLEVEL=1 keeps a package that would bring a service from starting it.
function runApt(apt, args) {
  const env = { ...process.env, DEBIAN_FRONTEND: 'noninteractive', RUNLEVEL: '1' }
  const { status, stdout, stderr, error } = spawnSync(apt, ['-o', 'DPkg::Lock::Timeout=120', ...args], {
    env,
    encoding: 'utf8',
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  if (status === 0) return
  const words = [stdout, stderr, error?.message].filter(Boolean).join('\n').trim().split('\n').slice(-15).join('\n')
  throw new Halt(`apt-get ${args[0]} did not succeed:\n${words}\nBy hand:\n${BY_HAND}`, EXIT.unavailable)
}
