import type { AccountId } from '#src/domain/ids.ts'
import type { EndpointClass } from '#src/domain/limit.ts'
import { type Platform, platformRules } from '#src/domain/platform.ts'
import type { Frame } from '../frame.ts'
import type { PauseView } from '../house-views.ts'
import type { ConversationView } from '../views.ts'
import { Icon } from './icons.tsx'
import { Seconds, When } from './time.tsx'

interface PauseProps {
  pause: PauseView
  frame: Frame
}

interface Paused {
  accountId: AccountId
  platform: Platform
}

/** The app's own pause is that of one platform's app. */
function isAbout({ accountId, platform }: PauseView, account: Paused): boolean {
  return accountId === null ? platform === account.platform : accountId === account.accountId
}

/** What holds up the replies of an account now, its own pause or the app's: whichever ends last. */
export function pauseOf({ overview }: Frame, account: Paused): PauseView | undefined {
  return overview.pauses.find((pause) => !pause.only && isAbout(pause, account))
}

/** `Instagram asks us to wait until 14:05, 12 min left`. */
export function PauseWords({ pause, frame }: PauseProps) {
  return (
    <>
      <strong>
        {platformRules[pause.platform].name} asks us to wait until <When at={pause.until} clock={frame} />
      </strong>
      , <Seconds until={pause.until} clock={frame} over="no time" /> left
    </>
  )
}

/** Pauses of single accounts; the app's stands in the strip on every page. A script takes a line away when it is over. */
export function PauseList({ frame }: { frame: Frame }) {
  const pauses = frame.overview.pauses.filter(({ accountId, only }) => accountId && !only)
  return (
    <ul class="pauses">
      {pauses.map((pause) => (
        <li class="paused" data-ends={pause.until.getTime()}>
          <Icon name="clock" />
          <span>
            <PauseWords pause={pause} frame={frame} /> (<a href={`/accounts/${pause.accountId}`}>{pause.accountName}</a>
            ).
          </span>
        </li>
      ))}
    </ul>
  )
}

const heldUp: Record<EndpointClass, string> = {
  send: 'Replies leave by themselves then',
  read: 'Uncertain replies are looked for then; sending goes on',
  profile: 'Names of new contacts come then; sending goes on',
  refresh: 'The token is checked again then; sending goes on',
}

/** Everything that one account waits with, each with its reason. */
export function AccountPauses({ frame, account }: { frame: Frame; account: Paused }) {
  const pauses = frame.overview.pauses.filter((pause) => isAbout(pause, account))
  return (
    <ul class="pauses">
      {pauses.map((pause) => (
        <li class="paused" data-ends={pause.until.getTime()}>
          <Icon name="clock" />
          <span>
            <PauseWords pause={pause} frame={frame} />
            {pause.accountId ? '' : ', for all accounts'} (<code>{pause.code}</code>). {heldUp[pause.only ?? 'send']}.
          </span>
        </li>
      ))}
    </ul>
  )
}

/** Beside the button that approves: it may be pressed, and this is when the reply leaves. */
export function ComposerPause({ conversation, frame }: { conversation: ConversationView; frame: Frame }) {
  const pause = pauseOf(frame, conversation)
  const { windowExpiresAt } = conversation
  const isTooLong = pause && windowExpiresAt && windowExpiresAt <= pause.until
  return (
    <div id="paused" class="pauses">
      {pause && (
        <p class={isTooLong ? 'paused paused-too-long' : 'paused'} data-ends={pause.until.getTime()}>
          <Icon name={isTooLong ? 'warning' : 'clock'} />
          <span>
            <PauseWords pause={pause} frame={frame} /> ({pause.accountId ? pause.accountName : 'all accounts'}).{' '}
            {isTooLong ? (
              <>
                The reply window closes before that, at <When at={windowExpiresAt} clock={frame} />: answer in the
                {platformRules[pause.platform].name} app.
              </>
            ) : (
              'You can approve now; the reply leaves then.'
            )}
          </span>
        </p>
      )}
    </div>
  )
}
