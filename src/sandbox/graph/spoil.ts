import type { Context } from 'hono'
import type { Core } from '../core.ts'
import { flip, type SendTrouble } from '../weather/fate.ts'
import { platformOf } from '../world.ts'
import { refusals } from './answers.ts'
import { answer, cut, type GraphEnv } from './gate.ts'
import type { Post } from './tally.ts'

const MINUTE_MS = 60_000

interface Spoiling {
  trouble: SendTrouble
  post: Post
}

/** The answer to a send that met with trouble. */
export function spoil(core: Core, c: Context<GraphEnv>, { trouble, post }: Spoiling): Response {
  const { seed, sends } = core.world.weather
  const isPage = platformOf(core.world, c.get('token').accountRef) === 'messenger'
  switch (trouble) {
    case 'resetAfter':
      return cut(c, 'reset')
    case 'commitThenDrop':
      return cut(c, 'close')
    case 'commitThen500':
    case 'error500':
      return brokenServer(core, c, flip(seed, 'wordless 500', post))
    case 'unknownError':
      return answer(core, c, refusals.sentPerhaps)
    case 'throttle':
      return throttle(core, c, { waitMs: sends.throttleMs, error: throttledAs(seed, post, isPage) })
    case 'throttleSilent':
      c.set('usage', 'none')
      return answer(core, c, throttledAs(seed, post, isPage))
  }
}

/** A 500 looks the same whether or not something was kept; some of them say nothing at all. */
export function brokenServer(core: Core, c: Context<GraphEnv>, isWordless: boolean): Response {
  return isWordless ? c.text('Internal Server Error', 500) : answer(core, c, refusals.unavailable)
}

function throttledAs(seed: number, post: Post, isPage: boolean) {
  if (flip(seed, 'throttle code', post)) return refusals.messagingThrottled
  return isPage ? refusals.pageThrottled : refusals.accountThrottled
}

/** Meta states whole minutes; a shorter wait can only be said the way HTTP says it. */
function throttle(
  core: Core,
  c: Context<GraphEnv>,
  { waitMs, error }: { waitMs: number; error: ReturnType<typeof throttledAs> },
): Response {
  const isShort = waitMs < MINUTE_MS
  const seconds = Math.max(1, Math.ceil(waitMs / 1000))
  const minutes = Math.ceil(waitMs / MINUTE_MS)
  if (isShort) c.header('retry-after', `${seconds}`)
  else c.set('usage', { percent: 100, regainMinutes: minutes })
  c.get('arrival').waitMs = isShort ? seconds * 1000 : minutes * MINUTE_MS
  return answer(core, c, error)
}
