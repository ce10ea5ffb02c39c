import { eq } from 'drizzle-orm'
import type { Database } from '#db/client.ts'
import { operators } from '#db/schema/operators.ts'
import type { OperatorId } from '#src/domain/ids.ts'
import type { Keyring } from '#src/vault/keyring.ts'
import { codeAt, newSeed, stepAt } from '#src/vault/totp.ts'

/** Gives the operator an authenticator app, as if they had set it up long ago. */
export async function aFactor(db: Database, id: OperatorId, keyring: Keyring) {
  const seed = newSeed()
  const totpSeed = keyring.seal(seed, { owner: id, field: 'totp_seed' })
  await db
    .update(operators)
    .set({ totpSeed, totpSince: new Date('2026-01-01'), totpLastStep: null })
    .where(eq(operators.id, id))
  return { codeAt: (at: Date) => codeAt(seed, stepAt(at)) }
}
