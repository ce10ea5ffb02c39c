import { isReply } from '#src/domain/outbox.ts'
import { platformRules } from '#src/domain/platform.ts'
import type { Frame } from '../frame.ts'
import type { PostView } from '../views.ts'
import { Failed } from './failed.tsx'
import { pauseOf } from './pauses.tsx'
import { Revealed } from './revealed.tsx'
import { Seconds, When } from './time.tsx'
import { kindWords } from './ways.tsx'

/** An approved reply that the platform has not shown us in the thread. */
export function PendingPost({ post, frame }: { post: PostView; frame: Frame }) {
  return (
    <article class="message message-us" id={post.id}>
      <span class="sr">{isReply(post.kind) ? 'Our reply: ' : 'What we do: '}</span>
      <div class={`bubble bubble-pending pending-${post.status}`}>
        {kindWords[post.kind] && <p class="bubble-label">{kindWords[post.kind]}</p>}
        {post.text !== '' && (
          <p class="bubble-text" dir="auto">
            <Revealed text={post.text} />
          </p>
        )}
      </div>
      <div class="message-foot">
        <PostState post={post} frame={frame} />
        {post.approvedBy && (
          <span>
            approved by <bdi>{post.approvedBy}</bdi>
          </span>
        )}
        {post.status === 'queued' && frame.may('decide') && (
          <TakeBack post={post} back={`/conversations/${post.conversationId}`} />
        )}
        {post.status === 'failed' && <Failed post={post} frame={frame} />}
        {post.status === 'uncertain' && <a href={`/outbox#${post.id}`}>Settle it</a>}
      </div>
    </article>
  )
}

export function TakeBack({ post, back }: { post: PostView; back: string }) {
  return (
    <form method="post" action={`/posts/${post.id}/cancellation`} class="inline">
      <input type="hidden" name="back" value={back} />
      <button type="submit" class="button button-small" data-key="undo">
        Take it back
      </button>
    </form>
  )
}

/** Where a post stands, in words. */
export function PostState({ post, frame }: { post: PostView; frame: Frame }) {
  switch (post.status) {
    case 'queued':
      return <Waiting post={post} frame={frame} />
    case 'sending':
      return <span class="state state-moving">Sending…</span>
    case 'sent':
      return (
        <span class="state state-good">
          {isReply(post.kind) ? 'Sent' : 'Done'} <When at={post.sentAt ?? post.updatedAt} clock={frame} />
        </span>
      )
    case 'failed':
      return <span class="state state-bad">Not sent: {post.outcomeNote ?? 'refused'}</span>
    case 'uncertain':
      return <span class="state state-warn">Nobody knows whether it arrived</span>
    case 'cancelled':
      return (
        <span class="state">
          Taken back <When at={post.updatedAt} clock={frame} />
        </span>
      )
  }
}

function Waiting({ post, frame }: { post: PostView; frame: Frame }) {
  const until = post.waitUntil && post.waitUntil > post.notBefore ? post.waitUntil : post.notBefore
  if (post.accountStoppedAt || frame.overview.sendingStoppedAt)
    return <span class="state state-warn">Held: sending is stopped</span>
  const pause = pauseOf(frame, post)
  if (pause && pause.until >= until) {
    return (
      <span class="state state-warn">
        {platformRules[post.platform].name} asks us to wait: goes out in{' '}
        <Seconds until={pause.until} clock={frame} over="a moment" />
      </span>
    )
  }
  if (until <= frame.now) return <span class="state state-moving">Waiting for its turn</span>
  return (
    <span class="state state-moving">
      {until === post.notBefore ? 'Goes out in ' : 'Tries again in '}
      <Seconds until={until} clock={frame} over="a moment" />
    </span>
  )
}
