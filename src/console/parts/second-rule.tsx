import { riskKinds, riskNames } from '#src/domain/second.ts'
import type { Frame } from '../frame.ts'
import type { AccountDetail } from '../house-views.ts'
import { Icon } from './icons.tsx'

/** For which replies two people are needed, and what one admin proposes and another has to agree to. */
export function SecondRule({ frame, account }: { frame: Frame; account: AccountDetail }) {
  const { id, secondFor, secondProposed } = account
  const held = secondFor ?? []
  const shown = secondProposed?.kinds ?? held
  const named = (kinds: readonly string[]) =>
    kinds.length === 0
      ? 'none'
      : riskKinds.flatMap((kind) => (kinds.includes(kind) ? [riskNames[kind]] : [])).join(', ')
  return (
    <section class="card" id="second">
      <h2>Replies that two people approve</h2>
      <p>
        Now: <strong>{named(held)}</strong>.
      </p>
      {secondProposed && (
        <form method="post" action={`/accounts/${id}/second/confirmation`}>
          <p class="denied">
            <Icon name="warning" /> {secondProposed.byName ?? 'Somebody'} proposes: {named(secondProposed.kinds)}.
          </p>
          {secondProposed.kinds.map((kind) => (
            <input type="hidden" name="kinds" value={kind} />
          ))}
          {frame.may('configure') && secondProposed.by !== frame.operator.id && (
            <button type="submit" class="button button-primary">
              Agree, so that it holds
            </button>
          )}
          {secondProposed.by === frame.operator.id && <p class="hint">Another admin has to agree.</p>}
        </form>
      )}
      {frame.may('configure') && (
        <form method="post" action={`/accounts/${id}/second`} class="settings">
          {riskKinds.map((kind) => (
            <p>
              <label class="tick">
                <input type="checkbox" name="kinds" value={kind} checked={shown.includes(kind)} /> {riskNames[kind]}
              </label>
            </p>
          ))}
          <button type="submit" class="button">
            Propose
          </button>
          <p class="hint">A change holds once another admin has agreed to it.</p>
        </form>
      )}
    </section>
  )
}
