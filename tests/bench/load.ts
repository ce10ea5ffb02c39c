/*
 * A keep-alive client that costs little: on few cores a full HTTP client would take more of the processor than the server
 * under test, and every server would look the same. It writes ready-made requests to sockets and counts the answers.
 */
import { once } from 'node:events'
import { connect, type Socket } from 'node:net'
import { setTimeout as sleep } from 'node:timers/promises'

const CONNECTIONS = 64

/** One request at a time on one connection. */
interface Lane {
  send(request: Buffer, done: (status: number) => void): void
  close(): void
}

interface Load {
  ports: readonly number[]
  /** The next request, whole. */
  next: () => Buffer
  ms: number
}

/** As much as the server takes; answers good answers a second. Throws when answers are bad. */
export async function saturate({ ports, next, ms }: Load): Promise<number> {
  const lanes = await openLanes(ports)
  const started = performance.now()
  const answers = { good: 0, bad: 0 }
  await Promise.all(lanes.map((lane) => repeat(lane, next, { until: started + ms, answers })))
  const seconds = (performance.now() - started) / 1000
  for (const lane of lanes) lane.close()
  const { good, bad } = answers
  if (bad > good / 1000) throw new Error(`${bad} of ${good + bad} answers were not 200`)
  return good / seconds
}

/** One request after the other, as a connection of a busy platform does. */
function repeat(
  lane: Lane,
  next: () => Buffer,
  { until, answers }: { until: number; answers: { good: number; bad: number } },
): Promise<void> {
  return new Promise((resolve) => {
    const fire = (): void => {
      if (performance.now() >= until) resolve()
      else lane.send(next(), count)
    }
    const count = (status: number): void => {
      if (status === 200) answers.good++
      else answers.bad++
      fire()
    }
    fire()
  })
}

/**
 * Requests at a steady rate, whatever the server does; answers each one's ms from the instant at which it was due, so that
 * a server that stalls pays for all that waited meanwhile.
 */
export async function steadily({ ports, next, ms, perSecond }: Load & { perSecond: number }): Promise<number[]> {
  const lanes = await openLanes(ports)
  const free = [...lanes]
  const waiting: number[] = []
  const took: number[] = []
  const total = Math.round((perSecond * ms) / 1000)
  const started = performance.now()
  let due = 0
  const serve = (): void => {
    while (waiting.length > 0 && free.length > 0) {
      const lane = free.pop() as Lane
      const since = waiting.shift() as number
      lane.send(next(), () => {
        took.push(performance.now() - since)
        free.push(lane)
        serve()
      })
    }
  }
  while (took.length < total) {
    const now = performance.now()
    for (; due < total && started + (due * 1000) / perSecond <= now; due++)
      waiting.push(started + (due * 1000) / perSecond)
    serve()
    if (now > started + ms + 10_000) throw new Error('Answers are missing')
    await sleep(1)
  }
  for (const lane of lanes) lane.close()
  return took
}

function openLanes(ports: readonly number[]): Promise<Lane[]> {
  return Promise.all(Array.from({ length: CONNECTIONS }, (_, i) => openLane(ports[i % ports.length] ?? 0)))
}

async function openLane(port: number): Promise<Lane> {
  const socket = connect({ port, host: '127.0.0.1', noDelay: true })
  await once(socket, 'connect')
  let done: (status: number) => void = () => undefined
  let text = ''
  socket.on('data', (chunk) => {
    text += chunk.toString('latin1')
    if (!isWhole(text)) return
    const status = Number(text.slice(9, 12))
    text = ''
    done(status)
  })
  // A connection that is cut counts as a bad answer, once.
  socket.on('error', () => undefined)
  socket.on('close', () => done(0))
  return {
    send(request, then) {
      done = then
      if (socket.destroyed) setImmediate(then, 0)
      else socket.write(request)
    },
    close: () => close(socket),
  }
}

function close(socket: Socket): void {
  socket.removeAllListeners('close')
  socket.destroy()
}

function isWhole(text: string): boolean {
  const end = text.indexOf('\r\n\r\n')
  if (end < 0) return false
  const length = /\r\ncontent-length: (\d+)/i.exec(text.slice(0, end + 2))?.[1]
  return length === undefined ? text.endsWith('0\r\n\r\n') : text.length >= end + 4 + Number(length)
}
