import { describe, expect, it } from 'vitest'
import { type AuditEntry, auditActions } from '#src/domain/audit.ts'
import { newId } from '#src/domain/ids.ts'
import { aConsole, aForm, at, signedInAs } from '#tests/support/console.ts'
import { doingOf } from './parts/audit-words.ts'

const accountId = newId('account', at)
const operatorId = newId('operator', at)

function anEntry(changed: Partial<AuditEntry> = {}): AuditEntry {
  return {
    seq: 7,
    previousHash: 'a'.repeat(64),
    hash: 'b'.repeat(64),
    action: 'draft.approved',
    actor: { kind: 'operator', id: operatorId },
    subject: { kind: 'draft', id: newId('draft', at) },
    accountId,
    detail: { edited: true, textHash: 'c'.repeat(64) },
    at,
    ...changed,
  }
}

const names = new Map<string, string>([
  [operatorId, 'Ben <b>'],
  [accountId, 'Alpine'],
])
const proof = { entries: 7, checkpoint: { number: 1, seq: 6, hash: 'a', at }, isSigned: true, isBroken: false }

interface Shown {
  path?: string
  next?: number
  isSigned?: boolean
  isBroken?: boolean
}

async function shown(entries: AuditEntry[], { path = '/audit', next, ...more }: Shown = {}) {
  const asked: unknown[] = []
  const record = {
    list: async (...query: unknown[]) => {
      asked.push(query)
      return { items: entries, next, names }
    },
    proof: async () => ({ ...proof, ...more }),
    people: async () => [{ id: operatorId, name: 'Ben' }],
  }
  const answer = await aConsole({ record }).app.request(path, signedInAs('auditor'))
  return { text: await answer.text(), asked }
}

it('tells in words who did what to which account', async () => {
  const { text } = await shown([anEntry(), anEntry({ action: 'post.sent', actor: { kind: 'process', id: 'sending' } })])
  expect(text).toContain('<bdi>Ben &lt;b&gt;</bdi></strong> approved a reply after changing it')
  expect(text).toContain('<bdi>The sending process</bdi></strong> sent a reply')
  expect(text).toContain(`<a href="/accounts/${accountId}">Alpine</a>`)
  expect(text).toContain('Signed up to entry 6')
})

it.each([{ isSigned: false }, { isBroken: true }])('says when the log cannot be relied on: %o', async (more) => {
  expect((await shown([anEntry()])).text).toContain('Nothing speaks against this log')
  expect((await shown([anEntry()], more)).text).toContain('This log is not as it was written')
})

it('asks for what the form says, and keeps it in the way to older entries', async () => {
  const path = `/audit?action=draft.approved&person=${operatorId}&account=${accountId}&since=2026-11-01&until=2026-11-02`
  const { text, asked } = await shown([anEntry()], { path, next: 7 })
  const filter = {
    action: 'draft.approved',
    actorId: operatorId,
    accountId,
    since: new Date('2026-11-01T00:00:00.000Z'),
    until: new Date('2026-11-03T00:00:00.000Z'),
  }
  expect(asked).toEqual([[filter, undefined, 50]])
  expect(text).toContain(`href="${path.replaceAll('&', '&amp;')}&amp;before=7"`)
  const odd = '/audit?action=x&person=x&account=x&since=2026-13-45&until=%27&before=-1'
  expect((await shown([], { path: odd })).asked).toEqual([[{}, undefined, 50]])
})

it('hands out a file, by the same filter and in the operator’s name', async () => {
  const { app, calls } = aConsole()
  const answer = await app.request('/audit/exports', aForm({ action: 'post.sent' }, { as: 'admin' }))
  expect(await answer.text()).toBe('{}\n')
  expect(answer.headers.get('content-disposition')).toBe('attachment; filename="audit-2026-11-22.jsonl"')
  expect(calls).toMatchObject([
    ['export', { filter: { action: 'post.sent' }, operatorId: expect.stringMatching(/^opr_/) }],
  ])
})

it('is in the menu of those who may read it, and of nobody else', async () => {
  const menuOf = async (role: string) => (await aConsole().app.request('/queue', signedInAs(role))).text()
  expect(await menuOf('auditor')).toContain('href="/audit"')
  expect(await menuOf('approver')).not.toContain('href="/audit"')
})

describe('the words of an entry', () => {
  it.each(auditActions)('say what %s means', (action) => {
    expect(doingOf({ action, detail: {} })).toMatch(/^[a-z][\w ,-]+[a-z]$/)
  })

  it('know what they do not know', () => {
    expect(doingOf({ action: 'moon.landed' as AuditEntry['action'], detail: {} })).toBe(
      'did what is called moon.landed',
    )
  })
})
