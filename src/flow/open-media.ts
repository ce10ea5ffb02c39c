import type { Conn } from '#db/client.ts'
import { findMedia } from '#db/media.ts'
import { isWithin, type Reach } from '#src/domain/identity.ts'
import type { MediaId } from '#src/domain/ids.ts'
import type { MediaType } from '#src/domain/media.ts'
import type { MediaStore, Range } from '#src/media/store.ts'

interface OpenedMedia {
  contentType: MediaType
  bytes: number
  read(range?: Range): ReadableStream<Uint8Array<ArrayBuffer>>
}

/** A file that is kept, to be shown; nothing when there is none, or none any more. */
export function createOpenMedia({ db, store }: { db: Conn; store: Pick<MediaStore, 'sizeOf' | 'read'> }) {
  return async (id: MediaId, reach: Reach): Promise<OpenedMedia | undefined> => {
    const found = await findMedia(db, id)
    if (!found || !isWithin(reach, found.accountId)) return undefined
    const contentType = found.row.status === 'kept' && found.row.contentType
    if (!contentType) return undefined
    const bytes = await store.sizeOf(id)
    return bytes === undefined ? undefined : { contentType, bytes, read: (range) => store.read(id, range) }
  }
}
