import type { Context } from 'hono'
import type { Core } from '../core.ts'
import { dataAccessEndOf, scopesOf } from '../permits.ts'
import { platformOf, type Token } from '../world.ts'
import { refusals } from './answers.ts'
import type { Answer, GraphEnv } from './gate.ts'
import { faultOf, tokenOf } from './tokens.ts'

/** What is known of a token, for the app that it was given to: https://developers.facebook.com/docs/graph-api/reference/debug_token */
export function inspect(core: Core, c: Context<GraphEnv>): Answer {
  const asking = tokenOf(c.req.header('authorization'), c.req.query('access_token'))
  if (!core.isApp(asking)) return refusals.appUnknown
  const given = c.req.query('input_token')
  if (!given) return refusals.inputMissing
  const token = core.lookup.token(given)
  // What this call says of the tokens of Instagram Login is not documented.
  const isPage = token && platformOf(core.world, token.accountRef) === 'messenger'
  return { data: isPage ? factsOf(core, token) : unreadable }
}

const unreadable = {
  ...{ is_valid: false, scopes: [] },
  error: { code: 190, message: 'The access token could not be decrypted' },
}

function factsOf({ world, refs, appId, clock }: Core, token: Token): Record<string, unknown> {
  const { accountRef } = token
  const scopes = scopesOf(world, accountRef)
  const fault = faultOf(token, world, clock())
  return {
    ...{ app_id: appId, type: 'PAGE', application: 'Countersign' },
    ...{ data_access_expires_at: seconds(dataAccessEndOf(world, token)), expires_at: 0, issued_at: seconds(token.at) },
    ...(fault && { error: { code: fault.code, message: fault.message, subcode: fault.subcode } }),
    ...{ is_valid: fault === undefined, profile_id: accountRef, scopes },
    granular_scopes: scopes.map((scope) => ({ scope, target_ids: [accountRef] })),
    user_id: refs.owner(accountRef),
  }
}

function seconds(ms: number): number {
  return Math.floor(ms / 1000)
}
