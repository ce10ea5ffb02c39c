import { createHash } from 'node:crypto'
import { readdir, readFile } from 'node:fs/promises'
import { AppError } from '#src/domain/errors.ts'

export interface MigrationFile {
  name: string
  number: number
  /** SHA-256 of the text with Unix line ends, so that a checkout on another system is no edit. */
  checksum: string
  statements: string[]
}

const BREAKPOINT = '--> statement-breakpoint'

/** Ours, from the sources and from the build alike: both keep the folder beside this file. */
export const migrationsFolder = new URL('./migrations/', import.meta.url)

/** The migrations of a folder by their numbers. */
export async function readMigrations(folder: URL = migrationsFolder): Promise<MigrationFile[]> {
  const names = (await readdir(folder)).filter((name) => name.endsWith('.sql'))
  const files = await Promise.all(names.map((name) => readMigration(folder, name)))
  files.sort((a, b) => a.number - b.number)
  for (const [i, file] of files.entries()) {
    const before = files[i - 1]
    if (before?.number === file.number)
      throw new AppError('conflict', `${before.name} and ${file.name} have one number`)
  }
  return files
}

async function readMigration(folder: URL, name: string): Promise<MigrationFile> {
  const digits = /^(\d{1,9})_/.exec(name)?.[1]
  if (digits === undefined) throw new AppError('conflict', `${name} does not start with its number`)
  const text = (await readFile(new URL(name, folder), 'utf8')).replaceAll('\r\n', '\n')
  return {
    name,
    number: Number(digits),
    checksum: createHash('sha256').update(text).digest('hex'),
    statements: text
      .split(BREAKPOINT)
      .map((statement) => statement.trim())
      .filter((statement) => statement !== ''),
  }
}
