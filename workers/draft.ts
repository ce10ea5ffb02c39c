import type { Worker } from 'bullmq'
import { type ConversationId, parseId } from '#src/domain/ids.ts'
import { DraftJob, queueNames } from '#src/queues/jobs.ts'
import { type Next, runWorker, type Turn } from './runtime.ts'

interface DraftWorkerOptions extends Omit<Parameters<typeof runWorker>[0], 'queue' | 'run'> {
  draft: (id: ConversationId, signal: AbortSignal, turn: Turn) => Promise<Next | object>
}

/** Calls to Claude take seconds and no processor time, so many may be under way at once. */
export function runDraft({ draft, ...options }: DraftWorkerOptions): Worker {
  return runWorker({
    ...options,
    queue: queueNames.draft,
    run: (data, signal, turn) => draft(parseId('conversation', DraftJob.parse(data).conversationId), signal, turn),
  })
}
