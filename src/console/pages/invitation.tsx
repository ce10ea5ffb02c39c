import type { Role } from '#src/domain/identity.ts'
import type { Frame } from '../frame.ts'
import { NewPassword } from '../parts/new-password.tsx'
import { Fault, Outside } from './outside.tsx'

interface Props {
  asset: Frame['asset']
  token: string
  invitation: { kind: 'join' | 'password'; email: string; role: Role | null }
  name?: string
  fault?: string
}

/** Joining, or setting a new password. */
export function InvitationPage({ asset, token, invitation: { kind, email, role }, name = '', fault }: Props) {
  const isJoining = kind === 'join'
  const title = isJoining ? 'Join Countersign' : 'Set a new password'
  return (
    <Outside title={title} asset={asset}>
      <h1>{title}</h1>
      <p class="muted">{isJoining ? `You are invited as ${role}. This link works once.` : 'This link works once.'}</p>
      <Fault text={fault} />
      <form method="post" action="/invitation" class="settings">
        <input type="hidden" name="token" value={token} />
        <label for="email">E-mail</label>
        <input id="email" type="email" value={email} autocomplete="username" readonly />
        {isJoining && (
          <>
            <label for="name">Your name</label>
            <input
              id="name"
              name="name"
              type="text"
              value={name}
              autocomplete="name"
              maxlength={255}
              required
              autofocus
            />
            <p class="hint">Colleagues see it beside what you approve.</p>
          </>
        )}
        <NewPassword label={isJoining ? 'Password' : 'New password'} />
        <button type="submit" class="button button-primary">
          {isJoining ? 'Join' : 'Set it'}
        </button>
      </form>
    </Outside>
  )
}
