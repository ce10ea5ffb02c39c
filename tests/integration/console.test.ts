import type { AddressInfo } from 'node:net'
import { serve } from '@hono/node-server'
import { eq } from 'drizzle-orm'
import { afterAll, describe, expect, it } from 'vitest'
import { createReads } from '#db/console.ts'
import { createAuditReads } from '#db/console-audit.ts'
import { savePause } from '#db/pauses.ts'
import { readReach } from '#db/reach.ts'
import { contacts } from '#db/schema/contacts.ts'
import { conversations } from '#db/schema/conversations.ts'
import { drafts } from '#db/schema/drafts.ts'
import { messages } from '#db/schema/messages.ts'
import { operators } from '#db/schema/operators.ts'
import { outboxPosts } from '#db/schema/outbox-posts.ts'
import { createConsole } from '#src/console/console.tsx'
import type { Change } from '#src/console/deps.ts'
import { NO_EXPIRY } from '#src/domain/credential.ts'
import type { Role } from '#src/domain/identity.ts'
import { type ConversationId, newId } from '#src/domain/ids.ts'
import { createAnswer, createModerate } from '#src/flow/answer.ts'
import { createApproveMany } from '#src/flow/approve-many.ts'
import { createAssign } from '#src/flow/assign.ts'
import { createBringBack } from '#src/flow/bring-back.ts'
import { createConfigure } from '#src/flow/configure.ts'
import { createDesk } from '#src/flow/desk.ts'
import { createExportAudit } from '#src/flow/export-audit.ts'
import { createExportContact } from '#src/flow/export-contact.ts'
import { createNoteInsight } from '#src/flow/export-insight.ts'
import { createPacedDecide } from '#src/flow/paced-decide.ts'
import { createPeople } from '#src/flow/people.ts'
import { createPreferences } from '#src/flow/preferences.ts'
import { createDismiss, createRedraft, createUndo } from '#src/flow/recall.ts'
import { createReconcile } from '#src/flow/reconcile.ts'
import { createRequestDeletion } from '#src/flow/request-deletion.ts'
import { createDecide } from '#src/flow/review.ts'
import { createRules } from '#src/flow/rules.ts'
import { createSignIn } from '#src/flow/sign-in.ts'
import { createViews } from '#src/flow/views.ts'
import { createApprovalSigner, generateApprovalKeys } from '#src/vault/approvals.ts'
import { createKeyring, generateFernetKey } from '#src/vault/keyring.ts'
import { hashPassword } from '#src/vault/passwords.ts'
import { Secret } from '#src/vault/secret.ts'
import { aConnectRoom, aKeyRoom, noPresence } from '#tests/support/console.ts'
import { aDatabase } from '#tests/support/stores.ts'
import { anAccount, anOperator, aThread } from '#tests/support/threads.ts'

const password = 'correct horse battery'
const pepper = new Secret('a pepper of at least thirty-two characters')

/** The console over real verbs and a real database, served over HTTP. */
async function setUp({ heartbeatMs = 60 } = {}) {
  const { db } = await aDatabase()
  const listeners = new Set<(change: Change) => void>()
  const publish = (change: Change) => {
    for (const listener of listeners) listener(change)
  }
  const now = () => new Date()
  const bell = { draft: async () => undefined }
  const lanes = { add: async () => undefined }
  const sign = createApprovalSigner(new Secret(generateApprovalKeys().privateKey))
  const deps = { db, sign, bell, lanes, publish, now }
  const decide = createDecide(deps)
  const { settle } = createReconcile({ db, publish, now })
  const server = serve({ fetch: (request, env) => app.fetch(request, env), port: 0, hostname: '127.0.0.1' })
  await new Promise((resolve) => server.once('listening', resolve))
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
  const keyring = createKeyring(new Secret(generateFernetKey()))
  const { own, ...signIn } = createSignIn({ db, pepper, keyring, isFactorRequired: false, publish, now })
  const app = createConsole({
    reads: (reach) => createReads(db, reach),
    reachOf: (id) => readReach(db, id),
    examine: async () => ({ at: now(), house: [], app: [], accounts: [], unseen: [] }),
    review: {
      decide: createPacedDecide({ db, now, decide }),
      approveMany: createApproveMany({ db, decide }),
      answer: createAnswer(deps),
      moderate: createModerate(deps),
      redraft: createRedraft(deps),
      dismiss: createDismiss(deps),
      undo: createUndo(deps),
      settle,
      bringBack: createBringBack(deps),
    },
    desk: createDesk({ db, publish, now }),
    views: createViews({ db, now }),
    preferences: createPreferences({ db }),
    presence: noPresence,
    configure: {
      ...createConfigure({ db, lanes, publish, now }),
      eraseContact: createRequestDeletion({ db, publish, now }).byOperator,
    },
    rules: createRules({ db, publish, now }),
    contacts: { export: createExportContact({ db, now }) },
    record: {
      ...createAuditReads(db, () => false),
      export: createExportAudit({ db, now }),
      noteInsight: createNoteInsight({ db, now }),
    },
    connect: aConnectRoom(),
    signIn,
    own,
    people: createPeople({ db, pepper, publish, now }),
    assign: createAssign({ db, publish, now }),
    keys: aKeyRoom(),
    openMedia: async () => undefined,
    live: (listener) => {
      listeners.add(listener)
      return () => listeners.delete(listener)
    },
    config: { publicUrl: url, sandbox: true, now, heartbeatMs },
  })
  afterAll(() => new Promise((resolve) => server.close(resolve)))
  return {
    db,
    url,
    publish,
    listeners,
    aVisitor: (options?: { role?: Role; name?: string }) => aVisitor(db, url, options),
  }
}

/** A person with a browser that has no scripts: it follows links and sends forms. */
async function aVisitor(
  db: Awaited<ReturnType<typeof aDatabase>>['db'],
  url: string,
  { role = 'admin', name = 'Ada' }: { role?: Role; name?: string } = {},
) {
  const operator = await anOperator(db, { role, name })
  await db
    .update(operators)
    .set({ passwordHash: await hashPassword(password, pepper, 4) })
    .where(eq(operators.id, operator.id))
  const cookies = new Map<string, string>()
  const cookie = () => [...cookies].map((pair) => pair.join('=')).join('; ')
  const request = async (path: string, init: RequestInit = {}) => {
    const headers = { ...(init.headers as Record<string, string>), cookie: cookie() }
    const answer = await fetch(url + path, { redirect: 'manual', ...init, headers })
    for (const line of answer.headers.getSetCookie()) {
      const [name = '', value = ''] = line.split(';')[0]?.split('=') ?? []
      cookies.set(name, value)
    }
    return answer
  }
  const open = async (path: string) => (await request(path)).text()
  const send = (path: string, fields: Record<string, string>) =>
    request(path, { method: 'POST', headers: { origin: url }, body: new URLSearchParams(fields) })
  expect((await send('/sign-in', { email: operator.email, password })).status).toBe(303)
  return { operator, request, open, send, cookie }
}

/** What the form with this action would send, read from the page. */
function formOf(html: string, action: RegExp): { action: string; fields: Record<string, string> } {
  for (const [, path = '', body = ''] of html.matchAll(/<form[^>]*action="([^"]+)"[^>]*>([\s\S]*?)<\/form>/g)) {
    if (!action.test(path) || /name="verdict" value="reject"/.test(body)) continue
    const fields: Record<string, string> = {}
    for (const [, name = '', value = ''] of body.matchAll(/<input type="hidden" name="([^"]+)" value="([^"]*)"/g))
      fields[name] = value
    const text = /<textarea[^>]*name="text"[^>]*>\n?([\s\S]*?)<\/textarea>/.exec(body)?.[1]
    return { action: path, fields: { ...fields, ...(text !== undefined && { text }) } }
  }
  throw new Error(`no form for ${action}`)
}

describe('without a script', () => {
  it('an operator signs in, edits, approves, takes back, and finds the words again', async () => {
    const { db, aVisitor: visit } = await setUp()
    const { conversation } = await aThread(db)
    const { open, send } = await visit()
    const form = formOf(await open('/queue'), /\/decision$/)
    const approved = await send(form.action, { ...form.fields, verdict: 'approve', text: 'Yes, to Graz too.' })
    expect(approved.status).toBe(303)
    const page = await open(approved.headers.get('location') ?? '')
    expect(page).toContain('Goes out to')
    expect(page).toContain('Yes, to Graz too.')
    expect(await db.select().from(outboxPosts)).toMatchObject([{ text: 'Yes, to Graz too.', status: 'queued' }])
    const undo = formOf(page, /\/cancellation$/)
    const undone = await send(undo.action, undo.fields)
    expect(await open(undone.headers.get('location') ?? '')).toContain('Taken back')
    expect(formOf(await open(`/conversations/${conversation.id}`), /\/decision$/).fields['text']).toBe(
      'Yes, to Graz too.',
    )
  })

  it('an operator rejects with a reason, and answers by hand', async () => {
    const { db, aVisitor: visit } = await setUp()
    const { conversation, draft } = await aThread(db)
    const { open, send } = await visit()
    const { fields } = formOf(await open(`/conversations/${conversation.id}`), /\/decision$/)
    await send(`/drafts/${draft?.id}/decision`, { ...fields, verdict: 'reject', reason: 'Wrong tone' })
    const page = await open(`/conversations/${conversation.id}`)
    expect(page).toContain('The draft was rejected')
    expect(page).toContain('Wrong tone')
    const reply = formOf(page, /\/replies$/)
    expect((await send(reply.action, { ...reply.fields, text: 'By hand.' })).status).toBe(303)
    expect(await open('/outbox')).toContain('By hand.')
  })
})

/** What a refused decision shows side by side. */
function sidesOf(html: string) {
  const [, then = '', now = ''] = /id="side-then"([\s\S]*)id="side-now"([\s\S]*?)<\/section>/.exec(html) ?? []
  return { then, now }
}

describe('a decision that comes too late', () => {
  it('says that a newer message came, shows it, and keeps the operator’s words', async () => {
    const { db, aVisitor: visit } = await setUp()
    const { conversation, message, draft } = await aThread(db)
    const { open, send } = await visit()
    const form = formOf(await open('/queue'), /\/decision$/)
    const newer = {
      ...message,
      id: newId('message', new Date()),
      messageRef: 'mid.newer',
      text: 'And how long does it take?',
    }
    await db.insert(messages).values(newer)
    await db.update(conversations).set({ headMessageId: newer.id }).where(eq(conversations.id, conversation.id))
    const answer = await send(form.action, { ...form.fields, verdict: 'approve', text: 'My own words.' })
    expect(answer.status).toBe(409)
    const html = await answer.text()
    expect(html).toContain('A newer message has arrived in this conversation')
    expect(html).toContain('And how long does it take?')
    expect(html).toContain('My own words.')
    const { then, now } = sidesOf(html)
    expect(then).toContain(message.text)
    expect(then).toContain(draft?.text)
    expect(then).not.toContain(newer.text)
    expect(now).toContain(newer.text)
    expect(now).toContain('The draft, unchanged')
    expect(await db.select().from(outboxPosts)).toEqual([])
  })

  it('says that the draft changed, when its words are not the ones that were shown', async () => {
    const { db, aVisitor: visit } = await setUp()
    const { draft } = await aThread(db)
    const { open, send } = await visit()
    const form = formOf(await open('/queue'), /\/decision$/)
    if (draft)
      await db
        .update(drafts)
        .set({ textHash: 'b'.repeat(64) })
        .where(eq(drafts.id, draft.id))
    const answer = await send(form.action, { ...form.fields, verdict: 'approve' })
    expect(answer.status).toBe(409)
    expect(await answer.text()).toContain('The draft has changed since it was shown')
  })

  it('says how many bytes are too many, as Instagram counts them', async () => {
    const { db, aVisitor: visit } = await setUp()
    await aThread(db)
    const { open, send } = await visit()
    const form = formOf(await open('/queue'), /\/decision$/)
    const answer = await send(form.action, { ...form.fields, verdict: 'approve', text: '🙂'.repeat(251) })
    expect(answer.status).toBe(422)
    const html = await answer.text()
    expect(html).toContain('The reply has 1004 bytes')
    expect(html).toContain('🙂'.repeat(251))
  })

  it('tells nineteen of twenty who click at once who was first', async () => {
    const { db, aVisitor: visit } = await setUp()
    await aThread(db)
    const people: Awaited<ReturnType<typeof visit>>[] = []
    for (const name of ['Ada', 'Ben', 'Cleo', 'Dan']) people.push(await visit({ role: 'approver', name }))
    const [first] = people
    const form = formOf((await first?.open('/queue')) ?? '', /\/decision$/)
    const answers = await Promise.all(
      Array.from({ length: 20 }, (_, i) => people[i % 4]?.send(form.action, { ...form.fields, verdict: 'approve' })),
    )
    const statuses = answers.map((answer) => answer?.status)
    expect(statuses.filter((status) => status === 303)).toHaveLength(1)
    expect(statuses.filter((status) => status === 409)).toHaveLength(19)
    const late = answers.find((answer) => answer?.status === 409)
    const html = (await late?.text()) ?? ''
    expect(html).toMatch(/already approved by (Ada|Ben|Cleo|Dan)/)
    expect(sidesOf(html).now).toMatch(/Approved by <bdi>(Ada|Ben|Cleo|Dan)<\/bdi>/)
    expect(await db.select().from(outboxPosts)).toHaveLength(1)
  })
})

describe('an open page', () => {
  /** Reads the stream into a text that grows. */
  async function listen(url: string, cookie: string) {
    const answer = await fetch(`${url}/events`, { headers: { cookie } })
    const heard = { text: '', ended: false, status: answer.status }
    const read = async () => {
      const decoder = new TextDecoder()
      for await (const chunk of answer.body ?? []) heard.text += decoder.decode(chunk as Uint8Array)
      heard.ended = true
    }
    void read().catch(() => undefined)
    return heard
  }

  it('hears of a change, and that the server lives', async () => {
    const { url, publish, listeners, aVisitor: visit } = await setUp()
    const { cookie } = await visit()
    const heard = await listen(url, cookie())
    await expect.poll(() => listeners.size).toBe(1)
    publish({ topic: 'conversation', id: 'cnv_1' })
    await expect.poll(() => heard.text).toContain('event: conversation\ndata: cnv_1')
    await expect.poll(() => heard.text).toContain(': alive')
  })

  it('hears nothing more once the operator has signed out, not even until the next heartbeat', async () => {
    const { url, publish, listeners, aVisitor: visit } = await setUp({ heartbeatMs: 60_000 })
    const { cookie, send } = await visit()
    const heard = await listen(url, cookie())
    await expect.poll(() => listeners.size).toBe(1)
    await send('/sign-out', {})
    await expect.poll(() => heard.ended).toBe(true)
    expect(heard.text).toContain('event: signed-out')
    publish({ topic: 'queue', id: 'cnv_2' })
    expect(heard.text).not.toContain('cnv_2')
    expect(listeners.size).toBe(0)
  })

  it('is closed at a heartbeat when the operator was disabled elsewhere', async () => {
    const { db, url, aVisitor: visit } = await setUp()
    const { cookie, operator } = await visit()
    const heard = await listen(url, cookie())
    await db.update(operators).set({ disabledAt: new Date() }).where(eq(operators.id, operator.id))
    await expect.poll(() => heard.ended).toBe(true)
  })

  it('is closed within a second when a colleague disables the operator, and stays open when only others are changed', async () => {
    const { url, listeners, aVisitor: visit } = await setUp({ heartbeatMs: 60_000 })
    const [ada, ben, cleo] = [await visit(), await visit({ name: 'Ben' }), await visit({ name: 'Cleo' })]
    const [bens, cleos] = [await listen(url, ben.cookie()), await listen(url, cleo.cookie())]
    await expect.poll(() => listeners.size).toBe(2)
    await ada.send(`/people/${cleo.operator.id}/role`, { role: 'viewer' })
    await ada.send(`/people/${ben.operator.id}/disabling`, {})
    await expect.poll(() => bens.ended, { timeout: 1000 }).toBe(true)
    expect(cleos.ended).toBe(false)
    expect((await cleo.send('/sending/stop', {})).status).toBe(403)
  })

  it('hears nothing at all without a session', async () => {
    const { url } = await setUp()
    expect(await listen(url, '')).toMatchObject({ status: 401 })
  })
})

describe('signing out', () => {
  it('takes effect with the next request, also for a copy of the cookie', async () => {
    const { url, aVisitor: visit } = await setUp()
    const { cookie, send, request } = await visit()
    const copy = cookie()
    expect((await request('/queue')).status).toBe(200)
    await send('/sign-out', {})
    const answer = await fetch(`${url}/queue`, { headers: { cookie: copy }, redirect: 'manual' })
    expect(answer.headers.get('location')).toMatch(/^\/sign-in/)
  })
})

describe('an account’s settings', () => {
  it('are saved, shown again, and refused when a colleague changed the voice meanwhile', async () => {
    const { db, aVisitor: visit } = await setUp()
    const account = await anAccount(db, { voice: 'Friendly.\nShort.' })
    const { open, send } = await visit()
    const fields = {
      voice: 'Warm.',
      seenVoice: 'Friendly.\r\nShort.',
      quietSeconds: '3,5',
      undoSeconds: '20',
      budgetDollars: '2.50',
      disclosure: ' A machine helps here. ',
      disclosureHours: '48',
      humanAgent: 'yes',
    }
    expect((await send(`/accounts/${account.id}/settings`, fields)).status).toBe(303)
    const saved = await open(`/accounts/${account.id}`)
    for (const shown of ['value="3.5"', 'value="A machine helps here."', 'value="48"']) expect(saved).toContain(shown)
    expect(saved).toMatch(/name="humanAgent"[^>]* checked/)
    expect(saved).not.toMatch(/name="longAds"[^>]* checked/)
    const late = await send(`/accounts/${account.id}/settings`, { ...fields, voice: 'My voice.' })
    expect(late.status).toBe(409)
    const html = await late.text()
    expect(html).toContain('Somebody changed the voice')
    expect(html).toContain('My voice.')
    expect(html).toContain('Warm.')
  })

  it('keep knowledge: added, changed once, refused when somebody else was first, removed', async () => {
    const { db, aVisitor: visit } = await setUp()
    const account = await anAccount(db)
    const { open, send } = await visit()
    const path = `/accounts/${account.id}/knowledge`
    expect((await send(path, { title: 'Shipping', body: 'Three days.' })).status).toBe(303)
    const [entry] = (await createReads(db).account(account.id, new Date()))?.knowledge ?? []
    const change = { entryId: entry?.id ?? '', version: String(entry?.version), title: 'Shipping', body: 'Five days.' }
    expect((await send(path, change)).status).toBe(303)
    expect((await send(path, { ...change, body: 'Nine days.' })).status).toBe(409)
    expect(await open(`/accounts/${account.id}`)).toContain('Five days.')
    expect((await send(`${path}/${entry?.id}/removal`, {})).status).toBe(303)
    expect(await open(`/accounts/${account.id}`)).not.toContain('Five days.')
  })

  it('stop and resume one account, and all of them, in plain sight', async () => {
    const { db, aVisitor: visit } = await setUp()
    const account = await anAccount(db)
    const { open, send } = await visit()
    await send(`/accounts/${account.id}/stop`, { reason: 'Prices change' })
    expect(await open(`/accounts/${account.id}`)).toContain('Prices change')
    await send(`/accounts/${account.id}/resumption`, {})
    expect(await open(`/accounts/${account.id}`)).not.toContain('Prices change')
    await send('/sending/stop', {})
    expect(await open('/queue')).toContain('All sending is stopped')
    await send('/sending/resumption', {})
    expect(await open('/queue')).not.toContain('All sending is stopped')
  })
})

describe('a Page', () => {
  it('stands beside Instagram under its own name, with a token that has no end', async () => {
    const { db, aVisitor: visit } = await setUp()
    const page = await anAccount(db, { platform: 'messenger', tokenExpiresAt: NO_EXPIRY })
    const { conversation } = await aThread(db, { account: page })
    const { open } = await visit()
    for (const path of [`/accounts/${page.id}`, `/conversations/${conversation.id}`]) {
      expect(await open(path)).toContain('Messenger')
    }
    const seen = await open(`/accounts/${page.id}`)
    expect(seen).toContain('Without an end')
    expect(seen).not.toContain('9999')
    expect(seen).not.toContain('Renewed around')
    expect(await open(`/conversations/${conversation.id}`)).toContain('2000')
  })

  it('waits with its own app, and not with that of Instagram', async () => {
    const { db, aVisitor: visit } = await setUp()
    const [page, shop] = [await anAccount(db, { platform: 'messenger' }), await anAccount(db)]
    const { open } = await visit()
    const until = new Date(Date.now() + 12 * 60_000)
    const row = { scope: 'app' as const, accountId: null, only: null, until, code: '4' }
    await savePause(db, { ...row, platform: 'messenger', pauseKey: `app:messenger:${page.id}` }, new Date())
    const lines = (html: string) => html.match(/<li class="paused"/g)?.length ?? 0
    expect(lines(await open(`/accounts/${page.id}`))).toBe(1)
    expect(await open(`/accounts/${page.id}`)).toContain('Messenger asks us to wait until')
    expect(lines(await open(`/accounts/${shop.id}`))).toBe(0)
  })
})

describe('what Instagram asks to wait for', () => {
  const inMinutes = (minutes: number) => new Date(Date.now() + minutes * 60_000)
  const held = 'Instagram asks us to wait until'

  it('stands where it holds something up, and nowhere when it is over', async () => {
    const { db, aVisitor: visit } = await setUp()
    const { account, conversation } = await aThread(db)
    const other = await anAccount(db)
    const { open } = await visit()
    const row = { platform: 'instagram' as const, scope: 'account' as const, accountId: account.id, only: null }
    const ofAccount = { ...row, pauseKey: `account:${account.id}`, until: inMinutes(12), code: 'usage/95' }
    await savePause(db, { ...ofAccount, pauseKey: 'over', until: inMinutes(-1) }, new Date())
    for (const path of ['/queue', '/outbox', `/accounts/${account.id}`]) expect(await open(path)).not.toContain(held)

    await savePause(db, ofAccount, new Date())
    for (const path of ['/outbox', `/accounts/${account.id}`, `/conversations/${conversation.id}`])
      expect(await open(path)).toContain(held)
    expect(await open(`/accounts/${other.id}`)).not.toContain(held)
  })

  it('is told apart from what holds up replies when it is only reading, and told to everybody when it is the app', async () => {
    const { db, aVisitor: visit } = await setUp()
    const { account } = await aThread(db)
    const { open } = await visit()
    const row = { platform: 'instagram' as const, until: inMinutes(12), code: '80002' }
    const reading = {
      ...row,
      pauseKey: 'reading',
      scope: 'account' as const,
      accountId: account.id,
      only: 'read' as const,
    }
    await savePause(db, reading, new Date())
    expect(await open('/outbox')).not.toContain(held)
    expect(await open(`/accounts/${account.id}`)).toContain('sending goes on')
    await savePause(db, { ...row, pauseKey: 'app:instagram', scope: 'app', accountId: null, only: null }, new Date())
    for (const path of ['/queue', '/outbox', '/accounts']) expect(await open(path)).toContain(held)
  })
})

describe('an uncertain post', () => {
  it('is shown with its evidence, and settled by a person', async () => {
    const { db, aVisitor: visit } = await setUp()
    await aThread(db)
    const { open, send } = await visit()
    const form = formOf(await open('/queue'), /\/decision$/)
    await send(form.action, { ...form.fields, verdict: 'approve' })
    await db.update(outboxPosts).set({ status: 'uncertain', outcomeNote: 'No answer came' })
    const page = await open('/outbox')
    expect(page).toContain('Nobody knows whether')
    expect(page).toContain('No message of ours has appeared in the thread since.')
    const [post] = await db.select().from(outboxPosts)
    expect((await send(`/posts/${post?.id}/settlement`, { arrived: 'yes' })).status).toBe(303)
    expect(await db.select().from(outboxPosts)).toMatchObject([{ status: 'sent' }])
    expect((await send(`/posts/${post?.id}/settlement`, { arrived: 'no' })).status).toBe(409)
  })
})

describe('the queue', () => {
  const hour = 3_600_000

  /** The ids of the queue, read two at a time. */
  async function walk(reads: ReturnType<typeof createReads>): Promise<ConversationId[]> {
    const seen: ConversationId[] = []
    let page = await reads.queue({ choice: {}, at: new Date() }, 2)
    for (; page.next; page = await reads.queue({ choice: {}, at: new Date(), after: page.next }, 2))
      seen.push(...page.items.map(({ id }) => id))
    return [...seen, ...page.items.map(({ id }) => id)]
  }

  it('stands in order of deadline, whatever kind it is, page by page and without a gap', async () => {
    const { db } = await setUp()
    const account = await anAccount(db)
    const wanted: ConversationId[] = []
    const from = Date.now()
    for (let i = 0; i < 9; i++) {
      const { conversation } = await aThread(db, { account, draft: i % 2 ? null : 'A draft.' })
      // Two of them share their deadline: the id decides.
      const deadlineAt = new Date(from + Math.floor(i / 2) * hour)
      await db.update(conversations).set({ deadlineAt }).where(eq(conversations.id, conversation.id))
      wanted.push(conversation.id)
    }
    const seen = await walk(createReads(db))
    expect(seen).toHaveLength(9)
    expect(new Set(seen)).toEqual(new Set(wanted))
    const deadlines = await db.select().from(conversations)
    const at = (id: ConversationId) => deadlines.find((row) => row.id === id)?.deadlineAt.getTime() ?? 0
    for (let i = 1; i < seen.length; i++) expect(at(seen[i]!)).toBeGreaterThanOrEqual(at(seen[i - 1]!))
  })

  it('leads from each conversation to the one behind it, and from the last to the first', async () => {
    const { db } = await setUp()
    const account = await anAccount(db)
    const reads = createReads(db)
    const rows = []
    for (let i = 0; i < 3; i++) {
      const { conversation } = await aThread(db, { account })
      const deadlineAt = new Date(Date.now() + i * hour)
      await db.update(conversations).set({ deadlineAt }).where(eq(conversations.id, conversation.id))
      rows.push({ at: deadlineAt, id: conversation.id })
    }
    const [a, b, c] = rows
    const behind = (after: { at: Date; id: string }) => reads.nextInQueue({ choice: {}, at: new Date(), after })
    expect(await behind(a!)).toBe(b!.id)
    expect(await behind(c!)).toBe(a!.id)
  })
})

describe('search', () => {
  it('finds by the beginning of a name or user name, and takes its signs literally', async () => {
    const { db } = await setUp()
    const reads = createReads(db)
    const { conversation, contact } = await aThread(db)
    await db.update(contacts).set({ name: 'Lena_100%', username: 'hofer' }).where(eq(contacts.id, contact.id))
    const found = async (search: string) =>
      (await reads.conversations({ search, at: new Date() }, 10)).items.map(({ id }) => id)
    for (const search of ['lena', 'Lena_1', 'HOFER', 'Lena_100%'])
      expect(await found(search), search).toEqual([conversation.id])
    for (const search of ['%', 'L%a', 'Lena_100%x', 'ena']) expect(await found(search), search).toEqual([])
  })

  it('finds what was said lately, and not what an erased person said', async () => {
    const { db } = await setUp()
    const reads = createReads(db)
    const { conversation } = await aThread(db, { text: 'Is the Birkenhof trail open?' })
    await aThread(db, { text: 'Something else' })
    const found = async () => (await reads.conversations({ search: 'birkenhof', at: new Date() }, 10)).items
    expect((await found()).map(({ id }) => id)).toEqual([conversation.id])
    await db.update(messages).set({ text: '' })
    expect(await found()).toEqual([])
  })
})
