import type { Context } from 'hono'
import type { Core } from '../core.ts'
import type { Phone } from '../phone.ts'
import { platformOf } from '../world.ts'
import { missingField, refusals, unknownPath } from './answers.ts'
import { type Fields, parseFields, pick } from './fields.ts'
import type { Answer, GraphEnv } from './gate.ts'
import { accountNode, type Reading } from './nodes.ts'
import type { Tally } from './tally.ts'
import { issueToken, mayRefresh, TOKEN_LIFE_S } from './tokens.ts'

export function fieldsOf(c: Context<GraphEnv>): Fields {
  return parseFields(c.req.query('fields'))
}

/** What the calls work with. */
export interface Room {
  core: Core
  phone: Phone
  tally: Tally
}

/** `me`, or the id that webhooks use; the app-scoped id is none of these. */
export function isOurs(accountRef: string, ref: string | undefined): boolean {
  return ref === 'me' || ref === accountRef
}

/** The world as the account of the token sees it. */
export function readingOf({ world, refs, lookup, account, baseUrl, clock }: Core, c: Context<GraphEnv>): Reading {
  return { world, refs, lookup, baseUrl, clock, account: world.accounts.get(c.get('token').accountRef) ?? account }
}

export function readAccount({ account }: Reading, fields: Fields): Answer {
  const node = pick(accountNode(account), fields)
  return typeof node['missing'] === 'string' ? missingField(node['missing']) : node
}

/** The token of before stays good until its own end. */
export function refresh(core: Core, c: Context<GraphEnv>): Answer {
  const token = c.get('token')
  if (platformOf(core.world, token.accountRef) === 'messenger') return unknownPath
  if (c.req.query('grant_type') !== 'ig_refresh_token') return refusals.grantType
  if (!mayRefresh(token, core.clock())) return refusals.tokenTooYoung
  const { accountRef } = token
  return { access_token: issueToken(core, accountRef), token_type: 'bearer', expires_in: TOKEN_LIFE_S }
}
