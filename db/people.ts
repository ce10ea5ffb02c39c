import { and, asc, eq, gt, inArray, isNull, max, sql } from 'drizzle-orm'
import type { Role } from '#src/domain/identity.ts'
import type { InvitationId, OperatorId } from '#src/domain/ids.ts'
import type { Conn, Transaction } from './client.ts'
import { invitations, operators } from './schema/operators.ts'
import { sessions } from './schema/sessions.ts'

export type InvitationRow = typeof invitations.$inferSelect

/** Everybody who can sign in or could, by name. */
export async function listOperators(conn: Conn) {
  const seen = conn
    .select({ operatorId: sessions.operatorId, at: max(sessions.lastSeenAt).as('seen_at') })
    .from(sessions)
    .groupBy(sessions.operatorId)
    .as('seen')
  const { id, name, email, role, disabledAt, totpSince, createdAt } = operators
  return conn
    .select({ id, name, email, role, disabledAt, factorSince: totpSince, createdAt, lastSeenAt: seen.at })
    .from(operators)
    .leftJoin(seen, eq(seen.operatorId, operators.id))
    .orderBy(asc(operators.name), asc(operators.id))
}

/** What these are called. */
export async function listNames(conn: Conn, ids: OperatorId[]): Promise<Map<OperatorId, string>> {
  if (ids.length === 0) return new Map()
  const { id, name } = operators
  const rows = await conn.select({ id, name }).from(operators).where(inArray(id, ids))
  return new Map(rows.map((row) => [row.id, row.name]))
}

/** The admins who can sign in, locked: of two who take each other's rights away the second sees what the first did. */
export async function lockAdmins(tx: Transaction): Promise<{ id: OperatorId }[]> {
  return tx
    .select({ id: operators.id })
    .from(operators)
    .where(and(eq(operators.role, 'admin'), isNull(operators.disabledAt)))
    .orderBy(asc(operators.id))
    .for('update')
}

export async function saveRights(
  tx: Transaction,
  id: OperatorId,
  rights: { role: Role } | { disabledAt: Date | null },
): Promise<void> {
  await tx
    .update(operators)
    .set({ ...rights, version: sql`version + 1` })
    .where(eq(operators.id, id))
}

export async function insertInvitation(conn: Conn, invitation: typeof invitations.$inferInsert): Promise<void> {
  await conn.insert(invitations).values(invitation)
}

export async function listInvitations(conn: Conn, at: Date) {
  const { id, kind, email, role, expiresAt, createdAt } = invitations
  return conn
    .select({ id, kind, email, role, expiresAt, createdAt, invitedBy: operators.name })
    .from(invitations)
    .leftJoin(operators, eq(operators.id, sql`${invitations.invitedBy}`))
    .where(isOpen(at))
    .orderBy(asc(invitations.createdAt), asc(invitations.id))
}

export async function findInvitation(conn: Conn, tokenHash: string, at: Date): Promise<InvitationRow | undefined> {
  const [row] = await conn
    .select()
    .from(invitations)
    .where(and(eq(invitations.tokenHash, tokenHash), isOpen(at)))
  return row
}

/** Uses the link up; false when it was used, revoked or too old. */
export async function takeInvitation(tx: Transaction, id: InvitationId, at: Date): Promise<boolean> {
  const [{ affectedRows }] = await tx
    .update(invitations)
    .set({ usedAt: at })
    .where(and(eq(invitations.id, id), isOpen(at)))
  return affectedRows === 1
}

export async function revokeInvitation(
  tx: Transaction,
  id: InvitationId,
  at: Date,
): Promise<InvitationRow | undefined> {
  const [row] = await tx
    .select()
    .from(invitations)
    .where(and(eq(invitations.id, id), isOpen(at)))
    .for('update')
  if (row) await tx.update(invitations).set({ revokedAt: at }).where(eq(invitations.id, id))
  return row
}

/** A newer link takes the place of the open ones for the same address. */
export async function revokeInvitationsFor(tx: Transaction, email: string, at: Date): Promise<void> {
  await tx
    .update(invitations)
    .set({ revokedAt: at })
    .where(and(eq(invitations.email, email), isOpen(at)))
}

function isOpen(at: Date) {
  return and(isNull(invitations.usedAt), isNull(invitations.revokedAt), gt(invitations.expiresAt, at))
}
