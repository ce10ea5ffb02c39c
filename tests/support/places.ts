import { createHmac } from 'node:crypto'
import { once } from 'node:events'
import { createServer as createHttpServer } from 'node:http'
import { type AddressInfo, createServer, type Server, type Socket } from 'node:net'
import { afterAll } from 'vitest'

async function listening(server: Server): Promise<number> {
  await once(server.listen(0, '127.0.0.1'), 'listening')
  afterAll(() => void server.close())
  return (server.address() as AddressInfo).port
}

export interface TakenMail {
  to: string[]
  text: string
}

/** A mail server that takes what it is given; `state.refuses` makes it too busy, `state.isEndless` makes its answer have no end. */
export async function aMailServer() {
  const mails: TakenMail[] = []
  const state = { refuses: false, isEndless: false }
  const server = createServer((socket) => {
    if (state.isEndless) goOnForEver(socket)
    else converse(socket, state, mails)
  })
  return { url: `smtp://127.0.0.1:${await listening(server)}`, mails, state }
}

function goOnForEver(socket: Socket): void {
  socket.on('error', () => undefined).write('220 here\r\n')
  const timer = setInterval(() => socket.write('250-and\r\n'), 20)
  socket.on('close', () => clearInterval(timer)).resume()
}

function converse(socket: Socket, state: { refuses: boolean }, mails: TakenMail[]): void {
  let rest = ''
  let mail: { to: string[]; lines?: string[] } = { to: [] }
  const answers: Record<string, (line: string) => string> = {
    RCPT: (line) => (state.refuses ? '451 busy' : `250 ${mail.to.push(line.slice('RCPT TO:<'.length, -1))}`),
    DATA: () => {
      mail.lines = []
      return '354 go on'
    },
  }
  const read = (line: string): string | undefined => {
    if (!mail.lines) return (answers[line.slice(0, 4)] ?? (() => '250 fine'))(line)
    if (line !== '.') return void mail.lines.push(line)
    mails.push({ to: mail.to, text: mail.lines.join('\n') })
    mail = { to: [] }
    return '250 taken'
  }
  socket.on('error', () => undefined).setEncoding('utf8')
  socket.on('data', (part: string) => {
    const lines = (rest + part).split('\r\n')
    rest = lines.pop() ?? ''
    for (const answer of lines.map(read)) if (answer) socket.write(`${answer}\r\n`)
  })
  socket.write('220 here\r\n')
}

export interface Posted {
  id: string
  timestamp: string
  isSigned: boolean
  body: { text: string; type: string; data: Record<string, unknown> }
}

/** A place that checks the signature of what is posted to it as Standard Webhooks has it, and answers `state.status`. */
export async function aWebhookReceiver() {
  const posted: Posted[] = []
  const state = { status: 204 }
  const key = Buffer.from('a key of the receiver, well known')
  const server = createHttpServer(async (request, response) => {
    const parts: Buffer[] = []
    for await (const part of request) parts.push(part)
    const body = Buffer.concat(parts).toString('utf8')
    const header = (name: string) => String(request.headers[`webhook-${name}`])
    const signed = createHmac('sha256', key).update(`${header('id')}.${header('timestamp')}.${body}`)
    posted.push({
      ...{ id: header('id'), timestamp: header('timestamp'), body: JSON.parse(body) },
      isSigned: header('signature') === `v1,${signed.digest('base64')}`,
    })
    response.writeHead(state.status, { location: '/elsewhere' }).end()
  })
  const url = `http://127.0.0.1:${await listening(server)}/hook`
  return { url, secret: `whsec_${key.toString('base64')}`, posted, state }
}
