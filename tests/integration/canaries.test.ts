import { eq, sql } from 'drizzle-orm'
import { afterAll, describe, expect, it } from 'vitest'
import { connect, type Database } from '#db/client.ts'
import { accounts } from '#db/schema/accounts.ts'
import { auditEntries } from '#db/schema/audit-entries.ts'
import { conversations } from '#db/schema/conversations.ts'
import { deliveryAttempts } from '#db/schema/delivery-attempts.ts'
import { drafts } from '#db/schema/drafts.ts'
import { messages } from '#db/schema/messages.ts'
import { outboxPosts } from '#db/schema/outbox-posts.ts'
import { readConfig } from '#src/config.ts'
import { type AccountId, newId } from '#src/domain/ids.ts'
import { createDraftReply, createEstimate } from '#src/drafting/claude.ts'
import { createDraft } from '#src/flow/draft.ts'
import { createIdentify } from '#src/flow/identify.ts'
import { createReceive } from '#src/flow/receive.ts'
import { createRenew } from '#src/flow/renew.ts'
import { createDecide } from '#src/flow/review.ts'
import { createSend } from '#src/flow/send.ts'
import { createLanes } from '#src/limits/lanes.ts'
import { createLimiter } from '#src/limits/slots.ts'
import { createLogger } from '#src/observability/logger.ts'
import { createBell } from '#src/queues/bell.ts'
import { createRedisLook } from '#src/queues/facts.ts'
import { createApprovalChecker, createApprovalSigner, generateApprovalKeys } from '#src/vault/approvals.ts'
import { createKeyring, generateFernetKey } from '#src/vault/keyring.ts'
import { Secret } from '#src/vault/secret.ts'
import { createWeb } from '#src/web.ts'
import { adaptersAt } from '#tests/support/adapters.ts'
import { canaries, canariesIn, redisText, said, signed } from '#tests/support/canaries.ts'
import { aClaude, aMessage, anAnswer } from '#tests/support/claude.ts'
import { aFakeGraph, graphError } from '#tests/support/fake-graph.ts'
import { aBody, aText } from '#tests/support/instagram.ts'
import { anOutboxWorker } from '#tests/support/posts.ts'
import { aDatabase, aRedis } from '#tests/support/stores.ts'
import { anAccount, anOperator, DAY_MS } from '#tests/support/threads.ts'
import { everyRow } from '#tests/support/traces.ts'
import { runContacts } from '#workers/contacts.ts'
import { runCredentials } from '#workers/credentials.ts'
import { runDraft } from '#workers/draft.ts'
import { runInbox } from '#workers/inbox.ts'

const now = () => new Date()
const { db, url } = await aDatabase()
const { redis, prefix } = aRedis({ forWorkers: true })
const graph = await aFakeGraph()
const claude = await aClaude()
const { house, lines, hidden } = await aHouse()

/** The whole product with canaries for secrets; only the platform and Claude are played, over HTTP. */
async function aHouse() {
  const approval = generateApprovalKeys()
  const fernet = generateFernetKey()
  const config = readConfig(
    {
      DATABASE_URL: url,
      REDIS_URL: 'redis://127.0.0.1',
      MEDIA_DIR: '/nowhere',
      APP_SECRET_KEY: fernet,
      SESSION_SECRET: canaries.sessionSecret,
      APPROVAL_SIGNING_KEY: approval.privateKey,
      AUDIT_SIGNING_KEY: generateApprovalKeys().privateKey,
      WEBHOOK_VERIFY_TOKEN: canaries.verifyToken,
      INSTAGRAM_APP_SECRET: canaries.instagramSecret,
    },
    'web',
  )
  const lines: string[] = []
  const log = createLogger({ level: 'debug', pretty: false, process: 'test', write: (line) => lines.push(line) })
  const { bell, close } = createBell(redis, prefix)
  const publish = () => undefined
  const keyring = createKeyring(config.appSecretKey)
  const adapters = adaptersAt(graph.url)
  await redis.set(`${prefix}:limits:epoch`, '1')
  const lanes = createLanes(redis, prefix)
  const parts = { db, bell, lanes, publish, now, keyring, adapters, limiter: createLimiter(redis, prefix) }
  const model = 'claude-haiku-5-5'
  const draftReply = createDraftReply({
    apiKey: new Secret(canaries.claudeKey),
    baseUrl: claude.url,
    model,
    effort: 'low',
  })
  const isApproved = createApprovalChecker(approval.publicKey)
  const shared = { connection: redis, prefix, log }
  const workers = [
    runInbox({ ...shared, receive: createReceive(parts) }),
    runDraft({
      ...shared,
      concurrency: 2,
      draft: createDraft({ ...parts, draftReply, estimate: createEstimate({ model }) }),
    }),
    anOutboxWorker({ redis, lanes, log, send: createSend({ ...parts, isApproved }) }),
    runContacts({ ...shared, identify: createIdentify(parts) }),
    runCredentials({ ...shared, renew: createRenew(parts) }),
  ]
  afterAll(async () => {
    await Promise.all(workers.map((worker) => worker.close()))
    await close()
  })
  const web = (database: Database) =>
    createWeb({
      config,
      db: database,
      bell,
      lanes,
      publish,
      live: () => () => undefined,
      ping: () => redis.ping(),
      redisLook: createRedisLook(redis),
      isRedisHere: () => true,
      log,
      now,
    })
  const decide = createDecide({ ...parts, sign: createApprovalSigner(config.approvalSigningKey) })
  return {
    house: { web: web(db), webWith: web, decide, keyring, bell },
    lines,
    // Random, so they cannot be spelt in advance.
    hidden: [fernet, approval.privateKey],
  }
}

async function aCanaryAccount(changed: Partial<typeof accounts.$inferInsert> = {}) {
  const id = newId('account', now())
  const sealedToken = house.keyring.seal(new Secret(canaries.accountToken), { owner: id, field: 'token' })
  return anAccount(db, { id, sealedToken, quietMs: 0, undoMs: 0, ...changed })
}

let serial = 0
const aContact = () => `12345678900${serial++}`

/** A message comes in the way all do: signed, through the door. */
async function arrives(accountRef: string, from: string, text = said) {
  const answer = await house.web.request(
    '/webhooks/instagram',
    signed(aBody(accountRef, [aText({ from, to: accountRef, text, at: Date.now() })])),
  )
  expect(answer.status).toBe(200)
}

const conversationOf = async (accountId: AccountId) =>
  (await db.select().from(conversations).where(eq(conversations.accountId, accountId)))[0]
const draftOf = async (accountId: AccountId) =>
  (await db.select().from(drafts).where(eq(drafts.accountId, accountId))).findLast(
    ({ status }) => status === 'pending_review',
  )
/** Approves the draft of that account, as soon as there is one. */
async function approves(accountId: AccountId) {
  await expect.poll(async () => (await draftOf(accountId))?.id, { timeout: 15_000 }).toBeDefined()
  const { id: draftId, textHash, headMessageId } = (await draftOf(accountId))!
  const { id: operatorId } = await anOperator(db)
  const decision = { verdict: 'approve', text: canaries.approved, seen: { textHash, headMessageId } } as const
  await house.decide({ draftId, decision, operatorId, givenBy: 'console' })
}

const failures = (queue: string) => lines.filter((line) => line.includes(`"${queue}"`) && line.includes('job failed'))

async function withoutTable(name: string, work: () => Promise<void>) {
  await db.execute(sql.raw(`RENAME TABLE ${name} TO ${name}_away`))
  try {
    await work()
  } finally {
    await db.execute(sql.raw(`RENAME TABLE ${name}_away TO ${name}`))
  }
}

/** What must hold after everything that a test did. */
async function expectNoCanary() {
  expect(canariesIn(lines.join(''), hidden)).toEqual([])
  expect(canariesIn(await redisText(redis, prefix), hidden)).toEqual([])
}

describe('no canary shows in a log line or in Redis', () => {
  it('when a message comes in, is drafted, approved and sent', async () => {
    const account = await aCanaryAccount()
    claude.answers.push({ body: aMessage({ answer: anAnswer({ reply: canaries.drafted }) }) })
    await arrives(account.accountRef, aContact())
    await expect.poll(() => draftOf(account.id), { timeout: 15_000 }).toMatchObject({ text: canaries.drafted })
    await approves(account.id)
    const post = async () => (await db.select().from(outboxPosts).where(eq(outboxPosts.accountId, account.id)))[0]
    await expect.poll(async () => (await post())?.status, { timeout: 15_000 }).toBe('sent')
    expect(graph.sends().at(-1)).toMatchObject({ token: canaries.accountToken })
    expect(lines.join('')).toContain('outbox.instagram')
    await expectNoCanary()
  })

  it('when the database refuses what a delivery holds', async () => {
    const account = await aCanaryAccount()
    await withoutTable('messages', async () => {
      await arrives(account.accountRef, aContact())
      await expect.poll(() => failures('inbox').length, { timeout: 15_000 }).toBeGreaterThan(0)
    })
    expect(failures('inbox').join('')).toContain('ER_NO_SUCH_TABLE')
    await expect.poll(async () => (await draftOf(account.id))?.id, { timeout: 20_000 }).toBeDefined()
    await expectNoCanary()
  })

  it('when the database refuses a draft', async () => {
    const account = await aCanaryAccount()
    claude.answers.push({ body: aMessage({ answer: anAnswer({ reply: canaries.drafted, language: 'tlh' }) }) })
    await db.execute(sql.raw("ALTER TABLE drafts ADD CONSTRAINT no_klingon CHECK (language <> 'tlh')"))
    await arrives(account.accountRef, aContact())
    await expect.poll(() => failures('draft').length, { timeout: 15_000 }).toBeGreaterThan(0)
    await db.execute(sql.raw('ALTER TABLE drafts DROP CONSTRAINT no_klingon'))
    // Its lease outlives this test, so nobody is to draft it again.
    await db.update(conversations).set({ attention: 'none' }).where(eq(conversations.accountId, account.id))
    await expectNoCanary()
  })

  it('when the database refuses what a post holds', async () => {
    const account = await aCanaryAccount()
    await arrives(account.accountRef, aContact())
    await withoutTable('delivery_attempts', async () => {
      await approves(account.id)
      await expect.poll(() => failures('outbox.instagram').length, { timeout: 15_000 }).toBeGreaterThan(0)
    })
    await expectNoCanary()
  })

  it.each([
    [
      'refuses the request, with its words',
      { status: 400, body: { type: 'error', error: { type: 'invalid_request_error', message: said } } },
    ],
    [
      'refuses the key, with the key',
      {
        status: 401,
        body: {
          type: 'error',
          error: { type: 'authentication_error', message: `invalid x-api-key ${canaries.claudeKey}` },
        },
      },
    ],
    ['answers something else than asked', { body: aMessage({ answer: said }) }],
    ['answers no JSON at all', { status: 500, body: said }],
    ['cuts the connection', { drop: true }],
  ])('when Claude %s', async (_, answer) => {
    const account = await aCanaryAccount()
    const calls = claude.requests.length
    claude.answers.push(answer)
    await arrives(account.accountRef, aContact())
    await expect.poll(() => claude.requests.length, { timeout: 15_000 }).toBeGreaterThan(calls)
    await expect
      .poll(async () => ['person', 'review'].includes((await conversationOf(account.id))?.attention ?? ''), {
        timeout: 25_000,
      })
      .toBe(true)
    expect((await conversationOf(account.id))?.attentionNote ?? '').not.toContain('canary')
    await expectNoCanary()
  })

  it.each([
    [
      'refuses the token, with the token',
      { status: 401, body: graphError(190, 463, { message: `Bad token ${canaries.accountToken}` }) },
    ],
    [
      'refuses the words, with the words',
      { status: 400, body: graphError(100, 2534015, { message: canaries.approved }) },
    ],
    [
      'throttles, with everything',
      { status: 400, body: graphError(613, undefined, { message: `${canaries.accountToken} ${said}` }) },
    ],
    ['breaks down with a page', { status: 500, body: `<html>${canaries.accountToken} ${said}` }],
    ['cuts the connection', { drop: true }],
  ])('when the platform %s', async (_, script) => {
    const account = await aCanaryAccount()
    await arrives(account.accountRef, aContact())
    const calls = graph.sends().length
    graph.next('messages', script)
    await approves(account.id)
    await expect.poll(() => graph.sends().length, { timeout: 15_000 }).toBeGreaterThan(calls)
    const attempts = () => db.select().from(deliveryAttempts).where(eq(deliveryAttempts.accountId, account.id))
    await expect.poll(async () => (await attempts())[0]?.outcome ?? null, { timeout: 15_000 }).not.toBeNull()
    expect(canariesIn(JSON.stringify(await attempts()))).toEqual([])
    await expectNoCanary()
  })

  it('when tokens are renewed, refused or cannot be opened, and profiles are refused', async () => {
    const old = {
      tokenObtainedAt: new Date(Date.now() - 40 * DAY_MS),
      tokenExpiresAt: new Date(Date.now() + 10 * DAY_MS),
    }
    const ask = async (account: { id: AccountId }) => {
      const calls = graph.arrivals.length
      await house.bell.credential(account.id)
      await expect.poll(() => graph.arrivals.length, { timeout: 15_000 }).toBeGreaterThan(calls)
    }
    graph.next('refresh_access_token', { body: { access_token: canaries.freshToken, expires_in: 5_000_000 } })
    const renewed = await aCanaryAccount(old)
    await ask(renewed)
    graph.next('refresh_access_token', { status: 400, body: graphError(190, 463, { message: canaries.accountToken }) })
    await ask(await aCanaryAccount(old))
    graph.next('refresh_access_token', { drop: true })
    await ask(await aCanaryAccount(old))
    const sealed = await aCanaryAccount(old)
    await db
      .update(accounts)
      .set({ sealedToken: `gAAAA${canaries.customer}` })
      .where(eq(accounts.id, sealed.id))
    const told = lines.length
    await house.bell.credential(sealed.id)
    await expect.poll(() => lines.length, { timeout: 15_000 }).toBeGreaterThan(told)
    await expectNoCanary()
  })
})

describe('no canary shows in an answer to somebody who is not signed in', () => {
  const form = { 'content-type': 'application/x-www-form-urlencoded', 'sec-fetch-site': 'same-origin' }
  const signIn = new URLSearchParams({ email: 'nobody@mail.example', password: canaries.password }).toString()
  const body = JSON.stringify({ object: 'instagram', said })

  const requests: Record<string, [string, RequestInit]> = {
    'a wrong signature': ['/webhooks/instagram', { ...signed(body), body: `${body} ` }],
    'no signature': ['/webhooks/instagram', { method: 'POST', headers: { 'content-type': 'application/json' }, body }],
    'a wrong type': ['/webhooks/instagram', { ...signed(body), headers: { 'content-type': 'text/plain' } }],
    'a wrong method': ['/webhooks/instagram', { method: 'PUT', body }],
    'signed rubbish': ['/webhooks/instagram', signed(said)],
    'a handshake with a wrong token': [
      `/webhooks/instagram?hub.mode=subscribe&hub.challenge=1&hub.verify_token=${canaries.verifyToken}x`,
      {},
    ],
    'a wrong password': ['/sign-in', { method: 'POST', headers: form, body: signIn }],
    'a setup link that opens nothing': [`/setup?token=${canaries.setupToken}`, {}],
    'a page that is not there': [`/${encodeURIComponent(canaries.customer)}`, {}],
  }

  it.each(Object.keys(requests))('for %s', async (kind) => {
    const [path, init] = requests[kind]!
    const answer = await house.web.request(path, init)
    const text = `${await answer.text()} ${JSON.stringify([...answer.headers])}`
    // What somebody typed may stand in the form they get back, but nothing of ours and nobody else's.
    const ours = [canaries.instagramSecret, canaries.sessionSecret, canaries.accountToken, ...hidden]
    expect(ours.filter((secret) => text.includes(secret))).toEqual([])
    expect(text).not.toContain(canaries.password)
    await expectNoCanary()
  })

  it.each(Object.keys(requests))('for %s while the database is away', async (kind) => {
    const away = connect('mysql://app:canaryDatabasePassword@127.0.0.1:1/countersign')
    const [path, init] = requests[kind]!
    const answer = await house.webWith(away.db).request(path, init)
    await away.close()
    const text = await answer.text()
    expect(canariesIn(text).filter((canary) => canary !== canaries.setupToken && canary !== canaries.customer)).toEqual(
      [],
    )
    for (const hint of ['canaryDatabasePassword', 'ECONNREFUSED', ' at ', 'select ', 'node_modules'])
      expect(text).not.toContain(hint)
    expect(lines.join('')).not.toContain('canaryDatabasePassword')
    expect(canariesIn(lines.join(''), hidden)).toEqual([])
  })
})

it('keeps no text of a customer in Redis once the database has taken it', async () => {
  const away = connect('mysql://app@127.0.0.1:1/countersign')
  const account = await aCanaryAccount()
  const text = JSON.parse(
    aBody(account.accountRef, [aText({ from: aContact(), to: account.accountRef, text: said, at: Date.now() })]),
  )
  const answer = await house.webWith(away.db).request('/webhooks/instagram', signed(JSON.stringify(text)))
  await away.close()
  expect(answer.status).toBe(200)
  await expect.poll(async () => (await conversationOf(account.id))?.id, { timeout: 15_000 }).toBeDefined()
  await expect.poll(async () => canariesIn(await redisText(redis, prefix)), { timeout: 10_000 }).toEqual([])
})

it('keeps no secret in any row of any table, in whatever writing', async () => {
  const { customer, email, phone, drafted, approved, ...secrets } = canaries
  const words = [...Object.values(secrets), ...hidden]
  const rows = (await everyRow(db)).join('\n')
  expect(canariesIn(rows, hidden).filter((found) => words.includes(found))).toEqual([])
  // What people wrote is kept there; so the look itself is one that finds.
  expect(canariesIn(rows)).toEqual(expect.arrayContaining([customer, email, phone, drafted, approved]))
})

it.each([
  ['hex', Buffer.from(said).toString('hex')],
  ['base64', Buffer.from(`x${said}`).toString('base64')],
  ['an address', encodeURIComponent(said)],
])('finds a canary that is written in %s', (_writing, text) => {
  expect(canariesIn(text)).toEqual(expect.arrayContaining([canaries.email]))
})

it('finds canaries where they are, so that finding none means something', async () => {
  await redis.hset(`${prefix}:probe`, 'body', Buffer.from(`{"text":"${said}"}`).toString('base64'))
  expect(canariesIn(await redisText(redis, prefix))).toEqual(
    expect.arrayContaining([canaries.customer, canaries.email]),
  )
  await redis.del(`${prefix}:probe`)
  const kept = await db.select({ text: messages.text }).from(messages)
  expect(canariesIn(JSON.stringify(kept))).toContain(canaries.customer)
  const entries = await db.select().from(auditEntries)
  expect(entries.length).toBeGreaterThan(0)
  expect(canariesIn(JSON.stringify(entries), hidden)).toEqual([])
})
