/*
 * Looks for conversations that wait too long and notes down what is to be told of them: the step itself, what each outside
 * place has still to hear, and the alert of the account, in one transaction. `tell.ts` carries it out.
 */
import { randomUUID } from 'node:crypto'
import { readAccount } from '#db/accounts.ts'
import { raiseAlert, resolveAlert } from '#db/alerts.ts'
import { type Database, inTransaction } from '#db/client.ts'
import { endLease, holdsLease, type Lease, takeLease } from '#db/leases.ts'
import { groupsOf } from '#db/many.ts'
import {
  type Channel,
  type Due,
  deleteOldReminders,
  findLastReminded,
  listHalfGone,
  listOpenSubjects,
  listRemindedSteps,
  saveReminders,
  type WaitingConversation,
} from '#db/reminders.ts'
import type { AccountId } from '#src/domain/ids.ts'
import { dueStep, isGathered, type QuietHours, type Step, steps } from '#src/domain/reminder.ts'
import { reminderText } from '#src/domain/reminder-text.ts'
import type { LiveEvent } from '#src/queues/live.ts'

interface RemindDeps {
  db: Database
  /** Where else than in the console it is told. */
  channels: readonly Channel[]
  quiet?: QuietHours | undefined
  publish: (event: LiveEvent) => void
  now: () => Date
}

const LEASE_MS = 60_000
const PAGE = 1000
const DAY_MS = 86_400_000
/** What closed before is nobody's news; what was told is remembered for longer than that. */
const SINCE_MS = 7 * DAY_MS
const KEEP_MS = 30 * DAY_MS
const PRUNE = 5000
const alertOf = { remind: 'window_closing', escalate: 'window_closing', expire: 'window_missed' } as const

/** One round; answers how many conversations it noted. Of several processes one does it. */
export function createRemind(deps: RemindDeps): () => Promise<{ reminded: number }> {
  const { db, now } = deps
  return async () => {
    const at = now()
    const lease = await takeLease(db, {
      ...{ name: 'remind', holder: randomUUID(), at },
      until: new Date(at.getTime() + LEASE_MS),
    })
    if (!lease) return { reminded: 0 }
    const open = new Set<string>()
    let reminded = 0
    for (const due of await listDue(deps, at, open)) reminded += await note(deps, { due, lease, at })
    await closeAlerts(deps, open, at)
    await deleteOldReminders(db, new Date(at.getTime() - KEEP_MS), PRUNE)
    await endLease(db, lease, now())
    return { reminded }
  }
}

/** By account and step. `open` learns which alerts still have a reason. */
async function listDue({ db, quiet }: RemindDeps, at: Date, open: Set<string>): Promise<Due[]> {
  const due: { step: Step; one: WaitingConversation }[] = []
  for await (const page of pagesOf(db, at)) {
    const told = await listRemindedSteps(db, page)
    for (const one of page) {
      open.add(`${alertOf[one.closesAt > at ? 'remind' : 'expire']}:${one.accountId}`)
      const last = steps.findLast((step) => told.get(one.id)?.includes(step))
      const step = dueStep(one, last, { at, quiet })
      if (step) due.push({ step, one })
    }
  }
  return [...groupsOf(due, ({ step, one }) => `${step}:${one.accountId}`).values()].flatMap((group) => {
    const [first] = group
    return first
      ? [{ step: first.step, accountId: first.one.accountId, conversations: group.map(({ one }) => one) }]
      : []
  })
}

async function* pagesOf(db: Database, at: Date): AsyncGenerator<WaitingConversation[]> {
  const since = new Date(at.getTime() - SINCE_MS)
  for (let after: WaitingConversation | undefined; ; ) {
    const page = await listHalfGone(db, { since, at, after }, PAGE)
    yield page
    after = page.at(-1)
    if (page.length < PAGE) return
  }
}

async function note(deps: RemindDeps, { due, lease, at }: { due: Due; lease: Lease; at: Date }): Promise<number> {
  const { accountId, step, conversations } = due
  const [first] = conversations
  const account = await readAccount(deps.db, accountId)
  const lastAt = await findLastReminded(deps.db, accountId, step)
  if (!first || !account || !isGathered(step, first.closesAt, { at, lastAt })) return 0
  const { closesAt } = first
  const text = reminderText({ step, accountName: account.name, waiting: conversations.length, closesAt }, at)
  const isNoted = await inTransaction(deps.db, async (tx) => {
    if (!(await holdsLease(tx, lease))) return false
    await saveReminders(tx, due, { channels: deps.channels, closesAt, at })
    const severity = step === 'remind' ? 'info' : 'warning'
    await raiseAlert(tx, { kind: alertOf[step], subject: accountId, severity, accountId, text, at })
    return true
  })
  if (isNoted) deps.publish({ topic: 'alerts', id: accountId })
  return isNoted ? conversations.length : 0
}

/** Those of accounts where nobody waits so long any more. */
async function closeAlerts({ db, publish }: RemindDeps, open: ReadonlySet<string>, at: Date): Promise<void> {
  for (const { kind, subject } of await listOpenSubjects(db, ['window_closing', 'window_missed'])) {
    if (open.has(`${kind}:${subject}`)) continue
    await resolveAlert(db, kind, subject, at)
    publish({ topic: 'alerts', id: subject as AccountId })
  }
}
