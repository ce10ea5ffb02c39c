import { readFileSync, statfsSync } from 'node:fs'
import path from 'node:path'
import { privateFolder } from './place.mjs'

const ENOUGH_BYTES = 4 * 1024 ** 3
const TMPFS = 0x0102_1994

/**
 * A folder in memory for what need not outlive this machine, or nothing where memory is scarce or holds no programs.
 * A killed process loses nothing in it, as on a disk; waiting for the disk is what it saves.
 */
export function memoryFolder(name, { at = '/dev/shm', mounts = '/proc/mounts' } = {}) {
  try {
    const { type, bavail, bsize } = statfsSync(at)
    if (type !== TMPFS || bavail * bsize < ENOUGH_BYTES || isNoexec(at, mounts)) return undefined
    return privateFolder(path.join(at, `countersign-${process.getuid()}`, name))
  } catch {
    return undefined
  }
}

function isNoexec(at, mounts) {
  const options = readFileSync(mounts, 'utf8')
    .split('\n')
    .map((line) => line.split(' '))
    .find(([, where]) => where === at)?.[3]
  return options === undefined || options.split(',').includes('noexec')
}
