import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { fileURLToPath } from 'node:url'
import { expect, it } from 'vitest'

const logger = new URL('../../dist/src/observability/logger.js', import.meta.url).href
const root = fileURLToPath(new URL('../..', import.meta.url))

/** A process of its own with the built logger; answers what it wrote, line by line, and its exit code. */
async function aProcess(program: string, { signal }: { signal?: 'SIGTERM' | 'SIGKILL' } = {}) {
  const whole = `
    import { createLogger } from '${logger}'
    const log = createLogger({ level: 'info', pretty: false, process: 'test' })
    ${program}`
  const child = spawn(process.execPath, ['--input-type=module', '--eval', whole], {
    cwd: root,
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  let written = ''
  child.stdout.setEncoding('utf8').on('data', (text) => {
    written += text
  })
  const closed = once(child, 'close')
  if (signal) {
    await expect.poll(() => written, { timeout: 10_000 }).toContain('"msg":"ready"')
    child.kill(signal)
  }
  const [code] = await closed
  const lines = written
    .split('\n')
    .filter(Boolean)
    .map((line) => JSON.parse(line) as { n?: number; msg: string })
  return { code, lines }
}

const many = "for (let n = 0; n < 5000; n++) log.info({ n }, 'line')"
const numbers = Array.from({ length: 5000 }, (_, n) => n)
const numbersOf = (lines: { n?: number }[]) => lines.flatMap(({ n }) => n ?? [])

it.each([
  ['runs to its end', many],
  ['exits', `${many}; process.exit(0)`],
  ['loses an error', `process.on('uncaughtException', () => process.exit(1)); ${many}; throw new Error()`],
  ['loses an error that nobody listens for', `${many}; setImmediate(() => { throw new Error() })`],
])('a process that %s has written every line, in order', async (_how, program) => {
  const { lines } = await aProcess(program)
  expect(numbersOf(lines)).toEqual(numbers)
})

it('a process that is asked to end has written every line, the last included', async () => {
  const { code, lines } = await aProcess(
    `process.once('SIGTERM', () => { ${many}; log.info('closing'); process.exit(0) })
     setInterval(() => undefined, 1000)
     log.info('ready')`,
    { signal: 'SIGTERM' },
  )
  expect(code).toBe(0)
  expect(numbersOf(lines)).toEqual(numbers)
  expect(lines.at(-1)?.msg).toBe('closing')
})

it('a line is written by itself soon, so that a kill costs no more than the last moment', async () => {
  const { lines } = await aProcess("log.info('ready'); setInterval(() => undefined, 1000)", { signal: 'SIGKILL' })
  expect(lines.map(({ msg }) => msg)).toEqual(['ready'])
})

it('a line longer than any that is gathered is written whole, and in its place', async () => {
  const { lines } = await aProcess(
    "log.info({ n: 0 }, 'short'); log.info({ n: 1, long: 'ä'.repeat(100_000) }, 'long'); log.info({ n: 2 }, 'short')",
  )
  expect(numbersOf(lines)).toEqual([0, 1, 2])
})

it('a process whose reader is gone ends all the same', async () => {
  const child = spawn(
    process.execPath,
    [
      '--input-type=module',
      '--eval',
      `import { createLogger } from '${logger}'
       const log = createLogger({ level: 'info', pretty: false, process: 'test' })
       process.stdin.resume().on('end', () => { ${many}; process.exit(7) })`,
    ],
    { cwd: root, stdio: ['pipe', 'pipe', 'ignore'] },
  )
  child.stdout.destroy()
  child.stdin.end()
  const [code] = await once(child, 'close')
  expect(code).toBe(7)
})
