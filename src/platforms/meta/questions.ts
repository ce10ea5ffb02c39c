import type { Subscription } from '#src/domain/app-exam.ts'
import { AppError } from '#src/domain/errors.ts'
import type { Platform } from '#src/domain/platform.ts'
import { Secret } from '#src/vault/secret.ts'
import { createAsk, createCall, textIn } from './client.ts'
import { fieldOf } from './graph.ts'
import { proofOf } from './proof.ts'

export interface MetaPlaces {
  instagramGraphUrl: string
  metaGraphUrl: string
  graphApiVersion: string
  fetch?: typeof globalThis.fetch
  now?: () => Date
}

interface Own {
  appId: string
  appSecret: Secret
}

/** What is asked only to see whether all is set up. Changes nothing, and throws what `credential` of an adapter throws. */
export type MetaQuestions = ReturnType<typeof createMetaQuestions>

export function createMetaQuestions({ instagramGraphUrl, metaGraphUrl, graphApiVersion, ...rest }: MetaPlaces) {
  const { fetch, now = () => new Date() } = rest
  const urls = { instagram: instagramGraphUrl, messenger: metaGraphUrl }
  const at = (platform: Platform) => createCall({ graphUrl: urls[platform], fetch })
  const as = { endpointClass: 'read', listener: undefined } as const
  const askOf = (platform: Platform) => createAsk(at(platform), now)

  return {
    /** https://developers.facebook.com/docs/graph-api/reference/app/subscriptions */
    async subscriptions(own: Own, signal: AbortSignal): Promise<Subscription[]> {
      const request = { token: tokenOf(own), signal, query: {} }
      const body = (await askOf('messenger')(`${graphApiVersion}/${own.appId}/subscriptions`, request, as)).body()
      const list = fieldOf(body, 'data')
      if (!Array.isArray(list)) throw new AppError('platform_unavailable', 'Meta did not list the subscriptions')
      return list.map(subscriptionOf)
    },

    /** Asks for nothing but the app's own name. https://developers.facebook.com/docs/graph-api/reference/application */
    async app(own: Own, signal: AbortSignal): Promise<void> {
      const request = { token: tokenOf(own), signal, query: { fields: 'id,name' } }
      ;(await askOf('messenger')(`${graphApiVersion}/${own.appId}`, request, as)).body()
    },

    /** One thread and no word of it. https://developers.facebook.com/docs/instagram-platform/instagram-api-with-instagram-login/conversations-api */
    async readMessages(
      { platform, accountRef }: { platform: Platform; accountRef: string },
      { token, appSecret }: { token: Secret; appSecret: Secret | undefined },
      signal: AbortSignal,
    ): Promise<void> {
      const isPage = platform === 'messenger'
      const owner = isPage ? encodeURIComponent(accountRef) : 'me'
      const proof = isPage && appSecret ? { appsecret_proof: proofOf(token, appSecret) } : {}
      const request = { token, signal, query: { platform, fields: 'id', limit: '1', ...proof } }
      ;(await askOf(platform)(`${graphApiVersion}/${owner}/conversations`, request, as)).body()
    },

    /** The platform's clock, which stands on every answer, whatever it says; undefined when nobody answers. */
    async clock(platform: Platform, signal: AbortSignal): Promise<Date | undefined> {
      const call = await at(platform)(`${graphApiVersion}/me`, { method: 'GET', signal })
      const text = call.kind === 'answered' ? call.answer.headers.get('date') : null
      const date = new Date(text ?? Number.NaN)
      return Number.isNaN(date.getTime()) ? undefined : date
    },
  }
}

/** https://developers.facebook.com/documentation/facebook-login/guides/access-tokens#apptokens */
function tokenOf({ appId, appSecret }: Own): Secret {
  return new Secret(`${appId}|${appSecret.reveal()}`)
}

function subscriptionOf(entry: unknown): Subscription {
  const fields = fieldOf(entry, 'fields')
  return {
    object: textIn(entry, 'object') ?? '',
    callbackUrl: textIn(entry, 'callback_url') ?? '',
    isActive: fieldOf(entry, 'active') === true,
    // The reference lists names; answers hold each with the version it is sent in.
    fields: Array.isArray(fields) ? fields.map((field) => textIn(field, 'name') ?? String(field)) : [],
  }
}
