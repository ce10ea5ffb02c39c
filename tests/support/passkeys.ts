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
  /** It shows a certificate of its maker, as the old U2F keys do, and all of it is in order. */
  certified?: boolean
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
      const authData = data(asked.rp?.id ?? '', faults, attested)
      const clientData = client('webauthn.create', asked, faults)
      const statement = faults.certified
        ? u2fStatement([authData.subarray(0, 32), sha256(clientData), credentialId, point(publicKey)])
        : new Map<string, Cbor>()
      const object = cbor(
        new Map<string, Cbor>([
          ['fmt', faults.certified ? 'fido-u2f' : 'none'],
          ['attStmt', statement],
          ['authData', authData],
        ]),
      )
      const response = {
        clientDataJSON: clientData.toString('base64url'),
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

/** https://www.w3.org/TR/webauthn-3/#sctn-fido-u2f-attestation */
function u2fStatement(signed: Buffer[]): Cbor {
  const maker = generateKeyPairSync('ec', { namedCurve: 'P-256' })
  const sig = sign('sha256', Buffer.concat([Buffer.alloc(1), ...signed]), maker.privateKey)
  return new Map<string, Cbor>([
    ['sig', sig],
    ['x5c', [certificateOf(maker)]],
  ])
}

/** The smallest certificate there is, signed by itself. https://www.rfc-editor.org/rfc/rfc5280#section-4.1 */
function certificateOf({ publicKey, privateKey }: { publicKey: KeyObject; privateKey: KeyObject }): Buffer {
  const [sequence, oid, utcTime] = [0x30, 0x06, 0x17]
  const algorithm = der(sequence, der(oid, Buffer.from('2a8648ce3d040302', 'hex')))
  const commonName = der(sequence, der(oid, Buffer.from('550403', 'hex')), der(0x0c, Buffer.from('maker')))
  const name = der(sequence, der(0x31, commonName))
  const [from, to] = ['250101000000Z', '450101000000Z'].map((time) => der(utcTime, Buffer.from(time)))
  const body = der(
    sequence,
    ...[der(0xa0, der(0x02, Buffer.from([2]))), der(0x02, Buffer.from([1])), algorithm, name],
    ...[der(sequence, from ?? name, to ?? name), name, publicKey.export({ type: 'spki', format: 'der' })],
  )
  const signature = Buffer.concat([Buffer.alloc(1), sign('sha256', body, privateKey)])
  return der(sequence, body, algorithm, der(0x03, signature))
}

function der(tag: number, ...parts: Buffer[]): Buffer {
  const body = Buffer.concat(parts)
  const length =
    body.length < 128 ? [body.length] : body.length < 256 ? [0x81, body.length] : [0x82, ...uint(body.length, 2)]
  return Buffer.concat([Buffer.from([tag, ...length]), body])
}

function point(key: KeyObject): Buffer {
  const { x = '', y = '' } = key.export({ format: 'jwk' })
  return Buffer.concat([Buffer.from([4]), Buffer.from(x, 'base64url'), Buffer.from(y, 'base64url')])
}

type Cbor = number | string | Buffer | Cbor[] | Map<string | number, Cbor>

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
