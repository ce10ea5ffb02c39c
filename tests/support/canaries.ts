import { createHmac } from 'node:crypto'
import type { Redis } from 'ioredis'
import { wordsIn } from './traces.ts'

/** Values that must show nowhere, in the shapes that real ones have. */
export const canaries = {
  accountToken: 'IGAAQcanaryAccount0123456789canary',
  freshToken: 'IGAAQcanaryFresh0123456789canary',
  claudeKey: 'sk-ant-api03-canaryClaude0123456789',
  instagramSecret: 'canaryInstagramSecret0123456789ab',
  verifyToken: 'canary-verify-token-0123456789',
  sessionSecret: 'canarySessionSecret'.padEnd(64, '0'),
  setupToken: 'canarySetupToken0123456789',
  password: 'canary-Password-0123456789',
  customer: 'canary-customer: does the blue one fit',
  email: 'canary.person@mail.example',
  phone: '+49 151 23456789',
  drafted: 'canary-drafted: yes it does',
  approved: 'canary-approved: yes, in size M',
} as const

/** What a customer wrote, with all that is personal in it. */
export const said = `${canaries.customer}? ${canaries.email} ${canaries.phone}`

/** Which canaries can be read in `text`: plain, or as JSON, base64, hex or an address would hold them. */
export function canariesIn(text: string, alsoHidden: readonly string[] = []): string[] {
  const decoded = text.replace(
    /[A-Za-z0-9+/]{40,}={0,2}/g,
    (run) => `${run} ${Buffer.from(run, 'base64').toString('utf8')}`,
  )
  return [...Object.values(canaries), ...alsoHidden].filter(
    (canary) => wordsIn(decoded, [canary]).length > 0 || decoded.includes(encodeURIComponent(canary)),
  )
}

export function signed(body: string): RequestInit {
  const signature = createHmac('sha256', canaries.instagramSecret).update(body).digest('hex')
  return {
    method: 'POST',
    headers: { 'content-type': 'application/json', 'x-hub-signature-256': `sha256=${signature}` },
    body,
  }
}

/** Every key under `prefix` with its value, whatever its type. */
export async function redisText(redis: Redis, prefix: string): Promise<string> {
  const keys = await redis.keys(`${prefix.replace('{', '\\{')}*`)
  const parts = await Promise.all(keys.map(async (key) => [key, await contentOf(redis, key)]))
  return JSON.stringify(parts)
}

async function contentOf(redis: Redis, key: string): Promise<unknown> {
  switch (await redis.type(key)) {
    case 'string':
      return redis.get(key)
    case 'hash':
      return redis.hgetall(key)
    case 'list':
      return redis.lrange(key, 0, -1)
    case 'set':
      return redis.smembers(key)
    case 'zset':
      return redis.zrange(key, '0', '-1')
    case 'stream':
      return redis.xrange(key, '-', '+')
    default:
      return null
  }
}
