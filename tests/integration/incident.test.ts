import { readFileSync } from 'node:fs'
import { eq, inArray } from 'drizzle-orm'
import { describe, expect, it } from 'vitest'
import { readAccount } from '#db/accounts.ts'
import { accounts } from '#db/schema/accounts.ts'
import { auditEntries } from '#db/schema/audit-entries.ts'
import { outboxPosts } from '#db/schema/outbox-posts.ts'
import { sessions } from '#db/schema/sessions.ts'
import { insertSession } from '#db/sessions.ts'
import { newId } from '#src/domain/ids.ts'
import { textHash } from '#src/vault/hash.ts'
import { command } from '#tests/support/command.ts'
import { aFakeGraph } from '#tests/support/fake-graph.ts'
import { aQueuedPost, aSender } from '#tests/support/posts.ts'
import { aDatabase, aRedis } from '#tests/support/stores.ts'
import { anOperator } from '#tests/support/threads.ts'

const { db, url } = await aDatabase()
const { redis, prefix } = aRedis()
const graph = await aFakeGraph()
const operator = await anOperator(db)

const run = (line: string) => command({ DATABASE_URL: url }, line)

async function aSession() {
  const at = new Date()
  const id = newId('session', at)
  const expiresAt = new Date(at.getTime() + 3_600_000)
  await insertSession(db, {
    ...{ id, operatorId: operator.id, tokenHash: textHash(id), lastSeenAt: at, expiresAt, createdAt: at },
  })
  return id
}
const actions = async () => {
  const rows = await db.select().from(auditEntries).orderBy(auditEntries.seq)
  return rows.map(({ action }) => action).filter((action) => /^(incident|sending)/.test(action))
}

it('stops every worker at once, and nothing leaves before somebody says so', async () => {
  const workers = await Promise.all([0, 1].map(() => aSender({ db, redis, prefix, graphUrl: graph.url })))
  const posts = await Promise.all(Array.from({ length: 8 }, () => aQueuedPost(db)))
  const [first, ...others] = posts.map(({ id }) => id)
  await workers[0]?.send(first as (typeof posts)[number]['id'])
  const before = graph.arrivals.length
  expect(before).toBeGreaterThan(0)

  const opened = await run('incident open --reason "a test"')
  expect([opened.code, opened.out]).toEqual([0, expect.stringMatching(/^inc_/)])
  const asked = await Promise.all(workers.flatMap(({ send }) => others.map((id) => send(id))))
  expect(asked.every(({ waitUntil }) => waitUntil !== undefined)).toBe(true)
  expect(graph.arrivals.length).toBe(before)

  expect((await run('incident open --reason again')).code).toBe(4)
  expect((await run('sending resume')).code).toBe(4)
  expect((await run('incident close')).code).toBe(5)
  const careless = await run('incident close --note "all well"')
  expect([careless.code, careless.err]).toEqual([4, expect.stringContaining('Sending is still stopped')])
  expect((await run('incident close --note x --resume --keep-stopped')).code).toBe(2)
  const closed = await run('incident close --note "all well" --keep-stopped')
  expect([closed.code, closed.err]).toEqual([0, expect.stringContaining('Nothing is sent yet')])
  await workers[0]?.send(others[0] as (typeof posts)[number]['id'])
  expect(graph.arrivals.length).toBe(before)
  expect((await run('sending resume')).code).toBe(0)
  await Promise.all(others.map((id) => workers[1]?.sendToEnd(id)))
  const rows = await db.select().from(outboxPosts).where(inArray(outboxPosts.id, others))
  expect(rows.map(({ status }) => status)).toEqual(others.map(() => 'sent'))
  expect(await actions()).toEqual(['incident.opened', 'sending.stopped', 'incident.closed', 'sending.resumed'])
})

describe('what may be in the wrong hands', () => {
  it('is shown, and taken away whole or in part, in an incident only', async () => {
    const { id: postId, thread } = await aQueuedPost(db, { post: { status: 'sent', sentAt: new Date() } })
    const sessionId = await aSession()
    expect((await run('incident revoke')).code).toBe(4)
    await run('incident open --reason "stolen session"')
    const scope = JSON.parse((await run('incident scope --json')).out)
    expect(scope.incident).toMatchObject({ reason: 'stolen session', openedBy: 'cli' })
    expect(scope.sent.map(({ post }: { post: string }) => post)).toContain(postId)
    expect(scope.sessions.map(({ session }: { session: string }) => session)).toContain(sessionId)
    const later = JSON.parse((await run('incident scope --since 2999-01-01T00:00Z --json')).out)
    expect([later.sent, later.sessions]).toEqual([[], []])

    await run('incident revoke --sessions')
    const [session] = await db.select().from(sessions).where(eq(sessions.id, sessionId))
    expect(session?.endedAt).not.toBeNull()
    expect((await readAccount(db, thread.account.id))?.credentialStatus).toBe('valid')
    await run('incident revoke --tokens')
    expect(await readAccount(db, thread.account.id)).toMatchObject({
      credentialStatus: 'revoked',
      tokenError: 'incident',
    })
    const left = await db.select().from(accounts)
    expect(left.filter(({ credentialStatus }) => credentialStatus !== 'revoked')).toEqual([])
    expect((await actions()).filter((action) => action === 'incident.revoked')).toHaveLength(2)
    const closed = await run('incident close --note done --resume')
    expect([closed.code, closed.err]).toEqual([0, expect.stringContaining(': it has to be connected again')])
    expect((await actions()).slice(-2)).toEqual(['incident.closed', 'sending.resumed'])
  })
})

it('the runbook can be followed to the letter', async () => {
  const runbook = readFileSync(new URL('../../docs/security/incident.md', import.meta.url), 'utf8')
  const lines = [...runbook.matchAll(/^ {4}countersign (.+)$/gm)].map(([, line]) => line ?? '')
  expect(lines.length).toBeGreaterThan(12)
  for (const line of lines) {
    const { code, err } = await run(line)
    // A test's own installation is not fit for production; that the list runs to its end is enough.
    expect(line.startsWith('doctor --production') ? [0, 1] : [0], `${line}: ${err}`).toContain(code)
  }
})

it('countersign doctor --production goes through the whole list, one item each', async () => {
  const { code, out } = await run('doctor --production --json')
  const items: { id: string; ok: boolean | null; detail: string }[] = JSON.parse(out)
  expect(code).toBe(1)
  expect(new Set(items.map(({ id }) => id)).size).toBe(items.length)
  const by = Object.fromEntries(items.map(({ id, ok }) => [id, ok]))
  expect(by).toMatchObject({
    audit_whole: true,
    token_ages: true,
    https_only: false,
    secrets_given: false,
    backup_verified: null,
  })

  const [account] = await db.select().from(accounts).limit(1)
  const old = new Date(Date.now() - 61 * 86_400_000)
  await db
    .update(accounts)
    .set({ tokenObtainedAt: old })
    .where(eq(accounts.id, account?.id as never))
  await db.update(auditEntries).set({ actorId: 'somebody' }).where(eq(auditEntries.seq, 2))
  const again: typeof items = JSON.parse((await run('doctor --production --json')).out)
  expect(again.filter(({ id }) => ['audit_whole', 'token_ages'].includes(id)).map(({ ok }) => ok)).toEqual([
    false,
    false,
  ])
  expect(again.find(({ id }) => id === 'token_ages')?.detail).toContain(account?.id)
})
