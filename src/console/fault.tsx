import { HTTPException } from 'hono/http-exception'
import { AppError, handling } from '#src/domain/errors.ts'
import { type ConversationId, isId } from '#src/domain/ids.ts'
import { problemHeaders } from '#src/http/problem.ts'
import { choiceOf, queueHref } from './choice.ts'
import type { Room, Visit } from './env.ts'
import { localPath } from './forms.ts'
import { ConfirmationPage, PASSKEY_FIELD, PROOF_FIELD } from './pages/confirmation.tsx'
import { ErrorPage } from './pages/outside.tsx'
import { page } from './routes/respond.ts'

const networkFaults = [
  'ECONNREFUSED',
  'ECONNRESET',
  'ENOENT',
  'ENOTFOUND',
  'EPIPE',
  'ETIMEDOUT',
  'PROTOCOL_CONNECTION_LOST',
  'EAI_AGAIN',
]

/** Every error as a page with a way back. What we did not name ourselves says nothing about its inside. */
export async function answerError(thrown: unknown, c: Visit, room: Room): Promise<Response> {
  const { assets, reportError, bearerOf } = room
  const error = errorOf(thrown)
  if (error.code === 'internal') reportError?.(thrown)
  if (error.code === 'unauthenticated') {
    if (bearerOf) c.header('www-authenticate', 'Bearer realm="countersign"')
    else if (c.req.method === 'GET') return askToSignIn(c)
  }
  if (error.code === 'reauthentication_required') return askToConfirm(error, c, room)
  for (const [name, value] of Object.entries(problemHeaders(error))) c.header(name, value)
  const { title, message, back } = error.code === 'unauthenticated' ? await signedOut(c) : wordsFor(error, c)
  const kept = await textIn(c)
  return page(
    c,
    <ErrorPage asset={assets.url} title={title} message={message} kept={kept} back={back} />,
    statusOf(error),
  )
}

function errorOf(thrown: unknown): AppError {
  if (thrown instanceof HTTPException)
    return new AppError('invalid_input', 'This request is not one a page would make', { field: 'request' })
  if (isStoreAway(thrown))
    return new AppError('platform_unavailable', 'The database does not answer', { field: 'store' })
  return AppError.from(thrown)
}

function statusOf({ code, field }: AppError) {
  return field === 'size' ? 413 : handling[code].status
}

/** An event stream must not follow to a page, so it is refused plainly. */
function askToSignIn(c: Visit): Response {
  if (c.req.path === '/events') return c.body(null, 401)
  const url = new URL(c.req.url)
  return c.redirect(
    url.pathname === '/' ? '/sign-in' : `/sign-in?to=${encodeURIComponent(url.pathname + url.search)}`,
    303,
  )
}

/** A form goes on from the page that asks, with all that was in it; what was only visited is visited again. */
async function askToConfirm({ message, code }: AppError, c: Visit, { assets, own }: Room): Promise<Response> {
  const { pathname, search } = new URL(c.req.url)
  if (c.req.method !== 'POST') return c.redirect(`/confirmation?to=${encodeURIComponent(pathname + search)}`, 303)
  const form = await c.req.parseBody({ all: true })
  const fields = Object.entries(form).flatMap(([name, values]) =>
    [values].flat().map((value): [string, string] => [name, String(value)]),
  )
  const proofs = [PROOF_FIELD, PASSKEY_FIELD]
  const session = c.get('session')
  const given = {
    ...{ asset: assets.url, action: pathname + search, back: backOf(form) },
    fields: fields.filter(([name]) => !proofs.includes(name)),
    hasPasskey: session !== undefined && (await own.hasPasskey(session)),
    fault: proofs.some((name) => name in form) ? message : undefined,
  }
  return page(c, <ConfirmationPage {...given} />, handling[code].status)
}

function backOf(form: Record<string, unknown>): string {
  return localPath(typeof form['back'] === 'string' ? form['back'] : undefined, '/queue')
}

interface Words {
  title: string
  message: string
  back: { href: string; label: string }
}

function wordsFor({ code, message, field }: AppError, c: Visit): Words {
  const home = { href: '/queue', label: 'Back to the queue' }
  if (field === 'store') {
    return {
      title: 'The database does not answer',
      message: 'Incoming messages are still being kept. As soon as the database is back, everything goes on by itself.',
      back: { href: c.req.method === 'GET' ? new URL(c.req.url).pathname : '/queue', label: 'Try again' },
    }
  }
  if (field === 'deadline') {
    return {
      title: 'This took too long',
      message: 'It may have been done all the same. Look before you do it again.',
      back: home,
    }
  }
  if (field === 'auth') {
    return {
      title: 'The sign-in service does not answer',
      message: 'Nobody can be let in until it does. Incoming messages are still being kept.',
      back: { href: c.req.method === 'GET' ? new URL(c.req.url).pathname : '/queue', label: 'Try again' },
    }
  }
  switch (code) {
    case 'too_many_requests':
      return { title: 'Too many requests', message: `${message}.`, back: home }
    case 'not_found':
      return { title: 'Not found', message: `${message}.`, back: home }
    case 'forbidden':
      return { title: 'Not allowed', message: `${message}. Nothing was done.`, back: home }
    case 'conflict':
    case 'invalid_input':
      return { title: 'That did not work', message: `${message}.`, back: home }
    default:
      return {
        title: 'Something went wrong',
        message: 'It is in the server’s log. Nothing you wrote was sent.',
        back: home,
      }
  }
}

/** The way in leads back to where the form was; the browser still has what was written there. */
async function signedOut(c: Visit): Promise<Words> {
  const form: Record<string, unknown> = await c.req.parseBody().catch(() => ({}))
  const [, section, inPath = ''] = c.req.path.split('/')
  const id = section === 'conversations' ? inPath : form['conversation']
  const back = backOf(form)
  const here = isId('conversation', id) ? hereOf(back, id) : back
  return {
    title: 'You are signed out',
    message: 'Nothing was done. Sign in, and do it again: what you wrote is kept in this tab.',
    back: { href: `/sign-in?to=${encodeURIComponent(here)}`, label: 'Sign in and go on' },
  }
}

function hereOf(back: string, c: ConversationId): string {
  return back.startsWith('/queue') ? queueHref(choiceOf(back), { c }) : `/conversations/${c}`
}

/** What the operator had written in the form that failed, so that it can be copied. */
async function textIn(c: Visit): Promise<string | undefined> {
  if (c.req.method !== 'POST') return undefined
  const form = await c.req.parseBody().catch(() => ({}) as Record<string, unknown>)
  const text = form['text'] ?? form['voice'] ?? form['body']
  return typeof text === 'string' && text.trim() !== '' ? text : undefined
}

/** Looks at codes only: a driver's message may hold what was asked. */
function isStoreAway(thrown: unknown): boolean {
  for (let error = thrown; error instanceof Error; error = error.cause) {
    if ('code' in error && networkFaults.includes(String(error.code))) return true
  }
  return false
}
