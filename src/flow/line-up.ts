import type { Database } from '#db/client.ts'
import { listHeldPosts } from '#db/settings.ts'
import type { AccountId } from '#src/domain/ids.ts'
import { byPlatform, type Platform } from '#src/domain/platform.ts'
import type { Lanes, WaitingPost } from '#src/limits/lanes.ts'

type Lined = WaitingPost & { platform: Platform; notBefore: Date }

const HELD_MAX = 500

/** Lets posts wait for their turn from the end of their undo time on. */
export async function lineUp(lanes: Pick<Lanes, 'add'>, posts: readonly Lined[], at: Date): Promise<void> {
  for (const [platform, waiting] of byPlatform(posts)) {
    await lanes.add(
      platform,
      waiting.map((post) => ({ ...post, delayMs: post.notBefore.getTime() - at.getTime() })),
    )
  }
}

/** What was held looks again at once: of one account, or of all. What this misses, the sweep lines up. */
export async function lineUpHeld(
  { db, lanes, now }: { db: Database; lanes: Pick<Lanes, 'add'>; now: () => Date },
  accountId: AccountId | undefined,
): Promise<void> {
  const posts = await listHeldPosts(db, accountId, HELD_MAX)
  await lineUp(lanes, posts, now()).catch(() => undefined)
}
