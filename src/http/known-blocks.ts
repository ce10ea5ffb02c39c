import { networkOf } from '#src/domain/network.ts'

export type Offence = 'signatures' | 'sign_in' | 'probing'

export interface Block {
  network: string
  /** A person's word, or an offence. */
  reason: 'person' | Offence
  until: Date
}

interface KnownDeps {
  /** The blocks that are in force. */
  listBlocks: () => Promise<Block[]>
  reportError: (error: unknown) => void
  now: () => Date
}

const FRESH_MS = 2000
const WAIT_MS = 1000
const MOMENT_MS = 250

/** What the table says, at most two seconds ago. */
export function createKnownBlocks({ listBlocks, now, reportError }: KnownDeps) {
  let blocks = new Map<string, Block>()
  let readAt = 0
  let reading: Promise<void> | undefined

  const read = async () => {
    try {
      blocks = new Map((await listBlocks()).map((block) => [block.network, block]))
    } catch (error) {
      // What was known stays known while the database is away.
      reportError(error)
    } finally {
      reading = undefined
    }
  }
  return {
    add: (block: Block) => void blocks.set(block.network, block),
    find(address: string): Block | undefined {
      if (blocks.size === 0) return undefined
      const block = blocks.get(networkOf(address) ?? '')
      return block && block.until > now() ? block : undefined
    },
    /** Reads it anew when it is old; with `wait` for up to a second. Otherwise whoever began to read waits a moment, and nobody else. */
    async refresh({ wait }: { wait: boolean }): Promise<void> {
      const begins = !reading && now().getTime() - readAt >= FRESH_MS
      if (begins) {
        readAt = now().getTime()
        reading = read()
      }
      if (reading && (wait || begins)) await Promise.race([reading, pause(wait ? WAIT_MS : MOMENT_MS)])
    },
  }
}

function pause(ms: number): Promise<void> {
  return new Promise((resolve) => void setTimeout(resolve, ms).unref())
}
