import type { Hono } from 'hono'
import { type SSEStreamingApi, streamSSE } from 'hono/streaming'
import type { OperatorId } from '#src/domain/ids.ts'
import type { Change } from '../deps.ts'
import { type Env, type Room, reachOf, type Visit } from '../env.ts'
import { isStillOpen } from '../identify.ts'
import type { Session } from '../people-verbs.ts'
import { placesFor } from './presence.ts'

const HEARTBEAT_MS = 15_000
/** Nothing is told on a session that was looked at longer ago than this. */
const BELIEVED_MS = 1000
/** A page that is this far behind is told to look at everything. */
const BEHIND = 200

/** Tells open pages what changed. The stream ends with its session: at once when it is told of that, else at the next change or heartbeat. */
export function addEvents(app: Hono<Env>, room: Room): void {
  app.get('/events', (c) => {
    const session = c.get('session')
    if (!session) return c.body(null, 401)
    // Nobody would read the stream of a HEAD, and nothing would end it.
    if (c.req.method === 'HEAD') return c.body(null)
    c.header('x-accel-buffering', 'no')
    const isOpen = createPatience(() => isStillOpen(c as Visit, session, room))
    return streamSSE(c, (stream) => run(stream, room, { session, isOpen }))
  })
}

interface Listening {
  session: Session
  /** Whether the session goes on. */
  isOpen: (must: boolean) => Promise<boolean>
}

async function run(stream: SSEStreamingApi, room: Room, { session, isOpen }: Listening): Promise<void> {
  const mail = createMail(session.operator.id)
  const unsubscribe = room.live(mail.put)
  const forget = room.streams.add(session.sessionId, mail.close)
  stream.onAbort(mail.close)
  try {
    await stream.write('retry: 2000\n: hello\n\n')
    while (!mail.isClosed()) {
      const woken = await mail.wait(room.config.heartbeatMs ?? HEARTBEAT_MS)
      const { changes, isJudged } = mail.take()
      if (!(await isOpen(!woken || isJudged))) break
      await tellAll(stream, await eventsOf(changes, session, room))
      if (!woken) await stream.write(': alive\n\n')
    }
    await sayGoodbye(stream, room, session)
  } finally {
    unsubscribe()
    forget()
  }
}

async function tellAll(stream: SSEStreamingApi, events: { event: string; data: string }[]): Promise<void> {
  for (const event of events) await stream.writeSSE(event)
}

async function sayGoodbye(stream: SSEStreamingApi, { presence }: Room, { sessionId }: Session): Promise<void> {
  // Whoever broke off may come back.
  if (stream.aborted) return
  await presence.leave(sessionId)
  await stream.writeSSE({ event: 'signed-out', data: '' })
}

/** Changes as ids; of who is where also who that is, since a page has nowhere else to read it. */
async function eventsOf(changes: Change[], session: Session, room: Room): Promise<{ event: string; data: string }[]> {
  const theirs = await forThem(changes, session, room)
  const moved = theirs.filter(({ topic }) => topic === 'presence')
  const events = theirs.filter(({ topic }) => topic !== 'presence').map(({ topic, id }) => ({ event: topic, data: id }))
  if (moved.length === 0) return events
  // What is in `theirs` is within reach already.
  const places = await placesFor(await room.presence.list(), { session, reads: { concerns: async () => true } })
  const shown = Object.fromEntries(moved.map(({ id }) => [id, places[id] ?? []]))
  return [...events, { event: 'presence', data: JSON.stringify(shown) }]
}

/** What concerns whoever listens. Their accounts are read anew each time: an open stream outlives no right. */
async function forThem(changes: Change[], { operator }: Session, room: Room): Promise<Change[]> {
  const reach = await reachOf(operator, room)
  if (reach === 'all') return changes
  const reads = room.reads(reach)
  const known = await Promise.all(changes.map(({ id }) => reads.concerns(id)))
  return changes.filter((_, i) => known[i])
}

/** Asks again when it must, else once in a while: what comes in a burst needs no question each. */
function createPatience(ask: () => Promise<boolean>): (must: boolean) => Promise<boolean> {
  let askedAt = Date.now()
  return async (must) => {
    if (!must && Date.now() - askedAt < BELIEVED_MS) return true
    askedAt = Date.now()
    return ask()
  }
}

/** Changes that wait to be written, each once; a slow reader costs no more than its own box. */
function createMail(operatorId: OperatorId) {
  const box = new Map<string, Change>()
  let closed = false
  let judged = false
  let wake: (() => void) | undefined
  return {
    put(change: Change) {
      if (change.topic === 'sessions') {
        if (change.id !== operatorId) return
        judged = true
      } else if (box.size < BEHIND) box.set(`${change.topic} ${change.id}`, change)
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
        if (closed || judged || box.size > 0) return resolve(true)
        const timer = setTimeout(() => resolve(false), ms)
        wake = () => {
          clearTimeout(timer)
          resolve(true)
        }
      }),
    /** `isJudged`: something about this operator changed. */
    take() {
      const taken = { changes: [...box.values()], isJudged: judged }
      box.clear()
      judged = false
      return taken
    },
  }
}
