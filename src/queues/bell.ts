import { Queue, type QueueOptions } from 'bullmq'
import type { Redis } from 'ioredis'
import type { AccountId, ContactId, ConversationId, EventId, MediaId, PostId } from '#src/domain/ids.ts'
import { type KeptBody, queueNames } from './jobs.ts'

/** Rings a worker awake. The row is always written first: a bell that fails to ring is rung again by the sweep. */
export interface Bell {
  inbox(deliveryIds: number[]): Promise<void>
  /** Keeps the bytes themselves; only while MySQL is away. */
  keepBodies(bodies: KeptBody[]): Promise<void>
  draft(conversationId: ConversationId, delayMs: number): Promise<void>
  /** One job per post: ringing again while one waits changes nothing. */
  reconcile(postId: PostId, delayMs: number): Promise<void>
  contact(contactId: ContactId): Promise<void>
  /** The event that told of a mention by ids alone. */
  mention(eventId: EventId): Promise<void>
  credential(accountId: AccountId): Promise<void>
  /** One job per file, as for posts. */
  media(mediaId: MediaId): Promise<void>
}

/** Prefix of every key of ours in Redis; the braces keep them on one node of a cluster. */
export const PREFIX = '{countersign}'

const jobOptions = {
  removeOnComplete: { age: 3600, count: 1000 },
  removeOnFail: { age: 86_400, count: 1000 },
  attempts: 5,
  backoff: { type: 'exponential', delay: 1000, jitter: 0.5 },
} as const

const BODIES = 'bodies'
const WAITING = ['active', 'waiting', 'delayed', 'prioritized'] as const
/** In a queue that is longer than this nobody looks for one job. */
const LOOK_MAX = 1000

const keptForGood = { attempts: 1_000_000_000, backoff: { type: 'fixed', delay: 2000 } } as const

export function createBell(
  connection: Redis,
  prefix: string = PREFIX,
): { bell: Bell; queues: Queue[]; hasKeptBodies(): Promise<boolean>; close(): Promise<void> } {
  const open = (name: string) => {
    const queue = new Queue(name, { connection, prefix, defaultJobOptions: jobOptions } satisfies QueueOptions)
    // The connection reports its own trouble; without a listener an emitted error would end the process.
    queue.on('error', () => undefined)
    return queue
  }
  const inbox = open(queueNames.inbox)
  const draft = open(queueNames.draft)
  const reconcile = open(queueNames.reconcile)
  const contacts = open(queueNames.contacts)
  const mentions = open(queueNames.mentions)
  const credentials = open(queueNames.credentials)
  const media = open(queueNames.media)
  const queues = [inbox, draft, reconcile, contacts, mentions, credentials, media]

  const bell: Bell = {
    async inbox(deliveryIds) {
      await inbox.add('deliveries', { deliveryIds })
    },
    async keepBodies(bodies) {
      // The only copy of what was accepted: tried until the database has it, and gone from Redis then.
      await inbox.add(BODIES, { bodies }, { ...keptForGood, removeOnComplete: true, removeOnFail: false })
    },
    async draft(conversationId, delay) {
      await draft.add('conversation', { conversationId }, { delay })
    },
    async reconcile(postId, delay) {
      await reconcile.add('post', { postId }, { delay, deduplication: { id: postId } })
    },
    async contact(contactId) {
      await contacts.add('contact', { contactId })
    },
    async mention(eventId) {
      await mentions.add('mention', { eventId }, { deduplication: { id: eventId } })
    },
    async credential(accountId) {
      await credentials.add('account', { accountId })
    },
    async media(mediaId) {
      await media.add('file', { mediaId }, { deduplication: { id: mediaId } })
    },
  }
  return {
    bell,
    queues,
    hasKeptBodies: () => keepsBodies(inbox),
    close: async () => void (await Promise.all(queues.map((queue) => queue.close()))),
  }
}

/** Whether bodies that the database has not taken yet may be in the queue. */
async function keepsBodies(inbox: Queue): Promise<boolean> {
  if ((await inbox.getJobCountByTypes(...WAITING)) > LOOK_MAX) return true
  const jobs = await inbox.getJobs([...WAITING, 'failed'], 0, LOOK_MAX)
  return jobs.some((job) => job?.name === BODIES)
}
