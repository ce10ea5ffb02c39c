import type { Redis } from 'ioredis'
import { z } from 'zod'
import { PREFIX } from './bell.ts'

const topics = ['queue', 'conversation', 'outbox', 'accounts', 'alerts', 'presence', 'sessions'] as const

/** What changed, for open consoles: they fetch the rest themselves. Ids only; `presence` names a conversation that somebody opened or left, `sessions` the operator whose rights or sessions changed. */
export interface LiveEvent {
  topic: (typeof topics)[number]
  id: string
}

export type Publish = (event: LiveEvent) => void

const CHANNEL = `${PREFIX}:live`

const LiveEvents = z.array(z.object({ topic: z.enum(topics), id: z.string() }))

/** Tells open consoles; losing one is harmless, so nobody waits for it. What is said at once goes out as one message. */
export function createPublisher(redis: Redis): Publish {
  let said: LiveEvent[] = []
  const publish = () => {
    const message = JSON.stringify(said)
    said = []
    redis.publish(CHANNEL, message).catch(() => undefined)
  }
  return (event) => {
    if (said.push(event) === 1) queueMicrotask(publish)
  }
}

/** Calls each listener for each event until it leaves. `redis` is a connection of its own: a subscribed one can do nothing else. */
export function createHub(redis: Redis): (listener: (event: LiveEvent) => void) => () => void {
  const listeners = new Set<(event: LiveEvent) => void>()
  redis.on('message', (_channel, text) => {
    for (const event of readEvents(text)) for (const listener of listeners) listener(event)
  })
  // While Redis is away the subscription waits for it; pages also look by themselves.
  redis.subscribe(CHANNEL).catch(() => undefined)
  return (listener) => {
    listeners.add(listener)
    return () => void listeners.delete(listener)
  }
}

/** Anybody who reaches Redis can speak on the channel; what is not ours is no event. */
function readEvents(text: string): LiveEvent[] {
  try {
    return LiveEvents.parse(JSON.parse(text))
  } catch {
    return []
  }
}

/** Calls the listener whenever something is said on the channel. `redis` is a connection of its own, closed with it. */
export function createWaker(redis: Redis): { on(channel: string, listener: () => void): void; close(): Promise<void> } {
  return {
    on(channel, listener) {
      redis.on('message', (spoken) => {
        if (spoken === channel) listener()
      })
      redis.subscribe(channel).catch(() => undefined)
    },
    close: async () => redis.disconnect(),
  }
}
