import { raiseAlert } from '#db/alerts.ts'
import { appendAudit } from '#db/audit.ts'
import { type Database, inTransaction } from '#db/client.ts'
import type { Slot } from '#src/limits/lanes.ts'
import type { Publish } from '#src/queues/live.ts'

interface TamperedDeps {
  db: Database
  publish: Publish
  now: () => Date
}

const OUTBOX = 'outbox'
/** Ids are far shorter; whatever else somebody wrote there is cut. */
const CHARS_MAX = 64

/** The queue named a post that is not there, or the wrong place for one: only somebody who writes to Redis can do that. */
export async function recordTampering({ db, publish, now }: TamperedDeps, { post }: Slot): Promise<void> {
  const named = { postId: cut(post.id), accountId: cut(post.accountId), conversationId: cut(post.conversationId) }
  await inTransaction(db, async (tx) => {
    const at = now()
    const text = 'The queue of replies named what no row has: somebody else writes to Redis. Nothing was sent for it.'
    await raiseAlert(tx, { kind: 'queue_tampered', subject: OUTBOX, severity: 'critical', text, at })
    await appendAudit(tx, {
      action: 'queue.tampered',
      actor: { kind: 'process', id: 'sending' },
      subject: { kind: 'queue', id: OUTBOX },
      detail: named,
      at,
    })
  })
  publish({ topic: 'alerts', id: OUTBOX })
}

function cut(text: string): string {
  return text.slice(0, CHARS_MAX)
}
