/*
 * Who has which conversation in front of them: one hash in Redis with a field per tab, which holds ids and until when it counts.
 * A tab says so again and again; one that falls silent is taken out by the next that speaks. Nothing is lost when Redis is.
 */
import type { Redis } from 'ioredis'
import type { ConversationId, OperatorId, SessionId } from '#src/domain/ids.ts'
import type { Publish } from './live.ts'

/** A tab speaks every ten seconds; two may get lost. */
const LASTS_MS = 25_000

export interface Present {
  conversationId: ConversationId
  operatorId: OperatorId
  isEditing: boolean
  until: Date
}

export interface Presence {
  /** Says what a tab shows from now on, nothing when it closes; answers who is where. */
  say(input: Said): Promise<Present[]>
  /** All tabs of a session that is over. */
  leave(sessionId: SessionId): Promise<void>
  list(): Promise<Present[]>
}

interface Said {
  sessionId: SessionId
  tab: string
  operatorId: OperatorId
  place: { conversationId: ConversationId; isEditing: boolean } | undefined
}

interface PresenceDeps {
  redis: Redis
  prefix: string
  publish: Publish
  now: () => Date
}

/** Fails never: while Redis is away nobody is anywhere. */
export function createPresence({ redis, prefix, publish, now }: PresenceDeps): Presence {
  const key = `${prefix}:presence`
  const read = async () => new Map(Object.entries(await redis.hgetall(key)).map(([tab, text]) => [tab, readOne(text)]))
  const isOver = (one: Present | undefined) => !one || one.until <= now()

  const remove = async (tabs: Map<string, Present | undefined>) => {
    if (tabs.size > 0) await redis.hdel(key, ...tabs.keys())
    const places = new Set([...tabs.values()].flatMap((one) => one?.conversationId ?? []))
    for (const id of places) publish({ topic: 'presence', id })
  }
  const pick = (tabs: Map<string, Present | undefined>, fits: (one: Present | undefined, tab: string) => boolean) =>
    new Map([...tabs].filter(([tab, one]) => fits(one, tab)))

  return {
    say: ({ sessionId, tab, operatorId, place }) =>
      orNobody(async () => {
        const field = `${sessionId} ${tab}`
        const all = await read()
        const old = all.get(field)
        await remove(
          pick(all, (one, its) => isOver(one) || (its === field && one?.conversationId !== place?.conversationId)),
        )
        const others = [...pick(all, (one, its) => its !== field && !isOver(one)).values()].flatMap((one) => one ?? [])
        if (!place) return others
        const present = { ...place, operatorId, until: new Date(now().getTime() + LASTS_MS) }
        await redis.multi().hset(key, field, writeOne(present)).pexpire(key, LASTS_MS).exec()
        const isNews = isOver(old) || old?.conversationId !== place.conversationId || old.isEditing !== place.isEditing
        if (isNews) publish({ topic: 'presence', id: place.conversationId })
        return [...others, present]
      }),
    leave: async (sessionId) => {
      await orNobody(async () => {
        await remove(pick(await read(), (_, tab) => tab.startsWith(`${sessionId} `)))
        return []
      })
    },
    list: () =>
      orNobody(async () => [...pick(await read(), (one) => !isOver(one)).values()].flatMap((one) => one ?? [])),
  }
}

/** Where there is no Redis to say it in. */
export const nobody: Presence = { say: async () => [], list: async () => [], leave: async () => undefined }

async function orNobody(ask: () => Promise<Present[]>): Promise<Present[]> {
  try {
    return await ask()
  } catch {
    return []
  }
}

function writeOne({ conversationId, operatorId, isEditing, until }: Present): string {
  return `${conversationId} ${operatorId} ${isEditing ? 'edits' : 'reads'} ${until.getTime()}`
}

/** What somebody else wrote there is nobody. */
function readOne(text: string): Present | undefined {
  const found = /^(cnv_\w{1,28}) (opr_\w{1,28}) (edits|reads) (\d{1,15})$/.exec(text)
  if (!found) return undefined
  const [, conversationId, operatorId, deed, until] = found
  return {
    conversationId: conversationId as ConversationId,
    operatorId: operatorId as OperatorId,
    isEditing: deed === 'edits',
    until: new Date(Number(until)),
  }
}
