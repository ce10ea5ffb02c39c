import { linkSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { setTimeout as pause } from 'node:timers/promises'
import { isAlive } from './pids.mjs'
import { privateFolder } from './place.mjs'
import { EXIT, Halt, say } from './say.mjs'

const LOOK_AGAIN_MS = 50
const TELL_AFTER_MS = 1000
const PATIENCE_MS = 10 * 60_000

/** Runs `work` while no other process of this folder does the same; waits for its turn. */
export async function alone(file, work) {
  privateFolder(path.dirname(file))
  await take(file)
  try {
    return await work()
  } finally {
    rmSync(file, { force: true })
  }
}

async function take(file) {
  const started = Date.now()
  for (let told = false; !tryTake(file); ) {
    const waited = Date.now() - started
    if (waited > PATIENCE_MS) {
      throw new Halt(`Another set-up holds ${file}. Remove that file if none is running.`, EXIT.tryLater)
    }
    if (waited > TELL_AFTER_MS && !told) say(`waiting for another set-up of this folder (process ${holderOf(file)})`)
    told ||= waited > TELL_AFTER_MS
    await pause(LOOK_AGAIN_MS)
  }
}

/** A hard link appears whole or not at all, so nobody ever reads a lock without its owner. */
function tryTake(file) {
  const mine = `${file}.${process.pid}`
  writeFileSync(mine, String(process.pid), { mode: 0o600 })
  try {
    linkSync(mine, file)
    return true
  } catch (error) {
    if (error.code !== 'EEXIST') throw error
    const holder = holderOf(file)
    if (holder && !isAlive(holder)) rmSync(file, { force: true })
    return false
  } finally {
    rmSync(mine, { force: true })
  }
}

function holderOf(file) {
  try {
    return Number(readFileSync(file, 'utf8')) || undefined
  } catch {
    return undefined
  }
}
