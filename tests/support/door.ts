import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { serve } from '@hono/node-server'
import { onTestFinished } from 'vitest'
import type { Database } from '#db/client.ts'
import { storeDeliveries } from '#db/deliveries.ts'
import type { Platform } from '#src/domain/platform.ts'
import { createLogger } from '#src/observability/logger.ts'
import { matchSignature } from '#src/platforms/meta/signature.ts'
import type { Bell } from '#src/queues/bell.ts'
import { Secret } from '#src/vault/secret.ts'
import { createAcceptor } from '#src/webhooks/acceptor.ts'
import { createReceiver } from '#src/webhooks/receiver.ts'

interface Door {
  db: Database
  platform: Platform
  secret: string
  bell: Pick<Bell, 'inbox' | 'keepBodies'>
}

/** A webhook door over real HTTP, until the test is done. */
export async function aDoor({ db, platform, secret, bell }: Door) {
  const log = createLogger({ level: 'fatal', pretty: false, process: 'web' })
  const now = () => new Date()
  const app = createReceiver({
    source: platform,
    matchSignature: (body, header) => matchSignature(body, header, [{ label: 'test', secret: new Secret(secret) }]),
    isVerifyToken: () => false,
    accept: createAcceptor({
      storeDeliveries: (rows) => storeDeliveries(db, rows),
      ring: bell.inbox,
      keepBodies: bell.keepBodies,
      log,
      now,
    }),
    log,
    now,
  })
  const server = serve({ fetch: app.fetch, port: 0, hostname: '127.0.0.1', createServer }) as Server
  await new Promise<void>((resolve) => (server.listening ? resolve() : server.once('listening', resolve)))
  onTestFinished(() => {
    server.closeAllConnections()
    server.close()
  })
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/`
  return {
    post: (body: string, signature: string) =>
      fetch(url, {
        method: 'POST',
        headers: { 'content-type': 'application/json', 'x-hub-signature-256': signature },
        body,
      }),
  }
}
