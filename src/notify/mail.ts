import { createTransport } from 'nodemailer'
import { AppError } from '#src/domain/errors.ts'
import type { Secret } from '#src/vault/secret.ts'

interface MailerDeps {
  url: Secret
  from: string
  deadlineMs?: number
}

export interface Mail {
  /** Names the mail among all others: one that comes twice is known as the same. */
  id: string
  to: readonly string[]
  subject: string
  text: string
}

const DEADLINE_MS = 15_000
const PORTS = { 'smtp:': 587, 'smtps:': 465 }
const HERE = new Set(['localhost', '127.0.0.1', '::1'])

/** Mail goes over TLS, or does not leave the machine. What the server says is kept to ourselves: it may repeat addresses. */
export function createMailer({ url, from, deadlineMs = DEADLINE_MS }: MailerDeps): (mail: Mail) => Promise<void> {
  return async ({ id, to, subject, text }) => {
    const transport = createTransport(optionsOf(new URL(url.reveal()), deadlineMs))
    const messageId = `<${id}@${from.split('@')[1]}>`
    const sent = transport.sendMail({
      from,
      to: to.map((address) => ({ name: '', address })),
      subject,
      text,
      messageId,
    })
    try {
      await within(deadlineMs, sent)
    } catch {
      throw new AppError('platform_unavailable', 'The mail server did not take the mail')
    } finally {
      transport.close()
    }
  }
}

function optionsOf({ protocol, hostname, port, username, password }: URL, deadlineMs: number) {
  const host = hostname.replace(/^\[|\]$/g, '')
  const secure = protocol === 'smtps:'
  return {
    ...{ host, secure, port: Number(port) || PORTS[secure ? 'smtps:' : 'smtp:'] },
    requireTLS: !secure && !HERE.has(host),
    ...(username && { auth: { user: decodeURIComponent(username), pass: decodeURIComponent(password) } }),
    ...{ connectionTimeout: deadlineMs, greetingTimeout: deadlineMs, socketTimeout: deadlineMs },
    ...{ disableFileAccess: true, disableUrlAccess: true },
  }
}

/** The timeouts of the connection are each for one silence; this one is for all of it. */
async function within(ms: number, work: Promise<unknown>): Promise<void> {
  let timer: NodeJS.Timeout | undefined
  const late = new Promise((_, reject) => {
    timer = setTimeout(() => reject(new Error('late')), ms)
  })
  try {
    await Promise.race([work, late])
  } finally {
    clearTimeout(timer)
    // Closing the connection may end it after it lost the race.
    work.catch(() => undefined)
  }
}
