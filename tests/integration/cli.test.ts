import { eq } from 'drizzle-orm'
import { describe, expect, it } from 'vitest'
import { readAccount } from '#db/accounts.ts'
import { raiseAlert } from '#db/alerts.ts'
import { inTransaction } from '#db/client.ts'
import { listKnowledge } from '#db/knowledge.ts'
import { insertOperator } from '#db/operators.ts'
import { accounts } from '#db/schema/accounts.ts'
import { alerts } from '#db/schema/alerts.ts'
import { auditEntries } from '#db/schema/audit-entries.ts'
import { deletionRequests } from '#db/schema/deletion-requests.ts'
import { switches } from '#db/schema/switches.ts'
import { NO_EXPIRY } from '#src/domain/credential.ts'
import { type AccountId, newId } from '#src/domain/ids.ts'
import { createApiKeys } from '#src/flow/api-keys.ts'
import { createIsSetupOpen } from '#src/flow/set-up.ts'
import { createHub } from '#src/queues/live.ts'
import { generateApprovalKeys } from '#src/vault/approvals.ts'
import { createKeyring, generateFernetKey } from '#src/vault/keyring.ts'
import { Secret } from '#src/vault/secret.ts'
import { aSigner } from '#tests/support/audit.ts'
import { command } from '#tests/support/command.ts'
import { aFakeGraph, graphError } from '#tests/support/fake-graph.ts'
import { aDatabase, aRedis } from '#tests/support/stores.ts'
import { aThread } from '#tests/support/threads.ts'

const { db, url } = await aDatabase()
const graph = await aFakeGraph()
const key = generateFernetKey()
const keyring = createKeyring(new Secret(key))
const pepper = 'session-secret'.padEnd(64, '0')
const TOKEN = 'IGAAcanary0123456789canary'

const env = {
  DATABASE_URL: url,
  APP_SECRET_KEY: key,
  SESSION_SECRET: pepper,
  INSTAGRAM_GRAPH_URL: graph.url,
  META_GRAPH_URL: graph.url,
  PUBLIC_URL: 'https://reply.example.org',
}

const run = (line: string, stdin = '', more: Record<string, string> = {}) =>
  command({ ...env, ...more }, line, { stdin: stdin.trim() })

let serial = 0
const aRef = () => `1784140000000${1000 + serial++}`
const add = async (ref: string, token = TOKEN) => {
  const { out } = await run(`accounts add --account-ref ${ref} --name Alpine`, token)
  return out.trim() as AccountId
}
const audited = (subjectId: string) =>
  db.select().from(auditEntries).where(eq(auditEntries.subjectId, subjectId)).orderBy(auditEntries.seq)
const opened = async (id: AccountId) => {
  const account = await readAccount(db, id)
  return keyring.open(account?.sealedToken ?? '', { owner: id, field: 'token' }).reveal()
}

describe('accounts add', () => {
  it('seals the token, stores the account and leaves an audit entry', async () => {
    const ref = aRef()
    const { code, out, err } = await run(`accounts add --account-ref ${ref} --name Alpine`, `${TOKEN}\n`)
    expect({ code, err }).toEqual({ code: 0, err: 'The account is connected\n' })
    const id = out.trim() as AccountId
    const account = await readAccount(db, id)
    expect(account).toMatchObject({
      platform: 'instagram',
      accountRef: ref,
      name: 'Alpine',
      credentialStatus: 'valid',
      stoppedAt: null,
    })
    expect(account?.sealedToken).toMatch(/^gAAAA[\w-]+=*$/)
    expect(await opened(id)).toBe(TOKEN)
    const signer = aSigner(db, { clock: { ms: Date.now() } })
    await signer.look()
    const keys = { AUDIT_PUBLIC_KEY: signer.keys.publicKey }
    expect((await run('audit verify', '', keys)).out).toMatch(/: \d+ entries, all under a signature\n$/)
    const others = { AUDIT_PUBLIC_KEY: generateApprovalKeys().publicKey }
    expect((await run('audit verify', '', others)).err).toContain('no valid signature')

    const [entry] = await audited(id)
    expect(entry).toMatchObject({ action: 'account.added', actorKind: 'process', actorId: 'cli' })
    expect(JSON.stringify([account, entry])).not.toContain('canary')
  })

  it('asks the platform whose token it is when nobody says', async () => {
    graph.next('me', { body: { user_id: '17841400000005555', username: 'alpine.shop' } })
    const { out } = await run('accounts add --json', TOKEN)
    expect(JSON.parse(out)).toMatchObject({ accountRef: '17841400000005555', name: 'alpine.shop', isNew: true })
  })

  it('connects a Page with a token that has no end, proven with the Meta app secret', async () => {
    graph.next('me', { body: { id: '200000000005555', name: 'Alpine' } })
    const { out } = await run('accounts add --platform messenger --json', TOKEN, { META_APP_SECRET: 'm'.repeat(32) })
    const { id, accountRef } = JSON.parse(out)
    expect(accountRef).toBe('200000000005555')
    expect(await readAccount(db, id)).toMatchObject({ platform: 'messenger', tokenExpiresAt: NO_EXPIRY })
    expect(graph.arrivals.at(-1)?.query.get('appsecret_proof')).toMatch(/^[0-9a-f]{64}$/)
    const listed = JSON.parse((await run('accounts list --json')).out)
    expect(listed).toContainEqual(expect.objectContaining({ id, platform: 'messenger', tokenExpiresAt: null }))
    graph.next('me', { body: { id: '200000000005555', name: 'Alpine' } })
    expect((await run(`accounts check ${id}`)).out).toContain('works')
  })

  it('writes down who connected a Page, what they allowed and until when', async () => {
    graph.next('me', { body: { id: '200000000005556', name: 'Alpine' } })
    const data = { is_valid: true, user_id: '218471', scopes: ['pages_messaging'], expires_at: 0 }
    graph.next('debug_token', { body: { data: { ...data, data_access_expires_at: 1_896_000_000 } } })
    const apps = { META_APP_ID: '1517776481860111', META_APP_SECRET: 'm'.repeat(32) }
    const { out } = await run('accounts add --platform messenger', TOKEN, apps)
    expect(await readAccount(db, out.trim() as AccountId)).toMatchObject({
      ...{ ownerRef: '218471', scopes: ['pages_messaging'], tokenExpiresAt: NO_EXPIRY },
      dataAccessExpiresAt: new Date(1_896_000_000_000),
    })
  })

  it('gives a connected account its new token and keeps everything else', async () => {
    const ref = aRef()
    const id = await add(ref)
    await db
      .update(accounts)
      .set({ voice: 'warm', credentialStatus: 'revoked', tokenError: '190/463' })
      .where(eq(accounts.id, id))
    await raiseAlert(db, {
      kind: 'token_refused',
      subject: id,
      severity: 'critical',
      accountId: id,
      text: 'x',
      at: new Date(),
    })
    const { code, out, err } = await run(
      `accounts add --account-ref ${ref} --name Other --expires-at 2100-01-01`,
      'IGAAnew0123456789',
    )
    expect({ code, id: out.trim(), err }).toEqual({
      code: 0,
      id,
      err: 'The account was connected already; it has the new token now\n',
    })
    expect(await readAccount(db, id)).toMatchObject({
      voice: 'warm',
      name: 'Alpine',
      credentialStatus: 'valid',
      tokenError: null,
    })
    expect(await opened(id)).toBe('IGAAnew0123456789')
    expect((await audited(id)).map(({ action }) => action)).toEqual(['account.added', 'credential.renewed'])
    expect(
      await db
        .select()
        .from(alerts)
        .where(eq(alerts.openKey, `token_refused:${id}`)),
    ).toEqual([])
  })

  it('stores nothing when the token belongs to another account than was said', async () => {
    const ref = aRef()
    const before = await db.$count(accounts)
    const { code, err } = await run(`accounts add --account-ref ${ref}`, TOKEN)
    expect({ code, err }).toEqual({
      code: 4,
      err: `This token belongs to alpine, not to ${ref}: nothing was changed\n`,
    })
    expect(await db.$count(accounts)).toBe(before)
  })

  it.each([
    ['refuses the token', { status: 401, body: graphError(190, 463, { message: `Bad token ${TOKEN}` }) }, 1],
    ['is away', { status: 503, body: '' }, 69],
  ])('stores nothing when the platform %s', async (_, script, expected) => {
    const before = await db.$count(accounts)
    graph.next('me', script)
    const { code, err } = await run('accounts add', TOKEN)
    expect(code).toBe(expected)
    expect(err).not.toContain('canary')
    expect(await db.$count(accounts)).toBe(before)
  })

  it('connects one account once when two people add it at the same moment', async () => {
    const ref = aRef()
    const ids = await Promise.all([add(ref, 'IGAAfirst0123'), add(ref, 'IGAAsecond0123')])
    expect(await db.$count(accounts, eq(accounts.accountRef, ref))).toBe(1)
    const [account] = await db.select().from(accounts).where(eq(accounts.accountRef, ref))
    expect(ids).toContain(account?.id)
  })
})

describe('accounts list', () => {
  it('shows each account’s health, for programs and for people, and no token', async () => {
    const id = await add(aRef())
    const listed = JSON.parse((await run('accounts list --json')).out)
    expect(listed).toContainEqual(expect.objectContaining({ id, name: 'Alpine', token: 'valid', stopped: false }))
    await db.update(accounts).set({ name: 'A\u001b[31m\u202eB' }).where(eq(accounts.id, id))
    const { out } = await run('accounts list')
    expect(out).toContain(id)
    expect(out).toContain('A�[31m�B')
    expect(out).not.toMatch(/canary|gAAAA/)
  })
})

describe('accounts check', () => {
  it.each([
    ['works', (ref: string) => ({ body: { user_id: ref, username: 'a' } }), 0],
    ['refused', () => ({ status: 401, body: graphError(190, 463) }), 1],
    ['belongs to another account', () => ({ body: { user_id: '1', username: 'a' } }), 1],
    ['not asked: the platform did not answer', () => ({ drop: true }), 69],
  ])('tells that a token %s', async (finding, script, expected) => {
    const ref = aRef()
    const id = await add(ref)
    graph.next('me', script(ref))
    const { code, out } = await run(`accounts check ${id} --json`)
    expect(JSON.parse(out)).toEqual([{ id, platform: 'instagram', name: 'Alpine', token: finding }])
    expect(code).toBe(expected)
  })

  it('does not know an account that is not there', async () => {
    expect((await run(`accounts check ${newId('account', new Date())}`)).code).toBe(3)
    expect((await run('accounts check nonsense')).code).toBe(3)
  })

  it('says that a token sealed with another key cannot be used, without a call', async () => {
    const id = await add(aRef())
    const calls = graph.arrivals.length
    const foreign = createKeyring(new Secret(generateFernetKey())).seal(new Secret(TOKEN), {
      owner: id,
      field: 'token',
    })
    await db.update(accounts).set({ sealedToken: foreign }).where(eq(accounts.id, id))
    expect((await run(`accounts check ${id}`)).code).toBe(1)
    expect(graph.arrivals.length).toBe(calls)
  })
})

describe('knowledge add', () => {
  it('gives an account a passage to cite, and leaves an audit entry', async () => {
    const id = await add(aRef())
    const { code, out } = await run(`knowledge add ${id} --title Shipping`, 'Two days within Austria.')
    expect(code).toBe(0)
    expect((await listKnowledge(db, [id])).get(id)).toMatchObject([
      { title: 'Shipping', body: 'Two days within Austria.' },
    ])
    expect(await audited(out.trim())).toMatchObject([{ action: 'knowledge.saved', actorId: 'cli' }])
  })

  it('adds nothing without a title, without a text, or to an account that is not there', async () => {
    const id = await add(aRef())
    expect((await run(`knowledge add ${id}`, 'text')).code).toBe(2)
    expect((await run(`knowledge add ${id} --title x`, '')).code).toBe(5)
    expect((await run(`knowledge add ${newId('account', new Date())} --title x`, 'text')).code).toBe(3)
    expect((await listKnowledge(db, [id])).get(id)).toEqual([])
  })
})

describe('stopping and resuming', () => {
  it('holds one account and lets it go, each with its audit entry', async () => {
    const id = await add(aRef())
    expect((await run(`accounts stop ${id} --reason review`)).code).toBe(0)
    expect(await readAccount(db, id)).toMatchObject({ stoppedReason: 'review', stoppedAt: expect.any(Date) })
    expect((await run(`accounts resume ${id}`)).code).toBe(0)
    expect(await readAccount(db, id)).toMatchObject({ stoppedAt: null })
    expect((await audited(id)).map(({ action }) => action)).toEqual([
      'account.added',
      'account.stopped',
      'account.resumed',
    ])
    expect((await run(`accounts stop ${newId('account', new Date())}`)).code).toBe(3)
  })

  it('holds everything and lets it go', async () => {
    const isStopped = async () =>
      (await db.select().from(switches).where(eq(switches.name, 'sending')))[0]?.stoppedAt != null
    expect((await run('sending stop')).code).toBe(0)
    expect(await isStopped()).toBe(true)
    expect((await run('sending resume')).code).toBe(0)
    expect(await isStopped()).toBe(false)
  })
})

describe('contacts erase', () => {
  it('files the erasure of one person when one is sure, and prints the page that follows it', async () => {
    const { contact } = await aThread(db)
    const unsure = await run(`contacts erase ${contact.id}`)
    expect([unsure.code, unsure.err]).toEqual([2, expect.stringContaining('say --yes')])
    const { code, out } = await run(`contacts erase ${contact.id} --yes`)
    expect(code).toBe(0)
    const page = /^https:\/\/reply\.example\.org\/compliance\/deletions\/([0-9a-z]{32})\n$/.exec(out)
    const [request] = await db
      .select()
      .from(deletionRequests)
      .where(eq(deletionRequests.code, page?.[1] ?? ''))
    expect(request).toMatchObject({ status: 'received', personRef: contact.contactRef, accountId: contact.accountId })
    expect(await audited(request!.id)).toMatchObject([{ action: 'deletion.requested', actorId: 'cli' }])
    expect((await run(`contacts erase ${newId('contact', new Date())} --yes`)).code).toBe(3)
  })
})

describe('with Redis', () => {
  it('tells open consoles what was changed', async () => {
    const heard: string[] = []
    const { redis: listening, url: redisUrl } = aRedis()
    createHub(listening)(({ topic, id }) => heard.push(`${topic} ${id}`))
    await listening.ping()
    expect((await run('sending resume', '', { REDIS_URL: redisUrl })).code).toBe(0)
    await expect.poll(() => heard).toContain('accounts sending')
  })

  it('does its work without it, and soon, when it is away', { timeout: 8000 }, async () => {
    expect((await run('sending resume', '', { REDIS_URL: 'redis://127.0.0.1:1' })).code).toBe(0)
  })
})

describe('migrate', () => {
  it('finds a fresh database up to date, and says so in its status', async () => {
    expect(await run('migrate')).toEqual({ code: 0, out: '', err: 'The database was up to date already\n' })
    const { code, out } = await run('migrate status --json')
    expect(code).toBe(0)
    expect(JSON.parse(out)).toContainEqual(expect.objectContaining({ state: 'applied' }))
  })
})

describe('setup-link', () => {
  it('prints a link that opens the set-up once, and none once there is an operator', async () => {
    // Where another service signs people in there is no page behind it.
    const elsewhere = await run('setup-link', '', { AUTH_MODE: 'external' })
    expect([elsewhere.code, elsewhere.out]).toEqual([4, ''])
    const { code, out } = await run('setup-link')
    expect(code).toBe(0)
    const link = new URL(out.trim())
    expect(`${link.origin}${link.pathname}`).toBe('https://reply.example.org/setup')
    const isSetupOpen = createIsSetupOpen({ db, pepper: new Secret(pepper), now: () => new Date() })
    expect(await isSetupOpen(link.searchParams.get('token') ?? '')).toBe(true)

    const operator = {
      id: newId('operator', new Date()),
      name: 'A',
      email: 'a@example.org',
      passwordHash: 'x',
      createdAt: new Date(),
    }
    await insertOperator(db, { ...operator, role: 'admin' })
    expect(await run('setup-link')).toEqual({ code: 4, out: '', err: 'There is an operator already\n' })
  })
})

describe('keys api', () => {
  const keys = createApiKeys({ db, pepper: new Secret(pepper), environment: 'test', now: () => new Date() })
  const listed = async () => JSON.parse((await run('keys api list --json')).out) as Record<string, unknown>[]

  it('makes a key that works, and shows it once: on the standard output and nowhere else', async () => {
    expect((await run('keys api list')).err).toContain('There is no key yet')
    const account = await add(aRef())
    const made = await run(`keys api create --name reports --scopes read,export --accounts ${account}`)
    const key = made.out.trim()
    const found = await keys.check(key)
    expect(found).toMatchObject({ key: { name: 'reports', scopes: ['read', 'export'], accountIds: [account] } })
    const [row, ...others] = await listed()
    expect([row, others]).toMatchObject([{ name: 'reports', scopes: 'read export', accounts: account, by: 'cli' }, []])
    expect(made).toMatchObject({ code: 0, err: `${row?.['id']} is made; the key is shown this once\n` })
    expect(JSON.stringify([row, (await run('keys api list')).out])).not.toContain(key.slice(14))
  })

  it('puts another in its place, and takes one away at once', async () => {
    const [{ id } = {}] = await listed()
    const fresh = await run(`keys api rotate ${id} --overlap-hours 1`)
    expect([fresh.code, await keys.check(fresh.out.trim())]).toMatchObject([0, { key: { name: 'reports' } }])
    expect((await run(`keys api rotate ${id}`)).code).toBe(4)
    const freshId = fresh.err.split(' ')[0] ?? ''
    expect((await run(`keys api revoke ${freshId}`)).code).toBe(0)
    expect(await keys.check(fresh.out.trim())).toMatchObject({ refused: 'revoked' })
    expect((await audited(freshId)).map(({ action, actorId }) => [action, actorId])).toContainEqual([
      'key.revoked',
      'cli',
    ])
    const states = Object.fromEntries((await listed()).map((one) => [one['id'], one['state']]))
    expect(states).toMatchObject({ [String(id)]: 'works', [freshId]: 'revoked' })
  })

  it.each([
    ['a right that no program has', 'keys api create --name x --scopes decide', 5],
    ['no right at all', 'keys api create --name x', 5],
    ['an end that is no time', 'keys api create --name x --scopes read --expires-at soon', 2],
    ['a key that there is not', `keys api revoke ${newId('key', new Date())}`, 3],
  ])('makes nothing of %s', async (_what, line, code) => {
    const before = (await listed()).length
    const said = await run(line)
    expect([said.code, said.out, (await listed()).length]).toEqual([code, '', before])
  })
})

describe('audit verify', () => {
  it('finds the log whole, and then the first entry that was edited', async () => {
    const id = await add(aRef())
    const whole = await run('audit verify --json')
    expect(whole.code).toBe(0)
    expect(JSON.parse(whole.out)).toEqual({ ok: true, entries: expect.any(Number) })
    expect((await run('audit verify')).out).toMatch(
      /^The audit log is whole: \d+ entries, whose signatures were not checked/,
    )

    const [entry] = await audited(id)
    await inTransaction(db, (tx) =>
      tx.update(auditEntries).set({ actorId: 'nobody' }).where(eq(auditEntries.subjectId, id)),
    )
    const broken = await run('audit verify')
    expect(broken.code).toBe(1)
    expect(broken.err).toContain(`at entry ${entry?.seq}:`)
  })
})
