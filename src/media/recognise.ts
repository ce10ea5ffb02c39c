import { AppError } from '#src/domain/errors.ts'
import type { MediaReason, MediaType } from '#src/domain/media.ts'
import { type Dimensions, dimensionsOf } from './dimensions.ts'
import { sniff } from './sniff.ts'

/** What a body is by its own bytes, with the body itself. */
export interface Recognised {
  type: MediaType
  dimensions: Dimensions | undefined
  body: AsyncIterable<Uint8Array>
}

/** The size of a photograph may stand behind a preview of itself. */
const HEAD_BYTES = 256 * 1024
/** A picture that would take a gigabyte once a browser has unpacked it. */
const PIXELS_MAX = 100_000_000

/** For good: trying again changes nothing. */
export function refused(reason: MediaReason, message: string): AppError {
  return new AppError('platform_refused', message, { field: reason })
}

/** Reads the head of a body, and refuses what is none of the kinds that we keep before anything of it is written. */
export async function recognise(body: AsyncIterable<Uint8Array>, attachmentType: string): Promise<Recognised> {
  const chunks = body[Symbol.asyncIterator]()
  const head = await readHead(chunks)
  const type = sniff(head, attachmentType)
  const dimensions = type && dimensionsOf(type, head)
  if (!type || (dimensions?.width ?? 0) * (dimensions?.height ?? 0) > PIXELS_MAX) {
    await chunks.return?.()
    throw type
      ? refused('too_large', 'The picture is too large')
      : refused('wrong_type', 'No kind of file that is kept')
  }
  return { type, dimensions, body: joined(head, chunks) }
}

async function readHead(chunks: AsyncIterator<Uint8Array>): Promise<Buffer> {
  const parts: Uint8Array[] = []
  for (let bytes = 0; bytes < HEAD_BYTES; ) {
    const { done, value } = await chunks.next()
    if (done) break
    parts.push(value)
    bytes += value.byteLength
  }
  return Buffer.concat(parts)
}

async function* joined(head: Buffer, chunks: AsyncIterator<Uint8Array>): AsyncGenerator<Uint8Array> {
  try {
    yield head
    for (let next = await chunks.next(); !next.done; next = await chunks.next()) yield next.value
  } finally {
    await chunks.return?.()
  }
}
