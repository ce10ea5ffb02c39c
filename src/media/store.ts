/*
 * A folder of files, each under its own id and nothing else, in subfolders by the id's end. It may be a mount that many
 * machines share: a file is written beside its name and appears whole or not at all, and only the media process writes.
 */
import { createReadStream } from 'node:fs'
import { mkdir, open, readdir, rename, rm, stat } from 'node:fs/promises'
import path from 'node:path'
import { Readable } from 'node:stream'
import { isId, type MediaId } from '#src/domain/ids.ts'

export interface Range {
  start: number
  end: number
}

export interface MediaStore {
  /** Whole and on the disk, or not there; answers its size. */
  keep(id: MediaId, body: AsyncIterable<Uint8Array>): Promise<number>
  /** Size of the file; undefined when there is none. */
  sizeOf(id: MediaId): Promise<number | undefined>
  read(id: MediaId, range?: Range): ReadableStream<Uint8Array<ArrayBuffer>>
  /** Does nothing when it is gone already. */
  erase(id: MediaId): Promise<void>
  /** Files of ours that have lain there since before, each by its id; halves that nobody finished are removed on the way. */
  listBefore(before: Date): AsyncGenerator<MediaId>
}

const FOLDER_MODE = 0o700
const FILE_MODE = 0o600
const HALF = '.part'

export function createFolder(folder: string): MediaStore {
  const folderOf = (id: MediaId) => path.join(folder, id.slice(-2))
  const fileOf = (id: MediaId) => path.join(folderOf(id), id)

  return {
    async keep(id, body) {
      await mkdir(folderOf(id), { recursive: true, mode: FOLDER_MODE })
      const half = `${fileOf(id)}.${crypto.randomUUID()}${HALF}`
      try {
        const bytes = await write(half, body)
        await rename(half, fileOf(id))
        await syncFolder(folderOf(id))
        return bytes
      } catch (error) {
        await rm(half, { force: true })
        throw error
      }
    },
    sizeOf: async (id) => (await stat(fileOf(id)).catch(absent))?.size,
    read: (id, range) => Readable.toWeb(createReadStream(fileOf(id), range)) as ReadableStream<Uint8Array<ArrayBuffer>>,
    erase: (id) => rm(fileOf(id), { force: true }),
    async *listBefore(before) {
      for (const inner of (await readdir(folder).catch(absent)) ?? []) yield* listIn(path.join(folder, inner), before)
    },
  }
}

async function write(file: string, body: AsyncIterable<Uint8Array>): Promise<number> {
  const handle = await open(file, 'wx', FILE_MODE)
  try {
    let bytes = 0
    for await (const chunk of body) {
      await handle.writeFile(chunk)
      bytes += chunk.byteLength
    }
    await handle.sync()
    return bytes
  } finally {
    await handle.close()
  }
}

/** So that the new name survives a power cut too. */
async function syncFolder(folder: string): Promise<void> {
  const handle = await open(folder, 'r')
  try {
    await handle.sync()
  } finally {
    await handle.close()
  }
}

async function* listIn(folder: string, before: Date): AsyncGenerator<MediaId> {
  for (const name of (await readdir(folder).catch(absent)) ?? []) {
    const file = path.join(folder, name)
    const isOld = ((await stat(file).catch(absent))?.mtime ?? before) < before
    if (isOld && name.endsWith(HALF)) await rm(file, { force: true })
    else if (isOld && isId('media', name)) yield name
  }
}

function absent(error: NodeJS.ErrnoException): undefined {
  if (error.code !== 'ENOENT' && error.code !== 'ENOTDIR') throw error
}
