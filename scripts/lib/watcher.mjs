// Ends what the product started when the product's parent process dies without doing so itself.
// It is told of every process over its standard input, which closes when the parent is gone for whatever reason.
import process from 'node:process'
import { createInterface } from 'node:readline'
import { endLeftovers } from './pids.mjs'

const [runFolder] = process.argv.slice(2)
const DEADLINE_MS = 20_000

let dismissed = false
for await (const line of createInterface({ input: process.stdin })) {
  if (line === 'dismissed') dismissed = true
}
if (!dismissed) await endLeftovers(runFolder, DEADLINE_MS)
