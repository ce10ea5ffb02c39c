import { readFileSync, writeFileSync } from 'node:fs'
import { createConnection, createServer } from 'node:net'
import path from 'node:path'
import { setTimeout as pause } from 'node:timers/promises'

const LOOK_AGAIN_MS = 15

/** True when a server could listen there now. */
export function isFree(port, host = '127.0.0.1') {
  return new Promise((resolve) => {
    const server = createServer()
    server.once('error', () => resolve(false))
    server.listen({ port, host, exclusive: true }, () => server.close(() => resolve(true)))
  })
}

/** A port of the loopback interface that nobody uses. */
export function freePort() {
  return new Promise((resolve, reject) => {
    const server = createServer()
    server.once('error', reject)
    server.listen(0, '127.0.0.1', () => {
      const { port } = server.address()
      server.close(() => resolve(port))
    })
  })
}

/** The port of last time while it is free, so that links and bookmarks stay true. */
export async function keptPort(folder, name) {
  const file = path.join(folder, `${name}.port`)
  const last = readPort(file)
  if (last && (await isFree(last))) return last
  const port = await freePort()
  writeFileSync(file, String(port))
  return port
}

function readPort(file) {
  try {
    return Number(readFileSync(file, 'utf8')) || undefined
  } catch {
    return undefined
  }
}

/** Connects to `to`, says `greeting`, and gives the first bytes of the answer; undefined when nobody answers in time. */
export function firstAnswer(to, greeting = '', waitMs = 1000) {
  return new Promise((resolve) => {
    const socket = createConnection(to)
    const finish = (bytes) => {
      socket.destroy()
      resolve(bytes)
    }
    socket.setTimeout(waitMs, () => finish(undefined))
    socket.once('error', () => finish(undefined))
    socket.once('close', () => finish(undefined))
    socket.once('data', finish)
    socket.once('connect', () => greeting && socket.write(greeting))
  })
}

/** Waits until `question` is answered with something truthy; `isOver` ends the waiting early. */
export async function until(question, { deadlineMs, isOver = () => false }) {
  for (const end = Date.now() + deadlineMs; Date.now() < end && !isOver(); await pause(LOOK_AGAIN_MS)) {
    const answer = await question()
    if (answer) return answer
  }
  return undefined
}
