import type { MiddlewareHandler } from 'hono'
import type { AppRecord, Condition } from '../app-record.ts'
import type { Core } from '../core.ts'
import { type GraphError, missingObject, refusals } from './answers.ts'
import { type Answer, answer, type GraphEnv } from './gate.ts'
import { tokenOf } from './tokens.ts'

const APP_PATH = /^\/v\d+\.\d+\/(\d+)(\/subscriptions)?$/

/** What an app asks about itself, with its own token: its id, a bar and its secret. */
export function answerApp(core: Core, record: AppRecord): MiddlewareHandler<GraphEnv> {
  return async (c, next) => {
    const asking = tokenOf(c.req.header('authorization'), c.req.query('access_token'))
    const [, ref, edge] = APP_PATH.exec(c.req.path) ?? []
    if (!asking?.includes('|') || !ref || c.req.method !== 'GET') return next()
    const refusal = refusalOf(core, record, { asking, ref })
    return answer(core, c, refusal ?? (edge ? listed(record) : { id: core.appId, name: 'Countersign' }))
  }
}

function refusalOf(core: Core, { isBlocked }: AppRecord, { asking, ref }: { asking: string; ref: string }) {
  if (!asking.startsWith(`${core.appId}|`)) return refusals.applicationUnknown
  if (!core.isApp(asking)) return refusals.appUnknown
  if (isBlocked) return refusals.appBlocked
  return ref === core.appId ? undefined : missingObject('GET', ref)
}

function listed({ subscriptions }: AppRecord): Answer {
  return {
    data: subscriptions.map(({ object, callbackUrl, active, fields }) => ({
      object,
      callback_url: callbackUrl,
      active,
      fields: fields.map((name) => ({ name, version: 'v26.0' })),
    })),
  }
}

/** What an owner's setting, a sanction or a broken link forbids: messages, whatever the token allows. */
export function heedConditions(core: Core, { conditions }: AppRecord): MiddlewareHandler<GraphEnv> {
  return async (c, next) => {
    const condition = conditions.get(c.get('token').accountRef)
    return condition && /\/(messages|conversations)$/.test(c.req.path) ? answer(core, c, refusedFor[condition]) : next()
  }
}

/** https://developers.facebook.com/documentation/business-messaging/messenger-platform/error-codes */
const refusedFor: Record<Condition, GraphError> = {
  messages_off: refusals.messagesOff,
  restricted: refusals.restricted,
  unlinked: refusals.unlinked,
}
