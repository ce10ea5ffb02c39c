/*
 * A wire that can be spoilt: TCP from a port of ours to where it really leads. Swallowed bytes are lost for good, so a
 * connection that lived through a black hole is ended when the wire heals; nothing arrives late in one lump because of us.
 */
import { once } from 'node:events'
import { connect, createServer, type Server, type Socket } from 'node:net'

export interface Target {
  host: string
  port: number
}

export interface Line {
  port: number
  /** Takes connections and bytes, and passes nothing on in either direction. */
  swallow(): void
  /** Ends every connection and refuses new ones. */
  cut(): void
  heal(): void
  close(): Promise<void>
}

type State = 'open' | 'swallowing' | 'cut'

/** Each new connection leads to the next of the targets; one that takes none is passed over, as a balancer does. */
export async function openProxy(targets: readonly [Target, ...Target[]]): Promise<Line> {
  const pairs = new Set<Pair>()
  let state: State = 'open'
  let turn = 0

  const accept = (near: Socket) => {
    if (state === 'cut') return void near.resetAndDestroy()
    const order = targets.map((_, i) => targets[(turn + i) % targets.length] ?? targets[0])
    turn++
    const pair = createPair(near, order, () => state === 'swallowing')
    pairs.add(pair)
    near.once('close', () => pairs.delete(pair))
  }
  const server = createServer({ noDelay: true }, accept)
  const port = await listen(server)

  const end = (which: (pair: Pair) => boolean) => {
    for (const pair of pairs) if (which(pair)) pair.end()
  }
  return {
    port,
    swallow() {
      state = 'swallowing'
    },
    cut() {
      state = 'cut'
      end(() => true)
    },
    heal() {
      state = 'open'
      end(({ isSpoilt }) => isSpoilt())
    },
    async close() {
      end(() => true)
      server.close()
      await once(server, 'close')
    },
  }
}

interface Pair {
  /** Whether it lost bytes. */
  isSpoilt(): boolean
  end(): void
}

function createPair(near: Socket, order: readonly Target[], isSwallowing: () => boolean): Pair {
  let spoilt = isSwallowing()
  let far: Socket | undefined
  const end = () => {
    near.resetAndDestroy()
    far?.resetAndDestroy()
  }
  const carry = (from: Socket, to: Socket) => {
    from.on('data', (bytes) => {
      if (isSwallowing()) spoilt = true
      if (!spoilt && !to.write(bytes)) from.pause()
    })
    to.on('drain', () => from.resume())
    from.once('end', () => spoilt || to.end())
    from.once('close', () => spoilt || to.destroy())
  }
  near.on('error', () => far?.destroy())
  near.setNoDelay(true)
  const reach = ([target, ...others]: readonly Target[]) => {
    if (!target) return end()
    const socket = connect({ ...target, noDelay: true })
    socket.once('connect', () => {
      far = socket
      carry(near, socket)
      carry(socket, near)
      if (near.destroyed) socket.destroy()
    })
    socket.on('error', () => (far === socket ? near.destroy() : reach(others)))
  }
  // A black hole does not even find out who is behind it.
  if (!spoilt) reach(order)
  else near.resume()
  return { isSpoilt: () => spoilt, end }
}

async function listen(server: Server): Promise<number> {
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  const address = server.address()
  return typeof address === 'object' && address ? address.port : 0
}
