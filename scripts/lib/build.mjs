import { spawnSync } from 'node:child_process'
import { createHash } from 'node:crypto'
import { cpSync, existsSync, readdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { root } from './place.mjs'
import { EXIT, Halt, step } from './say.mjs'

const SOURCES = ['src', 'workers', 'db']
const SETTINGS = ['package.json', 'tsconfig.json', 'tsconfig.build.json']
/** Files that the compiler does not carry over but the built product reads beside its modules. */
const CARRIED = ['src/console/assets', 'src/sandbox/assets', 'db/migrations']
const STAMP = '.sources'

/** True where there is nothing to build from, as in the container image. */
export function isPrebuilt(folder = root) {
  return !existsSync(path.join(folder, 'src')) && existsSync(path.join(folder, 'dist'))
}

/** Builds dist when the sources have changed since; a running product keeps its files until the new ones are whole. */
export async function ensureBuilt({ folder = root } = {}) {
  if (isPrebuilt(folder)) return false
  const now = sourcesHash(folder)
  if (readStamp(folder) === now) return false
  await step('building dist (tsc)', () => build(folder, now))
  return true
}

function readStamp(folder) {
  try {
    return readFileSync(path.join(folder, 'dist', STAMP), 'utf8')
  } catch {
    return undefined
  }
}

/** One hash over everything the build is made from. */
export function sourcesHash(folder) {
  const hash = createHash('sha256')
  const files = SOURCES.flatMap((top) => filesUnder(path.join(folder, top)))
  for (const file of [...SETTINGS.map((name) => path.join(folder, name)), ...files.sort()]) {
    hash
      .update(`${path.relative(folder, file)}\0`)
      .update(readFileSync(file))
      .update('\0')
  }
  return hash.digest('hex')
}

function filesUnder(top) {
  return readdirSync(top, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile() && !/\.test\.tsx?$/.test(entry.name))
    .map((entry) => path.join(entry.parentPath ?? entry.path, entry.name))
}

function build(folder, stamp) {
  const fresh = path.join(folder, '.data', 'dist.new')
  const old = path.join(folder, '.data', 'dist.old')
  try {
    // Whatever a killed build left behind; the lock of the set-up keeps others away.
    for (const part of [fresh, old]) rmSync(part, { recursive: true, force: true })
    compile(folder, fresh)
    for (const part of CARRIED) {
      if (existsSync(path.join(folder, part)))
        cpSync(path.join(folder, part), path.join(fresh, part), { recursive: true })
    }
    writeFileSync(path.join(fresh, STAMP), stamp)
    if (existsSync(path.join(folder, 'dist'))) renameSync(path.join(folder, 'dist'), old)
    renameSync(fresh, path.join(folder, 'dist'))
  } finally {
    rmSync(fresh, { recursive: true, force: true })
    rmSync(old, { recursive: true, force: true })
  }
}

function compile(folder, outDir) {
  const tsc = path.join(folder, 'node_modules', 'typescript', 'bin', 'tsc')
  const args = [tsc, '-p', 'tsconfig.build.json', '--outDir', outDir, '--pretty', 'false']
  const { status, signal, stdout, stderr } = spawnSync(process.execPath, args, { cwd: folder, encoding: 'utf8' })
  if (status === 0) return
  if (signal) throw new Halt(`The build was stopped (${signal})`, EXIT.failure)
  throw new Halt(
    `The sources do not compile:\n${`${stdout}${stderr}`.trim().split('\n').slice(0, 20).join('\n')}`,
    EXIT.failure,
  )
}
