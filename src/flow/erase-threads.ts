import { appendAudits } from '#db/audit.ts'
import { type Database, inTransaction, type Transaction } from '#db/client.ts'
import { lockConversationById } from '#db/conversations.ts'
import type { DeletionRequest } from '#db/deletions.ts'
import { supersedeDrafts } from '#db/drafts.ts'
import {
  closeThread,
  type ErasedThread,
  eraseDecisions,
  eraseDrafts,
  eraseMessages,
  eraseNotes,
  erasePosts,
  listErasedThreads,
  listOpenPosts,
} from '#db/erasure.ts'
import { countMedia } from '#db/media.ts'
import { cancelPost } from '#db/reviews.ts'
import type { AuditEvent } from '#src/domain/audit.ts'
import type { Publish } from '#src/queues/live.ts'

interface ThreadDeps {
  db: Database
  publish: Publish
  now: () => Date
}

/** Rows of one transaction: few enough that nobody waits for their locks. */
const BATCH = 200

const erasers = [eraseMessages, eraseDrafts, eraseDecisions, erasePosts]

/** Answers how much was still there, how many posts have not ended yet, and how many files the media process has not removed yet. */
export async function sweepThreads(
  deps: ThreadDeps,
  { id: deletionId }: DeletionRequest,
): Promise<{ found: number; open: number; files: number }> {
  const { db, publish } = deps
  const total = { found: 0, open: 0, files: 0 }
  for (const thread of await listErasedThreads(db, deletionId)) {
    const { conversationId: id } = thread
    const found = (await close(deps, thread)) + (await eraseRows(deps, thread))
    total.found += found
    total.open += (await listOpenPosts(db, id)).length
    total.files += await countMedia(db, id)
    if (found === 0) continue
    for (const topic of ['queue', 'conversation', 'outbox'] as const) publish({ topic, id })
  }
  return total
}

/** What waits in the conversation is withdrawn, and what colleagues noted goes. Posts that are under way end by themselves. */
async function close({ db, now }: ThreadDeps, thread: ErasedThread): Promise<number> {
  const { conversationId } = thread
  return inTransaction(db, async (tx) => {
    if (!(await lockConversationById(tx, conversationId))) return 0
    const at = now()
    const drafts = await supersedeDrafts(tx, [conversationId], at)
    const asked = await closeThread(tx, conversationId, at)
    const written = await eraseNotes(tx, thread, BATCH)
    return drafts + asked + written + (await cancelPosts(tx, thread, at))
  })
}

async function cancelPosts(tx: Transaction, { conversationId }: ErasedThread, at: Date): Promise<number> {
  const entries: AuditEvent[] = []
  for (const { id, status, textHash } of await listOpenPosts(tx, conversationId)) {
    if (status !== 'queued' || !(await cancelPost(tx, id, at))) continue
    entries.push({
      action: 'post.cancelled',
      actor: { kind: 'process', id: 'drafting' },
      subject: { kind: 'post', id },
      detail: { textHash, because: 'erased' },
      at,
    })
  }
  await appendAudits(tx, entries)
  return entries.length
}

async function eraseRows({ db, now }: ThreadDeps, thread: ErasedThread): Promise<number> {
  let total = 0
  for (const eraseSome of erasers) {
    for (let found = BATCH; found === BATCH; total += found) {
      found = await inTransaction(db, async (tx) => {
        // As every writer of a conversation does first.
        await lockConversationById(tx, thread.conversationId)
        return eraseSome(tx, thread, { at: now(), limit: BATCH })
      })
    }
  }
  return total
}
