import { appendAudit } from '#db/audit.ts'
import { type Database, inTransaction, type Transaction } from '#db/client.ts'
import { findOpenIncident, listMuteAccounts } from '#db/incidents.ts'
import { lockAccount, type Settings, saveSettings, setSendingStopped, setStopped } from '#db/settings.ts'
import type { AuditAction, AuditEvent } from '#src/domain/audit.ts'
import { AppError } from '#src/domain/errors.ts'
import type { AccountId, OperatorId } from '#src/domain/ids.ts'
import type { Lanes } from '#src/limits/lanes.ts'
import type { Publish } from '#src/queues/live.ts'
import { textHash } from '#src/vault/hash.ts'
import { createRemoveKnowledge, createSaveKnowledge } from './knowledge.ts'
import { lineUpHeld } from './line-up.ts'
import { createSecondRule } from './second-rule.ts'
import { createRemoveTemplate, createSaveTemplate } from './templates.ts'
import { between, line, prose } from './wording.ts'

export interface ConfigureDeps {
  db: Database
  lanes: Pick<Lanes, 'add'>
  publish: Publish
  now: () => Date
}

const VOICE_MAX = 8000
const QUIET_MAX_MS = 600_000
const UNDO_MAX_MS = 300_000
const BUDGET_MAX_MICROS = 10_000_000_000
const HOUR_MS = 3_600_000
const GAP_MAX_MS = 365 * 24 * HOUR_MS

/** What an admin may set, each with its audit entry. */
export function createConfigure(deps: ConfigureDeps) {
  return {
    saveSettings: createSaveSettings(deps),
    saveKnowledge: createSaveKnowledge(deps),
    removeKnowledge: createRemoveKnowledge(deps),
    ...createSecondRule(deps),
    saveTemplate: createSaveTemplate(deps),
    removeTemplate: createRemoveTemplate(deps),
    stopAccount: createStopAccount(deps),
    resumeAccount: createResumeAccount(deps),
    stopSending: createStopSending(deps),
    resumeSending: createResumeSending(deps),
    /** The accounts that send nothing even when sending goes on. */
    muteAccounts: () => listMuteAccounts(deps.db),
  }
}

interface SaveSettings extends Omit<Settings, 'disclosure' | 'maskForModel'> {
  /** Off when not given. */
  maskForModel?: boolean
  /** Empty for none. */
  disclosure: string
  accountId: AccountId
  operatorId: OperatorId
  /** The voice as the form showed it: what a colleague wrote meanwhile is not overwritten. */
  seenVoice: string
}

function createSaveSettings({ db, publish, now }: ConfigureDeps) {
  return async (input: SaveSettings): Promise<void> => {
    const { accountId, operatorId } = input
    const settings = settingsIn(input)
    await inTransaction(db, async (tx) => {
      const account = await requireAccount(tx, accountId)
      if (
        prose(account.voice, { field: 'voice', mayBeEmpty: true }) !==
        prose(input.seenVoice, { field: 'voice', mayBeEmpty: true })
      ) {
        throw new AppError('conflict', 'Somebody changed the voice since you opened this page', { field: 'voice' })
      }
      const at = now()
      await saveSettings(tx, accountId, settings, at)
      const { voice, disclosure, ...plain } = settings
      const detail = { ...plain, voiceHash: textHash(voice), disclosureHash: disclosure && textHash(disclosure) }
      await appendAudit(tx, entry('account.configured', { operatorId, accountId, detail, at }))
    })
    publish({ topic: 'accounts', id: accountId })
  }
}

/** Throws `invalid_input` naming the first field that is out of its bounds. */
function settingsIn({ quietMs, undoMs, dailyBudgetMicros, disclosureGapMs, ...input }: SaveSettings): Settings {
  const { humanAgent, longAds, maskForModel = false } = input
  const voice = prose(input.voice, { field: 'voice', max: VOICE_MAX, mayBeEmpty: true })
  const disclosure = line(input.disclosure, 'disclosure') || null
  const most: [string, number, number, string][] = [
    ['quietMs', quietMs, QUIET_MAX_MS, 'The quiet time is 0 to 600 seconds'],
    ['undoMs', undoMs, UNDO_MAX_MS, 'The undo time is 0 to 300 seconds'],
    ['dailyBudgetMicros', dailyBudgetMicros, BUDGET_MAX_MICROS, 'The budget is 0 to 10,000 dollars a day'],
    ['disclosureGapMs', disclosureGapMs, GAP_MAX_MS, 'The silence is 0 to 8,760 hours'],
  ]
  for (const [field, value, max, message] of most) between(value, { field, min: 0, max, message })
  return { voice, quietMs, undoMs, dailyBudgetMicros, humanAgent, longAds, maskForModel, disclosure, disclosureGapMs }
}

/** Holds an account's sends until it is resumed; what is queued stays queued. */
function createStopAccount({ db, publish, now }: ConfigureDeps) {
  return async (input: { accountId: AccountId; reason: string; operatorId: OperatorId }): Promise<void> => {
    const { accountId, operatorId } = input
    const reason = line(input.reason, 'reason') || 'Stopped by an operator'
    await inTransaction(db, async (tx) => {
      await requireAccount(tx, accountId)
      const at = now()
      await setStopped(tx, accountId, reason, at)
      await appendAudit(tx, entry('account.stopped', { operatorId, accountId, detail: {}, at }))
    })
    publish({ topic: 'accounts', id: accountId })
  }
}

function createResumeAccount({ db, lanes, publish, now }: ConfigureDeps) {
  return async ({ accountId, operatorId }: { accountId: AccountId; operatorId: OperatorId }): Promise<void> => {
    await inTransaction(db, async (tx) => {
      await requireAccount(tx, accountId)
      const at = now()
      await setStopped(tx, accountId, null, at)
      await appendAudit(tx, entry('account.resumed', { operatorId, accountId, detail: {}, at }))
    })
    await lineUpHeld({ db, lanes, now }, accountId)
    publish({ topic: 'accounts', id: accountId })
  }
}

/** The global stop: nothing of any account leaves. */
function createStopSending({ db, publish, now }: ConfigureDeps) {
  return async ({ operatorId }: { operatorId: OperatorId }): Promise<void> => {
    await inTransaction(db, async (tx) => {
      const at = now()
      await setSendingStopped(tx, { by: operatorId }, at)
      await appendAudit(tx, { ...bySwitch('sending.stopped', operatorId), at })
    })
    publish({ topic: 'accounts', id: 'sending' })
  }
}

function createResumeSending({ db, lanes, publish, now }: ConfigureDeps) {
  return async ({ operatorId }: { operatorId: OperatorId }): Promise<void> => {
    await inTransaction(db, async (tx) => {
      if (await findOpenIncident(tx)) {
        throw new AppError('conflict', 'An incident is open; close it first: countersign incident close')
      }
      const at = now()
      await setSendingStopped(tx, undefined, at)
      await appendAudit(tx, { ...bySwitch('sending.resumed', operatorId), at })
    })
    await lineUpHeld({ db, lanes, now }, undefined)
    publish({ topic: 'accounts', id: 'sending' })
  }
}

async function requireAccount(tx: Transaction, id: AccountId) {
  const account = await lockAccount(tx, id)
  if (!account) throw new AppError('not_found', 'There is no such account')
  return account
}

function entry(
  action: AuditAction,
  {
    operatorId,
    accountId,
    detail,
    at,
  }: { operatorId: OperatorId; accountId: AccountId; detail: AuditEvent['detail']; at: Date },
): AuditEvent {
  return {
    action,
    actor: { kind: 'operator', id: operatorId },
    subject: { kind: 'account', id: accountId },
    detail,
    at,
  }
}

function bySwitch(action: AuditAction, operatorId: OperatorId) {
  return {
    action,
    actor: { kind: 'operator', id: operatorId },
    subject: { kind: 'switch', id: 'sending' },
    detail: {},
  } as const
}
