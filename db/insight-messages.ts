import { type SQL, sql } from 'drizzle-orm'
import type { RowDataPacket } from 'mysql2'
import type { AccountId } from '#src/domain/ids.ts'
import { platformRules } from '#src/domain/platform.ts'
import type { Conn } from './client.ts'
import { type Counted, type DayPart, startOf } from './insight-counts.ts'

const MS = 1000
// The same at both platforms; what an account was granted beyond it is no reason to be slow.
const { replyWindowMs, privateReplyWindowMs } = platformRules.instagram

/** What came in, and how soon it was answered. */
export async function countExchanges(conn: Conn, counted: Counted) {
  const start = await startOf(conn, 'message', counted)
  const exchanges = exchangesFrom(start.id, counted)
  const rows = await select(conn, sql`${exchanges} ${byDay(counted.now)}`)
  const waits = await select(conn, sql`${exchanges} ${percentiles}`)
  const days = rows.map(
    (row): DayPart => ({
      accountId: row['account_id'] as AccountId,
      day: row['day'] as string,
      inbound: Number(row['inbound']),
      exchanges: Number(row['exchanges']),
      answered: Number(row['answered']),
      inWindow: Number(row['in_window']),
      waiting: Number(row['waiting']),
    }),
  )
  const byAccount = waits.map((row) => ({
    accountId: row['account_id'] as AccountId,
    medianMs: Number(row['median_ms']),
    p90Ms: Number(row['p90_ms']),
  }))
  return { days, waits: byAccount, countedFrom: start.at }
}

async function select(conn: Conn, question: SQL): Promise<RowDataPacket[]> {
  const [rows] = await conn.execute(question)
  return rows as unknown as RowDataPacket[]
}

/**
 * An exchange ends with our first answer to it: the answer counts the answers before itself, and so does all it answers. Its day
 * is the one on which it began to reach us.
 */
function exchangesFrom(start: string, { accountIds }: Counted): SQL {
  return sql`with turns as (
    select account_id, conversation_id, direction, sent_at, created_at,
      coalesce(sum(direction = 'outbound') over (
        partition by conversation_id order by sent_at, id rows between unbounded preceding and 1 preceding
      ), 0) as turn
    from messages where id >= ${start} and account_id in (${sql.param(accountIds)})
  ), exchanges as (
    select account_id, conversation_id,
      sum(direction = 'inbound') as inbound,
      min(case when direction = 'inbound' then created_at end) as asked_at,
      min(case when direction = 'inbound' then sent_at end) as first_at,
      max(case when direction = 'inbound' then sent_at end) as last_at,
      max(case when direction = 'outbound' then sent_at end) as replied_at
    from turns group by account_id, conversation_id, turn having first_at is not null
  )`
}

function byDay(now: Date): SQL {
  const windowEnd = sql`last_at + interval case when kind = 'direct' then ${replyWindowMs / MS} else ${privateReplyWindowMs / MS} end second`
  return sql`select exchanges.account_id, date_format(asked_at, '%Y-%m-%d') as day,
      sum(inbound) as inbound, count(*) as exchanges, count(replied_at) as answered,
      sum(case when replied_at <= ${windowEnd} then 1 else 0 end) as in_window,
      sum(case when replied_at is null and ${windowEnd} > ${now.toISOString().slice(0, -1)} then 1 else 0 end) as waiting
    from exchanges join conversations on conversations.id = exchanges.conversation_id
    group by exchanges.account_id, day`
}

/** Of each account: the waits that half, and nine tenths, of its answered exchanges did not pass. */
const percentiles = sql`, waits as (
    select account_id, timestampdiff(microsecond, first_at, replied_at) div 1000 as ms from exchanges where replied_at is not null
  ), ranked as (
    select account_id, ms, row_number() over (partition by account_id order by ms) as place,
      count(*) over (partition by account_id) as number from waits
  ) select account_id, min(case when place >= 0.5 * number then ms end) as median_ms,
      min(case when place >= 0.9 * number then ms end) as p90_ms
    from ranked group by account_id`
