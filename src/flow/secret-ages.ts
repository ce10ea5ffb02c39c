/*
 * Remembers since when each secret has been the same, and reminds an operator in time to replace it. Of a secret only an HMAC
 * is kept: under the house's own keys, of which several may be valid, so that replacing those makes nothing look new; or, by
 * a process that has none of them, under the secret itself, which is a random key.
 */

import { raiseAlert, resolveAlert } from '#db/alerts.ts'
import { type Database, inTransaction } from '#db/client.ts'
import { insertSecretAge, listSecretAges, markTold, replaceFingerprint, type SecretAgeRow } from '#db/secret-ages.ts'
import { reminderOf, secretAge } from '#src/domain/secret-age.ts'
import { parseUrl } from '#src/domain/url.ts'
import { keyedHash } from '#src/vault/hash.ts'
import { Secret } from '#src/vault/secret.ts'

interface SecretAgesDeps {
  db: Database
  stage: 'development' | 'test' | 'staging' | 'production'
  /** What this process holds. */
  secrets: readonly HeldSecret[]
  /** Comma-separated: the first one keys new fingerprints, any keyed old ones. */
  keys?: Secret | undefined
  now: () => Date
}

export interface HeldSecret {
  name: string
  secret: Secret
}

/** One look; answers how many reminders were given. */
export function createSecretAges(deps: SecretAgesDeps): () => Promise<{ reminders: number }> {
  return async () => {
    const kept = new Map((await listSecretAges(deps.db)).map((row) => [row.name, row]))
    for (const held of deps.secrets) await remember(deps, held, kept.get(held.name))
    let reminders = 0
    for (const row of await listSecretAges(deps.db)) if (await remind(deps, row)) reminders += 1
    return { reminders }
  }
}

async function remember({ db, keys, now }: SecretAgesDeps, held: HeldSecret, row: SecretAgeRow | undefined) {
  const { name } = held
  const [fingerprint = '', ...others] = fingerprintsOf(held, keys)
  if (!row) return insertSecretAge(db, { name, fingerprint }, now())
  if (row.fingerprint === fingerprint) return
  return replaceFingerprint(db, row, fingerprint, others.includes(row.fingerprint) ? undefined : now())
}

/** As each key would give it, the present one first. */
function fingerprintsOf({ name, secret }: HeldSecret, keys: Secret | undefined): string[] {
  const value = changing(name, secret.reveal())
  const keyed = (key: Secret) => keyedHash(key, `age of ${name}\n${value}`)
  return keys
    ? keys
        .reveal()
        .split(',')
        .map((key) => keyed(new Secret(key)))
    : [keyed(secret)]
}

/** What is replaced when it is rotated: the first key of a list, the password of an address. */
function changing(name: string, value: string): string {
  if (name === 'APP_SECRET_KEY') return value.split(',')[0] ?? value
  const password = name.endsWith('_URL') ? parseUrl(value)?.password : undefined
  return password || value
}

/** Once for each moment, by whichever process comes first. */
async function remind({ db, stage, now }: SecretAgesDeps, row: SecretAgeRow): Promise<boolean> {
  const at = now()
  const age = secretAge(row.name, row.firstSeenAt, { stage, at })
  if (age.step === row.told && age.step !== null) return false
  return inTransaction(db, async (tx) => {
    if (age.step === null) {
      await resolveAlert(tx, 'secret_due', row.name, at)
      return false
    }
    if (!(await markTold(tx, row, age.step))) return false
    const severity = age.step > 0 ? 'info' : 'warning'
    await raiseAlert(tx, { kind: 'secret_due', subject: row.name, severity, text: reminderOf(age), at })
    return true
  })
}
