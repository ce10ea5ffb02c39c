import type { Context } from 'hono'
import type { Core } from '../core.ts'
import type { Phone } from '../phone.ts'
import { missingField, missingObject, refusals } from './answers.ts'
import { type Fields, parseFields, pick } from './fields.ts'
import type { Answer, GraphEnv } from './gate.ts'
import { accountNode } from './nodes.ts'
import { judgeSend } from './send.ts'
import { mayRefresh, TOKEN_LIFE_S } from './tokens.ts'

export function fieldsOf(c: Context<GraphEnv>): Fields {
  return parseFields(c.req.query('fields'))
}

/** `me`, or the id that webhooks use; the app-scoped id is none of these. */
export function isOurs({ account }: Core, ref: string | undefined): boolean {
  return ref === 'me' || ref === account.accountRef
}

export function readAccount({ account }: Core, fields: Fields): Answer {
  const node = pick(accountNode(account), fields)
  return typeof node['missing'] === 'string' ? missingField(node['missing']) : node
}

export function subscribe(core: Core, owner: string): Answer {
  return isOurs(core, owner) ? { success: true } : missingObject('POST', owner)
}

/** The token of before stays good until its own end. */
export function refresh({ world, refs, clock, record }: Core, c: Context<GraphEnv>): Answer {
  const token = c.get('token')
  if (c.req.query('grant_type') !== 'ig_refresh_token') return refusals.grantType
  if (!mayRefresh(token, clock())) return refusals.tokenTooYoung
  const { accountRef } = token
  const serial = world.tokens.length + 1
  record({ type: 'token', accountRef, serial, at: clock() })
  return { access_token: refs.token(accountRef, serial), token_type: 'bearer', expires_in: TOKEN_LIFE_S }
}

export async function send(core: Core, phone: Phone, c: Context<GraphEnv>): Promise<Answer> {
  const owner = c.req.param('owner') ?? ''
  if (!isOurs(core, owner)) return missingObject('POST', owner)
  const body: unknown = await c.req.json().catch(() => undefined)
  const { accountRef } = core.account
  const findContact = (ref: string) => core.world.contacts.get(ref)
  const verdict = judgeSend({ body, accountRef, findContact, at: core.clock() })
  if ('code' in verdict) return verdict
  const { contactRef } = verdict.contact
  if (verdict.kind === 'action') return { recipient_id: contactRef }
  const { text, attachments } = verdict
  const { mid, echo } = phone.keepSent(contactRef, { text, attachments })
  Object.assign(c.get('arrival'), { contactRef, text, mid })
  followUp(core, phone, mid, echo)
  return { recipient_id: contactRef, message_id: mid }
}

/** The echo, under the same id, may overtake the answer: so it does with Meta. */
function followUp({ settings }: Core, phone: Phone, mid: string, echo: () => Promise<unknown>): void {
  const read = () => (settings.readReceipts ? phone.read(mid) : undefined)
  if (settings.echoes) setTimeout(() => void echo().then(read), settings.echoDelayMs).unref()
  else void read()
}
