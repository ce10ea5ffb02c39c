import type { Child } from 'hono/jsx'
import type { Frame } from '../frame.ts'
import { EvidenceBox } from '../parts/evidence.tsx'
import { Failed } from '../parts/failed.tsx'
import { Layout } from '../parts/layout.tsx'
import { PauseList } from '../parts/pauses.tsx'
import { PostState, TakeBack } from '../parts/pending.tsx'
import { Initial, Name, nameOf, Revealed } from '../parts/revealed.tsx'
import { When } from '../parts/time.tsx'
import { kindWords } from '../parts/ways.tsx'
import type { Evidence, Page, PostGroup, PostView } from '../views.ts'

export interface OutboxProps {
  frame: Frame
  uncertain: Page<PostView>
  evidence: Evidence[]
  moving: PostView[]
  /** What has come to rest: one group at a time, page by page. */
  rest: { group: PostGroup; page: Page<PostView>; moreHref: string | undefined }
}

const rests: [PostGroup, string][] = [
  ['sent', 'Sent'],
  ['failed', 'Not sent'],
  ['cancelled', 'Taken back'],
]

/** Every approved reply and where it stands; what needs a person comes first. */
export function OutboxPage({ frame, uncertain, evidence, moving, rest }: OutboxProps) {
  const byPost = new Map(evidence.map((found) => [found.postId, found]))
  return (
    <Layout frame={frame} title="Outbox">
      <div class="column" id="outbox">
        <header class="page-head">
          <h1>Outbox</h1>
        </header>
        <PauseList frame={frame} />
        {uncertain.items.length > 0 && (
          <Group
            title="Nobody knows whether these arrived"
            tone="warn"
            note="The platform did not say. Look at the thread in the platform’s own app, then settle it. Nothing is sent again by itself."
          >
            {uncertain.items.map((post) => (
              <Post post={post} frame={frame}>
                <EvidenceBox post={post} evidence={byPost.get(post.id)} frame={frame} />
              </Post>
            ))}
          </Group>
        )}
        <Group title="On the way">
          {moving.length === 0 && <li class="post-none muted">Nothing is on its way.</li>}
          {moving.map((post) => (
            <Post post={post} frame={frame}>
              {post.status === 'queued' && frame.may('decide') && <TakeBack post={post} back="/outbox" />}
            </Post>
          ))}
        </Group>
        <nav class="segments" aria-label="What has come to rest">
          {rests.map(([group, label]) => (
            <a href={`/outbox?show=${group}`} aria-current={rest.group === group ? 'true' : undefined}>
              {label}
            </a>
          ))}
        </nav>
        <Group>
          {rest.page.items.length === 0 && <li class="post-none muted">{emptyWords[rest.group]}</li>}
          {rest.page.items.map((post) => (
            <Post post={post} frame={frame}>
              {post.status === 'failed' && <Failed post={post} frame={frame} />}
            </Post>
          ))}
        </Group>
        {rest.moreHref && (
          <a class="button more" href={rest.moreHref}>
            Older
          </a>
        )}
      </div>
    </Layout>
  )
}

const emptyWords: Record<PostGroup, string> = {
  sent: 'Nothing has been sent yet. Approve a draft in the queue, and it appears here.',
  failed: 'Nothing failed.',
  cancelled: 'Nothing was taken back.',
  moving: '',
  uncertain: '',
}

function Group({ title, note, tone, children }: { title?: string; note?: string; tone?: 'warn'; children?: Child }) {
  return (
    <section class={tone ? `group group-${tone}` : 'group'}>
      {title && <h2>{title}</h2>}
      {note && <p class="muted">{note}</p>}
      <ol class="posts">{children}</ol>
    </section>
  )
}

function Post({ post, frame, children }: { post: PostView; frame: Frame; children?: Child }) {
  return (
    <li class={`post post-${post.status}`} id={post.id}>
      <Initial id={post.conversationId} name={nameOf(post)} />
      <div class="post-body">
        <p class="post-top">
          <a href={`/conversations/${post.conversationId}`}>
            <Name of={post} />
          </a>
          <span class="muted">{post.accountName}</span>
        </p>
        <p class="post-text" dir="auto">
          {kindWords[post.kind] && <span class="tag">{kindWords[post.kind]}</span>} <Revealed text={post.text} />
        </p>
        <p class="post-foot">
          <PostState post={post} frame={frame} />
          {post.approvedBy && (
            <span>
              approved by <bdi>{post.approvedBy}</bdi>
              {post.edited ? ', edited' : ''}, <When at={post.createdAt} clock={frame} />
            </span>
          )}
          {post.attempts > 1 && <span>{post.attempts} attempts</span>}
          {post.outcomeCode && post.status !== 'sent' && <code>{post.outcomeCode}</code>}
        </p>
        {children}
      </div>
    </li>
  )
}
