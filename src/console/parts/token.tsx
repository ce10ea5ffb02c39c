import type { CredentialStatus } from '#src/domain/credential.ts'
import { hasExpiry } from '#src/domain/credential.ts'
import { type Moment, momentsOf } from '#src/domain/credential-moments.ts'
import { troubleOf } from '#src/domain/credential-trouble.ts'
import { endingScopes } from '#src/domain/permission.ts'
import { inWords } from '../assets/remaining.js'
import { dateOf, fullOf } from '../clock.ts'
import type { Frame } from '../frame.ts'
import type { AccountDetail } from '../house-views.ts'
import { Icon } from './icons.tsx'
import { MissingScopes } from './light.tsx'

interface TokenProps {
  frame: Frame
  account: AccountDetail
}

/** A token's life: what happened to it, what is to come, and what a person has to do. */
export function TokenTimeline({ frame, account }: TokenProps) {
  const isDead = account.credentialStatus === 'expired' || account.credentialStatus === 'revoked'
  return (
    <>
      <TokenTrouble account={account} isDead={isDead} />
      <ol class="moments">
        {momentsOf({ ...account, isDead }).map((moment) => (
          <Step frame={frame} account={account} moment={moment} />
        ))}
        {!hasExpiry(account.tokenExpiresAt) && !isDead && (
          <li class="moment moment-open">
            <strong>Without an end</strong>
            <p>It works until the password changes, the app is removed or the role on the Page is lost.</p>
          </li>
        )}
      </ol>
      <Permissions account={account} />
    </>
  )
}

/** What went wrong last, in words, and what helps. */
export function TokenTrouble({ account, isDead }: { account: TroubledAccount; isDead: boolean }) {
  const code = account.tokenError ?? (isDead ? 'expired' : undefined)
  if (code === undefined) return null
  const { what, todo } = troubleOf(code)
  return (
    <p class={isDead ? 'trouble trouble-bad' : 'trouble'}>
      <Icon name="warning" />
      <span>
        <strong>{what}.</strong> {todo} {isDead && 'Until then messages are kept, and replies wait. '}
        <code>{code}</code>
      </span>
    </p>
  )
}

type TroubledAccount = { tokenError: string | null; credentialStatus: CredentialStatus }

const names: Record<Moment['kind'], string> = {
  obtained: 'Obtained',
  checked: 'Last checked',
  renewal: 'Renewal',
  data_access_end: 'Access to data ends',
  end: 'Ends',
}

/** Once it has come; the others read the same. */
const namesPast: Partial<typeof names> = {
  renewal: 'Renewal due',
  data_access_end: 'Access to data ended',
  end: 'Ended',
}

const SOON_MS = 14 * 86_400_000

function Step({ frame, account, moment: { kind, at } }: TokenProps & { moment: Moment }) {
  const left = at.getTime() - frame.now.getTime()
  const note = noteOf(account, kind, left)
  return (
    <li class={`moment ${left > 0 ? 'moment-ahead' : 'moment-past'} ${toneOf(account, kind, left)}`}>
      <strong>{(left <= 0 && namesPast[kind]) || names[kind]}</strong>{' '}
      <time datetime={at.toISOString()} title={fullOf(at, frame)}>
        {dateOf(at, frame)}, {left > 0 ? `in ${inWords(left)}` : `${inWords(-left)} ago`}
      </time>
      {note && <p>{note}</p>}
    </li>
  )
}

function toneOf({ scopes }: AccountDetail, kind: Moment['kind'], left: number): string {
  const isEnd = kind === 'end' || (kind === 'data_access_end' && endingScopes(scopes ?? []).length > 0)
  if (!isEnd || left > SOON_MS) return ''
  return left <= 0 ? 'moment-bad' : 'moment-warn'
}

function noteOf({ scopes }: AccountDetail, kind: Moment['kind'], left: number): string | undefined {
  if (kind === 'renewal') return left > 0 ? 'By itself; nothing has to be done.' : 'It is tried every ten minutes.'
  if (kind !== 'data_access_end') return undefined
  const ending = endingScopes(scopes ?? [])
  if (ending.length === 0) return 'Nothing that this account allows ends with it.'
  return `${ending.join(', ')}: no longer from then on, unless the owner connects the account again before.`
}

function Permissions({ account }: { account: AccountDetail }) {
  const { scopes } = account
  if (!scopes) return <p class="muted">Its owner’s permissions are not known: the platform has not told them.</p>
  return (
    <>
      <MissingScopes account={account} />
      <details class="names">
        <summary>
          {scopes.length === 1 ? '1 permission is allowed' : `${scopes.length} permissions are allowed`}
        </summary>
        <Names list={scopes} />
      </details>
    </>
  )
}

export function Names({ list }: { list: readonly string[] }) {
  return (
    <ul>
      {list.map((name) => (
        <li>
          <code>{name}</code>
        </li>
      ))}
    </ul>
  )
}
