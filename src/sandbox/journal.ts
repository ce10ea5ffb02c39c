import { closeSync, existsSync, mkdirSync, openSync, readFileSync, truncateSync, writeSync } from 'node:fs'
import { dirname } from 'node:path'
import type { Entry } from './entries.ts'

export interface Journal {
  append(entry: Entry): void
  close(): void
}

/**
 * A file of one JSON line per entry, or memory alone when there is no path. What was written before this start is told
 * first, oldest first. A line half written by a crash is cut off.
 */
export function openJournal(path: string | undefined, tell: (entry: Entry) => void): Journal {
  if (!path) return { append: () => undefined, close: () => undefined }
  mkdirSync(dirname(path), { recursive: true, mode: 0o700 })
  if (existsSync(path)) replay(path, tell)
  let file: number | undefined = openSync(path, 'a', 0o600)
  return {
    // Synchronous, so that what was answered is written: the page cache survives a killed process.
    append: (entry) => {
      if (file !== undefined) writeSync(file, `${JSON.stringify(entry)}\n`)
    },
    close: () => {
      if (file !== undefined) closeSync(file)
      file = undefined
    },
  }
}

function replay(path: string, tell: (entry: Entry) => void): void {
  const text = readFileSync(path, 'utf8')
  const whole = text.slice(0, text.lastIndexOf('\n') + 1)
  if (whole.length < text.length) truncateSync(path, Buffer.byteLength(whole))
  const lines = whole.split('\n').slice(0, -1)
  lines.forEach((line, index) => {
    tell(read(line, `line ${index + 1} of ${path}`))
  })
}

function read(line: string, where: string): Entry {
  try {
    return JSON.parse(line) as Entry
  } catch {
    throw new Error(`The sandbox cannot read ${where}; remove the file to start afresh`)
  }
}
