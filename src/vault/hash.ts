import { createHash, createHmac, timingSafeEqual } from 'node:crypto'
import type { Secret } from './secret.ts'

/** SHA-256 of the UTF-8 bytes in hex: two texts share it only when they are the same text. */
export function textHash(text: string): string {
  return createHash('sha256').update(text, 'utf8').digest('hex')
}

/** HMAC-SHA256 in hex: nobody without the key can guess the text from it. */
export function keyedHash(key: Secret, text: string): string {
  return createHmac('sha256', key.reveal()).update(text, 'utf8').digest('hex')
}

/** Whether two hashes in hex are the same one; takes as long whatever they share. */
export function isSameHash(one: string, other: string): boolean {
  const [a, b] = [Buffer.from(one, 'hex'), Buffer.from(other, 'hex')]
  return a.length > 0 && a.length === b.length && timingSafeEqual(a, b)
}
