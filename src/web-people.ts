import type { ConsoleDeps } from './console/deps.ts'
import { passkeySite } from './domain/passkey.ts'
import { createPeople } from './flow/people.ts'
import { createPreferences } from './flow/preferences.ts'
import { createSignIn } from './flow/sign-in.ts'
import { createKeyring } from './vault/keyring.ts'
import type { WebParts } from './web.ts'

/** Signing in, one's own account, and those of others. Where nothing real is at stake, a password alone may do. */
export function buildPeople({
  config,
  db,
  publish,
  log,
  now,
}: WebParts): Pick<ConsoleDeps, 'signIn' | 'own' | 'people' | 'preferences'> {
  const { sessionSecret: pepper, appSecretKey, sandbox } = config
  const keyring = createKeyring(appSecretKey, now)
  const { own, ...signIn } = createSignIn({
    ...{ db, pepper, keyring, isFactorRequired: !sandbox, publish, now },
    passkeySite: passkeySite(config.publicUrl),
    tellSecurity: (said) => log.warn(said, 'security'),
  })
  return { signIn, own, people: createPeople({ db, pepper, publish, now }), preferences: createPreferences({ db }) }
}
