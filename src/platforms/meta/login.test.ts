import { describe, expect, it } from 'vitest'
import { NO_EXPIRY } from '#src/domain/credential.ts'
import { platforms } from '#src/domain/platform.ts'
import { Secret } from '#src/vault/secret.ts'
import { createLogins } from '../logins.ts'

const redirectUri = 'https://reply.example.org/connect/instagram/callback'
const NOW = new Date('2026-11-24T12:00:00Z')
const appSecret = new Secret('app_secret_0123')

interface Asked {
  url: URL
  method: string
  form: URLSearchParams
}

/** The two logins, with what the platform answers to each call in turn. */
type Answer = { status: number; body: object } | 'lost' | Record<string, unknown>

function setUp(...answers: Answer[]) {
  const asked: Asked[] = []
  const fetch = async (url: URL, { method = 'GET', body }: RequestInit) => {
    asked.push({ url, method, form: new URLSearchParams(String(body ?? '')) })
    const answer = answers.shift() ?? {}
    if (answer === 'lost') throw new TypeError('fetch failed')
    const { status = 200, body: said = answer } = answer
    return new Response(JSON.stringify(said), { status: Number(status) })
  }
  const secrets = [{ secret: appSecret }]
  const logins = createLogins({
    ...{ instagramAppId: '111111', metaAppId: '222222', instagramAppSecrets: secrets, metaAppSecrets: secrets },
    ...{ instagramLoginUrl: 'https://www.test', instagramApiUrl: 'https://api.test', metaLoginUrl: 'https://fb.test' },
    ...{ instagramGraphUrl: 'https://ig.test', metaGraphUrl: 'https://graph.test', graphApiVersion: 'v26.0' },
    ...{ fetch: fetch as typeof globalThis.fetch, now: () => NOW },
  })
  const loginOf = (platform: (typeof platforms)[number]) => {
    const login = logins[platform]
    if ('lacks' in login) throw new Error(login.lacks)
    return login
  }
  const redeem = (platform: (typeof platforms)[number], code = 'AQcode') =>
    loginOf(platform).redeem(code, redirectUri, AbortSignal.timeout(1000))
  return { asked, loginOf, redeem }
}

describe('Instagram', () => {
  it('is asked for what we need, with our state, and to come back to us', () => {
    const url = new URL(setUp().loginOf('instagram').authorizeUrl({ state: 'st', redirectUri }))
    expect(url.origin + url.pathname).toBe('https://www.test/oauth/authorize')
    expect(Object.fromEntries(url.searchParams)).toEqual({
      client_id: '111111',
      redirect_uri: redirectUri,
      response_type: 'code',
      scope: 'instagram_business_basic,instagram_business_manage_messages,instagram_business_manage_comments',
      state: 'st',
    })
  })

  it.each([
    ['in a list', { data: [{ access_token: 'IGshort', user_id: 1, permissions: 'a,b' }] }],
    ['by itself', { access_token: 'IGshort', user_id: 1, permissions: ['a', 'b'] }],
  ])('trades a code for a token of 60 days when its answer comes %s', async (_, short) => {
    const { asked, redeem } = setUp(short, { access_token: 'IGlong', token_type: 'bearer', expires_in: 5_183_944 })
    const [grant] = await redeem('instagram', 'AQcode#_')
    expect(grant).toMatchObject({ scopes: ['a', 'b'], expiresAt: new Date(NOW.getTime() + 5_183_944_000) })
    expect(grant?.token.reveal()).toBe('IGlong')
    expect(asked.map(({ method, url }) => `${method} ${url.origin}${url.pathname}`)).toEqual([
      'POST https://api.test/oauth/access_token',
      'GET https://ig.test/access_token',
    ])
    expect(Object.fromEntries(asked[0]?.form ?? [])).toEqual({
      client_id: '111111',
      client_secret: 'app_secret_0123',
      grant_type: 'authorization_code',
      redirect_uri: redirectUri,
      code: 'AQcode',
    })
    expect(asked[0]?.url.search).toBe('')
    expect(asked[1]?.url.searchParams.get('access_token')).toBe('IGshort')
  })
})

describe('Facebook', () => {
  const page = (id: number, more = {}) => ({
    id: `${id}`,
    name: `P${id}`,
    tasks: ['MESSAGING'],
    access_token: `t${id}`,
    ...more,
  })
  const user = [{ access_token: 'EAshort' }, { access_token: 'EAlong', expires_in: 1 }]

  it('lists every Page, list after list, by cursor and never by an address that carries the token', async () => {
    const more = { next: 'https://evil.test/?access_token=EAlong', cursors: { after: 'c1' } }
    const { asked, redeem } = setUp(
      ...user,
      { data: [page(1), page(2)], paging: more },
      { data: [page(3)], paging: { cursors: { after: 'c2' } } },
    )
    const grants = await redeem('messenger')
    expect(grants.map(({ page }) => page?.name)).toEqual(['P1', 'P2', 'P3'])
    expect(grants[0]).toMatchObject({ expiresAt: NO_EXPIRY, page: { accountRef: '1', tasks: ['MESSAGING'] } })
    expect(asked.map(({ url }) => url.origin)).toEqual(Array.from({ length: 4 }, () => 'https://graph.test'))
    expect(asked[1]?.url.searchParams.get('fb_exchange_token')).toBe('EAshort')
    expect(asked[3]?.url.searchParams.get('after')).toBe('c1')
    expect(asked[2]?.url.search).not.toContain('EAlong')
    expect(asked[2]?.url.searchParams.get('appsecret_proof')).toMatch(/^[0-9a-f]{64}$/)
  })

  it('leaves out what it gave no token for, and takes odd tasks for none', async () => {
    const list = { data: [page(1, { access_token: undefined }), page(2, { tasks: 'all' }), null, 'x'] }
    const grants = await setUp(...user, list).redeem('messenger')
    expect(grants.map(({ page }) => page)).toEqual([{ accountRef: '2', name: 'P2', tasks: [] }])
  })

  it('stops at some point, though every list names another', async () => {
    const endless = { data: [page(1)], paging: { next: 'n', cursors: { after: 'c' } } }
    const { asked, redeem } = setUp(...user, ...Array.from({ length: 99 }, () => endless))
    await redeem('messenger')
    expect(asked).toHaveLength(22)
  })
})

describe.each(platforms)('a sign-in at %s that fails', (platform) => {
  it.each([
    ['the words of api.instagram.com', { status: 400, body: { error_type: 'OAuthException', code: 400 } }, '400'],
    ['Graph’s words', { status: 400, body: { error: { code: 100, error_subcode: 36009 } } }, '100/36009'],
    ['an error behind a 200', { status: 200, body: { error: { code: 190 } } }, '190'],
    ['a status alone', { status: 404, body: {} }, 'http/404'],
  ])('is refused by its code: %s', async (_, answer, field) => {
    await expect(setUp(answer).redeem(platform)).rejects.toMatchObject({ code: 'platform_refused', field })
  })

  it.each([
    ['nobody answers', 'lost'],
    ['the platform is in trouble', { status: 503, body: {} }],
    ['it asks to wait', { status: 429, body: {} }],
    ['there is no token in the answer', { status: 200, body: { data: [] } }],
  ] as const)('may be tried again when %s', async (_, answer) => {
    const { redeem } = setUp(answer)
    await expect(redeem(platform)).rejects.toMatchObject({ code: 'platform_unavailable' })
  })

  it('says nothing of a secret', async () => {
    for (const answer of [
      'lost',
      { status: 400, body: { error: { code: 1, message: 'app_secret_0123 AQcode' } } },
    ] as const) {
      const error = await setUp(answer)
        .redeem(platform)
        .catch((thrown: Error) => thrown)
      expect(JSON.stringify([error, String(error)])).not.toMatch(/app_secret|AQcode/)
    }
  })
})

it('without an id or a secret says which variable is missing', () => {
  const places = {
    ...{ instagramLoginUrl: 'https://a', instagramApiUrl: 'https://a', metaLoginUrl: 'https://a' },
    ...{ instagramGraphUrl: 'https://a', metaGraphUrl: 'https://a', graphApiVersion: 'v26.0' },
  }
  const none = createLogins({ ...places, instagramAppSecrets: [], metaAppSecrets: [{ secret: appSecret }] })
  expect(none).toEqual({ instagram: { lacks: 'INSTAGRAM_APP_ID' }, messenger: { lacks: 'META_APP_ID' } })
  const half = createLogins({ ...places, instagramAppId: '111111', instagramAppSecrets: [], metaAppSecrets: [] })
  expect(half.instagram).toEqual({ lacks: 'INSTAGRAM_APP_SECRET' })
})
