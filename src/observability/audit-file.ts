import { constants } from 'node:fs'
import { type FileHandle, mkdir, open } from 'node:fs/promises'
import path from 'node:path'

/** Longer than any line. */
const TAIL_BYTES = 256 * 1024
const NEW_LINE = 0x0a

/**
 * A file of lines that are the same whoever writes them. It is its own memory: what stands in it whole is written. Lines are
 * put at the place where they belong, not at the end: half a line that a crash left behind is written over, and a writer that
 * slept while another took its place writes what already stands there.
 */
export function createAuditFile(file: string) {
  return {
    /** What the last whole line says; undefined while there is none, or no file. */
    last: () => withFile(file, async (handle) => entryIn((await tailOf(handle)).line)),

    /**
     * Adds lines behind entry `after`, and answers when the disk has them; false when another entry is the last one, so that
     * somebody else has written meanwhile. A new file begins anywhere.
     */
    append: (lines: string, after: number) =>
      withFile(file, async (handle) => {
        const { line, end } = await tailOf(handle)
        if ((entryIn(line)?.seq ?? after) !== after) return false
        await writeAll(handle, Buffer.from(lines), end)
        await handle.datasync()
        return true
      }),
  }
}

async function withFile<T>(file: string, work: (handle: FileHandle) => Promise<T>): Promise<T> {
  await mkdir(path.dirname(file), { recursive: true })
  // Not for appending: that would ignore the place.
  const handle = await open(file, constants.O_RDWR | constants.O_CREAT, 0o600)
  try {
    return await work(handle)
  } finally {
    await handle.close()
  }
}

/** The last line that ends in a line break, and where it ends. */
async function tailOf(handle: FileHandle): Promise<{ line: string; end: number }> {
  const { size } = await handle.stat()
  const start = Math.max(0, size - TAIL_BYTES)
  const bytes = Buffer.alloc(size - start)
  const { bytesRead } = await handle.read(bytes, 0, bytes.length, start)
  const stop = bytes.subarray(0, bytesRead).lastIndexOf(NEW_LINE)
  const begin = stop < 0 ? 0 : bytes.subarray(0, stop).lastIndexOf(NEW_LINE) + 1
  return { line: bytes.toString('utf8', begin, Math.max(begin, stop)), end: stop < 0 ? 0 : start + stop + 1 }
}

function entryIn(line: string): { seq: number; hash: string } | undefined {
  const [, seq] = /"seq":(\d{1,16}),/.exec(line) ?? []
  const [, hash] = /"hash":"([0-9a-f]{64})"\}$/.exec(line) ?? []
  return seq && hash ? { seq: Number(seq), hash } : undefined
}

/** One call may write less than it was given, on a disk that is nearly full. */
async function writeAll(handle: FileHandle, bytes: Buffer, position: number): Promise<void> {
  for (let done = 0; done < bytes.length; ) {
    const { bytesWritten } = await handle.write(bytes, done, bytes.length - done, position + done)
    done += bytesWritten
  }
}
