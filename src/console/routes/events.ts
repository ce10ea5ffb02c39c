import type { Hono } from 'hono'
import { type SSEStreamingApi, streamSSE } from 'hono/streaming'
import type { Change, Session } from '../deps.ts'
import { type Env, type Room, reachOf } from '../env.ts'

const HEARTBEAT_MS = 15_000
/** A page that is this far behind is told to look at everything. */
const BEHIND = 200

/** Tells open pages what changed. The stream ends with its session: at once here, at the next heartbeat elsewhere. */
export function addEvents(app: Hono<Env>, room: Room): void {
  app.get('/events', (c) => {
    const session = c.get('session')
    const token = c.get('token')
    if (!session || !token) return c.body(null, 401)
    // Nobody would read the stream of a HEAD, and nothing would end it.
    if (c.req.method === 'HEAD') return c.body(null)
    c.header('x-accel-buffering', 'no')
    return streamSSE(c, (stream) => run(stream, room, { session, token }))
  })
}

async function run(
  stream: SSEStreamingApi,
  room: Room,
  { session, token }: { session: Session; token: string },
): Promise<void> {
  const mail = createMail()
  const unsubscribe = room.live(mail.put)
  const forget = room.streams.add(session.sessionId, mail.close)
  stream.onAbort(mail.close)
  try {
    await stream.write('retry: 2000\n: hello\n\n')
    while (!mail.isClosed()) {
      const woken = await mail.wait(room.config.heartbeatMs ?? HEARTBEAT_MS)
      for (const { topic, id } of await forThem(mail.take(), session, room))
        await stream.writeSSE({ event: topic, data: id })
      if (woken) continue
      if (!(await room.sessionOf(token, { touch: false }))) break
      await stream.write(': alive\n\n')
    }
    await stream.writeSSE({ event: 'signed-out', data: '' })
  } finally {
    unsubscribe()
    forget()
  }
}

/** What concerns whoever listens. Their accounts are read anew each time: an open stream outlives no right. */
async function forThem(changes: Change[], { operator }: Session, room: Room): Promise<Change[]> {
  const reach = await reachOf(operator, room)
  if (reach === 'all') return changes
  const reads = room.reads(reach)
  const known = await Promise.all(changes.map(({ id }) => reads.concerns(id)))
  return changes.filter((_, i) => known[i])
}

/** Changes that wait to be written, each once; a slow reader costs no more than its own box. */
function createMail() {
  const box = new Map<string, Change>()
  let closed = false
  let wake: (() => void) | undefined
  return {
    put(change: Change) {
      if (box.size < BEHIND) box.set(`${change.topic} ${change.id}`, change)
      else box.set('*', { topic: 'queue', id: '*' })
      wake?.()
    },
    close() {
      closed = true
      wake?.()
    },
    isClosed: () => closed,
    /** True when there is something to read, false when the time ran out. */
    wait: (ms: number) =>
      new Promise<boolean>((resolve) => {
        if (closed || box.size > 0) return resolve(true)
        const timer = setTimeout(() => resolve(false), ms)
        wake = () => {
          clearTimeout(timer)
          resolve(true)
        }
      }),
    take() {
      const changes = [...box.values()]
      box.clear()
      return changes
    },
  }
}
