import { type Role, roles } from '#src/domain/identity.ts'
import type { Frame } from '../frame.ts'
import { Icon } from '../parts/icons.tsx'
import { Layout } from '../parts/layout.tsx'
import { When } from '../parts/time.tsx'
import type { InvitationView, PersonView } from '../people-verbs.ts'

/** What the last form came to, as far as the page has to say it itself. */
export interface Asked {
  link?: { url: string; email: string; expiresAt: Date }
  fault?: string
  typed?: { email: string; role: Role } | undefined
}

interface PeopleProps {
  frame: Frame
  operators: PersonView[]
  invitations: InvitationView[]
  asked: Asked
}

/** What each role may do, in a few words. */
const duties: Record<Role, string> = {
  viewer: 'reads',
  approver: 'reads, approves and answers',
  admin: 'all of it: accounts, people, stops',
  auditor: 'reads, and the audit log',
}

/** Who may sign in, who is invited, and the form that invites. */
export function PeoplePage({ frame, operators, invitations, asked }: PeopleProps) {
  const { link, fault } = asked
  return (
    <Layout frame={frame} title="People">
      <div class="column">
        <header class="page-head">
          <h1>People</h1>
        </header>
        {fault && (
          <p class="refused" role="alert">
            <Icon name="warning" />
            <strong>{fault}</strong>
          </p>
        )}
        {link && <NewLink frame={frame} link={link} />}
        <Invite asked={asked} />
        {invitations.length > 0 && <Invitations frame={frame} invitations={invitations} />}
        <section class="card">
          <h2>Operators</h2>
          <ul class="people">
            {operators.map((person) => (
              <Person frame={frame} person={person} />
            ))}
          </ul>
        </section>
      </div>
    </Layout>
  )
}

function NewLink({ frame, link: { url, email, expiresAt } }: { frame: Frame; link: NonNullable<Asked['link']> }) {
  return (
    <section class="card card-good" role="status">
      <h2>
        Invitation for <bdi>{email}</bdi>
      </h2>
      <p>
        Send them this link over a way you trust. It works once, until <When at={expiresAt} clock={frame} />, and{' '}
        <strong>is not shown again.</strong>
      </p>
      <label class="sr" for="link">
        Link
      </label>
      <input id="link" class="code-line" type="text" value={url} readonly autofocus />
    </section>
  )
}

function Invite({ asked: { typed } }: { asked: Asked }) {
  return (
    <section class="card">
      <h2>Invite somebody</h2>
      <form method="post" action="/people/invitations" class="invite">
        <div>
          <label for="email">E-mail</label>
          <input
            id="email"
            name="email"
            type="email"
            value={typed?.email ?? ''}
            maxlength={255}
            autocomplete="off"
            required
          />
        </div>
        <RoleField id="invite-role" label="Role" chosen={typed?.role ?? 'approver'} />
        <button type="submit" class="button button-primary">
          Make a link
        </button>
      </form>
    </section>
  )
}

function RoleField({ id, label, chosen, isQuiet }: { id: string; label: string; chosen: Role; isQuiet?: boolean }) {
  return (
    <div>
      <label for={id} class={isQuiet ? 'sr' : undefined}>
        {label}
      </label>
      <select id={id} name="role">
        {roles.map((role) => (
          <option value={role} selected={role === chosen}>
            {isQuiet ? role : `${role}: ${duties[role]}`}
          </option>
        ))}
      </select>
    </div>
  )
}

function Invitations({ frame, invitations }: { frame: Frame; invitations: InvitationView[] }) {
  return (
    <section class="card">
      <h2>Open links</h2>
      <ul class="people">
        {invitations.map(({ id, kind, email, role, invitedBy, expiresAt }) => (
          <li class="person">
            <div>
              <p>
                <strong>
                  <bdi>{email}</bdi>
                </strong>
                <span class="tag">{kind === 'join' ? role : 'new password'}</span>
              </p>
              <p class="muted">
                By {invitedBy ?? 'the command line'}, until <When at={expiresAt} clock={frame} />
              </p>
            </div>
            <form method="post" action={`/people/invitations/${id}/revocation`}>
              <button type="submit" class="button button-small">
                Withdraw<span class="sr"> the link for {email}</span>
              </button>
            </form>
          </li>
        ))}
      </ul>
    </section>
  )
}

function Person({ frame, person }: { frame: Frame; person: PersonView }) {
  const { id, name, email, role, disabledAt, factorSince, lastSeenAt } = person
  const isSelf = id === frame.operator.id
  return (
    <li class={disabledAt ? 'person person-off' : 'person'}>
      <div>
        <p>
          <strong>
            <bdi>{name}</bdi>
          </strong>
          {isSelf && <span class="tag">You, {role}</span>}
          {disabledAt && <span class="tag tag-bad">Disabled</span>}
          {!factorSince && <span class="tag tag-warn">No second factor</span>}
        </p>
        <p class="muted">
          {email} ·{' '}
          {lastSeenAt ? (
            <>
              last seen <When at={lastSeenAt} clock={frame} />
            </>
          ) : (
            'not seen yet'
          )}
        </p>
      </div>
      {!isSelf && <Deeds person={person} />}
    </li>
  )
}

function Deeds({ person: { id, name, role, disabledAt } }: { person: PersonView }) {
  if (disabledAt) {
    return (
      <form method="post" action={`/people/${id}/enabling`}>
        <button type="submit" class="button button-small">
          Enable<span class="sr"> {name}</span>
        </button>
      </form>
    )
  }
  return (
    <div class="deeds">
      <form method="post" action={`/people/${id}/role`} class="row">
        <RoleField id={`role-${id}`} label={`Role of ${name}`} chosen={role} isQuiet />
        <button type="submit" class="button button-small">
          Set<span class="sr"> the role of {name}</span>
        </button>
      </form>
      <form method="post" action={`/people/${id}/sessions/ending`}>
        <button type="submit" class="button button-small">
          Sign out<span class="sr"> {name}</span>
        </button>
      </form>
      <form method="post" action={`/people/${id}/disabling`}>
        <button type="submit" class="button button-small button-danger">
          Disable<span class="sr"> {name}</span>
        </button>
      </form>
    </div>
  )
}
