import { createHash, createHmac } from 'node:crypto'

const TEXT =
  'Hi there! I ordered the alpine jacket in size M last Tuesday and the parcel has not moved since Friday. The tracking ' +
  'page only says that it left the sorting centre in Salzburg. Could you have a look for me? I am going on a hut trip on ' +
  'the weekend after next and would really need it by then. If it is lost, could you send a new one by express, or should ' +
  'I rather pick one up at your shop in Graz? I saw on your page that you are open on Saturdays until five. One more thing: ' +
  'would the blue one in L be the better choice when I want to wear a fleece underneath? Thanks a lot, and greetings!'
let serial = 0
const run = Date.now().toString(36)

export interface Mail {
  body: Buffer
  contactRef: string
}

/** A text message of about 1 kB as Instagram delivers it; every one has its own message id. */
export function aMail(accountRef: string, contactRef: string): Mail {
  const mid = `aWdfZAG1faXRlbToxOklHTWVzc2FnZAUlEOjE3ODQxNDAw${run}${String(++serial).padStart(16, '0')}`
  const at = Date.now()
  const messaging = [
    { sender: { id: contactRef }, recipient: { id: accountRef }, timestamp: at, message: { mid, text: TEXT } },
  ]
  const body = JSON.stringify({ object: 'instagram', entry: [{ id: accountRef, time: at, messaging }] })
  return { body: Buffer.from(body), contactRef }
}

/** The same as a whole signed request. */
export function asRequest({ body }: Mail, secret: string): Buffer {
  const signature = createHmac('sha256', secret).update(body).digest('hex')
  const head =
    'POST /webhooks/instagram HTTP/1.1\r\nHost: 127.0.0.1\r\nUser-Agent: facebookexternalua\r\nAccept: */*\r\n' +
    `Content-Type: application/json\r\nContent-Length: ${body.length}\r\nX-Hub-Signature-256: sha256=${signature}\r\n\r\n`
  return Buffer.concat([Buffer.from(head, 'latin1'), body])
}

/** The same as a row that a web process has stored. */
export function asDelivery({ body }: Mail) {
  const digest = createHash('sha256').update(body).digest('hex')
  return { source: 'instagram' as const, digest, secretLabel: 'bench', body, acceptedAt: new Date() }
}
