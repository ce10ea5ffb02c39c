/*
 * Tells the outside places what `remind.ts` noted down. An attempt is counted and the next one set before it is made, so
 * two processes do not make the same one, and one that dies in it does not lose it. A place that took the message from a process
 * that died right then gets it once more, under the same id, by which it knows it. One that fails holds up no other.
 */
import { raiseAlert, resolveAlert } from '#db/alerts.ts'
import type { Database } from '#db/client.ts'
import {
  type Channel,
  claimReminder,
  endReminder,
  listDueReminders,
  listMailboxes,
  type Reminder,
} from '#db/reminders.ts'
import { hears } from '#src/domain/reminder.ts'
import { reminderText } from '#src/domain/reminder-text.ts'
import type { LiveEvent } from '#src/queues/live.ts'

export interface TellDeps {
  db: Database
  mail?: ((mail: { id: string; to: readonly string[]; subject: string; text: string }) => Promise<void>) | undefined
  webhook?: ((id: string, content: object) => Promise<void>) | undefined
  /** Without a trailing slash. */
  publicUrl: string
  publish: (event: LiveEvent) => void
  now: () => Date
}

const BATCH = 20
const TRIES = 5
/** Longer than any attempt takes. */
const AGAIN_MS = 60_000
const FAILED = {
  mail: 'Reminders cannot be mailed: the server of SMTP_URL did not take them.',
  webhook: 'Reminders cannot be posted: the address of NOTIFY_WEBHOOK_URL did not take them.',
}

/** What is due now; answers how much was told and how much failed. A slow place keeps only its own messages waiting. */
export function createTell(deps: TellDeps): () => Promise<{ told: number; failed: number }> {
  const channels = (['mail', 'webhook'] as const).filter((channel) => deps[channel])
  return async () => {
    const outcomes = (await Promise.all(channels.map((channel) => tellAll(deps, channel)))).flat()
    const told = outcomes.filter((isTold) => isTold).length
    return { told, failed: outcomes.length - told }
  }
}

async function tellAll(deps: TellDeps, channel: Channel): Promise<boolean[]> {
  const outcomes: boolean[] = []
  for (const { reminder, accountName } of await listDueReminders(deps.db, channel, deps.now(), BATCH)) {
    const tries = reminder.attempts + 1
    const nextAt = new Date(deps.now().getTime() + AGAIN_MS * 2 ** (tries - 1))
    if (!(await claimReminder(deps.db, reminder, nextAt))) continue
    const isTold = await attempt(deps, reminder, accountName)
    await (isTold ? noteTold(deps, reminder) : noteFailure(deps, reminder, tries))
    outcomes.push(isTold)
  }
  return outcomes
}

function attempt(deps: TellDeps, reminder: Reminder, accountName: string): Promise<boolean> {
  return tell(deps, reminder, accountName).then(
    () => true,
    () => false,
  )
}

async function tell({ db, mail, webhook, publicUrl, now }: TellDeps, reminder: Reminder, accountName: string) {
  const { id, step, waiting, closesAt, accountId, channel } = reminder
  const at = now()
  const text = reminderText({ step, accountName, waiting, closesAt }, at)
  const link = `${publicUrl}/queue`
  if (channel === 'webhook') {
    const facts = { accountId, account: accountName, waiting, closesAt, link }
    return webhook?.(id, { type: `reminder.${step}`, timestamp: at, text: `${escaped(text)}\n${link}`, data: facts })
  }
  const heard = (await listMailboxes(db, accountId)).filter(({ role }) => hears(step, role))
  const to = heard.map(({ email }) => email)
  if (to.length > 0) return mail?.({ id, to, subject: text, text: `${text}.\n\n${link}\n` })
}

/** In a chat these three characters make links and mentions. https://docs.slack.dev/messaging/formatting-message-text */
function escaped(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;')
}

async function noteTold({ db, publish, now }: TellDeps, reminder: Reminder): Promise<void> {
  await endReminder(db, reminder, now())
  await resolveAlert(db, 'reminder_failed', reminder.channel, now())
  publish({ topic: 'alerts', id: reminder.channel })
}

async function noteFailure({ db, publish, now }: TellDeps, reminder: Reminder, tries: number): Promise<void> {
  const { channel } = reminder
  if (tries >= TRIES) await endReminder(db, reminder, null)
  const text = FAILED[channel]
  await raiseAlert(db, { kind: 'reminder_failed', subject: channel, severity: 'warning', text, at: now() })
  publish({ topic: 'alerts', id: channel })
}
