import { NO_EXPIRY } from '#src/domain/credential.ts'
import { neededScopes } from '#src/domain/permission.ts'
import { Secret } from '#src/vault/secret.ts'
import type { Grant, PlatformLogin } from '../login.ts'
import { textIn } from '../meta/client.ts'
import { fieldOf } from '../meta/graph.ts'
import { type AppOptions, askLogin, plainCode, tokenIn, urlAt } from '../meta/login.ts'
import { proofOf } from '../meta/proof.ts'

interface FacebookLoginOptions extends AppOptions {
  /** Such as `https://www.facebook.com`. */
  loginUrl: string
  graphUrl: string
  graphApiVersion: string
}

const SCOPES = Object.keys(neededScopes.messenger).join(',')
const PAGES_AT_ONCE = 100
/** More than anybody runs, so that a list without an end ends here. */
const LISTS_MAX = 20

/**
 * A Page's token has no end when it comes from a long-lived token of its person:
 * https://developers.facebook.com/documentation/facebook-login/guides/access-tokens/get-long-lived
 */
export function createFacebookLogin(options: FacebookLoginOptions): PlatformLogin {
  const { loginUrl, graphUrl, graphApiVersion, appId, appSecret, fetch = globalThis.fetch } = options

  async function trade(query: Record<string, string>, signal: AbortSignal): Promise<Secret> {
    const app = { client_id: appId, client_secret: appSecret.reveal() }
    const url = urlAt(graphUrl, `${graphApiVersion}/oauth/access_token`, { ...app, ...query })
    return tokenIn(await askLogin({ url, method: 'GET', signal }, fetch))
  }

  /** Asked for by its cursor: the address of the next list would carry the token in it. */
  async function pagesOf(token: Secret, signal: AbortSignal): Promise<Grant[]> {
    const pages: Grant[] = []
    let after: string | undefined
    for (let lists = 0; lists < LISTS_MAX; lists++) {
      const query = {
        fields: 'id,name,tasks,access_token',
        limit: String(PAGES_AT_ONCE),
        appsecret_proof: proofOf(token, appSecret),
        ...(after && { after }),
      }
      const url = urlAt(graphUrl, `${graphApiVersion}/me/accounts`, query)
      const body = await askLogin({ url, method: 'GET', token, signal }, fetch)
      const list = fieldOf(body, 'data')
      pages.push(...(Array.isArray(list) ? list : []).flatMap((page) => grantOf(page) ?? []))
      after = nextIn(body)
      if (!after) break
    }
    return pages
  }

  return {
    authorizeUrl: ({ state, redirectUri }) =>
      urlAt(loginUrl, `${graphApiVersion}/dialog/oauth`, {
        client_id: appId,
        redirect_uri: redirectUri,
        response_type: 'code',
        scope: SCOPES,
        state,
      }).href,

    async redeem(code, redirectUri, signal) {
      const short = await trade({ redirect_uri: redirectUri, code: plainCode(code) }, signal)
      const query = { grant_type: 'fb_exchange_token', fb_exchange_token: short.reveal() }
      return pagesOf(await trade(query, signal), signal)
    },
  }
}

/** A Page without a token is one that this person cannot give us. */
function grantOf(page: unknown): Grant | undefined {
  const [accountRef, token] = [textIn(page, 'id'), textIn(page, 'access_token')]
  if (!accountRef || !token) return undefined
  const said = fieldOf(page, 'tasks')
  const tasks = Array.isArray(said) ? said.filter((task) => typeof task === 'string') : []
  return {
    token: new Secret(token),
    expiresAt: NO_EXPIRY,
    page: { accountRef, name: textIn(page, 'name') ?? accountRef, tasks },
  }
}

function nextIn(body: unknown): string | undefined {
  const paging = fieldOf(body, 'paging')
  return textIn(paging, 'next') && textIn(fieldOf(paging, 'cursors'), 'after')
}
