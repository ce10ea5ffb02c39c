import { type Context, Hono } from 'hono'
import { html } from 'hono/html'
import { secureHeaders } from 'hono/secure-headers'
import { type Platform, platforms } from '#src/domain/platform.ts'
import { accountsOf } from './accounts.ts'
import { createLoginRoom, type LoginOptions, type LoginRoom, mayReturnTo } from './app.ts'
import { type Asked, Dialog, InvalidRequest } from './dialog.tsx'
import { listPages, tradeForUser } from './facebook-calls.ts'
import { tradeCode, tradeShort } from './instagram-calls.ts'

const VERSION = '/:version{v[0-9]+\\.[0-9]+}'

/** The dialogs in which somebody allows our app an account, and the calls that make a token of it. */
export function createLogin(options: LoginOptions) {
  const room = createLoginRoom(options)
  const app = new Hono()
  app.use('/oauth/authorize', headersOf(options.consoleUrl))
  app.use(`${VERSION}/dialog/oauth`, headersOf(options.consoleUrl))
  app.get('/oauth/authorize', (c) => show(room, c, 'instagram'))
  app.get(`${VERSION}/dialog/oauth`, (c) => show(room, c, 'messenger'))
  app.post('/login/decision', (c) => decide(room, c))

  app.post('/oauth/access_token', (c) => tradeCode(room, c))
  app.get('/access_token', (c) => tradeShort(room, c))
  app.get(`${VERSION}/oauth/access_token`, (c) => tradeForUser(room, c))
  app.get(`${VERSION}/me/accounts`, async (c, next) => listPages(room, c) ?? next())
  return app
}

/** The form's answer leads to the product, so the policy lets it. */
function headersOf(consoleUrl: string) {
  const [none, self] = [["'none'"], ["'self'"]]
  return secureHeaders({
    contentSecurityPolicy: {
      ...{ defaultSrc: none, baseUri: none, frameAncestors: none, styleSrc: self, imgSrc: self },
      formAction: ["'self'", new URL(consoleUrl).origin],
    },
    referrerPolicy: 'no-referrer',
    strictTransportSecurity: false,
  })
}

function show(room: LoginRoom, c: Context, platform: Platform) {
  const { client_id: clientId = '', redirect_uri: redirectUri = '', scope = '', state = '' } = c.req.query()
  const scopes = scope.split(',').filter(Boolean)
  const fault = faultIn(room, { platform, clientId, redirectUri, state, scopes }, c.req.query('response_type'))
  if (fault) return c.html(html`<!doctype html>${<InvalidRequest fault={fault} />}`, 400)
  const asked = { platform, clientId, redirectUri, state, scopes }
  return c.html(html`<!doctype html>${<Dialog asked={asked} accounts={accountsOf(room.core, platform)} />}`)
}

function faultIn(room: LoginRoom, { platform, clientId, redirectUri }: Asked, responseType = 'code') {
  if (clientId !== room.apps[platform].id) return 'Invalid app id: this app does not exist.'
  if (!mayReturnTo(room, platform, redirectUri)) return 'Invalid redirect_uri: the app has not entered this address.'
  return responseType === 'code' ? undefined : 'Invalid response_type.'
}

async function decide(room: LoginRoom, c: Context): Promise<Response> {
  const form = await c.req.parseBody({ all: true })
  const word = (name: string) => (typeof form[name] === 'string' ? form[name] : '')
  const list = (name: string) => [form[name] ?? []].flat().filter((one) => typeof one === 'string')
  const platform = platforms.find((one) => one === word('platform')) ?? 'instagram'
  const [redirectUri, state] = [word('redirect_uri'), word('state')]
  const fault = faultIn(room, { platform, clientId: word('client_id'), redirectUri, state, scopes: [] })
  if (fault) return c.text(fault, 400)
  const back = new URL(redirectUri)
  if (word('answer') === 'allow') {
    const permission = { platform, redirectUri, accountRefs: list('account'), scopes: list('scope') }
    back.searchParams.set('code', room.permissions.keep('code', permission))
    // As Instagram does; no part of the code.
    if (platform === 'instagram') back.hash = '_'
  } else {
    const denial = { error: 'access_denied', error_reason: 'user_denied', error_description: 'Permissions error' }
    for (const [name, value] of Object.entries(denial)) back.searchParams.set(name, value)
  }
  back.searchParams.set('state', state)
  return c.redirect(back.href, 303)
}
