import { createInterface } from 'node:readline/promises'
import type { Readable } from 'node:stream'
import { Writable } from 'node:stream'

const MAX_CHARS = 10_000

/** A secret from standard input: piped, or typed at a terminal that does not show it. */
export function createReadSecret(input: Readable & { isTTY?: boolean }, err: (text: string) => void) {
  return async (prompt: string): Promise<string> => {
    const text = input.isTTY ? await typed(input, () => err(prompt)) : await piped(input)
    if (input.isTTY) err('\n')
    return text.trim()
  }
}

async function typed(input: Readable, ask: () => void): Promise<string> {
  const nowhere = new Writable({ write: (_chunk, _encoding, done) => done() })
  const lines = createInterface({ input, output: nowhere, terminal: true })
  // The terminal is ours while we read: Ctrl-C and Ctrl-D come as events.
  lines.once('SIGINT', () => {
    lines.close()
    process.kill(process.pid, 'SIGINT')
  })
  ask()
  try {
    return await lines.question('').catch(() => '')
  } finally {
    lines.close()
  }
}

async function piped(input: Readable): Promise<string> {
  let text = ''
  for await (const chunk of input.setEncoding('utf8')) {
    text += chunk
    if (text.length > MAX_CHARS) break
  }
  return text
}
