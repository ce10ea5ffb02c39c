import { type AuditEntry, type AuditFilter, auditActions } from '#src/domain/audit.ts'
import type { AuditProof, AuditPage as Found } from '../deps.ts'
import type { Frame } from '../frame.ts'
import { actorOf, doingOf } from '../parts/audit-words.ts'
import { Icon } from '../parts/icons.tsx'
import { Layout } from '../parts/layout.tsx'
import { When } from '../parts/time.tsx'

interface AuditProps {
  frame: Frame
  filter: AuditFilter
  /** As it was typed: two days. */
  days: { since: string; until: string }
  found: Found
  proof: AuditProof
  people: { id: string; name: string }[]
  accounts: { id: string; name: string }[]
  moreHref: string | undefined
}

/** Who did what, the newest first, and whether that can be relied on. */
export function AuditPage(props: AuditProps) {
  const { frame, found, moreHref } = props
  return (
    <Layout frame={frame} title="Audit log">
      <div class="column" id="audit">
        <header class="page-head">
          <h1>Audit log</h1>
          <Export {...props} />
        </header>
        <Proof {...props} />
        <Filter {...props} />
        {found.items.length === 0 ? (
          <div class="empty">
            <h2>No entry fits</h2>
            <p>
              <a href="/audit">Show all entries</a>
            </p>
          </div>
        ) : (
          <ol class="posts audit-entries">
            {found.items.map((entry) => (
              <Entry frame={frame} entry={entry} names={found.names} />
            ))}
          </ol>
        )}
        {moreHref && (
          <a class="button more" href={moreHref}>
            Older entries
          </a>
        )}
      </div>
    </Layout>
  )
}

function Proof({ frame, proof: { entries, checkpoint, isSigned, isBroken } }: AuditProps) {
  const isWell = !isBroken && (isSigned || !checkpoint)
  return (
    <section class="card audit-proof">
      <p class={isWell ? 'state state-good' : 'state state-warn'}>
        <Icon name={isWell ? 'check' : 'warning'} />
        {isWell ? 'Nothing speaks against this log' : 'This log is not as it was written'}
      </p>
      <p class="muted">
        {entries} entries, each chained to the one before it.{' '}
        {checkpoint ? (
          <>
            Signed up to entry {checkpoint.seq}, last <When at={checkpoint.at} clock={frame} />.
          </>
        ) : (
          'Not signed yet.'
        )}{' '}
        <code>countersign audit verify</code> reads all of it.
      </p>
    </section>
  )
}

function Filter({ filter, days, people, accounts }: AuditProps) {
  return (
    <search>
      <form method="get" action="/audit" class="audit-filter">
        <Choice
          name="action"
          label="What"
          chosen={filter.action}
          options={auditActions.map((id) => ({ id, name: id }))}
        />
        <Choice name="person" label="Who" chosen={filter.actorId} options={people} />
        <Choice name="account" label="Account" chosen={filter.accountId} options={accounts} />
        <Day name="since" label="From (UTC)" value={days.since} />
        <Day name="until" label="To (UTC)" value={days.until} />
        <button type="submit" class="button">
          Show
        </button>
      </form>
    </search>
  )
}

function Choice(props: {
  name: string
  label: string
  chosen: string | undefined
  options: readonly { id: string; name: string }[]
}) {
  const { name, label, chosen, options } = props
  return (
    <label>
      {label}
      <select name={name}>
        <option value="">All</option>
        {options.map((option) => (
          <option value={option.id} selected={option.id === chosen}>
            {option.name}
          </option>
        ))}
      </select>
    </label>
  )
}

function Day({ name, label, value }: { name: string; label: string; value: string }) {
  return (
    <label>
      {label}
      <input type="date" name={name} value={value} />
    </label>
  )
}

/** The download takes the same filter along; that it was taken is an entry. */
function Export({ filter, days }: AuditProps) {
  const fields = { action: filter.action, person: filter.actorId, account: filter.accountId, ...days }
  return (
    <form method="post" action="/audit/exports">
      {Object.entries(fields).map(([name, value]) => value && <input type="hidden" name={name} value={value} />)}
      <button type="submit" class="button">
        Download
      </button>
    </form>
  )
}

function Entry({ frame, entry, names }: { frame: Frame; entry: AuditEntry; names: ReadonlyMap<string, string> }) {
  const { accountId, subject } = entry
  const told = Object.entries(entry.detail).filter(([, value]) => value !== null)
  return (
    <li class="post" id={`entry-${entry.seq}`}>
      <div class="post-body">
        <p>
          <strong>
            <bdi>{actorOf(entry, names)}</bdi>
          </strong>{' '}
          {doingOf(entry)}
          {accountId && (
            <>
              {' · '}
              <a href={`/accounts/${accountId}`}>{names.get(accountId) ?? 'Account'}</a>
            </>
          )}
        </p>
        <details class="muted">
          <summary>
            #{entry.seq} · <When at={entry.at} clock={frame} />
          </summary>
          <dl class="audit-detail">
            <Fact name="action" value={entry.action} />
            <Fact name="by" value={`${entry.actor.kind} ${entry.actor.id}`} />
            <Fact name={subject.kind} value={subject.id} />
            {told.map(([name, value]) => (
              <Fact name={name} value={String(value)} />
            ))}
            <Fact name="hash" value={entry.hash} />
          </dl>
        </details>
      </div>
    </li>
  )
}

function Fact({ name, value }: { name: string; value: string }) {
  return (
    <div>
      <dt>{name}</dt>
      <dd>{value}</dd>
    </div>
  )
}
