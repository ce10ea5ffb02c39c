import { platformRules } from '#src/domain/platform.ts'
import { lackingFields } from '#src/domain/subscription.ts'
import type { Frame } from '../frame.ts'
import type { AccountDetail } from '../house-views.ts'
import { Icon } from './icons.tsx'
import { When } from './time.tsx'
import { Names } from './token.tsx'

/** What the platform tells us of an account, and when that was last seen. */
export function Subscriptions({ frame, account }: { frame: Frame; account: AccountDetail }) {
  const { platform, credentialStatus, subscribedFields: fields, subscriptionsCheckedAt: seenAt } = account
  const isUsable = credentialStatus === 'valid' || credentialStatus === 'expiring'
  const lacking = fields ? lackingFields(platform, fields) : []
  return (
    <section class="card">
      <h2>
        Webhooks <Tag fields={fields} lacking={lacking.length} />
      </h2>
      <p class="muted">
        {fields && seenAt ? (
          <>
            Last seen <When at={seenAt} clock={frame} />.{' '}
            {isUsable
              ? `Looked at every quarter of an hour, and asked for again when ${platformRules[platform].name} drops them.`
              : 'Looked at again once the token works.'}
          </>
        ) : (
          'Nobody has seen yet what we are told of this account.'
        )}
      </p>
      {lacking.length > 0 && (
        <p class="trouble trouble-bad">
          <Icon name="warning" />
          <span>
            <strong>We are not told of everything.</strong> What happens in{' '}
            {lacking.map((field, index) => (
              <>
                {index > 0 && ', '}
                <code>{field}</code>
              </>
            ))}{' '}
            does not reach us.
          </span>
        </p>
      )}
      {fields && fields.length > 0 && (
        <details class="names">
          <summary>{fields.length === 1 ? '1 field' : `${fields.length} fields`}</summary>
          <Names list={fields} />
        </details>
      )}
      <Missed frame={frame} account={account} />
    </section>
  )
}

/** Whether what no webhook told of was found all the same. */
function Missed({ frame, account: { platform, lookedAt, missedFound } }: { frame: Frame; account: AccountDetail }) {
  const things = missedFound === 1 ? '1 message or comment' : `${missedFound} messages or comments`
  return (
    <p>
      {platformRules[platform].name} is asked every few minutes for what no webhook told of.{' '}
      {missedFound > 0
        ? `${things} came to light that way`
        : lookedAt
          ? 'Nothing was missing'
          : 'Nobody has looked yet'}
      {lookedAt && (
        <>
          ; last looked <When at={lookedAt} clock={frame} />
        </>
      )}
      .
    </p>
  )
}

function Tag({ fields, lacking }: { fields: readonly string[] | null; lacking: number }) {
  if (!fields) return <span class="tag">Not seen yet</span>
  if (fields.length === 0) return <span class="tag tag-bad">Dropped</span>
  return lacking > 0 ? <span class="tag tag-bad">Incomplete</span> : <span class="tag tag-good">Subscribed</span>
}
