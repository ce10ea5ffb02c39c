import { and, asc } from 'drizzle-orm'
import type { Reach } from '#src/domain/identity.ts'
import type { AccountId } from '#src/domain/ids.ts'
import {
  type AccountInsight,
  type DayFigures,
  daysOf,
  type Insight,
  type InsightQuery,
  measures,
  noFigures,
  SPIKE_DAYS,
  spikeOf,
  sumOf,
} from '#src/domain/insight.ts'
import type { Conn } from './client.ts'
import type { Counted, DayPart } from './insight-counts.ts'
import { countDecisions, countDrafts, countHarsh, listCosts, listReasons, readEditedShares } from './insight-drafts.ts'
import { countExchanges } from './insight-messages.ts'
import { countSent, readPeaks } from './insight-sends.ts'
import { groupsOf } from './many.ts'
import { equal, within } from './reach.ts'
import { accounts } from './schema/accounts.ts'

const ACCOUNTS_MAX = 100
const ROWS_MAX = 200_000
const NEVER: Insight = { days: [], accounts: [], rows: [], reasons: [], countedFrom: undefined, isMore: false }

interface Asked extends InsightQuery {
  now: Date
  rowsMax?: number
}

/** How the accounts within reach have done, a day at a time. One question after the other: nobody waits for these, others for the pool. */
export async function readInsight(conn: Conn, asked: Asked, reach: Reach): Promise<Insight> {
  const { span, accountId, now, rowsMax = ROWS_MAX } = asked
  const days = daysOf(span, now)
  const found = await conn
    .select({ id: accounts.id, name: accounts.name, platform: accounts.platform })
    .from(accounts)
    .where(and(within(accounts.id, reach), equal(accounts.id, accountId)))
    .orderBy(asc(accounts.name), asc(accounts.id))
    .limit(ACCOUNTS_MAX + 1)
  if (found.length === 0) return { ...NEVER, days }
  const shown = found.slice(0, ACCOUNTS_MAX)
  const counted = { accountIds: shown.map(({ id }) => id), since: new Date(`${days[0]}T00:00:00.000Z`), now, rowsMax }
  const { waits, parts, countedFrom } = await readParts(conn, counted)
  const rows = together(parts)
  const more = await readMore(conn, counted)
  const byAccount = groupsOf(rows, (row) => row.accountId)
  return {
    days,
    accounts: shown.map((account) => ({
      ...account,
      ...sumOf(byAccount.get(account.id) ?? []),
      medianMs: waits.get(account.id)?.medianMs,
      p90Ms: waits.get(account.id)?.p90Ms,
      ...more.of(account.id),
    })),
    rows,
    reasons: await listReasons(conn, counted),
    countedFrom,
    isMore: found.length > ACCOUNTS_MAX,
  }
}

async function readParts(conn: Conn, counted: Counted) {
  const exchanges = await countExchanges(conn, counted)
  const drafted = await countDrafts(conn, counted)
  const sent = await countSent(conn, counted)
  const decided = await countDecisions(conn, counted)
  const starts = [exchanges, drafted, sent].flatMap(({ countedFrom }) => (countedFrom ? [countedFrom.getTime()] : []))
  return {
    parts: [...exchanges.days, ...drafted.days, ...sent.days, ...decided, ...(await listCosts(conn, counted))],
    waits: new Map(exchanges.waits.map((wait) => [wait.accountId, wait])),
    countedFrom: starts.length > 0 ? new Date(Math.max(...starts)) : undefined,
  }
}

type More = Pick<AccountInsight, 'editedShare' | 'peakSends' | 'peakPrivate' | 'spike'>

async function readMore(conn: Conn, counted: Counted) {
  const shares = await readEditedShares(conn, counted)
  const peaks = new Map((await readPeaks(conn, counted)).map((peak) => [peak.accountId, peak]))
  // Yesterday is compared too, so one day more.
  const days = daysOf(SPIKE_DAYS + 2, counted.now)
  const harsh = await countHarsh(conn, { ...counted, since: new Date(`${days[0]}T00:00:00.000Z`) })
  const counts = new Map(harsh.map((row) => [`${row.accountId} ${row.day}`, row.count]))
  return {
    of: (id: AccountId): More => ({
      editedShare: shares.get(id),
      peakSends: peaks.get(id)?.peakSends ?? 0,
      peakPrivate: peaks.get(id)?.peakPrivate ?? 0,
      spike: spikeOf(
        days,
        days.map((day) => counts.get(`${id} ${day}`) ?? 0),
      ),
    }),
  }
}

/** One row for each account and day, the oldest day first. */
function together(parts: readonly DayPart[]): DayFigures[] {
  const rows = new Map<string, DayFigures>()
  for (const part of parts) {
    const key = `${part.day} ${part.accountId}`
    const row = rows.get(key) ?? { ...noFigures(), accountId: part.accountId, day: part.day }
    for (const measure of measures) row[measure] += part[measure] ?? 0
    rows.set(key, row)
  }
  return [...rows].sort(([a], [b]) => (a < b ? -1 : 1)).map(([, row]) => row)
}
