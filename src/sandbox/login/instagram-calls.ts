import type { Context } from 'hono'
import { issueToken, TOKEN_LIFE_S } from '../graph/tokens.ts'
import type { LoginRoom } from './app.ts'

/** The words of api.instagram.com, which are not Graph's. */
function refuse(c: Context, message: string): Response {
  return c.json({ error_type: 'OAuthException', code: 400, error_message: message }, 400)
}

/** `POST /oauth/access_token`: a code for a token that lives an hour. */
export async function tradeCode({ apps, core, permissions }: LoginRoom, c: Context): Promise<Response> {
  const form = await c.req.parseBody()
  const { id, secret } = apps.instagram
  if (form['client_id'] !== id) return refuse(c, 'Invalid platform app')
  if (form['client_secret'] !== secret) return refuse(c, 'Error validating client secret')
  if (form['grant_type'] !== 'authorization_code') return refuse(c, 'Invalid grant_type')
  const code = String(form['code'] ?? '')
  const permission = permissions.find(code, ['code'])
  if (permission?.platform !== 'instagram') return refuse(c, 'Matching code was not found or was already used')
  if (form['redirect_uri'] !== permission.redirectUri) {
    return refuse(c, 'Error validating verification code. Please make sure your redirect_uri is identical')
  }
  permissions.spend(code)
  const { accountRefs, scopes } = permission
  const [accountRef = ''] = accountRefs
  core.record({ type: 'grant', accountRef, scopes })
  const user_id = core.world.accounts.get(accountRef)?.scopedRef
  const access_token = permissions.keep('short', permission)
  return c.json({ data: [{ access_token, user_id, permissions: scopes.join(',') }] })
}

/** `GET /access_token`: that token for one of 60 days. */
export function tradeShort({ apps, core, permissions }: LoginRoom, c: Context): Response {
  const { grant_type, client_secret, access_token } = c.req.query()
  const permission = permissions.find(access_token, ['short'])
  const [accountRef] = permission?.platform === 'instagram' ? permission.accountRefs : []
  if (grant_type !== 'ig_exchange_token' || client_secret !== apps.instagram.secret || !accountRef) {
    const error = { message: 'Sorry, this content isn’t available right now', type: 'OAuthException', code: 190 }
    return c.json({ error }, 400)
  }
  return c.json({ access_token: issueToken(core, accountRef), token_type: 'bearer', expires_in: TOKEN_LIFE_S })
}
