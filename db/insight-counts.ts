import { desc, type SQL, sql } from 'drizzle-orm'
import type { MySqlColumn } from 'drizzle-orm/mysql-core'
import { idsFrom } from '#src/domain/ids.ts'
import type { DayFigures } from '#src/domain/insight.ts'
import type { Conn } from './client.ts'
import { drafts } from './schema/drafts.ts'
import { messages } from './schema/messages.ts'
import { outboxPosts } from './schema/outbox-posts.ts'

/** What is counted together: these accounts, from this moment on. */
export interface Counted {
  accountIds: readonly string[]
  since: Date
  now: Date
  /** No more rows of a table are read than this, the newest. */
  rowsMax: number
}

/** Figures that belong to one account and one UTC day. */
export type DayPart = Pick<DayFigures, 'accountId' | 'day'> & Partial<DayFigures>

const tables = { message: messages, draft: drafts, post: outboxPosts }

/** Ids sort by time, so a period is a range of the primary key. It begins later where more lies in it than anybody should wait for. */
export async function startOf(conn: Conn, kind: keyof typeof tables, { since, rowsMax }: Counted) {
  const { id, createdAt } = tables[kind]
  const first = idsFrom(kind, since)
  const [beyond] = await conn
    .select({ id: sql<string>`${id}`, at: createdAt })
    .from(tables[kind])
    .where(sql`${id} >= ${first}`)
    .orderBy(desc(id))
    .limit(1)
    .offset(rowsMax)
  return beyond ? { id: `${beyond.id}~`, at: beyond.at } : { id: first, at: undefined }
}

export function utcDay(column: MySqlColumn): SQL<string> {
  return sql<string>`date_format(${column}, '%Y-%m-%d')`
}

/** How many of the grouped rows are such. */
export function countOf(condition: SQL): SQL<number> {
  return sql<number>`sum(case when ${condition} then 1 else 0 end)`.mapWith(Number)
}
