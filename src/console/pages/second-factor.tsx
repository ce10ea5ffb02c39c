import type { Frame } from '../frame.ts'
import { QrCode } from '../parts/qr-code.tsx'
import type { FactorOffer } from '../people-verbs.ts'
import { Fault, Outside } from './outside.tsx'

interface EnrolProps {
  asset: Frame['asset']
  action: string
  offer: FactorOffer
  to?: string | undefined
  fault?: string
  /** Nobody gets on without. */
  isRequired?: boolean
}

/** Sets up an authenticator app: scan or type the key, then prove that it took. */
export function EnrolPage({ asset, action, offer, to, fault, isRequired = false }: EnrolProps) {
  return (
    <Outside title="Second factor" asset={asset}>
      <h1>Set up a second factor</h1>
      <p class="muted">
        Besides your password, a code from an app on your phone: any authenticator app does.
        {isRequired && ' Nobody gets in here without one.'}
      </p>
      <Fault text={fault} />
      <ol class="steps">
        <li>
          <h2>Scan this with the app</h2>
          <QrCode text={offer.uri} label="QR code for your authenticator app" />
          <p class="hint">
            On this phone? <a href={offer.uri}>Open the app</a>, or type the key:
          </p>
          <p class="key">
            <code>{offer.key.match(/.{1,4}/g)?.join(' ')}</code>
          </p>
        </li>
        <li>
          <h2>Type the code it shows</h2>
          <form method="post" action={action} class="settings">
            <input type="hidden" name="seed" value={offer.sealedSeed} />
            {to && <input type="hidden" name="to" value={to} />}
            <label class="sr" for="code">
              Code from the app
            </label>
            <input
              id="code"
              class="code"
              name="code"
              type="text"
              inputmode="numeric"
              autocomplete="one-time-code"
              maxlength={10}
              required
            />
            <button type="submit" class="button button-primary">
              Turn it on
            </button>
            {!isRequired && (
              <a class="button button-quiet" href={to ?? '/me'}>
                Not now
              </a>
            )}
          </form>
        </li>
      </ol>
    </Outside>
  )
}

interface CodesProps {
  asset: Frame['asset']
  codes: string[]
  next: string
}

/** The only time that anybody sees these. */
export function RecoveryCodesPage({ asset, codes, next }: CodesProps) {
  return (
    <Outside title="Recovery codes" asset={asset}>
      <h1>Keep these codes</h1>
      <p>
        Without your phone, each of them signs you in once, in place of the app’s code. Print them or put them in your
        password manager now: <strong>they are not shown again.</strong>
      </p>
      <ol class="recovery">
        {codes.map((code) => (
          <li>
            <code>{code}</code>
          </li>
        ))}
      </ol>
      <a class="button button-primary" href={next}>
        I have kept them
      </a>
    </Outside>
  )
}
