import { AppError } from '#src/domain/errors.ts'
import type { PlatformAdapter } from '../adapter.ts'
import { type Ask, textIn } from './client.ts'
import { fieldOf } from './graph.ts'

interface SubscriptionOptions {
  ask: Ask
  graphApiVersion: string
  needed: readonly string[]
  /** The ids that our app may go by; empty where nobody told us. */
  appRefs: readonly string[]
}

/**
 * Which webhooks of an account our app is sent. Meta drops an app from an account whose webhooks fail for an hour, and tells
 * nobody but the developer: https://developers.facebook.com/documentation/business-messaging/messenger-platform/webhooks
 */
export function createSubscriptions(options: SubscriptionOptions): NonNullable<PlatformAdapter['subscriptions']> {
  const { ask, graphApiVersion, needed, appRefs } = options
  const pathOf = (accountRef: string) => `${graphApiVersion}/${encodeURIComponent(accountRef)}/subscribed_apps`

  return {
    needed,

    async read(accountRef, token, signal, listener) {
      const as = { endpointClass: 'refresh', listener } as const
      const body = (await ask(pathOf(accountRef), { token, signal, query: {} }, as)).body()
      const apps = fieldOf(body, 'data')
      if (!Array.isArray(apps)) throw new AppError('platform_unavailable', 'Meta did not say who is subscribed')
      return fieldsOf(ownApp(apps, appRefs))
    },

    async subscribe(accountRef, token, signal, listener) {
      const as = { endpointClass: 'refresh', listener } as const
      const query = { subscribed_fields: needed.join(',') }
      const body = (await ask(pathOf(accountRef), { method: 'POST', token, signal, query }, as)).body()
      // Some answers hold the word, some the value.
      if (String(fieldOf(body, 'success')) !== 'true') {
        throw new AppError('platform_unavailable', 'Meta did not confirm the subscription')
      }
    },
  }
}

/** Without an id of ours the only app there is has to be us; of several nobody can tell. */
function ownApp(apps: unknown[], appRefs: readonly string[]): unknown {
  if (appRefs.length > 0) return apps.find((app) => appRefs.includes(textIn(app, 'id') ?? ''))
  if (apps.length > 1) {
    const note = 'Several apps are subscribed, and without the app id nobody can tell which is ours'
    throw new AppError('platform_unavailable', note, { field: 'app_unknown' })
  }
  return apps[0]
}

function fieldsOf(app: unknown): string[] {
  const fields = fieldOf(app, 'subscribed_fields')
  return Array.isArray(fields) ? fields.filter((field) => typeof field === 'string') : []
}
