import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { createInterface } from 'node:readline'
import { fileURLToPath } from 'node:url'
import { eq } from 'drizzle-orm'
import { beforeEach, describe, expect, it } from 'vitest'
import { listAccounts, readAccount, replaceCredential } from '#db/accounts.ts'
import { inTransaction } from '#db/client.ts'
import { accountLogins } from '#db/schema/account-logins.ts'
import { accounts } from '#db/schema/accounts.ts'
import { auditEntries } from '#db/schema/audit-entries.ts'
import { listSealed, replaceSealed, sealedColumns } from '#db/sealed.ts'
import { type AccountId, newId } from '#src/domain/ids.ts'
import { choiceBinding } from '#src/flow/finish-login.ts'
import { createKeyring, generateFernetKey, type Keyring } from '#src/vault/keyring.ts'
import { Secret } from '#src/vault/secret.ts'
import { command } from '#tests/support/command.ts'
import { aDatabase } from '#tests/support/stores.ts'
import { anAccount } from '#tests/support/threads.ts'

const { db, url } = await aDatabase()
const [old, fresh] = [generateFernetKey(), generateFernetKey()]
const ringOf = (...keys: string[]) => createKeyring(new Secret(keys.join(',')))
const [oldRing, freshRing, bothRing] = [ringOf(old), ringOf(fresh), ringOf(fresh, old)]
const [freshId, oldId] = [freshRing.keyIds[0], oldRing.keyIds[0]]
const cli = fileURLToPath(new URL('../../dist/src/cli.js', import.meta.url))
const both = { DATABASE_URL: url, APP_SECRET_KEY: `${fresh},${old}` }

const placeOf = (owner: AccountId) => ({ owner, field: 'token' })
const tokenOf = (id: AccountId) => `IGAAtoken-${id}`
const open = (ring: Keyring, { id, sealedToken }: { id: AccountId; sealedToken: string }) =>
  ring.open(sealedToken, placeOf(id)).reveal()

/** Accounts whose tokens are under that key. */
async function someAccounts(count: number, ring = oldRing): Promise<AccountId[]> {
  const ids = Array.from({ length: count }, () => newId('account', new Date()))
  for (const id of ids) {
    await anAccount(db, { id, sealedToken: ring.seal(new Secret(tokenOf(id)), placeOf(id)) })
  }
  return ids
}

const run = (line: string, env: Record<string, string> = both) => command(env, line)

const rotations = () => db.select().from(auditEntries).where(eq(auditEntries.action, 'keys.rotated'))

beforeEach(async () => {
  for (const table of [accounts, accountLogins]) await db.delete(table)
})

describe('keys rotate', () => {
  it('seals everything with the first key, killed at any batch and run again, beside renewals that are never undone', async () => {
    const ids = await someAccounts(24)
    const before = (await rotations()).length
    const tokens = new Map(ids.map((id) => [id, tokenOf(id)]))
    const check = async (ring: Keyring) => {
      for (const account of await listAccounts(db)) expect(open(ring, account)).toBe(tokens.get(account.id))
    }
    for (let kills = 0; kills < 2; kills++) {
      await rotateAndKill(1 + Math.floor(Math.random() * 3), 2)
      // Whoever has both keys still reads everything, and renews: here with the key that is going.
      await check(bothRing)
      const [id = expect.unreachable()] = ids.splice(Math.floor(Math.random() * ids.length), 1)
      tokens.set(id, await renew(id, oldRing))
    }
    expect(await run('keys rotate')).toMatchObject({ code: 0 })
    await check(freshRing)
    for (const account of await listAccounts(db)) expect(() => open(oldRing, account)).toThrow('cannot be opened')
    const entries = (await rotations()).slice(before)
    expect(entries.reduce((sum, { detail }) => sum + Number(detail['rows']), 0)).toBeGreaterThanOrEqual(24)
    expect(new Set(entries.map(({ subjectId }) => subjectId))).toEqual(new Set([freshId]))
    expect(JSON.stringify(entries)).not.toContain('IGAA')
  })

  it('does not write over a token that was renewed after it had been read', async () => {
    const [id = '' as AccountId] = await someAccounts(1)
    const column = sealedColumns.find(({ name }) => name === 'accounts.sealed_token') ?? expect.unreachable()
    const [row = expect.unreachable()] = await listSealed(db, column, { after: undefined, limit: 1 })
    const token = await renew(id, oldRing)
    const late = freshRing.seal(new Secret(tokenOf(id)), placeOf(id))
    expect(await inTransaction(db, (tx) => replaceSealed(tx, column, row, [late]))).toBe(false)
    const account = await readAccount(db, id)
    expect(account && open(oldRing, account)).toBe(token)
  })

  it('seals the choices of a login anew, each for its own place', async () => {
    const id = newId('login', new Date())
    const refs = ['111', '222']
    const choices = refs.map((accountRef) => ({
      ...{ accountRef, name: 'Page', tasks: ['MESSAGING'] },
      sealedToken: oldRing.seal(new Secret(`EAA-${accountRef}`), choiceBinding(id, accountRef)),
    }))
    const at = new Date()
    await db.insert(accountLogins).values({
      ...{ id, platform: 'messenger', status: 'choosing', choices },
      ...{ expiresAt: at, createdAt: at, updatedAt: at },
    })
    expect((await run('keys rotate')).code).toBe(0)
    const [login] = await db.select().from(accountLogins)
    for (const [i, accountRef] of refs.entries()) {
      const choice = login?.choices?.[i]
      expect(choice).toMatchObject({ accountRef, name: 'Page', tasks: ['MESSAGING'] })
      const opened = freshRing.open(choice?.sealedToken ?? '', choiceBinding(id, accountRef))
      expect(opened.reveal()).toBe(`EAA-${accountRef}`)
    }
  })

  it('leaves alone what no key opens in its place, says so, and rotates the rest', async () => {
    const [one = '' as AccountId, other = '' as AccountId] = await someAccounts(2)
    const stolen = (await readAccount(db, other))?.sealedToken ?? ''
    await db.update(accounts).set({ sealedToken: stolen }).where(eq(accounts.id, one))
    const { code, out, err } = await run('keys rotate --json')
    expect(code).toBe(1)
    expect(err).toContain(one)
    expect(JSON.parse(out)).toContainEqual({ key: null, use: 'none opens', column: 'accounts.sealed_token', values: 1 })
    expect((await readAccount(db, one))?.sealedToken).toBe(stolen)
    const rotated = await readAccount(db, other)
    expect(rotated && open(freshRing, rotated)).toBe(tokenOf(other))
  })
})

describe('keys status', () => {
  it('says how much stands under which key, and fails until the first one has it all', async () => {
    await someAccounts(3)
    await someAccounts(2, freshRing)
    const before = await run('keys status --json')
    expect(before.code).toBe(1)
    expect(before.err).toBe(`Still needed: ${oldId}; run: countersign keys rotate\n`)
    const column = 'accounts.sealed_token'
    expect(JSON.parse(before.out)).toEqual([
      { key: freshId, use: 'seals', column, values: 2 },
      { key: oldId, use: 'opens', column, values: 3 },
    ])
    await run('keys rotate')
    const after = await run('keys status --json')
    expect(after.code).toBe(0)
    expect(after.err).toMatch(new RegExp(`these may go: ${oldId}\n$`))
    expect(JSON.parse(after.out)).toEqual([
      { key: freshId, use: 'seals', column, values: 5 },
      { key: oldId, use: 'opens', column: null, values: 0 },
    ])
    expect(before.out + before.err + after.out + after.err).not.toContain(fresh.slice(0, 12))
  })

  it('does not count the place of a token that was given back', async () => {
    await anAccount(db, { sealedToken: '' })
    expect(await run('keys status', { ...both, APP_SECRET_KEY: fresh })).toMatchObject({
      code: 0,
      err: 'There is one key\n',
    })
  })
})

it('refuses a batch of another size', async () => {
  expect((await run('keys rotate --batch 0')).code).toBe(2)
})

/** A whole process that is killed after so many batches. */
async function rotateAndKill(batches: number, size: number): Promise<void> {
  const child = spawn(process.execPath, [cli, 'keys', 'rotate', '--batch', String(size)], {
    env: { PATH: process.env['PATH'] ?? '', ...both },
    stdio: ['ignore', 'ignore', 'pipe'],
  })
  const exited = once(child, 'exit')
  let seen = 0
  for await (const line of createInterface({ input: child.stderr })) {
    if (/ [1-9]\d* sealed anew/.test(line)) seen += 1
    if (seen === batches) child.kill('SIGKILL')
  }
  expect(await exited).toEqual([null, 'SIGKILL'])
}

/** What a renewal stores, in the way it does. */
async function renew(id: AccountId, ring: Keyring): Promise<string> {
  const account = await readAccount(db, id)
  const token = `IGAAfresh-${id}-${Math.random()}`
  const now = new Date()
  const stored = await replaceCredential(
    db,
    { id, sealedToken: account?.sealedToken ?? '' },
    {
      sealedToken: ring.seal(new Secret(token), placeOf(id)),
      tokenObtainedAt: now,
      tokenExpiresAt: new Date(now.getTime() + 5e9),
      credentialStatus: 'valid',
    },
    now,
  )
  expect(stored).toBe(true)
  return token
}
