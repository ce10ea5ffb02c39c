import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { appendFileSync, mkdtempSync, readFileSync, renameSync, rmSync, statSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { fileURLToPath } from 'node:url'
import { gt } from 'drizzle-orm'
import { afterAll, describe, expect, it } from 'vitest'
import { alerts } from '#db/schema/alerts.ts'
import { auditEntries, auditFollowers, auditHeads } from '#db/schema/audit-entries.ts'
import { newId } from '#src/domain/ids.ts'
import { createFollowAudit } from '#src/flow/follow-audit.ts'
import { createAuditSink } from '#src/observability/audit-sink.ts'
import { aChain, anEvent, append, START_MS } from '#tests/support/audit.ts'
import { command } from '#tests/support/command.ts'
import { aDatabase } from '#tests/support/stores.ts'

const { db, url } = await aDatabase()
const folder = mkdtempSync(path.join(tmpdir(), 'audit-'))
afterAll(() => rmSync(folder, { recursive: true, force: true }))

let serial = 0
const aFile = () => path.join(folder, `${serial++}`, 'deep', 'audit.jsonl')
const numbers = (until: number, from = 1) => Array.from({ length: until - from + 1 }, (_, i) => from + i)
const entriesOf = (text: string) =>
  text
    .split('\n')
    .slice(0, -1)
    .map((line) => JSON.parse(line) as { seq: number })
const seqsIn = (file: string) => entriesOf(readFileSync(file, 'utf8')).map(({ seq }) => seq)

function aFollower(file: string, { holder = 'one', now = () => new Date() } = {}) {
  const sink = createAuditSink({ kind: 'file', path: file })
  return { sink, follow: createFollowAudit({ db, sink, now, holder }) }
}

describe('a second copy in a file', () => {
  it('holds every entry once and in order, for its owner alone', async () => {
    await aChain(db, 600)
    const file = aFile()
    const { follow } = aFollower(file)
    expect(await follow()).toEqual({ carried: 600 })
    await append(db, [anEvent(1)])
    await follow()
    expect(seqsIn(file)).toEqual(numbers(601))
    expect(statSync(file).mode & 0o777).toBe(0o600)
    expect(entriesOf(readFileSync(file, 'utf8'))[2]).toEqual({
      stream: 'audit',
      seq: 3,
      at: new Date(START_MS + 3).toISOString(),
      action: 'draft.approved',
      actor: { kind: 'operator', id: 'opr_3' },
      subject: { kind: 'draft', id: 'drf_3' },
      accountId: null,
      detail: { a: 'x', edited: false, none: null, z: 3 },
      previousHash: expect.stringMatching(/^[0-9a-f]{64}$/),
      hash: expect.stringMatching(/^[0-9a-f]{64}$/),
    })
  })

  it('goes on behind the last whole line, whatever half of one a crash left', async () => {
    await aChain(db, 3)
    const file = aFile()
    await aFollower(file).follow()
    await append(db, [anEvent(4), anEvent(5)])
    appendFileSync(file, '{"stream":"audit","seq":4,"at":"20')
    await aFollower(file).follow()
    expect(seqsIn(file)).toEqual(numbers(5))
  })

  it('repeats nothing when the note of what was written was lost', async () => {
    await aChain(db, 3)
    const file = aFile()
    await aFollower(file).follow()
    await db.delete(auditFollowers)
    await append(db, [anEvent(4)])
    await aFollower(file).follow()
    expect(seqsIn(file)).toEqual(numbers(4))
  })

  it('goes on in a new file after a rotation', async () => {
    await aChain(db, 3)
    const file = aFile()
    const { follow } = aFollower(file)
    await follow()
    renameSync(file, `${file}.1`)
    await append(db, [anEvent(4)])
    await follow()
    expect([seqsIn(`${file}.1`), seqsIn(file)]).toEqual([numbers(3), [4]])
  })

  it('is not spoiled by a writer that slept while another took its place', async () => {
    await aChain(db, 3)
    const file = aFile()
    const slow = aFollower(file)
    let fallAsleep: (it: [string, number]) => void
    const asleep = new Promise<[string, number]>((resolve) => {
      fallAsleep = resolve
    })
    const sleepOver = (it: [string, number]) => {
      fallAsleep(it)
      return new Promise<never>(() => undefined)
    }
    const sleepy = { ...slow.sink, append: (...it: [string, number]) => sleepOver(it) }
    void createFollowAudit({ db, sink: sleepy, now: () => new Date(0), holder: 'slow' })()
    const late = await asleep
    await append(db, [anEvent(4)])
    await aFollower(file, { holder: 'other' }).follow()
    const whole = readFileSync(file, 'utf8')
    expect(seqsIn(file)).toEqual(numbers(4))
    expect(await slow.sink.append(...late)).toBe(false)
    expect(readFileSync(file, 'utf8')).toBe(whole)
  })

  it('tells when it holds what the database has lost', async () => {
    await aChain(db, 5)
    await db.delete(alerts)
    const file = aFile()
    const { follow } = aFollower(file)
    await follow()
    await db.delete(auditEntries).where(gt(auditEntries.seq, 3))
    await db.update(auditHeads).set({ seq: 3 })
    await follow()
    await follow()
    expect(await db.select().from(alerts)).toMatchObject([{ kind: 'audit_broken', severity: 'critical', count: 1 }])
  })

  it('tells when it cannot be written, and that it can again', async () => {
    await aChain(db, 2)
    await db.delete(alerts)
    const written: string[] = []
    const sink = { name: 'full', last: async () => undefined, append: async () => Promise.reject(new Error('ENOSPC')) }
    const parts = { db, now: () => new Date(), holder: 'one' }
    const tried = { ...sink, append: sink.append as (lines: string) => Promise<boolean> }
    const follow = createFollowAudit({ ...parts, sink: tried })
    await expect(follow()).rejects.toThrow()
    expect(await db.select().from(alerts)).toMatchObject([{ kind: 'audit_sink', resolvedAt: null }])
    tried.append = async (lines) => written.push(lines) > 0
    expect(await follow()).toEqual({ carried: 2 })
    expect(await db.select().from(alerts)).toMatchObject([{ kind: 'audit_sink', resolvedAt: expect.any(Date) }])
    expect(entriesOf(written.join('')).map(({ seq }) => seq)).toEqual([1, 2])
  })

  it('has no gap and no entry twice after its writer was killed again and again', async () => {
    await aChain(db, 0)
    const file = aFile()
    for (let round = 0; round < 3; round++) {
      const child = aChild(file, round)
      await once(child.stdout, 'data')
      for (let n = 0; n < 3; n++)
        await append(
          db,
          numbers(300).map((i) => anEvent(i)),
        )
      child.kill('SIGKILL')
      await once(child, 'close')
    }
    await aFollower(file, { now: () => new Date(Date.now() + 60_000) }).follow()
    expect(seqsIn(file)).toEqual(numbers(2700))
  })
})

/** The built follower in a process of its own, at work without a pause. */
function aChild(file: string, round: number) {
  const dist = (name: string) => new URL(`../../dist/${name}`, import.meta.url).href
  const program = `
    import { connect } from '${dist('db/client.js')}'
    import { createFollowAudit } from '${dist('src/flow/follow-audit.js')}'
    import { createAuditSink } from '${dist('src/observability/audit-sink.js')}'
    const { db } = connect(process.env.URL, { connectionLimit: 1 })
    const sink = createAuditSink({ kind: 'file', path: ${JSON.stringify(file)} })
    // Each process comes an hour after the one before it, whose lease is over by then.
    const now = () => new Date(Date.now() - 86_400_000 + ${round} * 3_600_000)
    const follow = createFollowAudit({ db, sink, now, holder: 'child ${round}' })
    await follow()
    process.stdout.write('at work')
    for (;;) await follow()`
  return spawn(process.execPath, ['--input-type=module', '--eval', program], {
    cwd: fileURLToPath(new URL('../..', import.meta.url)),
    env: { PATH: process.env['PATH'], URL: url },
    stdio: ['ignore', 'pipe', 'inherit'],
  })
}

describe('audit export', () => {
  async function run(line: string) {
    let waits = 0
    const drained = async () => void waits++
    const said = await command({ DATABASE_URL: url }, line, { drained })
    return { ...said, waits }
  }

  it('prints every entry, a few hundred in memory at a time, and its own entry last', async () => {
    await aChain(db, 600)
    const { code, out, waits } = await run('audit export')
    expect({ code, waits }).toEqual({ code: 0, waits: 2 })
    expect(entriesOf(out).map(({ seq }) => seq)).toEqual(numbers(601))
    expect(entriesOf(out).at(-1)).toMatchObject({ action: 'audit.exported', actor: { kind: 'operator', id: 'cli' } })
  })

  it('prints what was asked for only', async () => {
    await aChain(db, 5)
    const accountId = newId('account', new Date(START_MS))
    await append(db, [anEvent(6, { accountId }), anEvent(7, { accountId, action: 'draft.rejected' })])
    const seqs = async (line: string) => entriesOf((await run(line)).out).map(({ seq }) => seq)
    const iso = (n: number) => new Date(START_MS + n).toISOString()
    expect(await seqs('audit export --action draft.rejected')).toEqual([7])
    expect(await seqs(`audit export --account ${accountId}`)).toEqual([6, 7])
    expect(await seqs(`audit export --since ${iso(3)} --until ${iso(5)}`)).toEqual([3, 4])
    expect(await run('audit export --action canary')).toMatchObject({ code: 2, out: '' })
    expect(await run('audit export --since canary')).toMatchObject({ code: 2, out: '' })
  })
})
