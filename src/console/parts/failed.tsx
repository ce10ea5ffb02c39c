import { failureOf } from '#src/domain/failure.ts'
import type { Frame } from '../frame.ts'
import type { PostView } from '../views.ts'

/** What can be done about a reply that did not go out. */
export function Failed({ post, frame }: { post: PostView; frame: Frame }) {
  const { advice, mayReturn } = failureOf(post)
  return (
    <>
      <p class="post-foot">{advice}</p>
      {mayReturn && frame.may('decide') && (
        <form method="post" action={`/posts/${post.id}/return`} class="inline">
          <button type="submit" class="button button-small">
            Bring it back for review
          </button>
        </form>
      )}
    </>
  )
}
