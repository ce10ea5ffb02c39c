/* A security key made of software: it makes a P-256 pair and signs as a real one does, or wrong in the way it is told to. */
import { createHash, generateKeyPairSync, type KeyObject, randomBytes, sign } from 'node:crypto'

const UP = 0x01
const UV = 0x04
const AT = 0x40

/** What it does otherwise than a good one. */
export interface Faults {
  origin?: string
  rpId?: string
  challenge?: string
  type?: string
  /** Nobody was asked for a finger or a PIN. */
  unverified?: boolean
  count?: number
  /** Another key signs. */
  forged?: boolean
  attestation?: { fmt: string; attStmt: Cbor }
}

/** What it is asked, as far as it looks at it. */
export interface Asked {
  challenge: string
  rp?: { id?: string | undefined }
  rpId?: string
}

export function aSecurityKey(origin: string, { counts = true } = {}) {
  const { publicKey, privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' })
  const credentialId = randomBytes(32)
  const id = credentialId.toString('base64url')
  let uses = 0
  const count = ({ count }: Faults) => count ?? (counts ? ++uses : 0)
  const client = (type: string, asked: Asked, faults: Faults) =>
    Buffer.from(
      JSON.stringify({
        type: faults.type ?? type,
        challenge: faults.challenge ?? asked.challenge,
        origin: faults.origin ?? origin,
        crossOrigin: false,
      }),
    )
  const data = (rpId: string, faults: Faults, attested = Buffer.alloc(0)) => {
    const flags = UP | (faults.unverified ? 0 : UV) | (attested.length > 0 ? AT : 0)
    return Buffer.concat([
      sha256(Buffer.from(faults.rpId ?? rpId)),
      Buffer.from([flags]),
      uint(count(faults), 4),
      attested,
    ])
  }
  return {
    id,
    /** What a browser gives back for `navigator.credentials.create`, as JSON. */
    create(asked: Asked, faults: Faults = {}): string {
      const attested = Buffer.concat([Buffer.alloc(16), uint(credentialId.length, 2), credentialId, cose(publicKey)])
      const { fmt, attStmt } = faults.attestation ?? { fmt: 'none', attStmt: new Map() }
      const authData = data(asked.rp?.id ?? '', faults, attested)
      const object = cbor(
        new Map<string, Cbor>([
          ['fmt', fmt],
          ['attStmt', attStmt],
          ['authData', authData],
        ]),
      )
      const response = {
        clientDataJSON: client('webauthn.create', asked, faults).toString('base64url'),
        attestationObject: object.toString('base64url'),
        transports: ['usb'],
      }
      return JSON.stringify({ id, rawId: id, type: 'public-key', response })
    },
    /** The same for `navigator.credentials.get`. */
    get(asked: Asked, faults: Faults = {}): string {
      const clientData = client('webauthn.get', asked, faults)
      const authData = data(asked.rpId ?? '', faults)
      const key = faults.forged ? generateKeyPairSync('ec', { namedCurve: 'P-256' }).privateKey : privateKey
      const response = {
        clientDataJSON: clientData.toString('base64url'),
        authenticatorData: authData.toString('base64url'),
        signature: sign('sha256', Buffer.concat([authData, sha256(clientData)]), key).toString('base64url'),
      }
      return JSON.stringify({ id, rawId: id, type: 'public-key', response })
    },
  }
}

export type SecurityKey = ReturnType<typeof aSecurityKey>

/** The public key as COSE has it. https://www.rfc-editor.org/rfc/rfc9053#section-7.1.1 */
function cose(key: KeyObject): Buffer {
  const { x = '', y = '' } = key.export({ format: 'jwk' })
  return cbor(
    new Map<number, Cbor>([
      [1, 2],
      [3, -7],
      [-1, 1],
      [-2, Buffer.from(x, 'base64url')],
      [-3, Buffer.from(y, 'base64url')],
    ]),
  )
}

export type Cbor = number | string | Buffer | Cbor[] | Map<string | number, Cbor>

/** As much of CBOR as is needed. https://www.rfc-editor.org/rfc/rfc8949 */
function cbor(value: Cbor): Buffer {
  if (typeof value === 'number') return value < 0 ? head(1, -1 - value) : head(0, value)
  if (typeof value === 'string') return Buffer.concat([head(3, Buffer.byteLength(value)), Buffer.from(value)])
  if (Buffer.isBuffer(value)) return Buffer.concat([head(2, value.length), value])
  if (Array.isArray(value)) return Buffer.concat([head(4, value.length), ...value.map(cbor)])
  return Buffer.concat([head(5, value.size), ...[...value].flat().map((part) => cbor(part as Cbor))])
}

function head(major: number, length: number): Buffer {
  const kind = major << 5
  if (length < 24) return Buffer.from([kind | length])
  return length < 256 ? Buffer.from([kind | 24, length]) : Buffer.concat([Buffer.from([kind | 25]), uint(length, 2)])
}

function uint(value: number, size: number): Buffer {
  const buffer = Buffer.alloc(size)
  buffer.writeUIntBE(value, 0, size)
  return buffer
}

function sha256(data: Buffer): Buffer {
  return createHash('sha256').update(data).digest()
}
