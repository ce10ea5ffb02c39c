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

/** Calls `listener` for each event; `redis` is a connection of its own, because a subscribed one can do nothing else. */
export async function subscribe(redis: Redis, listener: (event: LiveEvent) => void): Promise<void> {
  redis.on('message', (_channel, text) => listener(JSON.parse(text) as LiveEvent))
  await redis.subscribe(CHANNEL)
}
