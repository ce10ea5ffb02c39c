import { matchedRoutes } from 'hono/route'
import { AppError } from '#src/domain/errors.ts'
import { isRecent } from '#src/domain/session.ts'
import { clientAddress } from '#src/http/address.ts'
import type { access } from './access.ts'
import type { Room, Visit } from './env.ts'
import { PASSKEY_FIELD, PROOF_FIELD } from './pages/confirmation.tsx'

/**
 * Routes for which a session that was left open is not enough: whoever asks has proved who they are within ten minutes, or does so
 * with the form. What a borrowed browser must not do stands here.
 */
export const recent: ReadonlySet<string> = new Set<keyof typeof access>([
  'GET /me/second-factor',
  'POST /me/second-factor',
  'POST /me/recovery-codes',
  'GET /me/passkeys/new',
  'POST /me/passkeys',
  'POST /me/passkeys/challenges',
  'POST /me/passkeys/:id/removal',
  'POST /people/invitations',
  'POST /people/invitations/:id/revocation',
  'POST /people/:id/role',
  'POST /people/:id/disabling',
  'POST /people/:id/enabling',
  'POST /people/:id/sessions/ending',
  'POST /keys',
  'POST /keys/:id/rotation',
  'POST /keys/:id/revocation',
  'POST /audit/exports',
  'POST /insight/exports',
  'POST /contacts/:id/export',
  'POST /conversations/:id/erasure',
  'POST /accounts/:id/operators',
  'POST /accounts/:id/second',
  'POST /accounts/:id/second/confirmation',
  'POST /accounts/:id/stop',
  'POST /accounts/:id/resumption',
  'POST /sending/stop',
  'POST /sending/resumption',
])

/** Runs behind the access table. Throws `reauthentication_required`, for which there is a page of its own. */
export async function requireRecent(c: Visit, room: Room): Promise<void> {
  const session = c.get('session')
  const route = matchedRoutes(c).findLast(({ method }) => method !== 'ALL')
  if (!session || !route || !recent.has(`${route.method} ${route.path}`)) return
  if (isRecent(session.confirmedAt, room.config.now())) return
  await confirmNow(c, room)
}

/** Takes the proof that came with the form: a password or a code, or a passkey. */
export async function confirmNow(c: Visit, { signIn, config }: Room): Promise<void> {
  const session = c.get('session')
  const form = c.req.method === 'POST' ? await c.req.parseBody() : {}
  const [proof, answer] = [form[PROOF_FIELD], form[PASSKEY_FIELD]]
  const address = clientAddress(c)
  try {
    if (session && typeof answer === 'string') await signIn.confirmByPasskey({ session, answer, address })
    else if (session && typeof proof === 'string') await signIn.confirm({ session, proof, address })
    else throw needed('Please prove once more that it is you')
  } catch (thrown) {
    throw refusalOf(AppError.from(thrown), config.now())
  }
  if (session) c.set('session', { ...session, confirmedAt: config.now() })
}

function refusalOf(error: AppError, at: Date): AppError {
  if (error.code === 'invalid_input') return needed(error.message)
  if (error.code !== 'rate_limited') return error
  const seconds = Math.max(1, Math.ceil(((error.until?.getTime() ?? 0) - at.getTime()) / 1000))
  return needed(`Too many tries; please wait ${seconds} s`)
}

function needed(message: string): AppError {
  return new AppError('reauthentication_required', message, { field: PROOF_FIELD })
}
