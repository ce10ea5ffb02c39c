import { setTimeout as pause } from 'node:timers/promises'
import type { Core } from './core.ts'
import type { Account } from './entries.ts'
import type { Phone } from './phone.ts'
import { comments, pageStories, type Story, stories } from './stories.ts'

const MINUTE_MS = 60_000
const ASK_AGAIN_MS = 300

export interface Opening {
  /** Waits until the product is ready to receive, then tells. */
  await(): void
  /** Sends the first conversations now; false when that has been done before. */
  tell(): boolean
  close(): void
}

/** Sends the first conversations once in the sandbox's life. */
export function createOpening({ core, phone, readyUrl }: { core: Core; phone: Phone; readyUrl: string }): Opening {
  const closing = new AbortController()

  function tell(): boolean {
    if (core.world.told) return false
    core.record({ type: 'told', at: core.machineClock() })
    tellAll(core, phone)
    return true
  }

  async function tellWhenReady(): Promise<void> {
    while (!(await isReady(readyUrl))) await pause(ASK_AGAIN_MS, undefined, { signal: closing.signal })
    if (!closing.signal.aborted) tell()
  }

  return {
    tell,
    await() {
      // Ends early only when the sandbox closes.
      if (!core.world.told) tellWhenReady().catch(() => undefined)
    },
    close: () => closing.abort(),
  }
}

async function isReady(url: string): Promise<boolean> {
  try {
    const answer = await fetch(url, { redirect: 'manual', signal: AbortSignal.timeout(2000) })
    await answer.body?.cancel()
    return answer.ok
  } catch {
    return false
  }
}

function tellAll(core: Core, phone: Phone): void {
  const start = core.clock()
  const ago = (minutes: number) => Math.round(start - minutes * MINUTE_MS)
  for (const story of stories) tellStory(story, core.account)
  if (core.page) for (const story of pageStories) tellStory(story, core.page)
  for (const { minutesAgo, ...comment } of comments) void phone.comment({ ...comment, at: ago(minutesAgo) })

  function tellStory({ name, username, turns }: Story, { accountRef }: Account): void {
    const { contactRef } = phone.meet(name, { username, accountRef })
    for (const { minutesAgo, by, text = '', file, story } of turns) {
      const writing = {
        text,
        at: ago(minutesAgo),
        ...(file && { attachments: [file] }),
        ...(story && { story: { id: core.refs.media(2), url: '/pictures/story.png' } }),
      }
      if (by === 'shop') phone.answerFromApp(contactRef, writing)
      else phone.write(contactRef, writing)
    }
  }
}
