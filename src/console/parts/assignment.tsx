import type { AccountDetail } from '../house-views.ts'
import type { AssignableView } from '../people-verbs.ts'

interface AssignmentProps {
  account: AccountDetail
  operators: AssignableView[]
}

/** Who is kept to this account; for whoever may change rights. */
export function Assignment({ account, operators }: AssignmentProps) {
  return (
    <section class="card" id="operators">
      <h2>Who sees it</h2>
      <p class="muted">
        Whoever is ticked sees this account and the others where they are ticked, and nothing else. Viewers and
        approvers who are ticked nowhere see all accounts; admins and auditors always do.
      </p>
      {operators.length === 0 ? (
        <p>There is no viewer and no approver yet.</p>
      ) : (
        <form method="post" action={`/accounts/${account.id}/operators`} class="settings">
          {operators.map(({ id, name, role, isHere, elsewhere }) => (
            <label class="tick">
              <input type="checkbox" name="operator" value={id} checked={isHere} />
              <span>
                <bdi>{name}</bdi> <span class="muted">{placeOf({ role, isHere, elsewhere })}</span>
              </span>
            </label>
          ))}
          <p class="row">
            <button type="submit" class="button">
              Save
            </button>
          </p>
        </form>
      )}
    </section>
  )
}

function placeOf({ role, isHere, elsewhere }: Pick<AssignableView, 'role' | 'isHere' | 'elsewhere'>): string {
  if (!isHere && elsewhere === 0) return `${role}, sees all accounts`
  if (elsewhere === 0) return role
  return `${role}, kept to ${elsewhere} other ${elsewhere === 1 ? 'account' : 'accounts'}${isHere ? ' too' : ''}`
}
