import type { Redis } from 'ioredis'
import { PREFIX } from './bell.ts'

/** What changed, for open consoles: they fetch the rest themselves. Ids only. */
export interface LiveEvent {
  topic: 'queue' | 'conversation' | 'outbox' | 'accounts' | 'alerts'
  id: string
}

export type Publish = (event: LiveEvent) => void

const CHANNEL = `${PREFIX}:live`

/** Tells open consoles; losing one is harmless, so nobody waits for it. */
export function createPublisher(redis: Redis): Publish {
  return (event) => void redis.publish(CHANNEL, JSON.stringify(event)).catch(() => undefined)
}

/** Calls each listener for each event until it leaves. `redis` is a connection of its own: a subscribed one can do nothing else. */
export function createHub(redis: Redis): (listener: (event: LiveEvent) => void) => () => void {
  const listeners = new Set<(event: LiveEvent) => void>()
  redis.on('message', (_channel, text) => {
    const event = JSON.parse(text) as LiveEvent
    for (const listener of listeners) listener(event)
  })
  // While Redis is away the subscription waits for it; pages also look by themselves.
  redis.subscribe(CHANNEL).catch(() => undefined)
  return (listener) => {
    listeners.add(listener)
    return () => void listeners.delete(listener)
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
