import { platformRules } from '#src/domain/platform.ts'
import type { Frame } from '../frame.ts'
import type { PostView } from '../views.ts'
import { Key } from './keys.tsx'
import { pauseOf } from './pauses.tsx'
import { Name, Revealed } from './revealed.tsx'
import { Seconds } from './time.tsx'

/** What the last thing done came to, in a live region that is always there; taking a reply back is a plain form. */
export function Notices({ frame }: { frame: Frame }) {
  const { notice } = frame
  return (
    <div id="notices" class="notices" role="status" aria-live="polite">
      {notice?.kind === 'done' && (
        <div class="notice" data-fades>
          <p>{notice.text}</p>
        </div>
      )}
      {notice?.kind === 'post' && <PostNotice post={notice.post} frame={frame} quick={notice.quick} />}
    </div>
  )
}

function PostNotice({ post, frame, quick }: { post: PostView; frame: Frame; quick: number | undefined }) {
  const held = post.status === 'queued' && post.notBefore > frame.now
  return (
    <div
      class="notice notice-post"
      data-post={post.id}
      data-status={post.status}
      {...(!held && { 'data-fades': true })}
    >
      <div class="notice-words">
        <p>
          <PostWords post={post} frame={frame} />
        </p>
        <p class="notice-text" dir="auto">
          <Revealed text={post.text} />
        </p>
        {quick && <p>You approved {quick} replies within a minute. Read each one: it leaves under your name.</p>}
      </div>
      {post.status === 'queued' && frame.may('decide') && (
        <form method="post" action={`/posts/${post.id}/cancellation`}>
          <input type="hidden" name="back" value={placeOf(post, frame)} />
          <button type="submit" class="button button-inverse" data-key="undo">
            Undo <Key of="undo" frame={frame} />
          </button>
        </form>
      )}
    </div>
  )
}

function PostWords({ post, frame }: { post: PostView; frame: Frame }) {
  const name = <Name of={post} />
  const pause = pauseOf(frame, post)
  switch (post.status) {
    case 'queued':
      if (post.accountStoppedAt || frame.overview.sendingStoppedAt) {
        return <>Approved. Held for {name} until sending is resumed.</>
      }
      if (pause && pause.until > post.notBefore) {
        return (
          <>
            Approved. {platformRules[post.platform].name} asks us to wait: goes out to {name} in{' '}
            <Seconds until={pause.until} clock={frame} over="a moment" />
          </>
        )
      }
      return post.notBefore > frame.now ? (
        <>
          Approved. Goes out to {name} in <Seconds until={post.notBefore} clock={frame} over="a moment" />
        </>
      ) : (
        <>Approved. On its way to {name}.</>
      )
    case 'sending':
      return <>Sending to {name}…</>
    case 'sent':
      return <>Sent to {name}.</>
    case 'cancelled':
      return <>Taken back. The reply to {name} did not go out.</>
    case 'failed':
      return (
        <>
          Not sent to {name}: {post.outcomeNote ?? 'see the outbox'}.
        </>
      )
    case 'uncertain':
      return <>Nobody knows yet whether the reply to {name} arrived.</>
  }
}

/** Where the words that were taken back can be seen: in the queue, for who was clearing it. */
function placeOf({ conversationId }: PostView, { section }: Frame): string {
  return section === 'queue' ? `/queue?c=${conversationId}#composer` : `/conversations/${conversationId}#composer`
}
