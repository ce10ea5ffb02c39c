import type { Database } from '#db/client.ts'
import { listNames } from '#db/people.ts'
import type { SessionId } from '#src/domain/ids.ts'
import type { Presence, Present } from '#src/queues/presence.ts'

/** Who is where, with their names; Redis knows ids alone. */
export function createNamedPresence({ db, presence }: { db: Database; presence: Presence }) {
  const named = async (there: Present[]) => {
    const names = await listNames(db, [...new Set(there.map(({ operatorId }) => operatorId))])
    return there.flatMap((one) => {
      const name = names.get(one.operatorId)
      return name === undefined ? [] : { ...one, name }
    })
  }
  return {
    say: async (said: Parameters<Presence['say']>[0]) => named(await presence.say(said)),
    list: async () => named(await presence.list()),
    leave: (sessionId: SessionId) => presence.leave(sessionId),
  }
}
