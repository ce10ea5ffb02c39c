import { neededScopes } from '#src/domain/permission.ts'
import type { Secret } from '#src/vault/secret.ts'
import type { Grant, PlatformLogin } from '../login.ts'
import { fieldOf } from '../meta/graph.ts'
import { type AppOptions, askLogin, endIn, plainCode, tokenIn, urlAt } from '../meta/login.ts'

interface InstagramLoginOptions extends AppOptions {
  /** Such as `https://www.instagram.com`. */
  loginUrl: string
  /** Such as `https://api.instagram.com`. */
  apiUrl: string
  graphUrl: string
}

/** A lasting token lives so long when its answer does not say. */
const LIFE_MS = 60 * 86_400_000
const SCOPES = Object.keys(neededScopes.instagram).join(',')

/** https://developers.facebook.com/docs/instagram-platform/instagram-api-with-instagram-login/business-login */
export function createInstagramLogin(options: InstagramLoginOptions): PlatformLogin {
  const { loginUrl, apiUrl, graphUrl, appId, appSecret } = options
  const { now = () => new Date(), fetch = globalThis.fetch } = options

  /** Lives an hour. It comes in a list of one; older answers were that one itself. */
  async function shortLived(code: string, redirectUri: string, signal: AbortSignal) {
    const form = new URLSearchParams({
      client_id: appId,
      client_secret: appSecret.reveal(),
      grant_type: 'authorization_code',
      redirect_uri: redirectUri,
      code,
    })
    const url = urlAt(apiUrl, 'oauth/access_token', {})
    const body = await askLogin({ url, method: 'POST', form, signal }, fetch)
    const list = fieldOf(body, 'data')
    const answer: unknown = Array.isArray(list) ? list[0] : body
    return { token: tokenIn(answer), scopes: scopesIn(answer) }
  }

  async function longLived(token: Secret, signal: AbortSignal) {
    // Documented with both secrets in the URL only, and for servers only.
    const query = {
      grant_type: 'ig_exchange_token',
      client_secret: appSecret.reveal(),
      access_token: token.reveal(),
    }
    const body = await askLogin({ url: urlAt(graphUrl, 'access_token', query), method: 'GET', signal }, fetch)
    return { token: tokenIn(body), expiresAt: endIn(body, now()) ?? new Date(now().getTime() + LIFE_MS) }
  }

  return {
    authorizeUrl: ({ state, redirectUri }) =>
      urlAt(loginUrl, 'oauth/authorize', {
        client_id: appId,
        redirect_uri: redirectUri,
        response_type: 'code',
        scope: SCOPES,
        state,
      }).href,

    async redeem(code, redirectUri, signal): Promise<Grant[]> {
      const { token, scopes } = await shortLived(plainCode(code), redirectUri, signal)
      return [{ ...(await longLived(token, signal)), ...(scopes && { scopes }) }]
    },
  }
}

/** A text with commas, or a list. */
function scopesIn(answer: unknown): string[] | undefined {
  const said = fieldOf(answer, 'permissions')
  const words = typeof said === 'string' ? said.split(',') : said
  if (!Array.isArray(words)) return undefined
  return words.filter((word) => typeof word === 'string').flatMap((word) => word.trim() || [])
}
