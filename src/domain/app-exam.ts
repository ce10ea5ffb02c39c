import { type DiagnosisCode, type Found, found } from './diagnoses.ts'

/** One object of an app's webhooks, as Meta has it on record. */
export interface Subscription {
  object: string
  callbackUrl: string
  isActive: boolean
  fields: readonly string[]
}

/** What the product lives on: an object, where it is to be sent, and its fields. */
export interface WantedObject {
  object: string
  callbackUrl: string
  fields: readonly string[]
}

/** How Meta says that it does not take an app's own token. https://developers.facebook.com/docs/graph-api/guides/error-handling */
const refusals: Readonly<Record<string, DiagnosisCode>> = {
  '190': 'app_secret_wrong',
  '101': 'app_unknown',
  '200': 'app_blocked',
}

/** `code` is Graph's own, or the transport's. */
export function appRefusal(code: string | undefined): Found {
  const [number = ''] = (code ?? '').split('/')
  const known = refusals[number]
  return known ? found(known) : found('app_silent', code)
}

export function subscriptionFaults(wanted: readonly WantedObject[], subscriptions: readonly Subscription[]): Found[] {
  return wanted.flatMap((want) => {
    const subscription = subscriptions.find(({ object }) => object === want.object)
    return subscription ? faultsOf(want, subscription) : [found('object_unsubscribed', want.object)]
  })
}

function faultsOf({ object, callbackUrl, fields }: WantedObject, seen: Subscription): Found[] {
  const missing = fields.filter((field) => !seen.fields.includes(field))
  return [
    ...(isSameAddress(seen.callbackUrl, callbackUrl)
      ? []
      : [found('callback_elsewhere', `${object}: ${seen.callbackUrl}`)]),
    ...(seen.isActive ? [] : [found('callback_inactive', object)]),
    ...(missing.length === 0 ? [] : [found('object_fields_missing', `${object}: ${missing.join(', ')}`)]),
  ]
}

/** A host has no upper case, and a closing slash leads to another route. */
function isSameAddress(one: string, other: string): boolean {
  const lower = (url: string) => url.replace(/^[a-z]+:\/\/[^/]+/i, (origin) => origin.toLowerCase())
  return lower(one) === lower(other)
}
