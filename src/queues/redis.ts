import { Redis } from 'ioredis'

/** For what must answer: fails at once while Redis is away, and within 3 s when the network swallows everything. */
export function connectProducer(url: string): Redis {
  return open(
    new Redis(url, { maxRetriesPerRequest: 1, enableOfflineQueue: false, commandTimeout: 3000, lazyConnect: false }),
  )
}

/** For workers and subscribers: waits for Redis as long as it takes. */
export function connectWorker(url: string): Redis {
  return open(new Redis(url, { maxRetriesPerRequest: null }))
}

function open(redis: Redis): Redis {
  // ioredis reconnects by itself; without a listener it would print every attempt.
  redis.on('error', () => undefined)
  return redis
}
