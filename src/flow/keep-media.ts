/*
 * Fetches the file that came with a message, while the platform still has it. Whoever claims the row fetches; the outcome is
 * written only if the row has not gone on without us. A file whose message was unsent meanwhile is removed again at once.
 */
import type { Database } from '#db/client.ts'
import { claimMedia, endMediaLease, findMedia, type Media, type MediaOutcome, settleMedia } from '#db/media.ts'
import { AppError } from '#src/domain/errors.ts'
import type { MediaId } from '#src/domain/ids.ts'
import type { Attachment } from '#src/domain/inbox.ts'
import { mediaReasons, nextTryAt } from '#src/domain/media.ts'
import type { Download } from '#src/media/download.ts'
import { recognise } from '#src/media/recognise.ts'
import type { MediaStore } from '#src/media/store.ts'
import type { Publish } from '#src/queues/live.ts'
import type { Next } from './next.ts'

export interface KeepMediaDeps {
  db: Database
  download: Download
  store: MediaStore
  publish: Publish
  now: () => Date
}

/** From the first byte asked for to the last one on the disk. */
const FETCH_MS = 60_000
const LEASE_MS = 90_000

/** Safe to repeat, and for several at once: one of them fetches. */
export function createKeepMedia(deps: KeepMediaDeps): (id: MediaId) => Promise<Next> {
  const { db, publish, now } = deps

  return async (id) => {
    const found = await findMedia(db, id)
    const at = now()
    if (found?.row.status !== 'waiting') return {}
    const { row, attachment } = found
    if (row.dueAt > at) return { waitUntil: row.dueAt }
    const version = await claimMedia(db, row, { at, until: new Date(at.getTime() + LEASE_MS) })
    if (version === undefined) return {}
    const outcome = await fetchFile(deps, row, attachment)
    if (!(await settleMedia(db, { id, version }, outcome, now()))) {
      await letGo(deps, id)
      return {}
    }
    publish({ topic: 'conversation', id: row.conversationId })
    return outcome.status === 'waiting' ? { waitUntil: outcome.dueAt } : {}
  }
}

async function fetchFile(deps: KeepMediaDeps, row: Media, { type: sentAs, url }: Attachment): Promise<MediaOutcome> {
  const { download, store } = deps
  try {
    if (url === undefined) return { status: 'failed', reason: 'gone' }
    const { type, dimensions, body } = await recognise(await download(url, AbortSignal.timeout(FETCH_MS)), sentAs)
    const bytes = await store.keep(row.id, body)
    const { width = null, height = null } = dimensions ?? {}
    return { status: 'kept', contentType: type, bytes, width, height }
  } catch (error) {
    return outcomeOf(AppError.from(error), row.attempts + 1, deps.now())
  }
}

/** What nobody can mend is given up; anything else, a full disk too, is tried again for a day. */
function outcomeOf({ code, field }: AppError, attempts: number, at: Date): MediaOutcome {
  const reason = mediaReasons.find((one) => one === field)
  if (code === 'platform_refused' && reason) return { status: 'failed', reason }
  const dueAt = nextTryAt(attempts, at)
  return dueAt ? { status: 'waiting', dueAt } : { status: 'failed', reason: 'unreachable' }
}

/** The row went on without us. What it still has a file for stays; else ours is one too many. */
async function letGo({ db, store }: KeepMediaDeps, id: MediaId): Promise<void> {
  const now = await findMedia(db, id)
  if (now?.row.status === 'kept' || now?.row.status === 'waiting') return
  await store.erase(id)
  await endMediaLease(db, id)
}
