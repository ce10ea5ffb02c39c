import { Hono } from 'hono'
import { html } from 'hono/html'
import { secureHeaders } from 'hono/secure-headers'
import { z } from 'zod'
import type { Core } from '../core.ts'
import type { Phone } from '../phone.ts'
import { readAsset } from './assets.ts'
import { createCommentDeeds } from './comment-deeds.ts'
import { type PageView, SandboxPage } from './sandbox-page.tsx'

export interface PagesOptions {
  core: Core
  phone: Phone
  /** The operators' side, for the link across. */
  consoleUrl: string
}

const Line = z.object({
  text: z.string().trim().min(1, 'Write something first').max(1000, 'Instagram takes at most 1,000 characters'),
})
const Person = z.object({
  name: z.string().trim().min(1, 'Give the person a name').max(60, 'That name is too long'),
  to: z.string().optional(),
})
const Heart = z.object({ emoji: z.string().max(16).default('') })

const none = ["'none'"]
const self = ["'self'"]
const headers = secureHeaders({
  contentSecurityPolicy: {
    ...{ defaultSrc: none, baseUri: none, frameAncestors: none },
    ...{ scriptSrc: self, styleSrc: self, imgSrc: self, mediaSrc: self, connectSrc: self, formAction: self },
  },
  referrerPolicy: 'no-referrer',
  strictTransportSecurity: false,
})

/** The other side of every thread: what the contacts see on their phones, with a hand on their keyboards. */
export function createPages({ core, phone, consoleUrl }: PagesOptions) {
  const { world } = core
  const app = new Hono()
  for (const path of [
    '/',
    '/contacts/*',
    '/messages/*',
    '/comments',
    '/comments/*',
    '/mentions/*',
    '/assets/*',
    '/pictures/*',
  ])
    app.use(path, headers)
  const page = (view: Omit<PageView, 'core' | 'consoleUrl'> = {}) =>
    html`<!doctype html>${<SandboxPage core={core} consoleUrl={consoleUrl} {...view} />}`

  app.get('/', (c) => c.html(page()))
  app.get('/contacts/:id', (c) => {
    const contact = world.contacts.get(c.req.param('id'))
    return contact ? c.html(page({ contact })) : c.redirect('/')
  })
  app.get('/assets/:name', (c) => readAsset(c.req.param('name')) ?? c.notFound())

  app.post('/contacts', async (c) => {
    const person = Person.safeParse(await c.req.parseBody())
    if (!person.success) return c.html(page({ trouble: sayTrouble(person.error) }), 422)
    const { name, to = '' } = person.data
    const { accountRef } = world.accounts.get(to) ?? core.account
    return c.redirect(`/contacts/${phone.meet(name, { accountRef }).contactRef}`, 303)
  })
  app.post('/contacts/:id/messages', async (c) => {
    const contact = world.contacts.get(c.req.param('id'))
    if (!contact) return c.redirect('/', 303)
    const body = await c.req.parseBody()
    const line = Line.safeParse(body)
    if (!line.success) {
      const typed = typeof body['text'] === 'string' ? body['text'] : ''
      return c.html(page({ contact, trouble: sayTrouble(line.error), typed }), 422)
    }
    void phone.write(contact.contactRef, { text: line.data.text.replaceAll('\r\n', '\n') }).delivered
    return c.redirect(`/contacts/${contact.contactRef}`, 303)
  })
  app.route('/', createCommentDeeds(core, phone))
  app.post('/messages/:mid/unsending', (c) => backTo(c.req.param('mid'), 'contact', (mid) => phone.unsend(mid)))
  app.post('/messages/:mid/reaction', async (c) => {
    const { emoji } = Heart.parse(await c.req.parseBody())
    return backTo(c.req.param('mid'), 'account', (mid) => phone.react(mid, emoji || undefined))
  })
  return app

  /** One unsends what one wrote, and gives hearts to what the other side wrote. */
  function backTo(mid: string, from: 'contact' | 'account', deed: (mid: string) => unknown): Response {
    const message = world.messages.get(mid)
    if (message?.from === from && !message.deleted) deed(mid)
    const location = message ? `/contacts/${message.contactRef}` : '/'
    return new Response(null, { status: 303, headers: { location } })
  }
}

function sayTrouble(error: z.ZodError): string {
  return error.issues[0]?.message ?? 'That could not be read'
}
