import { appendAudit } from '#db/audit.ts'
import { type Database, inTransaction, type Transaction } from '#db/client.ts'
import { lockAccount, type Settings, saveSettings, setSendingStopped, setStopped } from '#db/settings.ts'
import type { AuditAction, AuditEvent } from '#src/domain/audit.ts'
import { AppError } from '#src/domain/errors.ts'
import type { AccountId, OperatorId } from '#src/domain/ids.ts'
import type { Lanes } from '#src/limits/lanes.ts'
import type { Publish } from '#src/queues/live.ts'
import { textHash } from '#src/vault/hash.ts'
import { createRemoveKnowledge, createSaveKnowledge } from './knowledge.ts'
import { lineUpHeld } from './line-up.ts'
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
/** The sweep rings for what is beyond. */

/** What an admin may set, each with its audit entry. */
export function createConfigure(deps: ConfigureDeps) {
  return {
    saveSettings: createSaveSettings(deps),
    saveKnowledge: createSaveKnowledge(deps),
    removeKnowledge: createRemoveKnowledge(deps),
    stopAccount: createStopAccount(deps),
    resumeAccount: createResumeAccount(deps),
    stopSending: createStopSending(deps),
    resumeSending: createResumeSending(deps),
  }
}

interface SaveSettings extends Settings {
  accountId: AccountId
  operatorId: OperatorId
  /** The voice as the form showed it: what a colleague wrote meanwhile is not overwritten. */
  seenVoice: string
}

function createSaveSettings({ db, publish, now }: ConfigureDeps) {
  return async (input: SaveSettings): Promise<void> => {
    const { accountId, operatorId, quietMs, undoMs, dailyBudgetMicros } = input
    const voice = prose(input.voice, { field: 'voice', max: VOICE_MAX, mayBeEmpty: true })
    between(quietMs, { field: 'quietMs', min: 0, max: QUIET_MAX_MS, message: 'The quiet time is 0 to 600 seconds' })
    between(undoMs, { field: 'undoMs', min: 0, max: UNDO_MAX_MS, message: 'The undo time is 0 to 300 seconds' })
    between(dailyBudgetMicros, {
      field: 'dailyBudgetMicros',
      min: 0,
      max: BUDGET_MAX_MICROS,
      message: 'The budget is 0 to 10,000 dollars a day',
    })
    await inTransaction(db, async (tx) => {
      const account = await requireAccount(tx, accountId)
      if (
        prose(account.voice, { field: 'voice', mayBeEmpty: true }) !==
        prose(input.seenVoice, { field: 'voice', mayBeEmpty: true })
      ) {
        throw new AppError('conflict', 'Somebody changed the voice since you opened this page', { field: 'voice' })
      }
      const at = now()
      await saveSettings(tx, accountId, { voice, quietMs, undoMs, dailyBudgetMicros }, at)
      const detail = { voiceHash: textHash(voice), quietMs, undoMs, dailyBudgetMicros }
      await appendAudit(tx, entry('account.configured', { operatorId, accountId, detail, at }))
    })
    publish({ topic: 'accounts', id: accountId })
  }
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
