/*
 * Short signed statements about who is at a browser (JWT, HS256). Each kind has a key, an audience and a type of its own, so that
 * one never passes for another; the algorithm is fixed, whatever a header says. Nothing is believed on a ticket's word alone:
 * whoever reads one still looks at the session and the operator.
 * https://www.rfc-editor.org/rfc/rfc8725 · https://www.rfc-editor.org/rfc/rfc9068
 */
import { hkdfSync, randomUUID } from 'node:crypto'
import { jwtVerify, SignJWT } from 'jose'
import type { Secret } from './secret.ts'

const ISSUER = 'countersign'
const ALGORITHM = 'HS256'
const SKEW_S = 5

const kinds = {
  /** A session goes on. */
  access: { audience: 'console', type: 'at+jwt', seconds: 600 },
  /** The password was right; the second factor is still to come. */
  step: { audience: 'sign-in', type: 'step+jwt', seconds: 600 },
} as const

export type TicketKind = keyof typeof kinds

export interface Ticket {
  /** The operator's id. */
  sub: string
  /** The session's id, or what the step stands for. */
  sid: string
}

export interface Tickets {
  sign(kind: TicketKind, ticket: Ticket): Promise<string>
  /** Undefined for whatever is not a ticket of ours, of this kind, at this instant. */
  read(kind: TicketKind, text: string): Promise<Ticket | undefined>
}

export function createTickets(secret: Secret, now: () => Date): Tickets {
  const keyOf = (kind: TicketKind) =>
    new Uint8Array(hkdfSync('sha256', secret.reveal(), '', `countersign ${kind} ticket`, 32))
  const keys = { access: keyOf('access'), step: keyOf('step') }

  return {
    sign(kind, { sub, sid }) {
      const { audience, type, seconds } = kinds[kind]
      const from = Math.floor(now().getTime() / 1000)
      return new SignJWT({ sid })
        .setProtectedHeader({ alg: ALGORITHM, typ: type })
        .setIssuer(ISSUER)
        .setAudience(audience)
        .setSubject(sub)
        .setJti(randomUUID())
        .setIssuedAt(from)
        .setNotBefore(from)
        .setExpirationTime(from + seconds)
        .sign(keys[kind])
    },

    async read(kind, text) {
      const { audience, type, seconds } = kinds[kind]
      try {
        const { payload } = await jwtVerify(text, keys[kind], {
          algorithms: [ALGORITHM],
          issuer: ISSUER,
          audience,
          typ: type,
          currentDate: now(),
          clockTolerance: SKEW_S,
          maxTokenAge: seconds,
          requiredClaims: ['sub', 'sid', 'jti', 'iat', 'nbf', 'exp'],
        })
        const { sub, sid } = payload
        return typeof sub === 'string' && typeof sid === 'string' ? { sub, sid } : undefined
      } catch {
        return undefined
      }
    },
  }
}
