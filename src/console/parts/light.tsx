import { missingScopes } from '#src/domain/permission.ts'
import { platformRules } from '#src/domain/platform.ts'
import type { Frame } from '../frame.ts'
import type { AccountView } from '../house-views.ts'
import { Icon } from './icons.tsx'
import { When } from './time.tsx'

/** Whether webhooks arrive, as it stands; the page's script brings it up to date when the first one does. */
export function Light({ frame, account }: { frame: Frame; account: AccountView }) {
  const { heardAt, name, platform } = account
  return (
    <div id="light" data-live role="status">
      {heardAt ? (
        <p class="light light-on">
          <span class="light-dot" aria-hidden="true" />
          <span>
            <strong>Messages arrive.</strong> The first came <When at={heardAt} clock={frame} />.
          </span>
        </p>
      ) : (
        <p class="light">
          <span class="light-dot" aria-hidden="true" />
          <span>
            <strong>Waiting for the first message.</strong>{' '}
            {frame.sandbox ? (
              <>
                Write to <bdi>{name}</bdi> as a contact in the <SandboxLink url={frame.sandboxUrl} />
              </>
            ) : (
              <>
                Send a message to <bdi>{name}</bdi> on {platformRules[platform].name} now, from another account of yours
              </>
            )}
            : this turns green by itself as soon as it arrives here.
          </span>
        </p>
      )}
    </div>
  )
}

function SandboxLink({ url }: { url: string | undefined }) {
  if (!url) return <>sandbox</>
  return (
    <a href={url} target="_blank" rel="noreferrer">
      sandbox
    </a>
  )
}

/** What its owner did not allow, and what does not work for that. */
export function MissingScopes({ account }: { account: Pick<AccountView, 'platform' | 'scopes'> }) {
  const missing = account.scopes ? missingScopes(account.platform, account.scopes) : []
  if (missing.length === 0) return null
  return (
    <div class="lacks">
      <p>
        <Icon name="warning" /> <strong>Not everything was allowed.</strong> Connect the account again and have its
        owner allow all of it:
      </p>
      <ul>
        {missing.map(({ scope, lack }) => (
          <li>
            {lack} <code>{scope}</code>
          </li>
        ))}
      </ul>
    </div>
  )
}
