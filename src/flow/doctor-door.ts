import { randomBytes } from 'node:crypto'
import type { DiagnosisCode } from '#src/domain/diagnoses.ts'
import { type Found, found } from '#src/domain/diagnoses.ts'
import type { Secret } from '#src/vault/secret.ts'

export interface DoorDeps {
  /** Without a trailing slash. */
  publicUrl: string
  /** On with the sandbox: what plays Meta reaches this machine. */
  sandbox: boolean
  /** Only the web process has it. */
  verifyToken?: Secret | undefined
  fetch?: typeof globalThis.fetch | undefined
}

const DEADLINE_MS = 8000
const ANSWER_MAX_CHARS = 4096
/** Of Node's TLS: a certificate that cannot be trusted, and a port that speaks something else. */
const TLS_CODES = /^(ERR_TLS_.+|ERR_SSL_.+|CERT_.+|.*_CERT.*|UNABLE_TO_.+|SELF_SIGNED_.+|EPROTO|HOSTNAME_MISMATCH)$/

/** Comes to the door as a platform would, by the public address. */
export async function examineDoor(deps: DoorDeps): Promise<Found[]> {
  const plain = deps.publicUrl.startsWith('https://') || deps.sandbox ? [] : [found('public_url_plain')]
  return [...plain, ...(await knock(deps))]
}

async function knock(deps: DoorDeps): Promise<Found[]> {
  const answer = await ask(deps, '/health')
  if ('fault' in answer) return [answer.fault]
  if (!isOurs(answer.text)) return [found('public_url_foreign', `/health answered ${answer.status}`)]
  return deps.verifyToken ? shakeHands(deps, deps.verifyToken) : []
}

/** https://developers.facebook.com/docs/graph-api/webhooks/getting-started#verification-requests */
async function shakeHands(deps: DoorDeps, verifyToken: Secret): Promise<Found[]> {
  const challenge = randomBytes(12).toString('hex')
  const query = { 'hub.mode': 'subscribe', 'hub.challenge': challenge, 'hub.verify_token': verifyToken.reveal() }
  const answer = await ask(deps, `/webhooks/instagram?${new URLSearchParams(query)}`)
  if ('fault' in answer) return [answer.fault]
  if (answer.status === 200 && answer.text === challenge) return []
  const code: DiagnosisCode = answer.status === 403 ? 'verify_token_foreign' : 'public_url_foreign'
  return [found(code, `the handshake was answered with ${answer.status}`)]
}

type Answer = { status: number; text: string } | { fault: Found }

async function ask({ publicUrl, fetch = globalThis.fetch }: DoorDeps, path: string): Promise<Answer> {
  try {
    const response = await fetch(`${publicUrl}${path}`, {
      redirect: 'manual',
      signal: AbortSignal.timeout(DEADLINE_MS),
    })
    return { status: response.status, text: (await response.text()).slice(0, ANSWER_MAX_CHARS) }
  } catch (error) {
    const code = codeOf(error)
    return { fault: found(TLS_CODES.test(code) ? 'public_url_tls' : 'public_url_unreachable', code) }
  }
}

function isOurs(text: string): boolean {
  try {
    return (JSON.parse(text) as { service?: unknown } | null)?.service === 'countersign'
  } catch {
    return false
  }
}

/** fetch wraps what happened; the transport's own code says it best. */
function codeOf(error: unknown): string {
  const cause = error instanceof Error && error.cause instanceof Error ? error.cause : error
  if (!(cause instanceof Error)) return 'unknown'
  return 'code' in cause && typeof cause.code === 'string' ? cause.code : cause.name
}
