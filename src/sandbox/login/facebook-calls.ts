import { createHmac } from 'node:crypto'
import type { Context } from 'hono'
import { faultOf, issueToken, tokenOf } from '../graph/tokens.ts'
import { tokenText } from '../lookup.ts'
import { tasksOf } from './accounts.ts'
import type { LoginRoom } from './app.ts'

const USER_TOKEN_LIFE_S = 5_183_944
/** Far fewer than Graph gives, so that nobody forgets that there may be more. */
const PAGES_AT_ONCE = 2

function refuse(c: Context, code: number, message: string, subcode?: number): Response {
  const error = { message, type: 'OAuthException', code, ...(subcode && { error_subcode: subcode }) }
  return c.json({ error }, 400)
}

/** `oauth/access_token`: a code for a token of its person, or that token for a lasting one. */
export function tradeForUser(room: LoginRoom, c: Context): Response {
  const { id, secret } = room.apps.messenger
  const { client_id, client_secret, grant_type } = c.req.query()
  if (client_id !== id) return refuse(c, 101, 'Error validating application. Cannot get application info')
  if (client_secret !== secret) return refuse(c, 1, 'Error validating client secret.')
  return grant_type === 'fb_exchange_token' ? tradeShort(room, c) : tradeCode(room, c)
}

function tradeCode({ core, permissions }: LoginRoom, c: Context): Response {
  const { code = '', redirect_uri } = c.req.query()
  const permission = permissions.find(code, ['code'])
  if (permission?.platform !== 'messenger') {
    return refuse(c, 100, 'This authorization code has been used or has expired.', 36_009)
  }
  if (redirect_uri !== permission.redirectUri) {
    return refuse(c, 100, 'Error validating verification code. redirect_uri is not identical', 36_008)
  }
  permissions.spend(code)
  const { scopes } = permission
  for (const accountRef of permission.accountRefs) core.record({ type: 'grant', accountRef, scopes })
  return c.json({ access_token: permissions.keep('short', permission), token_type: 'bearer', expires_in: 5183 })
}

function tradeShort({ permissions }: LoginRoom, c: Context): Response {
  const permission = permissions.find(c.req.query('fb_exchange_token'), ['short', 'long'])
  if (permission?.platform !== 'messenger') return refuse(c, 190, 'Error validating access token', 463)
  const access_token = permissions.keep('long', permission)
  return c.json({ access_token, token_type: 'bearer', expires_in: USER_TOKEN_LIFE_S })
}

/** `me/accounts`: the Pages that were allowed, each with a token of its own; undefined for any other kind of token. */
export function listPages(room: LoginRoom, c: Context): Response | undefined {
  const { core, permissions, apps } = room
  const token = tokenOf(c.req.header('authorization'), c.req.query('access_token'))
  const permission = permissions.find(token, ['short', 'long'])
  if (!token || permission?.platform !== 'messenger') return undefined
  const proof = createHmac('sha256', apps.messenger.secret).update(token).digest('hex')
  if (c.req.query('appsecret_proof') !== proof) {
    return refuse(c, 100, 'Invalid appsecret_proof provided in the API argument')
  }
  const refs = permission.scopes.includes('pages_show_list') ? permission.accountRefs : []
  const from = Number(c.req.query('after') ?? 0)
  const [shown, next] = [refs.slice(from, from + PAGES_AT_ONCE), from + PAGES_AT_ONCE]
  const paging = {
    cursors: { before: String(from), after: String(next) },
    ...(next < refs.length && { next: `${core.baseUrl}${c.req.path}?access_token=${token}&after=${next}` }),
  }
  return c.json({ data: shown.map((accountRef) => pageNode(room, accountRef)), ...(shown.length > 0 && { paging }) })
}

/** Once long-lived, a Page's token is the same every time, until it dies. */
function pageNode({ core }: LoginRoom, accountRef: string) {
  const { world, refs } = core
  const newest = world.tokens.get(accountRef)?.at(-1)
  const isAlive = newest && !faultOf(newest, world, core.clock())
  const access_token = isAlive ? tokenText(world, refs, newest) : issueToken(core, accountRef)
  const name = world.accounts.get(accountRef)?.name
  return { access_token, category: 'Shop', name, id: accountRef, tasks: tasksOf(core, accountRef) }
}
