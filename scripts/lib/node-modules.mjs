import { spawn } from 'node:child_process'
import { existsSync, readFileSync } from 'node:fs'
import path from 'node:path'
import { root } from './place.mjs'
import { EXIT, Halt, step } from './say.mjs'

/** Brings node_modules to the lockfile; does nothing when it stands there already. */
export async function ensureNodeModules({ folder = root, withDev = true } = {}) {
  if (areInstalled(folder, withDev)) return false
  await step('bringing node_modules to package-lock.json (npm ci)', () => npmCi(folder))
  return true
}

/**
 * npm writes its hidden lockfile last, so a tree that was only half installed has none.
 * It is compared package by package: a tree that `npm install` made is as good.
 */
export function areInstalled(folder, withDev) {
  const wanted = readPackages(path.join(folder, 'package-lock.json'))
  const present = readPackages(path.join(folder, 'node_modules', '.package-lock.json'))
  if (!wanted || !present) return false
  return Object.entries(wanted).every(([at, entry]) => {
    if (at === '' || (entry.dev && !withDev)) return true
    if (!present[at]) return Boolean(entry.optional || entry.devOptional)
    return (
      present[at].version === entry.version && (entry.optional || existsSync(path.join(folder, at, 'package.json')))
    )
  })
}

function readPackages(file) {
  try {
    return JSON.parse(readFileSync(file, 'utf8')).packages
  } catch {
    return undefined
  }
}

function npmCi(folder) {
  const viaNpm = process.env.npm_execpath
  const [program, first] = viaNpm?.endsWith('.js') ? [process.execPath, [viaNpm]] : ['npm', []]
  // With NODE_ENV=production npm would leave the build tools out.
  const env = { ...process.env, NODE_ENV: '' }
  return new Promise((resolve, reject) => {
    const child = spawn(program, [...first, 'ci', '--include=dev', '--no-audit', '--no-fund', '--loglevel=error'], {
      cwd: folder,
      env,
      stdio: ['ignore', 2, 2],
    })
    child.on('error', () => reject(new Halt('npm was not found: it comes with Node', EXIT.unavailable)))
    child.on('exit', (code) =>
      code === 0 ? resolve() : reject(new Halt('npm ci did not succeed; its words are above', EXIT.unavailable)),
    )
  })
}
