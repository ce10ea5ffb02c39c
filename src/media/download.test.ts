import type { LookupAddress } from 'node:dns'
import { once } from 'node:events'
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { describe, expect, it, onTestFinished } from 'vitest'
import { createDownload, type DownloadOptions } from './download.ts'

type Answer = (request: IncomingMessage, response: ServerResponse) => void

/** A server on this machine, as the sandbox is one; it remembers who asked for what. */
async function aServer(answer: Answer) {
  const asked: IncomingMessage[] = []
  const server = createServer((request, response) => {
    asked.push(request)
    answer(request, response)
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  onTestFinished(() => {
    server.closeAllConnections()
    server.close()
  })
  return { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`, asked }
}

async function fetched(options: DownloadOptions, url: string, ms = 3000): Promise<string> {
  const parts: Uint8Array[] = []
  for await (const part of await createDownload(options)(url, AbortSignal.timeout(ms))) parts.push(part)
  return Buffer.concat(parts).toString()
}

const redirect =
  (location: string, status = 302): Answer =>
  (_request, response) =>
    void response.writeHead(status, { location, 'set-cookie': 'a=b' }).end()
const forGood = (field: string) => ({ code: 'platform_refused', field })
const WRONG = forGood('wrong_address')
const mayHeal = { code: 'platform_unavailable' }

describe('a download', () => {
  it('asks for the file and nothing else, with nothing of ours on it', async () => {
    const { url: origin, asked } = await aServer((_request, response) => response.end('bytes'))
    expect(await fetched({ origin }, `${origin}/a?oh=1&oe=2`)).toBe('bytes')
    expect(asked[0]?.url).toBe('/a?oh=1&oe=2')
    expect(Object.keys(asked[0]?.headers ?? {}).sort()).toEqual([
      ...['accept', 'accept-encoding', 'connection', 'host', 'user-agent'],
    ])
  })

  it.each([
    ['in clear', 'http://cdn.example/a'],
    ['on another port', 'https://cdn.example:8443/a'],
    ['with a name and a password', 'https://user:word@cdn.example/a'],
    ['with a name', 'https://user@cdn.example/a'],
    ['of a file', 'file:///etc/passwd'],
    ['of words', 'data:text/plain,a'],
    ['of another kind', 'ftp://cdn.example/a'],
    ['that is none', 'not an address'],
    ['of this machine', 'https://127.0.0.1/a'],
    ['of this machine in short', 'https://127.1/a'],
    ['of this machine as a number', 'https://2130706433/a'],
    ['of this machine in hexadecimal', 'https://0x7f000001/a'],
    ['of this machine in octal', 'https://0177.0.0.1/a'],
    ['of this machine in IPv6', 'https://[::1]/a'],
    ['of this machine, mapped', 'https://[::ffff:127.0.0.1]/a'],
    ['of the clouds’ metadata', 'https://169.254.169.254/latest/meta-data/'],
    ['of the network at home', 'https://192.168.0.1/a'],
  ])('refuses an address %s without a connection or a look-up', async (_what, url) => {
    const resolve = () => expect.unreachable('looked up')
    await expect(fetched({ resolve, origin: 'http://127.0.0.1:1' }, url)).rejects.toMatchObject(WRONG)
  })

  it.each([[[]], [['127.0.0.1']], [['1.1.1.1', '10.0.0.1']], [['::ffff:1.1.1.1']], [['fd00:ec2::254']]])(
    'refuses a name that leads to %j',
    async (addresses) => {
      const found = addresses.map((address): LookupAddress => ({ address, family: address.includes(':') ? 6 : 4 }))
      const failure = fetched({ resolve: async () => found }, 'https://cdn.example/a')
      await expect(failure).rejects.toMatchObject(WRONG)
    },
  )

  it('connects to the address it looked at, whatever the name means a moment later', async () => {
    const answers = ['127.0.0.2', '127.0.0.1']
    let looks = 0
    const resolve = async () => [{ address: answers[looks++] ?? '', family: 4 }]
    // 127.0.0.2 plays the public internet. Nobody listens there, and the error tells where it was.
    const isPublic = (address: string) => address === '127.0.0.2'
    const failure = { ...mayHeal, cause: { syscall: 'connect', address: '127.0.0.2', port: 443 } }
    await expect(fetched({ resolve, isPublic }, 'https://cdn.example/a')).rejects.toMatchObject(failure)
    expect(looks).toBe(1)
    await expect(fetched({ resolve, isPublic }, 'https://cdn.example/a')).rejects.toMatchObject(WRONG)
    expect(looks).toBe(2)
  })

  it('is led on three times, each step judged anew, and no further', async () => {
    const { url: origin, asked } = await aServer((request, response) => {
      const step = Number(request.url?.slice(1))
      if (step === 0) response.end('there')
      else redirect(`/${step - 1}`, [301, 302, 303, 307, 308][step])(request, response)
    })
    expect(await fetched({ origin }, `${origin}/3`)).toBe('there')
    expect(asked.every(({ headers }) => !headers.cookie && !headers.referer)).toBe(true)
    await expect(fetched({ origin }, `${origin}/4`)).rejects.toMatchObject(WRONG)
  })

  it.each([
    'http://169.254.169.254/',
    'https://10.0.0.1/',
    'https://[::1]/',
    'file:///etc/passwd',
    'http://localhost/',
    'http://[',
    '',
  ])('is not led on to %j', async (location) => {
    const { url: origin, asked } = await aServer(redirect(location))
    await expect(fetched({ origin }, `${origin}/a`)).rejects.toMatchObject(WRONG)
    expect(asked.length).toBeLessThanOrEqual(4)
  })

  it('knows no place outside of the rules but the one, to the port', async () => {
    const { url, asked } = await aServer((_request, response) => response.end('bytes'))
    const { url: origin } = await aServer(redirect(`${url}/a`))
    await expect(fetched({ origin }, `${url}/a`)).rejects.toMatchObject(WRONG)
    await expect(fetched({ origin }, `${origin}/a`)).rejects.toMatchObject(WRONG)
    await expect(fetched({}, `${url}/a`)).rejects.toMatchObject(WRONG)
    expect(asked).toEqual([])
  })

  it.each([400, 401, 403, 404, 410, 206, 204])('gives up for good when it is answered %i', async (status) => {
    const { url: origin } = await aServer((_request, response) => response.writeHead(status).end())
    await expect(fetched({ origin }, origin)).rejects.toMatchObject(forGood('gone'))
  })

  it.each([408, 429, 500, 502, 503])('may heal after %i', async (status) => {
    const { url: origin } = await aServer((_request, response) => response.writeHead(status).end())
    await expect(fetched({ origin }, origin)).rejects.toMatchObject(mayHeal)
  })

  it('may heal after silence, a drip, and a connection that is cut', async () => {
    const ways: Answer[] = [
      () => undefined,
      (_request, response) => void setInterval(() => response.write('.'), 20).unref(),
      (request) => request.socket.destroy(),
      (request, response) => {
        response.writeHead(200, { 'content-length': '100' }).write('half')
        setTimeout(() => request.socket.destroy(), 20)
      },
    ]
    for (const way of ways) {
      const { url: origin } = await aServer(way)
      await expect(fetched({ origin }, origin, 300)).rejects.toMatchObject(mayHeal)
    }
    await expect(fetched({ origin: 'http://127.0.0.1:9' }, 'http://127.0.0.1:9/')).rejects.toMatchObject(mayHeal)
  })

  it('stops at the size it may have, said beforehand or not', async () => {
    let written = 0
    const { url: origin } = await aServer((request, response) => {
      if (request.url === '/said') return void response.writeHead(200, { 'content-length': '101' }).end('x'.repeat(101))
      const more = () => {
        while (response.write('x'.repeat(1000))) written += 1000
      }
      response.on('drain', more)
      more()
    })
    const options = { origin, maxBytes: 100 }
    await expect(fetched(options, `${origin}/said`)).rejects.toMatchObject(forGood('too_large'))
    await expect(fetched(options, `${origin}/endless`)).rejects.toMatchObject(forGood('too_large'))
    expect(written).toBeLessThan(10_000_000)
    const { url: exact } = await aServer((_request, response) => response.end('x'.repeat(100)))
    expect(await fetched({ origin: exact, maxBytes: 100 }, exact)).toHaveLength(100)
  })
})
