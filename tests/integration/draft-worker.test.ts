import { Queue } from 'bullmq'
import { eq } from 'drizzle-orm'
import { expect, it, onTestFinished } from 'vitest'
import { conversations } from '#db/schema/conversations.ts'
import { createDraftReply, createEstimate } from '#src/drafting/claude.ts'
import { createDraft } from '#src/flow/draft.ts'
import { createLogger } from '#src/observability/logger.ts'
import { createBell } from '#src/queues/bell.ts'
import { queueNames } from '#src/queues/jobs.ts'
import { Secret } from '#src/vault/secret.ts'
import { aClaude, anErrorBody } from '#tests/support/claude.ts'
import { aMessageMore, aWaitingThread, stateOf } from '#tests/support/drafting.ts'
import { aDatabase, aRedis } from '#tests/support/stores.ts'
import { runDraft } from '#workers/draft.ts'

const { db } = await aDatabase()
const { redis, prefix } = aRedis({ forWorkers: true })
const MODEL = 'claude-haiku-5-5'

async function setUp() {
  const claude = await aClaude()
  const lines: string[] = []
  const log = createLogger({ level: 'debug', pretty: false, process: 'test', write: (line) => lines.push(line) })
  const draftReply = createDraftReply({
    apiKey: new Secret('sk-ant-canary'),
    baseUrl: claude.url,
    model: MODEL,
    effort: 'low',
  })
  const estimate = createEstimate({ model: MODEL })
  const draft = createDraft({ db, draftReply, estimate, publish: () => undefined, now: () => new Date() })
  const { bell, close } = createBell(redis, prefix)
  const queue = new Queue(queueNames.draft, { connection: redis, prefix })
  const worker = runDraft({ connection: redis, prefix, concurrency: 8, log, draft })
  onTestFinished(async () => {
    await worker.close()
    await queue.close()
    await close()
  })
  return { ...claude, bell, queue, lines }
}

it('drafts once after a burst of messages has ended, whatever the number of bells', async () => {
  const { bell, requests } = await setUp()
  const quietMs = 150
  const due = () => new Date(Date.now() + quietMs)
  const thread = await aWaitingThread(db, { text: 'hey', at: due() })
  const { id } = thread.conversation
  await bell.draft(id, quietMs)
  for (const text of ['is the mug back', 'the big one!']) {
    await aMessageMore(db, thread, { text, dueAt: due() })
    await bell.draft(id, quietMs)
  }
  await expect.poll(async () => (await stateOf(db, id)).conversation.attention, { timeout: 10_000 }).toBe('review')
  expect(requests).toHaveLength(1)
  expect(JSON.stringify(requests[0]?.body)).toContain('the big one!')
})

it('leaves a message to a person after five failures in a row, and writes no customer text to log or queue', async () => {
  const { queue, answers, requests, lines } = await setUp()
  answers.push(...Array.from({ length: 9 }, () => ({ status: 529, body: anErrorBody('overloaded_error') })))
  const { conversation } = await aWaitingThread(db, { text: 'canary question' })
  const job = await queue.add(
    'conversation',
    { conversationId: conversation.id },
    { attempts: 5, backoff: { type: 'fixed', delay: 5 } },
  )
  await expect
    .poll(async () => (await stateOf(db, conversation.id)).conversation.attention, { timeout: 10_000 })
    .toBe('person')
  expect(requests).toHaveLength(5)
  await expect.poll(() => job.getState()).toBe('completed')
  const kept = JSON.stringify(await queue.getJob(job.id!))
  expect(`${lines.join('\n')}${kept}`).not.toContain('canary')
})

it('goes on with other conversations while Claude thinks about one', async () => {
  const { bell, answers, requests } = await setUp()
  let finish: (value?: unknown) => void = () => undefined
  answers.push({ hold: new Promise((resolve) => (finish = resolve)) })
  const [slow, quick] = [await aWaitingThread(db), await aWaitingThread(db)]
  await bell.draft(slow.conversation.id, 0)
  await expect.poll(() => requests.length).toBe(1)
  await bell.draft(quick.conversation.id, 0)
  await expect.poll(async () => (await stateOf(db, quick.conversation.id)).conversation.attention).toBe('review')
  const [row] = await db.select().from(conversations).where(eq(conversations.id, slow.conversation.id))
  expect(row?.attention).toBe('waiting')
  finish()
  await expect.poll(async () => (await stateOf(db, slow.conversation.id)).conversation.attention).toBe('review')
})
