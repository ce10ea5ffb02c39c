import { createHmac } from 'node:crypto'
import { compare, hash } from 'bcrypt'
import type { Secret } from './secret.ts'

/** 2^12 rounds take about 0.4 s on a small machine. */
const COST = 12
/** Names how the stored text was made, so that a later scheme can live beside this one. */
const SCHEME = 'b1:'
/** A hash that no password matches: unknown people take as long to refuse as known ones. */
const NOBODY = `$2b$${COST}$${'C'.repeat(21)}u${'B'.repeat(31)}`

/** `cost`: fewer rounds are for tests of other things. */
export async function hashPassword(password: string, pepper: Secret, cost = COST): Promise<string> {
  return SCHEME + (await oneAtATime(() => hash(prehash(password, pepper), cost)))
}

/** Takes the same time whether or not there is a hash to compare with. */
export async function checkPassword(password: string, stored: string | undefined, pepper: Secret): Promise<boolean> {
  const known = stored?.startsWith(SCHEME) ?? false
  const target = known && stored ? stored.slice(SCHEME.length) : NOBODY
  const matches = await oneAtATime(() => compare(prehash(password, pepper), target))
  return known && matches
}

/** bcrypt ignores what follows byte 72 or a NUL; 64 characters of base64 hold neither, whatever the password. */
function prehash(password: string, pepper: Secret): string {
  return createHmac('sha384', pepper.reveal()).update(password.normalize('NFC'), 'utf8').digest('base64')
}

let queue: Promise<unknown> = Promise.resolve()

/** bcrypt runs in libuv's four threads, which DNS and files need too: a flood of sign-ins gets one of them. */
function oneAtATime<T>(work: () => Promise<T>): Promise<T> {
  const turn = queue.then(work)
  queue = turn.catch(() => undefined)
  return turn
}
