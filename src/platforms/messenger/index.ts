import { AppError } from '#src/domain/errors.ts'
import type { Secret } from '#src/vault/secret.ts'
import type { PlatformAdapter, PostToSend } from '../adapter.ts'
import {
  answeredBy,
  type Call,
  type ClientOptions,
  createAsk,
  createCall,
  isWithoutProfile,
  textIn,
} from '../meta/client.ts'
import { proofOf } from '../meta/proof.ts'
import { readThread } from '../meta/read-back.ts'

interface MessengerOptions extends ClientOptions {
  /** Such as `v26.0`. */
  graphApiVersion: string
  /** Without it no call carries a proof, which an app may demand. */
  appSecret?: Secret | undefined
  now?: () => Date
}

/** Direct messages of a Facebook Page. What it needs and refuses stands in README.md beside this file. */
export function createMessengerAdapter(options: MessengerOptions): PlatformAdapter {
  const { graphApiVersion, now = () => new Date() } = options
  const call = createProvenCall(options)
  const ask = createAsk(call, now)

  return {
    platform: 'messenger',

    async send({ postId, accountRef, recipientRef, text }: PostToSend, token, signal) {
      // The echo brings `metadata` back, so that it names its post whatever became of this call.
      const message = { text, metadata: postId }
      const json = { recipient: { id: recipientRef }, messaging_type: 'RESPONSE', message }
      const path = `${graphApiVersion}/${encodeURIComponent(accountRef)}/messages`
      return answeredBy(await call(path, { method: 'POST', token, json, signal }), accountRef, now())
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

    readBack(contactRef, token, signal, listener) {
      const owner = encodeURIComponent(listener.accountRef)
      return readThread({ owner, platform: 'messenger', contactRef }, async (path, query) => {
        await listener.pace()
        const as = { endpointClass: 'read', listener } as const
        return (await ask(`${graphApiVersion}/${path}`, { token, signal, query }, as)).body()
      })
    },

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
    },
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
