import type { QuietHours } from '#src/domain/reminder.ts'
import { parseUrl } from '#src/domain/url.ts'
import { Secret } from '#src/vault/secret.ts'
import { Fault, isOnThisMachine } from './readers.ts'

const CLOCK = String.raw`([01]\d|2[0-3]):([0-5]\d)`
const HOURS = new RegExp(`^${CLOCK}-${CLOCK}$`)
const MAILBOX = /^[^\s<>@,;"]+@[^\s<>@,;"]+$/
const SIGNING_KEY = /^whsec_([A-Za-z0-9+/]+={0,2})$/

/** Its path may be as good as a password, so all of it is kept as one. */
export function readNotifyUrl(text: string): Secret {
  const url = parseUrl(text)
  const isKept = url?.protocol === 'https:' || (url?.protocol === 'http:' && isOnThisMachine(url))
  if (!isKept) throw new Fault('must start with https://, except on this machine')
  if (url.username !== '' || url.password !== '' || url.hash !== '')
    throw new Fault('must hold no user name or fragment')
  return new Secret(text)
}

/** https://github.com/standard-webhooks/standard-webhooks/blob/main/spec/standard-webhooks.md: 24 to 64 bytes. */
export function readNotifySecret(text: string): Secret {
  const bytes = Buffer.from(SIGNING_KEY.exec(text)?.[1] ?? '', 'base64').length
  if (bytes < 24 || bytes > 64) throw new Fault('must be whsec_ and 24 to 64 random bytes in base64')
  return new Secret(text)
}

export function readSmtpUrl(text: string): Secret {
  const url = parseUrl(text)
  const fits = ['smtp:', 'smtps:'].includes(url?.protocol ?? '') && url?.hostname && !url.search && !url.hash
  if (!fits) throw new Fault('must look like smtps://user:password@host:465 or smtp://user:password@host:587')
  return new Secret(text)
}

export function readMailbox(text: string): string {
  if (!MAILBOX.test(text)) throw new Fault('must be one mail address')
  return text
}

/** The zone is a variable of its own. */
export function readQuietHours(text: string): Omit<QuietHours, 'zone'> {
  const [, ...parts] = HOURS.exec(text) ?? []
  const [fromHour, fromMinute, toHour, toMinute] = parts.map(Number)
  const [from, to] = [Number(fromHour) * 60 + Number(fromMinute), Number(toHour) * 60 + Number(toMinute)]
  if (parts.length === 0 || from === to) throw new Fault('must look like 22:00-07:00')
  return { from, to }
}

export function readZone(text: string): string {
  try {
    return new Intl.DateTimeFormat('en', { timeZone: text }).resolvedOptions().timeZone
  } catch {
    throw new Fault('must be a time zone, such as Europe/Vienna')
  }
}
