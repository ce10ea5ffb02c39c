type Stage = 'development' | 'test' | 'staging' | 'production'
type Kind = 'password' | 'key' | 'token'

/** Days after which a secret should have been replaced. */
const maxAgeDays = {
  /** Of a store. */
  password: { development: 30, test: 30, staging: 90, production: 90 },
  /** What the house makes itself, or is given by a platform or by Claude. */
  key: { development: 30, test: 30, staging: 90, production: 90 },
  /** Of an Instagram account: it lives for sixty days and is renewed in time by itself. */
  token: { development: 60, test: 60, staging: 60, production: 60 },
} as const satisfies Record<Kind, Record<Stage, number>>

/** Every secret of the configuration, by its variable. */
export const secretKinds: Readonly<Record<string, Kind>> = {
  DATABASE_URL: 'password',
  REDIS_URL: 'password',
  APP_SECRET_KEY: 'key',
  SESSION_SECRET: 'key',
  APPROVAL_SIGNING_KEY: 'key',
  AUDIT_SIGNING_KEY: 'key',
  AUTH_SERVICE_SECRET: 'key',
  WEBHOOK_VERIFY_TOKEN: 'key',
  INSTAGRAM_APP_SECRET: 'key',
  META_APP_SECRET: 'key',
  ANTHROPIC_API_KEY: 'key',
  SMTP_URL: 'password',
  NOTIFY_WEBHOOK_URL: 'key',
  NOTIFY_WEBHOOK_SECRET: 'key',
}

export interface SecretAge {
  name: string
  since: Date
  maxDays: number
  due: Date
  /** Whole days that are left; below zero once it is overdue. */
  daysLeft: number
  /** The last of the moments at which somebody is reminded that has come; null before the first. */
  step: number | null
}

const DAY_MS = 86_400_000
/** Days before and, below zero, after the day on which it is due. */
const REMINDERS = [14, 7, 1, 0, -1, -7, -14]

export function secretAge(
  name: string,
  since: Date,
  { stage, at, kind }: { stage: Stage; at: Date; kind?: Kind },
): SecretAge {
  const maxDays = maxAgeDays[kind ?? secretKinds[name] ?? 'key'][stage]
  const due = new Date(since.getTime() + maxDays * DAY_MS)
  const left = (due.getTime() - at.getTime()) / DAY_MS
  const step = REMINDERS.filter((day) => left <= day).at(-1) ?? null
  return { name, since, maxDays, due, daysLeft: Math.floor(left), step }
}

/** The same words until the next moment comes. */
export function reminderOf({ name, due, step, maxDays }: SecretAge): string {
  const day = due.toISOString().slice(0, 10)
  const when = step !== null && step > 0 ? `is to be replaced by ${day}` : `was to be replaced by ${day}`
  return `${name} ${when}, after ${maxDays} days`
}
