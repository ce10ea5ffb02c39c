import type { Attachment } from './inbox.ts'

/** The most that Meta lets anybody attach: 25 MB. https://developers.facebook.com/docs/instagram-platform/instagram-api-with-instagram-login/messaging-api/ */
export const MEDIA_BYTES_MAX = 25 * 1024 * 1024

/** `released`: its message was unsent or erased, so the file goes, and the row with it. */
export type MediaStatus = 'waiting' | 'kept' | 'failed' | 'released'

/** Why we do not have it. */
export const mediaReasons = ['gone', 'too_large', 'wrong_type', 'wrong_address', 'unreachable', 'expired'] as const
export type MediaReason = (typeof mediaReasons)[number]

export type MediaKind = 'image' | 'video' | 'audio' | 'file'

/** What we keep, and as what it is served. Nothing in which a browser would run a script is among it. */
export const mediaTypes = {
  'image/jpeg': { kind: 'image', extension: 'jpg' },
  'image/png': { kind: 'image', extension: 'png' },
  'image/gif': { kind: 'image', extension: 'gif' },
  'image/webp': { kind: 'image', extension: 'webp' },
  'video/mp4': { kind: 'video', extension: 'mp4' },
  'video/quicktime': { kind: 'video', extension: 'mov' },
  'video/webm': { kind: 'video', extension: 'webm' },
  'video/ogg': { kind: 'video', extension: 'ogv' },
  'audio/mp4': { kind: 'audio', extension: 'm4a' },
  'audio/mpeg': { kind: 'audio', extension: 'mp3' },
  'audio/aac': { kind: 'audio', extension: 'aac' },
  'audio/ogg': { kind: 'audio', extension: 'ogg' },
  'audio/wav': { kind: 'audio', extension: 'wav' },
  'video/x-msvideo': { kind: 'file', extension: 'avi' },
  'application/pdf': { kind: 'file', extension: 'pdf' },
  'application/zip': { kind: 'file', extension: 'zip' },
} as const satisfies Record<string, { kind: MediaKind; extension: string }>

export type MediaType = keyof typeof mediaTypes

/** Types of attachments whose link leads to a file of the platform. Others lead to somebody's page, which is not ours to fetch. */
const FILES: ReadonlySet<string> = new Set([
  ...['image', 'video', 'audio', 'file', 'sticker', 'media'],
  ...['share', 'ig_post', 'ig_reel', 'reel', 'story', 'ig_story', 'story_mention'],
])

export function isFile({ type }: Pick<Attachment, 'type'>): boolean {
  return FILES.has(type)
}

/** Waits after each failed try: together a day, which is less than a link of the platform lives. */
const BACKOFF_S = [5, 30, 120, 600, 3600, 21_600, 57_600] as const

/** When a file that could not be reached is tried again, or nothing when it is given up. `attempts` counts the one that failed. */
export function nextTryAt(attempts: number, at: Date): Date | undefined {
  const seconds = BACKOFF_S[attempts - 1]
  return seconds === undefined ? undefined : new Date(at.getTime() + seconds * 1000)
}
