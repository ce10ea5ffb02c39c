import { AppError } from '#src/domain/errors.ts'
import { neededFields } from '#src/domain/subscription.ts'
import type { Secret } from '#src/vault/secret.ts'
import type { PlatformAdapter, PostToSend } from '../adapter.ts'
import {
  answeredBy,
  type Call,
  type ClientOptions,
  createAsk,
  createCall,
  createRead,
  isWithoutProfile,
  textIn,
} from '../meta/client.ts'
import { createInspect } from '../meta/inspect.ts'
import { proofOf } from '../meta/proof.ts'
import { readReplies, readThread } from '../meta/read-back.ts'
import { readRecent } from '../meta/recent.ts'
import { createSubscriptions } from '../meta/subscriptions.ts'
import { createMention } from './mentions.ts'
import { requestOf } from './posts.ts'
import { recentOf } from './recent.ts'

interface MessengerOptions extends ClientOptions {
  /** Such as `v26.0`. */
  graphApiVersion: string
  /** Without it no call carries a proof, which an app may demand. */
  appSecret?: Secret | undefined
  /** Without it nobody can look into a token, nor tell our app from others. */
  appId?: string | undefined
  now?: () => Date
}

/** Direct messages of a Facebook Page. What it needs and refuses stands in README.md beside this file. */
export function createMessengerAdapter(options: MessengerOptions): PlatformAdapter {
  const { graphApiVersion, appId, appSecret, now = () => new Date() } = options
  const call = createProvenCall(options)
  const ask = createAsk(call, now)

  return {
    platform: 'messenger',

    async send(post: PostToSend, token, signal) {
      const { path, ...request } = requestOf(post)
      return answeredBy(await call(`${graphApiVersion}/${path}`, { ...request, token, signal }), post, now())
    },

    async profile(contactRef, token, signal, listener) {
      const path = `${graphApiVersion}/${encodeURIComponent(contactRef)}`
      const query = { fields: 'name,first_name,last_name' }
      const asked = await ask(path, { token, signal, query }, { endpointClass: 'profile', listener })
      if (isWithoutProfile(asked.answer)) return undefined
      const body = asked.body()
      const name = textIn(body, 'name') ?? fullName(textIn(body, 'first_name'), textIn(body, 'last_name'))
      return name ? { name } : {}
    },

    readBack({ kind, recipientRef, accountRef }, token, signal, listener) {
      const read = createRead(ask, graphApiVersion, { token, signal, listener })
      return kind === 'public_reply' || kind === 'mention_reply'
        ? readReplies({ edge: 'comments', commentRef: recipientRef, accountRef }, read)
        : readThread({ owner: encodeURIComponent(accountRef), platform: 'messenger', contactRef: recipientRef }, read)
    },

    recent({ accountRef, since }, token, signal, listener) {
      return readRecent(recentOf(accountRef), since, createRead(ask, graphApiVersion, { token, signal, listener }))
    },

    mention: createMention(ask, graphApiVersion),

    // A Page's token has no end and cannot be renewed; it is only asked whether it still works.
    credential: {
      async check(token, signal, listener) {
        const as = { endpointClass: 'refresh', listener } as const
        const query = { fields: 'id,name' }
        const body = (await ask(`${graphApiVersion}/me`, { token, signal, query }, as)).body()
        const accountRef = textIn(body, 'id')
        if (!accountRef) throw new AppError('platform_unavailable', 'Meta did not say whose token this is')
        return { accountRef, name: textIn(body, 'name') ?? accountRef }
      },
      ...(appId && appSecret && { inspect: createInspect({ ask, graphApiVersion, appId, appSecret }) }),
    },

    subscriptions: createSubscriptions({
      ...{ ask, graphApiVersion, needed: neededFields.messenger },
      appRefs: appId === undefined ? [] : [appId],
    }),
  }
}

function createProvenCall(options: MessengerOptions): Call {
  const call = createCall(options)
  const { appSecret } = options
  return (path, request, query) => {
    const proof = appSecret && request.token ? { appsecret_proof: proofOf(request.token, appSecret) } : {}
    return call(path, request, { ...query, ...proof })
  }
}

function fullName(...names: (string | undefined)[]): string {
  return names.filter(Boolean).join(' ')
}
