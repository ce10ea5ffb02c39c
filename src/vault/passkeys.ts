/*
 * What is asked of a browser about passkeys, and whether its answer is right. Everything in an answer is a stranger's word: of what
 * is wrong nobody hears more than that it is. The package that knows the formats is loaded when the first answer comes: it takes half
 * a second, and most installations never need it.
 */
import type { AuthenticationResponseJSON, RegistrationResponseJSON } from '@simplewebauthn/server'
import { z } from 'zod'
import type { PasskeySite } from '#src/domain/passkey.ts'

const TIMEOUT_MS = 120_000
/** ES256 for nearly everybody, RS256 for old Windows. https://www.iana.org/assignments/cose/cose.xhtml#algorithms */
const ALGORITHMS = [-7, -257]
const USER_VERIFICATION = 'required'

const bytes = z.string().regex(/^[\w-]+$/)
const credential = { id: bytes.max(1400), rawId: bytes, type: z.literal('public-key') }
const Assertion = z.object({
  ...credential,
  response: z.object({ clientDataJSON: bytes, authenticatorData: bytes, signature: bytes }),
})
const Creation = z.object({
  ...credential,
  response: z.object({
    clientDataJSON: bytes,
    attestationObject: bytes,
    transports: z
      .array(z.string().regex(/^[a-z-]{1,32}$/))
      .max(8)
      .catch([]),
  }),
})

export type Assertion = z.infer<typeof Assertion>
export type Creation = z.infer<typeof Creation>

export interface NewCredential {
  credentialId: string
  /** As COSE, in base64url. */
  publicKey: string
  signCount: number
  transports: string[]
}

type Known = Pick<NewCredential, 'credentialId' | 'transports'>

/** What a right answer is right about. */
export interface Expected {
  site: PasskeySite
  isChallenge: (given: string) => boolean
}

/** A key that belongs to nobody (its x is SHA-256 of `countersign nobody 1`): an unknown passkey is refused like a known one. */
const NOBODY = Buffer.from(
  [
    'a5010203262001',
    '215820d3a49b303654f67a64dcb7c6c485538cf543a0cc1cc44a290ce6b9a15facbebe',
    '2258209e0ee3ddf8e4b5676a19fa80d8038b9fec79520fe761382499f0609a82a055c4',
  ].join(''),
  'hex',
).toString('base64url')

/** For `navigator.credentials.create`. The handle tells the device whose it is, and nobody anything about them. */
export function creationOptions(
  { rpId }: PasskeySite,
  {
    challenge,
    user,
    known,
  }: { challenge: string; user: { handle: string; name: string; email: string }; known: Known[] },
) {
  return {
    challenge,
    rp: { id: rpId, name: 'Countersign' },
    user: { id: user.handle, name: user.email, displayName: user.name },
    pubKeyCredParams: ALGORITHMS.map((alg) => ({ type: 'public-key', alg })),
    excludeCredentials: known.map(descriptor),
    authenticatorSelection: { residentKey: 'preferred', userVerification: USER_VERIFICATION },
    attestation: 'none',
    timeout: TIMEOUT_MS,
  }
}

/** For `navigator.credentials.get`. */
export function requestOptions({ rpId }: PasskeySite, { challenge, known }: { challenge: string; known: Known[] }) {
  const allowCredentials = known.map(descriptor)
  return { challenge, rpId, allowCredentials, userVerification: USER_VERIFICATION, timeout: TIMEOUT_MS }
}

/** What a browser answered, if it has the form of one. */
export function readAssertion(text: string): Assertion | undefined {
  return Assertion.safeParse(parsed(text)).data
}

/** The passkey that was made; undefined, whatever is wrong with it. */
export async function checkCreation(text: string, { site, isChallenge }: Expected): Promise<NewCredential | undefined> {
  const answer = Creation.safeParse(parsed(text)).data
  if (!answer) return undefined
  try {
    const [{ verifyRegistrationResponse }, { decodeAttestationObject }] = [await load(), await loadHelpers()]
    const attested = decodeAttestationObject(Buffer.from(answer.response.attestationObject, 'base64url'))
    // A certificate would be followed to wherever it points. None was asked for, and none is looked at.
    const isPlain = ['none', 'packed'].includes(attested.get('fmt')) && !attested.get('attStmt').get('x5c')
    if (!isPlain) return undefined
    const { verified, registrationInfo } = await verifyRegistrationResponse({
      response: { ...answer, clientExtensionResults: {} } as RegistrationResponseJSON,
      ...expectation({ site, isChallenge }),
      supportedAlgorithmIDs: ALGORITHMS,
    })
    if (!verified || registrationInfo.credential.id !== answer.id) return undefined
    const { id: credentialId, publicKey, counter: signCount } = registrationInfo.credential
    const { transports } = answer.response
    return { credentialId, publicKey: Buffer.from(publicKey).toString('base64url'), signCount, transports }
  } catch {
    return undefined
  }
}

/** The counter of the device when it signed this with that key; undefined, whatever is wrong. Takes as long without a key. */
export async function checkAssertion(
  answer: Assertion,
  { site, isChallenge, publicKey = NOBODY }: Expected & { publicKey: string | undefined },
): Promise<number | undefined> {
  try {
    const { verifyAuthenticationResponse } = await load()
    const { verified, authenticationInfo } = await verifyAuthenticationResponse({
      response: { ...answer, clientExtensionResults: {} } as AuthenticationResponseJSON,
      ...expectation({ site, isChallenge }),
      // Whether the counter went back is asked of an answer that is right, so that nobody can raise the alarm with a wrong one.
      credential: { id: answer.id, publicKey: Buffer.from(publicKey, 'base64url'), counter: -1 },
    })
    return verified ? authenticationInfo.newCounter : undefined
  } catch {
    return undefined
  }
}

function expectation({ site, isChallenge }: Expected) {
  return {
    expectedChallenge: isChallenge,
    expectedOrigin: site.origin,
    expectedRPID: site.rpId,
    requireUserVerification: true,
  }
}

function descriptor({ credentialId, transports }: Known) {
  return { type: 'public-key', id: credentialId, transports }
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}

const load = () => import('@simplewebauthn/server')
const loadHelpers = () => import('@simplewebauthn/server/helpers')
