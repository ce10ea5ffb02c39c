import pino from 'pino'

const GATHER_MS = 50
/** A write of more than 16 KiB is cut in two on its way. */
const GATHER_BYTES = 12 * 1024

/**
 * Writes lines to stdout, many with one call: so often as one is said, that call would be the dearest part of it. A line
 * waits for 50 ms at most, and for nothing when the process exits, for whatever reason; only a kill loses those of that time.
 */
export function createLineWriter(): { write(line: string): void } {
  // Whole and at once: of a write that is under way in another thread nobody knows at exit whether it happened.
  const stdout = pino.destination({ dest: 1, sync: true, minLength: GATHER_BYTES })
  let timer: NodeJS.Timeout | undefined
  const flush = () => {
    timer = undefined
    // Not `flushSync`, which asks the disk, and tries for ever when nobody reads any more.
    stdout.flush()
  }
  process.on('exit', flush)
  return {
    write(line) {
      stdout.write(line)
      if (timer === undefined) timer = setTimeout(flush, GATHER_MS).unref()
    },
  }
}
