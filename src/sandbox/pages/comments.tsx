import { platformRules, platforms } from '#src/domain/platform.ts'
import type { Core } from '../core.ts'
import { type KeptComment, platformOf } from '../world.ts'
import { sayAgo } from './times.ts'

/** What stands under the shop's posts, whoever said it; people can change and take back their own. */
export function Comments({ core }: { core: Core }) {
  const { comments } = core.world
  if (comments.length === 0) return null
  return (
    <section class="comments">
      <h2>Comments under the shop’s posts</h2>
      <ul>
        {comments.map((comment) => (
          <Remark comment={comment} core={core} />
        ))}
      </ul>
    </section>
  )
}

function Remark({ comment, core }: { comment: KeptComment; core: Core }) {
  const { commentRef, contactRef, accountRef, username, text, at, editedAt, hidden, deleted } = comment
  const platform = platformOf(core.world, accountRef)
  const isTheirs = contactRef !== accountRef
  if (deleted) return <li class="quiet">A comment of {isTheirs ? username : 'the shop'} was removed</li>
  return (
    <li>
      <b>{username}</b> <bdi>{text}</bdi>{' '}
      <small>
        {platformRules[platform].name} · <time datetime={new Date(at).toISOString()}>{sayAgo(at, core.clock())}</time>
        {editedAt && ' · edited'}
        {hidden && ' · hidden'}
      </small>
      {isTheirs && (
        <form method="post" action={`/comments/${commentRef}/removal`}>
          <button type="submit" aria-label={`Remove ${username}’s comment`}>
            Remove
          </button>
        </form>
      )}
      {isTheirs && platform === 'messenger' && <Rewording comment={comment} />}
    </li>
  )
}

// Instagram lets nobody change a comment.
function Rewording({ comment: { commentRef, username, text } }: { comment: KeptComment }) {
  return (
    <details>
      <summary>Edit</summary>
      <form method="post" action={`/comments/${commentRef}/words`}>
        <input name="text" required maxlength={1000} value={text} aria-label={`New words for ${username}`} dir="auto" />
        <button type="submit">Save</button>
      </form>
    </details>
  )
}

/** Somebody new says something in public. */
export function NewComment({ core }: { core: Core }) {
  const played = platforms.filter((platform) => platform === 'instagram' || core.page)
  return (
    <form class="new-person" method="post" action="/comments">
      <label for="commenter">Said in public</label>
      <input id="commenter" name="name" required maxlength={60} autocomplete="off" placeholder="By" dir="auto" />
      <input
        name="text"
        required
        maxlength={1000}
        autocomplete="off"
        placeholder="What they say"
        aria-label="What they say"
        dir="auto"
      />
      <select name="platform" aria-label="Where">
        {played.map((platform) => (
          <option value={platform}>{platform === 'messenger' ? 'Facebook' : platformRules[platform].name}</option>
        ))}
      </select>
      <select name="place" aria-label="In which place">
        <option value="home">Under the shop’s post</option>
        <option value="comment">Under somebody’s post, naming the shop</option>
        <option value="post">In a post of their own, naming the shop</option>
      </select>
      <button type="submit">Comment</button>
    </form>
  )
}
