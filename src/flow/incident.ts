/*
 * When something is wrong: stop everything, see how far it went, take away what may be in the wrong hands, and go on only when
 * somebody says so. Each step is one transaction with its audit entries; the sender reads the switch before each post.
 */
import { appendAudits } from '#db/audit.ts'
import { type Database, inTransaction, isDuplicate } from '#db/client.ts'
import { isSendingStopped } from '#db/doctor.ts'
import {
  closeIncident,
  countWaiting,
  distrustTokens,
  endAllSessions,
  findOpenIncident,
  insertIncident,
  listKeysSince,
  listSentSince,
  listSessionsSince,
  revokeApiKeys,
} from '#db/incidents.ts'
import { setSendingStopped } from '#db/settings.ts'
import type { AuditAction, AuditEvent } from '#src/domain/audit.ts'
import { AppError } from '#src/domain/errors.ts'
import { type IncidentId, newId, type OperatorId } from '#src/domain/ids.ts'
import type { Publish } from '#src/queues/live.ts'
import { line } from './wording.ts'

interface IncidentDeps {
  db: Database
  publish: Publish
  now: () => Date
}

/** What may be in the wrong hands. */
export interface Revoke {
  sessions: boolean
  keys: boolean
  tokens: boolean
}

export function createIncident({ db, publish, now }: IncidentDeps) {
  const tell = () => publish({ topic: 'accounts', id: 'sending' })
  return {
    /** Stops all sending at once. Throws `conflict` while another incident is open. */
    async open({ by, reason }: { by: OperatorId; reason: string }): Promise<IncidentId> {
      const why = required(reason, 'reason')
      const at = now()
      const id = newId('incident', at)
      await inTransaction(db, async (tx) => {
        await insertIncident(tx, { id, openKey: 'open', openedBy: by, reason: why, createdAt: at })
        await setSendingStopped(tx, { by }, at)
        await appendAudits(tx, [entry('incident.opened', { id, by, at }), entry('sending.stopped', { id, by, at })])
      }).catch((error: unknown) => {
        if (isDuplicate(error)) throw new AppError('conflict', 'An incident is open already; sending is stopped')
        throw error
      })
      tell()
      return id
    },

    /** How far it went: what left, who was signed in, which keys were used. */
    async scope(since: Date) {
      const [incident, waiting] = [await findOpenIncident(db), await countWaiting(db)]
      const [sent, sessions] = [await listSentSince(db, since), await listSessionsSince(db, since)]
      return { incident, waiting, sent, sessions, keys: await listKeysSince(db, since) }
    },

    /** Signs everybody out, revokes the keys of programs, and asks for every account to be connected again. Throws `conflict` when no incident is open. */
    async revoke({ by, what }: { by: OperatorId; what: Revoke }) {
      const at = now()
      const done = await inTransaction(db, async (tx) => {
        const { id } = await requireOpen(tx)
        const counts = {
          sessions: what.sessions ? await endAllSessions(tx, at) : 0,
          keys: what.keys ? await revokeApiKeys(tx, at) : 0,
          tokens: what.tokens ? await distrustTokens(tx, at) : 0,
        }
        await appendAudits(tx, [entry('incident.revoked', { id, by, at, detail: counts })])
        return counts
      })
      tell()
      return done
    },

    /**
     * Ends it with a note, and leaves the switch as it is. While that holds every post, whoever ends it has to say so, lest they
     * think that everything goes on. Throws `conflict`.
     */
    async close({ by, note, knowsOfStop }: { by: OperatorId; note: string; knowsOfStop: boolean }): Promise<void> {
      const words = required(note, 'note')
      const at = now()
      await inTransaction(db, async (tx) => {
        const { id } = await requireOpen(tx)
        if (!knowsOfStop && (await isSendingStopped(tx))) {
          throw new AppError('conflict', 'Sending is still stopped; close it with --resume or with --keep-stopped')
        }
        if (!(await closeIncident(tx, id, { by, note: words, at }))) throw new AppError('conflict', 'It is closed')
        await appendAudits(tx, [entry('incident.closed', { id, by, at })])
      })
    },
  }
}

async function requireOpen(conn: Parameters<typeof findOpenIncident>[0]) {
  const incident = await findOpenIncident(conn)
  if (incident) return incident
  throw new AppError('conflict', 'No incident is open')
}

function required(text: string, field: string): string {
  const words = line(text, field)
  if (words) return words
  throw new AppError('invalid_input', `This needs a ${field}`, { field })
}

function entry(
  action: AuditAction,
  { id, by, at, detail = {} }: { id: IncidentId; by: OperatorId; at: Date; detail?: AuditEvent['detail'] },
): AuditEvent {
  return { action, actor: { kind: 'process', id: by }, subject: { kind: 'incident', id }, detail, at }
}
