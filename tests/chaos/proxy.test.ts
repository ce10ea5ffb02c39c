import { once } from 'node:events'
import { connect, createServer, type Socket } from 'node:net'
import { setTimeout as sleep } from 'node:timers/promises'
import { describe, expect, it, onTestFinished } from 'vitest'
import { openProxy } from './proxy.ts'

/** Answers every byte with its own name and the byte. */
async function anEcho(name: string) {
  const heard: string[] = []
  const server = createServer((socket) => {
    socket.on('error', () => undefined)
    socket.on('data', (bytes) => {
      heard.push(bytes.toString())
      socket.write(`${name}${bytes}`)
    })
  }).listen(0, '127.0.0.1')
  await once(server, 'listening')
  onTestFinished(() => void server.close())
  return { heard, server, target: { host: '127.0.0.1', port: (server.address() as { port: number }).port } }
}

async function aCaller(port: number) {
  const socket = connect({ host: '127.0.0.1', port })
  socket.on('error', () => undefined)
  onTestFinished(() => void socket.destroy())
  let said = ''
  socket.on('data', (bytes) => {
    said += bytes.toString()
  })
  return { socket, said: () => said }
}

function ended(socket: Socket): Promise<unknown> {
  return new Promise((resolve) => socket.once('close', resolve))
}

async function aProxy(...names: [string, ...string[]]) {
  const echoes = await Promise.all(names.map(anEcho))
  const [first, ...others] = echoes.map(({ target }) => target)
  const proxy = await openProxy([first!, ...others])
  onTestFinished(() => proxy.close())
  return { proxy, echoes }
}

describe('the proxy', () => {
  it('carries bytes both ways', async () => {
    const { proxy } = await aProxy('a')
    const { socket, said } = await aCaller(proxy.port)
    socket.write('1')
    await expect.poll(said).toBe('a1')
  })

  it('swallows what is said into the black hole for good, and ends that connection when it heals', async () => {
    const { proxy, echoes } = await aProxy('a')
    const { socket, said } = await aCaller(proxy.port)
    socket.write('1')
    await expect.poll(said).toBe('a1')
    proxy.swallow()
    const late = await aCaller(proxy.port)
    socket.write('2')
    late.socket.write('3')
    await sleep(100)
    expect(socket.destroyed || late.socket.destroyed).toBe(false)
    proxy.heal()
    await Promise.all([ended(socket), ended(late.socket)])
    expect(echoes[0]?.heard).toEqual(['1'])
    const again = await aCaller(proxy.port)
    again.socket.write('4')
    await expect.poll(again.said).toBe('a4')
  })

  it('cuts what is open and refuses what comes, until it heals', async () => {
    const { proxy } = await aProxy('a')
    const { socket, said } = await aCaller(proxy.port)
    socket.write('1')
    await expect.poll(said).toBe('a1')
    proxy.cut()
    await ended(socket)
    const refused = await aCaller(proxy.port)
    await ended(refused.socket)
    expect(refused.said()).toBe('')
    proxy.heal()
    const again = await aCaller(proxy.port)
    again.socket.write('2')
    await expect.poll(again.said).toBe('a2')
  })

  it('takes turns between its targets and passes over the one that is gone', async () => {
    const { proxy, echoes } = await aProxy('a', 'b')
    const heard: string[] = []
    for (const byte of ['1', '2']) {
      const { socket, said } = await aCaller(proxy.port)
      socket.write(byte)
      await expect.poll(said).not.toBe('')
      heard.push(said())
      socket.destroy()
    }
    expect(heard.sort()).toEqual(['a1', 'b2'])
    echoes[0]?.server.close()
    for (const byte of ['3', '4']) {
      const { socket, said } = await aCaller(proxy.port)
      socket.write(byte)
      await expect.poll(said).toBe(`b${byte}`)
    }
  })
})
