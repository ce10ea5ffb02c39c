import { platformRules } from '#src/domain/platform.ts'
import type { Core } from '../core.ts'
import { type KeptMention, platformOf } from '../world.ts'
import { sayAgo } from './times.ts'

/** Where people named the shop elsewhere, and what it answered there. */
export function Mentions({ core }: { core: Core }) {
  const { mentions } = core.world
  if (mentions.length === 0) return null
  return (
    <section class="comments">
      <h2>Elsewhere, naming the shop</h2>
      <ul>
        {mentions.map((mention) => (
          <Mention mention={mention} core={core} />
        ))}
      </ul>
    </section>
  )
}

function Mention({ mention, core }: { mention: KeptMention; core: Core }) {
  const { commentRef, accountRef, username, text, at, isPost, deleted, answers } = mention
  if (deleted) return <li class="quiet">What {username} said was removed</li>
  const platform = platformOf(core.world, accountRef)
  return (
    <li>
      <b>{username}</b> <bdi>{text}</bdi>{' '}
      <small>
        {isPost ? 'A post of theirs' : 'Under somebody’s post'} ·{' '}
        {platform === 'messenger' ? 'Facebook' : platformRules[platform].name} ·{' '}
        <time datetime={new Date(at).toISOString()}>{sayAgo(at, core.clock())}</time>
      </small>
      {answers.map(({ text: answer }) => (
        <p>
          <b>{core.world.accounts.get(accountRef)?.username}</b> <bdi>{answer}</bdi>
        </p>
      ))}
      {platform === 'messenger' && (
        <form method="post" action={`/mentions/${commentRef}/removal`}>
          <button type="submit" aria-label={`Remove what ${username} said`}>
            Remove
          </button>
        </form>
      )}
    </li>
  )
}
