import { Readable } from 'node:stream'
import type { Hono } from 'hono'
import { type AuditFilter, auditActions } from '#src/domain/audit.ts'
import { isId } from '#src/domain/ids.ts'
import { type Env, operatorOf, type Room, readsOf, type Visit } from '../env.ts'
import { AuditForm, readForm } from '../forms.ts'
import { frameOf } from '../frame.ts'
import { AuditPage } from '../pages/audit.tsx'
import { page } from './respond.ts'

const PAGE = 50
const DAY_MS = 86_400_000
const DAY = /^\d{4}-\d{2}-\d{2}$/

export function addAudit(app: Hono<Env>, room: Room): void {
  const { record, config } = room

  app.get('/audit', async (c) => {
    const asked = (name: string) => c.req.query(name) ?? ''
    const filter = readFilter(asked)
    const before = /^\d{1,15}$/.test(asked('before')) ? Number(asked('before')) : undefined
    const found = await record.list(filter, before, PAGE)
    return page(
      c,
      <AuditPage
        frame={await frameOf(c, room, 'audit')}
        filter={filter}
        days={{ since: dayOf(asked('since')), until: dayOf(asked('until')) }}
        found={found}
        proof={await record.proof()}
        people={await record.people()}
        accounts={await readsOf(c).accounts(config.now())}
        moreHref={found.next === undefined ? undefined : moreHref(c, found.next)}
      />,
    )
  })

  app.post('/audit/exports', async (c) => {
    const fields: Partial<Record<string, string>> = await readForm(c, AuditForm)
    const operatorId = operatorOf(c).id
    const lines = await record.export({ filter: readFilter((name) => fields[name] ?? ''), operatorId })
    c.header('content-type', 'application/x-ndjson')
    c.header('content-disposition', `attachment; filename="audit-${config.now().toISOString().slice(0, 10)}.jsonl"`)
    return c.body(Readable.toWeb(Readable.from(bytesOf(lines))) as ReadableStream)
  })
}

async function* bytesOf(lines: AsyncIterable<string>): AsyncGenerator<Uint8Array> {
  for await (const some of lines) yield new TextEncoder().encode(some)
}

/** What is no value of a field is as if it were not given. */
function readFilter(asked: (name: string) => string): AuditFilter {
  const [person, account] = [asked('person'), asked('account')]
  const [since, until] = [timeOf(asked('since')), timeOf(asked('until'))]
  return {
    action: auditActions.find((action) => action === asked('action')),
    actorId: isId('operator', person) ? person : undefined,
    accountId: isId('account', account) ? account : undefined,
    since,
    until: until && new Date(until.getTime() + DAY_MS),
  }
}

function timeOf(day: string): Date | undefined {
  const at = new Date(`${day}T00:00:00.000Z`)
  return DAY.test(day) && !Number.isNaN(at.getTime()) ? at : undefined
}

function dayOf(text: string): string {
  return timeOf(text) ? text : ''
}

function moreHref(c: Visit, before: number): string {
  const { searchParams } = new URL(c.req.url)
  searchParams.set('before', String(before))
  return `/audit?${searchParams}`
}
