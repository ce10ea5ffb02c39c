import type { Account } from '#db/accounts.ts'
import { type AlertKind, findOpenAlerts, raiseAlert, resolveAlert } from '#db/alerts.ts'
import type { Transaction } from '#db/client.ts'
import { alertDay } from '#src/domain/credential.ts'
import { troubleOf } from '#src/domain/credential-trouble.ts'
import { endingScopes, type MissingScope, missingScopes } from '#src/domain/permission.ts'

/** The account before a look at its token, and as the look found it. */
export interface Seen {
  before: Account
  after: Account
  at: Date
}

type EndKind = 'token_expiring' | 'data_access_expiring'

interface End {
  kind: EndKind
  was: Date | null
  is: Date | null
  /** `when` is “within 3 days”, or “today”. */
  text: (when: string) => string
}

const URGENT_DAYS = 3
const OVER = 0

export async function tellDeath(tx: Transaction, { id, name }: Account, code: string, at: Date): Promise<void> {
  const { what, todo } = troubleOf(code)
  const text = `${name}: ${what}. Replies are held. ${todo}`
  await raiseAlert(tx, { kind: 'token_refused', subject: id, severity: 'critical', accountId: id, text, at })
}

export async function tellRefusal(tx: Transaction, { id, name }: Account, note: string, at: Date): Promise<void> {
  const text = `${name}: ${note}`
  await raiseAlert(tx, { kind: 'token_refused', subject: id, severity: 'warning', accountId: id, text, at })
}

/** Once for each threshold of either end that was crossed since the platform was last heard, and at once where nobody was told of one. */
export async function tellEnds(tx: Transaction, seen: Seen): Promise<void> {
  const { before, after } = seen
  await tellEnd(tx, seen, {
    kind: 'token_expiring',
    ...{ was: before.tokenExpiresAt, is: after.tokenExpiresAt },
    text: (when) => `${after.name}: the token ends ${when} and could not be renewed yet`,
  })
  await tellEnd(tx, seen, {
    kind: 'data_access_expiring',
    ...{ was: dataAccessEnd(before), is: dataAccessEnd(after) },
    text: (when) =>
      `${after.name}: Meta stops answering ${when}, unless its owner connects the account again (${endingScopes(after.scopes ?? []).join(', ')})`,
  })
}

/** It concerns only those permissions that end with it. */
function dataAccessEnd({ scopes, dataAccessExpiresAt }: Account): Date | null {
  return endingScopes(scopes ?? []).length > 0 ? dataAccessExpiresAt : null
}

async function tellEnd(tx: Transaction, { before, at }: Seen, { kind, was, is, text }: End): Promise<void> {
  const { id, tokenCheckedAt } = before
  const [day, told] = [dayOf(is, at), tokenCheckedAt ? dayOf(was, tokenCheckedAt) : undefined]
  if (day === undefined) return told === undefined ? undefined : resolveAlert(tx, kind, id, at)
  if (day === told && (await isTold(tx, kind, id))) return
  const severity = day <= URGENT_DAYS ? 'critical' : 'warning'
  const when = day === OVER ? 'now' : `within ${day === 1 ? 'a day' : `${day} days`}`
  await raiseAlert(tx, { kind, subject: id, severity, accountId: id, text: text(when), at })
}

function dayOf(end: Date | null, at: Date): number | undefined {
  if (!end) return undefined
  return end <= at ? OVER : alertDay(end, at)
}

/** An alert of this kind is open. */
async function isTold(tx: Transaction, kind: AlertKind, id: string): Promise<boolean> {
  return (await findOpenAlerts(tx, [`${kind}:${id}`])).size > 0
}

/** At once when the platform does not name a permission that the product needs. */
export async function tellScopes(tx: Transaction, seen: Seen): Promise<void> {
  const { id, name, platform, scopes } = seen.after
  if (!scopes) return
  const missing = missingScopes(platform, scopes)
  const isNews = newlyMissing(seen) !== undefined
  if (missing.length === 0) return isNews ? resolveAlert(tx, 'scope_missing', id, seen.at) : undefined
  if (!isNews && (await isTold(tx, 'scope_missing', id))) return
  const list = missing.map(({ scope, purpose }) => `${scope} (${purpose})`).join(', ')
  const text = `${name}: a permission is missing. Connect the account again and allow ${list}`
  const about = { subject: id, accountId: id, severity: 'critical' } as const
  await raiseAlert(tx, { kind: 'scope_missing', ...about, text, at: seen.at })
}

/** What is missing, when that is not what was missing before. */
export function newlyMissing({ before, after }: Seen): MissingScope[] | undefined {
  if (!after.scopes) return undefined
  const missing = missingScopes(after.platform, after.scopes)
  const known = before.scopes ? missingScopes(before.platform, before.scopes) : []
  const names = (list: MissingScope[]) => list.map(({ scope }) => scope).join()
  return names(missing) === names(known) ? undefined : missing
}
