/* Nothing that is to be on the record happens without its entry, and the list of what is on the record is closed. */
import { readFileSync } from 'node:fs'
import { desc, eq, gt, sql } from 'drizzle-orm'
import { expect, it } from 'vitest'
import { verifyAudit } from '#db/audit.ts'
import { auditEntries } from '#db/schema/audit-entries.ts'
import { notes } from '#db/schema/notes.ts'
import { rules as ruleRows } from '#db/schema/rules.ts'
import { sessions } from '#db/schema/sessions.ts'
import { type AuditAction, auditActions } from '#src/domain/audit.ts'
import { AppError } from '#src/domain/errors.ts'
import { passkeySite } from '#src/domain/passkey.ts'
import type { ReviewDecision } from '#src/domain/review.ts'
import { createApiKeys } from '#src/flow/api-keys.ts'
import { createAssign } from '#src/flow/assign.ts'
import { createConfigure } from '#src/flow/configure.ts'
import { createDesk } from '#src/flow/desk.ts'
import { createErase } from '#src/flow/erase.ts'
import { createExportAudit } from '#src/flow/export-audit.ts'
import { createNoteInsight } from '#src/flow/export-insight.ts'
import { createPeople } from '#src/flow/people.ts'
import { createDismiss, createUndo } from '#src/flow/recall.ts'
import { createReconcile } from '#src/flow/reconcile.ts'
import { createRequestDeletion } from '#src/flow/request-deletion.ts'
import { createDecide } from '#src/flow/review.ts'
import { createRules } from '#src/flow/rules.ts'
import { createMakeSetupLink } from '#src/flow/set-up.ts'
import { createSignIn } from '#src/flow/sign-in.ts'
import { recordTampering } from '#src/flow/tampered.ts'
import { createApprovalSigner, generateApprovalKeys } from '#src/vault/approvals.ts'
import { createKeyring, generateFernetKey } from '#src/vault/keyring.ts'
import { Secret } from '#src/vault/secret.ts'
import { type Asked, aSecurityKey } from '#tests/support/passkeys.ts'
import { aQueuedPost } from '#tests/support/posts.ts'
import { aFactor } from '#tests/support/second-factor.ts'
import { aPersonAt, pepper, sessionIn, tokensIn } from '#tests/support/sign-in.ts'
import { aDatabase } from '#tests/support/stores.ts'
import { anAccount, anOperator, aThread } from '#tests/support/threads.ts'
import { everyRow } from '#tests/support/traces.ts'

const { db } = await aDatabase()
const now = () => new Date()
const deps = {
  db,
  now,
  sign: createApprovalSigner(new Secret(generateApprovalKeys().privateKey)),
  bell: { draft: async () => undefined },
  lanes: { add: async () => undefined },
  publish: () => undefined,
}
const configure = createConfigure(deps)
const keyring = createKeyring(new Secret(generateFernetKey()))
const site = passkeySite('http://localhost')
const people = createSignIn({ ...deps, pepper, keyring, isFactorRequired: false, passkeySite: site })
const rights = createPeople({ ...deps, pepper })
const keys = createApiKeys({ ...deps, pepper, environment: 'test' })
const reach = createAssign(deps)
const desk = createDesk(deps)
const browser = { address: '127.0.0.1', agent: '' }
const deletions = createRequestDeletion(deps)
/** As late as makes due what was just asked for. */
const erase = createErase({
  ...deps,
  hasKeptBodies: async () => false,
  now: () => new Date(Date.now() + 60_000),
  holder: 'one',
})

const account = await anAccount(db)
const accountId = account.id
const ada = { email: 'ada@example.com', password: 'correct horse battery staple' }

type Deed = () => Promise<unknown>

const rules = createRules(deps)
function aRule(operatorId: Awaited<ReturnType<typeof anOperator>>['id']) {
  const does = { title: 'T', phrases: 'refund', isOn: true, assigneeId: null, label: 'Money', isUrgent: false }
  return rules.saveRule({ accountId, operatorId, does: { ...does, risk: null, answer: null, templateId: null } })
}

async function decision(verdict: 'approve' | 'reject'): Promise<Deed> {
  const { draft, message } = await aThread(db, { account })
  const seen = { textHash: draft!.textHash, headMessageId: message.id }
  const said = verdict === 'approve' ? { text: draft!.text } : { reason: 'no' }
  const by = { operatorId: (await anOperator(db)).id, givenBy: 'console' as const }
  const decided = { verdict, seen, ...said } as unknown as ReviewDecision
  return () => createDecide(deps)({ draftId: draft!.id, decision: decided, ...by })
}

async function withOperator(work: (operatorId: Awaited<ReturnType<typeof anOperator>>['id']) => Promise<unknown>) {
  const { id } = await anOperator(db)
  return () => work(id)
}

/** The session of somebody who has an authenticator app. */
async function aSession() {
  const { id, enter } = await aPersonAt({ db, signIn: people })
  const session = await sessionIn(people, tokensIn(await enter()))
  await aFactor(db, id, keyring)
  return session
}

/** The same with a passkey, or about to have one. */
async function aPasskeyOwner({ isAdded = false } = {}) {
  const session = await aSession()
  const key = aSecurityKey('http://localhost')
  if (isAdded) {
    const answer = key.create((await people.own.offerPasskey(session)) as Asked)
    await people.own.addPasskey({ session, name: 'Phone', answer })
  }
  const [passkey] = (await people.own.readOwn(session)).passkeys ?? []
  return { session, key, id: passkey?.id }
}

/** Each makes ready what it needs, and answers the deed itself. In this order: the first operator is the first. */
const deeds: Partial<Record<AuditAction, () => Promise<Deed>>> = {
  'operator.created': async () => {
    const { token } = await createMakeSetupLink({ db, pepper, now })()
    return () => people.setUp({ token, name: 'Ada', ...ada, agent: '' })
  },
  'operator.signed_in': async () => () => people.signIn({ ...ada, ...browser }),
  'operator.signed_out': async () => {
    await people.signIn({ ...ada, ...browser })
    const [session] = await db.select().from(sessions).orderBy(desc(sessions.id)).limit(1)
    return () => people.signOut({ sessionId: session!.id, operatorId: session!.operatorId })
  },
  'operator.confirmed': async () => {
    const session = await aSession()
    // Works once: had the deed that was refused used it up, the next would fail.
    const [proof = ''] = await people.own.renewRecoveryCodes(session)
    return () => people.confirm({ session, proof, address: browser.address })
  },
  'operator.confirmation_refused': async () => {
    const session = await aSession()
    return () =>
      people.confirm({ session, proof: 'a wrong password', address: browser.address }).catch((error: unknown) => {
        if (AppError.from(error).code !== 'invalid_input') throw error
      })
  },
  'operator.recovery_codes_made': async () => {
    const session = await aSession()
    return () => people.own.renewRecoveryCodes(session)
  },
  'operator.passkey_added': async () => {
    const { session, key } = await aPasskeyOwner()
    const answer = key.create((await people.own.offerPasskey(session)) as Asked)
    return () => people.own.addPasskey({ session, name: 'Phone', answer })
  },
  'operator.passkey_removed': async () => {
    const { session, id } = await aPasskeyOwner({ isAdded: true })
    return () => people.own.removePasskey({ session, id: id! })
  },
  'operator.passkey_used': async () => {
    const { session, key } = await aPasskeyOwner({ isAdded: true })
    const answer = key.get((await people.askConfirmation(session)) as Asked)
    return () => people.confirmByPasskey({ session, answer, address: browser.address })
  },
  'operator.passkey_refused': async () => {
    const { session, key } = await aPasskeyOwner({ isAdded: true })
    const answer = key.get((await people.askConfirmation(session)) as Asked, { count: 1 })
    return () =>
      people.confirmByPasskey({ session, answer, address: browser.address }).catch((error: unknown) => {
        if (AppError.from(error).code !== 'invalid_input') throw error
      })
  },
  'operator.invited': () => withOperator((by) => rights.invite({ by, email: 'ben@example.com', role: 'viewer' })),
  'operator.invitation_revoked': async () => {
    const by = (await anOperator(db)).id
    await rights.invite({ by, email: 'cleo@example.com', role: 'viewer' })
    const { invitations } = await rights.listPeople()
    const { id } = invitations.find(({ email }) => email === 'cleo@example.com')!
    return () => rights.revokeInvitation({ by, id })
  },
  'operator.unassigned': async () => {
    const operatorId = (await anOperator(db)).id
    await reach.set({ accountId, operatorIds: [operatorId], operatorId })
    return () => reach.set({ accountId, operatorIds: [], operatorId })
  },
  'key.rotated': async () => {
    const by = { kind: 'operator' as const, id: (await anOperator(db)).id }
    const { id } = await keys.create({ name: 'k', scopes: ['read'], by })
    return () => keys.rotate({ id, overlapHours: 1, by })
  },
  'account.configured': () =>
    withOperator((operatorId) =>
      configure.saveSettings({
        ...{ accountId, operatorId, voice: 'Short.', seenVoice: account.voice, quietMs: 1000, undoMs: 1000 },
        ...{ dailyBudgetMicros: 1_000_000, humanAgent: false, longAds: false, disclosure: '', disclosureGapMs: 0 },
      }),
    ),
  'account.second_proposed': () =>
    withOperator((operatorId) => configure.proposeSecond({ accountId, operatorId, kinds: ['legal'] })),
  'account.second_changed': async () => {
    await configure.proposeSecond({ accountId, operatorId: (await anOperator(db)).id, kinds: ['press'] })
    return withOperator((operatorId) => configure.confirmSecond({ accountId, operatorId, kinds: ['press'] }))
  },
  'account.stopped': () =>
    withOperator((operatorId) => configure.stopAccount({ accountId, operatorId, reason: 'why' })),
  'account.resumed': () => withOperator((operatorId) => configure.resumeAccount({ accountId, operatorId })),
  'sending.stopped': () => withOperator((operatorId) => configure.stopSending({ operatorId })),
  'sending.resumed': () => withOperator((operatorId) => configure.resumeSending({ operatorId })),
  'knowledge.saved': () =>
    withOperator((operatorId) => configure.saveKnowledge({ accountId, operatorId, title: 'T', body: 'B' })),
  'knowledge.removed': async () => {
    const operatorId = (await anOperator(db)).id
    const { entryId } = await configure.saveKnowledge({ accountId, operatorId, title: 'T', body: 'B' })
    return () => configure.removeKnowledge({ accountId, operatorId, entryId })
  },
  'template.saved': () =>
    withOperator((operatorId) =>
      configure.saveTemplate({ accountId, operatorId, title: 'T', body: 'B', forAll: false }),
    ),
  'template.removed': async () => {
    const operatorId = (await anOperator(db)).id
    const words = { title: 'T', body: 'B', forAll: false }
    const { templateId } = await configure.saveTemplate({ accountId, operatorId, ...words })
    return () => configure.removeTemplate({ accountId, operatorId, templateId })
  },
  'rule.saved': () => withOperator((operatorId) => aRule(operatorId)),
  'rule.moved': async () => {
    const operatorId = (await anOperator(db)).id
    await aRule(operatorId)
    await aRule(operatorId)
    const [first] = await db.select().from(ruleRows).orderBy(ruleRows.place)
    return () => rules.moveRule({ accountId, operatorId, ruleId: first!.id, way: 'down' })
  },
  'rule.removed': async () => {
    const operatorId = (await anOperator(db)).id
    await aRule(operatorId)
    const [first] = await db.select().from(ruleRows)
    return () => rules.removeRule({ accountId, operatorId, ruleId: first!.id })
  },
  'draft.approved': () => decision('approve'),
  'draft.rejected': () => decision('reject'),
  'conversation.dismissed': async () => {
    const { conversation, message } = await aThread(db, { account })
    const said = { conversationId: conversation.id, headMessageId: message.id }
    return withOperator((operatorId) => createDismiss(deps)({ ...said, operatorId }))
  },
  'conversation.snoozed': async () => {
    const { conversation, message } = await aThread(db, { account })
    const said = { conversationId: conversation.id, headMessageId: message.id, hours: 1 as const }
    return withOperator((operatorId) => desk.snooze({ ...said, operatorId }))
  },
  'conversation.assigned': async () => {
    const { conversation } = await aThread(db, { account })
    const said = { conversationId: conversation.id, assigneeId: (await anOperator(db)).id }
    return withOperator((operatorId) => desk.assign({ ...said, operatorId }))
  },
  'note.removed': async () => {
    const { conversation } = await aThread(db, { account })
    const by = { conversationId: conversation.id, operatorId: (await anOperator(db)).id }
    await desk.note({ ...by, text: 'Ask Ben.' })
    const [note] = await db.select().from(notes).where(eq(notes.conversationId, conversation.id))
    return () => desk.removeNote({ ...by, noteId: note!.id })
  },
  'post.cancelled': async () => {
    const { id: postId, operator } = await aQueuedPost(db)
    return () => createUndo(deps)({ postId, operatorId: operator.id })
  },
  'post.settled': async () => {
    const { id: postId, operator } = await aQueuedPost(db, { post: { status: 'uncertain', fence: 1, attempts: 1 } })
    return () => createReconcile(deps).settle({ postId, operatorId: operator.id, arrived: true })
  },
  'queue.tampered': async () => () =>
    recordTampering(deps, { post: { id: 'pst_x', accountId: 'acc_x', conversationId: 'cnv_x' } } as never),
  'deletion.requested': async () => {
    const { contact } = await aThread(db, { account })
    return withOperator((operatorId) => deletions.byOperator({ contactId: contact.id, operatorId }))
  },
  'contact.erased': async () => erase,
  'deletion.done': async () => async () => {
    for (let looks = 0; looks < 4; looks++) await erase()
  },
  'insight.exported': () =>
    withOperator((operatorId) => createNoteInsight(deps)({ query: { span: 7, accountId: undefined }, operatorId })),
  'audit.exported': () => withOperator((operatorId) => createExportAudit(deps)({ filter: {}, operatorId })),
}

/** What counts tries and holds leases is no part of any deed. */
const ofTheDeed = (row: string) => !/^(leases|sign_in_throttles) /.test(row)

it.each(Object.keys(deeds) as AuditAction[])(
  '%s leaves an entry, and does not happen when it cannot',
  async (action) => {
    const deed = await deeds[action]!()
    const [newest] = await db.select().from(auditEntries).orderBy(desc(auditEntries.seq)).limit(1)
    const before = (await everyRow(db)).filter(ofTheDeed)
    await db.execute(
      sql.raw("CREATE TRIGGER refused BEFORE INSERT ON audit_entries FOR EACH ROW SIGNAL SQLSTATE '45000'"),
    )
    await expect(deed()).rejects.toThrow()
    await db.execute(sql.raw('DROP TRIGGER refused'))
    expect((await everyRow(db)).filter(ofTheDeed)).toEqual(before)
    await deed()
    const found = await db
      .select()
      .from(auditEntries)
      .where(gt(auditEntries.seq, newest?.seq ?? 0))
    expect(found.map((entry) => entry.action)).toContain(action)
    expect(await verifyAudit(db)).toMatchObject({ ok: true })
  },
)

/** Where else a test runs what leaves an entry, and reads it. */
const elsewhere: Partial<Record<AuditAction, string>> = {
  'operator.assigned': 'reach',
  'operator.vouched': 'external',
  'key.created': 'api',
  'key.revoked': 'api',
  'alert.acknowledged': 'api',
  'operator.factor_refused': 'second-factor',
  'operator.factor_added': 'second-factor',
  'operator.factor_reset': 'people',
  'operator.session_reused': 'sessions',
  'operator.sessions_ended': 'people',
  'operator.password_changed': 'sessions',
  'operator.password_link_made': 'people',
  'operator.role_changed': 'people',
  'operator.disabled': 'people',
  'operator.enabled': 'people',
  'draft.endorsed': 'second',
  'note.added': 'desk',
  'keys.rotated': 'keys',
  'incident.opened': 'incident',
  'incident.revoked': 'incident',
  'incident.closed': 'incident',
  'address.blocked': 'hostile',
  'address.unblocked': 'hostile',
  'operator.sign_in_refused': 'sign-in',
  'account.added': 'cli',
  'login.refused': 'connect',
  'account.deauthorized': 'compliance',
  'post.sent': 'send',
  'post.failed': 'send',
  'post.uncertain': 'send',
  'post.refused': 'send',
  'credential.renewed': 'renew',
  'credential.refused': 'renew',
  'credential.changed': 'tokens',
  'subscription.renewed': 'subscriptions',
  'subscription.refused': 'subscriptions',
  'message.erased': 'receive',
  'contact.opted_out': 'receive',
  'contact.exported': 'contacts',
  'post.brought_back': 'bring-back',
  'rule.applied': 'rules',
}

it('each action of the closed list is left by some test, and none that is not in the list', () => {
  expect([...Object.keys(deeds), ...Object.keys(elsewhere)].sort()).toEqual([...auditActions].sort())
})

it.each(Object.entries(elsewhere))('%s is read in the test of %s', (action, name) => {
  const text = readFileSync(new URL(`./${name}.test.ts`, import.meta.url), 'utf8')
  expect(text).toContain(`'${action}'`)
})

it('the log names no action that is not in the list', async () => {
  const found = await db.selectDistinct({ action: auditEntries.action }).from(auditEntries)
  expect(found.filter(({ action }) => !auditActions.includes(action))).toEqual([])
})
