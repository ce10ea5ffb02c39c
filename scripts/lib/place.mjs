import { chmodSync, mkdirSync, statSync } from 'node:fs'
import path from 'node:path'
import { fileURLToPath } from 'node:url'
import { EXIT, Halt } from './say.mjs'

/** The project's folder. */
export const root = path.resolve(fileURLToPath(new URL('../..', import.meta.url)))

/** Where `npm start` keeps everything it makes. COUNTERSIGN_DATA moves it elsewhere. */
export const dataFolder = path.resolve(root, process.env.COUNTERSIGN_DATA || '.data')

const NODE_FLOOR = [20, 19]

/** Only the owner may look inside; a folder that belongs to somebody else is refused. */
export function privateFolder(folder) {
  mkdirSync(folder, { recursive: true, mode: 0o700 })
  if ((statSync(folder).mode & 0o077) !== 0) chmodSync(folder, 0o700)
  return folder
}

/** Halts where the product cannot run, before anything is downloaded. */
export function checkMachine({ version = process.versions.node, platform = process.platform } = {}) {
  const [major, minor] = version.split('.').map(Number)
  if (major < NODE_FLOOR[0] || (major === NODE_FLOOR[0] && minor < NODE_FLOOR[1])) {
    throw new Halt(
      `Node ${version} is too old: Countersign needs Node ${NODE_FLOOR.join('.')} or newer, best 24.`,
      EXIT.unavailable,
    )
  }
  if (platform === 'win32') {
    throw new Halt(
      'Countersign runs on Linux and macOS. On Windows use WSL, or: docker compose up -d',
      EXIT.unavailable,
    )
  }
}
