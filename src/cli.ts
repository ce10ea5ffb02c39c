#!/usr/bin/env node
import { once } from 'node:events'
import { runCli } from './cli/run.ts'
import { createReadSecret } from './cli/secret-input.ts'
import { environment } from './config.ts'

const err = (text: string) => void process.stderr.write(text)

process.exitCode = await runCli(process.argv.slice(2), {
  env: environment,
  out: (text) => void process.stdout.write(text),
  err,
  drained: async () => process.stdout.writableNeedDrain && once(process.stdout, 'drain'),
  readSecret: createReadSecret(process.stdin, err),
})
