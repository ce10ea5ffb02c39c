import { platformRules } from '#src/domain/platform.ts'
import { secondsOf } from '../clock.ts'
import type { Frame } from '../frame.ts'
import type { AttemptView, Evidence, PostView } from '../views.ts'
import { Name, Revealed } from './revealed.tsx'
import { When } from './time.tsx'

/** What is known about a post of unknown fate, and the two ways to settle it. */
export function EvidenceBox({
  post,
  evidence,
  frame,
}: {
  post: PostView
  evidence: Evidence | undefined
  frame: Frame
}) {
  const attempts = evidence?.attempts ?? []
  const candidates = evidence?.candidates ?? []
  return (
    <div class="evidence">
      <h3>What we know</h3>
      <ul>
        {attempts.map((attempt) => (
          <li>
            <AttemptWords attempt={attempt} frame={frame} />
          </li>
        ))}
        {candidates.length === 0 && <li>No message of ours has appeared in the thread since.</li>}
        {candidates.map(({ text, sentAt }) => (
          <li>
            In the thread since <When at={sentAt} clock={frame} />
            {text === post.text ? ', with the same words: ' : ', with other words: '}
            <q dir="auto">
              <Revealed text={text.slice(0, 160)} />
            </q>
          </li>
        ))}
      </ul>
      {frame.may('decide') && (
        <div class="row">
          <Settle post={post} arrived="yes" label="It arrived" />
          <Settle post={post} arrived="no" label="It did not arrive" />
          <span class="muted">
            Does <Name of={post} /> see it in the {platformRules[post.platform].name} app?
          </span>
        </div>
      )}
    </div>
  )
}

function Settle({ post, arrived, label }: { post: PostView; arrived: 'yes' | 'no'; label: string }) {
  return (
    <form method="post" action={`/posts/${post.id}/settlement`}>
      <input type="hidden" name="arrived" value={arrived} />
      <input type="hidden" name="back" value="/outbox" />
      <button type="submit" class="button">
        {label}
      </button>
    </form>
  )
}

function AttemptWords({ attempt, frame }: { attempt: AttemptView; frame: Frame }) {
  const { createdAt, finishedAt, note, code, outcome } = attempt
  const took = finishedAt ? ` after ${((finishedAt.getTime() - createdAt.getTime()) / 1000).toFixed(1)} s` : ''
  return (
    <>
      Called at {secondsOf(createdAt, frame)}
      {outcome ? `; ${outcome}${took}` : '; the process ended before an answer came'}
      {note && `: ${note}`} {code && <code>{code}</code>}
    </>
  )
}
