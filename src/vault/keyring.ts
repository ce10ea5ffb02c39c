import { createHmac, randomBytes } from 'node:crypto'
import { AppError } from '#src/domain/errors.ts'
import { type FernetKey, KEY_BYTES, open, parseFernetKey, seal, sealerOf, toUrlSafe } from './fernet.ts'
import { Secret } from './secret.ts'

/** Where a sealed value lives; it opens there and nowhere else. */
export interface Binding {
  /** Id of the row that holds it. */
  owner: string
  field: string
}

export interface Keyring {
  seal(secret: Secret, binding: Binding): string
  /** Throws `credential_rejected`, whatever is wrong. */
  open(sealed: string, binding: Binding): Secret
  /** Names of the keys in their order, by which nobody finds the keys. */
  keyIds: readonly string[]
  /** Which of them sealed it; undefined when none did. */
  keyIdOf(sealed: string): string | undefined
}

/** `keys` is a comma-separated list: the first seals, any opens. */
export function createKeyring(keys: Secret, now: () => Date = () => new Date()): Keyring {
  const parsed = parseFernetKeys(keys)
  const [first] = parsed ?? []
  if (!parsed || !first) throw new AppError('internal', 'The keyring needs valid Fernet keys')

  return {
    seal: (secret, binding) =>
      seal(Buffer.concat([bindingBytes(binding), Buffer.from(secret.reveal(), 'utf8')]), first, now().getTime() / 1000),

    open(sealed, binding) {
      const bytes = open(sealed, parsed)
      const place = bindingBytes(binding)
      if (!bytes?.subarray(0, place.length).equals(place)) {
        throw new AppError('credential_rejected', 'The stored secret cannot be opened with these keys')
      }
      const secret = new Secret(bytes.toString('utf8', place.length))
      bytes.fill(0)
      return secret
    },

    keyIds: parsed.map(keyId),

    keyIdOf(sealed) {
      const key = sealerOf(sealed, parsed)
      return key && keyId(key)
    },
  }
}

/** Eight digits that name a key to a person. */
function keyId({ signing, encryption }: FernetKey): string {
  return createHmac('sha256', Buffer.concat([signing, encryption]))
    .update('key id')
    .digest('hex')
    .slice(0, 8)
}

export function generateFernetKey(): string {
  return toUrlSafe(randomBytes(KEY_BYTES))
}

/** Undefined unless every one of the comma-separated keys is valid. */
export function parseFernetKeys(keys: Secret): FernetKey[] | undefined {
  const parsed = keys.reveal().split(',').map(parseFernetKey)
  const valid = parsed.filter((key) => key !== undefined)
  return valid.length === parsed.length ? valid : undefined
}

/** Fernet knows no associated data, so the place goes in front of the value, each part behind its length. */
function bindingBytes({ owner, field }: Binding): Buffer {
  const parts = [owner, field].map((part) => `${Buffer.byteLength(part)}:${part}`)
  return Buffer.from(`v1 ${parts.join(' ')}\n`, 'utf8')
}
