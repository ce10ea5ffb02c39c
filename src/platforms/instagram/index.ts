import { AppError } from '#src/domain/errors.ts'
import { neededFields } from '#src/domain/subscription.ts'
import { Secret } from '#src/vault/secret.ts'
import type { Listener, PlatformAdapter, PostToSend } from '../adapter.ts'
import {
  type Ask,
  answeredBy,
  type ClientOptions,
  createAsk,
  createCall,
  createRead,
  isWithoutProfile,
  textIn,
} from '../meta/client.ts'
import { fieldOf } from '../meta/graph.ts'
import { readReplies, readThread } from '../meta/read-back.ts'
import { readRecent } from '../meta/recent.ts'
import { createSubscriptions } from '../meta/subscriptions.ts'
import { createMention } from './mentions.ts'
import { requestOf } from './posts.ts'
import { recentOf } from './recent.ts'

interface InstagramOptions extends ClientOptions {
  /** Such as `v26.0`. */
  graphApiVersion: string
  /** Every id that our app may be listed by; without them nobody can tell our app from others. */
  appRefs?: readonly string[]
  now?: () => Date
}

/** Instagram with Instagram Login. What it needs and refuses stands in README.md beside this file. */
export function createInstagramAdapter(options: InstagramOptions) {
  const { graphApiVersion, appRefs = [], now = () => new Date() } = options
  const call = createCall(options)
  const ask = createAsk(call, now)

  return {
    platform: 'instagram',

    async send(post: PostToSend, token, signal) {
      const { path, ...request } = requestOf(post)
      return answeredBy(await call(`${graphApiVersion}/${path}`, { ...request, token, signal }), post, now())
    },

    async profile(contactRef, token, signal, listener) {
      const path = `${graphApiVersion}/${encodeURIComponent(contactRef)}`
      const query = { fields: 'name,username' }
      const asked = await ask(path, { token, signal, query }, { endpointClass: 'profile', listener })
      if (isWithoutProfile(asked.answer)) return undefined
      const body = asked.body()
      const [name, username] = [textIn(body, 'name'), textIn(body, 'username')]
      return { ...(name ? { name } : {}), ...(username ? { username } : {}) }
    },

    readBack({ kind, recipientRef, accountRef }, token, signal, listener) {
      // What stands under other people's posts is not shown, our own answers included.
      if (kind === 'mention_reply') return Promise.resolve(undefined)
      const read = createRead(ask, graphApiVersion, { token, signal, listener })
      return kind === 'public_reply'
        ? readReplies({ edge: 'replies', commentRef: recipientRef, accountRef }, read)
        : readThread({ owner: 'me', platform: 'instagram', contactRef: recipientRef }, read)
    },

    recent({ accountRef, since }, token, signal, listener) {
      return readRecent(recentOf(accountRef), since, createRead(ask, graphApiVersion, { token, signal, listener }))
    },

    mention: createMention(ask, graphApiVersion),

    credential: createCredential(ask, graphApiVersion),

    subscriptions: createSubscriptions({ ask, graphApiVersion, needed: neededFields.instagram, appRefs }),
  } satisfies PlatformAdapter
}

function createCredential(ask: Ask, graphApiVersion: string) {
  return {
    async check(token: Secret, signal: AbortSignal, listener?: Listener) {
      const query = { fields: 'id,user_id,username' }
      const as = { endpointClass: 'refresh', listener } as const
      const body = (await ask(`${graphApiVersion}/me`, { token, signal, query }, as)).body()
      // `id` is the app's own number for the account's owner; webhooks and sends know the account by `user_id`.
      const accountRef = textIn(body, 'user_id')
      if (!accountRef) throw new AppError('platform_unavailable', 'Meta did not say whose token this is')
      const ownerRef = textIn(body, 'id')
      return { accountRef, name: textIn(body, 'username') ?? accountRef, ...(ownerRef && { ownerRef }) }
    },

    async refresh(token: Secret, signal: AbortSignal, listener: Listener) {
      // The one call that Meta documents with the token in the URL only:
      // https://developers.facebook.com/docs/instagram-platform/instagram-api-with-instagram-login/business-login
      const query = { grant_type: 'ig_refresh_token', access_token: token.reveal() }
      const as = { endpointClass: 'refresh', listener } as const
      const body = (await ask('refresh_access_token', { signal, query }, as)).body()
      const fresh = textIn(body, 'access_token')
      const expiresInSeconds = Number(fieldOf(body, 'expires_in'))
      if (!fresh || !Number.isSafeInteger(expiresInSeconds) || expiresInSeconds <= 0) {
        throw new AppError('platform_unavailable', 'Instagram answered the renewal without a new token')
      }
      return { token: new Secret(fresh), expiresInSeconds }
    },
  } satisfies PlatformAdapter['credential']
}
