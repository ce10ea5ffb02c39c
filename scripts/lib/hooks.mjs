import { spawnSync } from 'node:child_process'
import { existsSync } from 'node:fs'
import path from 'node:path'
import { root } from './place.mjs'

/** Points git at the hooks of this project, for whoever develops; a choice that was made already stands. */
export function useHooks({ folder = root, env = process.env } = {}) {
  if (env.CI || !existsSync(path.join(folder, '.git'))) return
  const git = (...args) => spawnSync('git', ['-C', folder, ...args], { encoding: 'utf8' })
  if (git('config', '--get', 'core.hooksPath').status === 0) return
  git('config', 'core.hooksPath', '.githooks')
}
