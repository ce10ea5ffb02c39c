import { setTimeout as pause } from 'node:timers/promises'
import type { Context } from 'hono'
import { mayWrite } from '../permits.ts'
import { type EchoFate, fateOfEcho, fateOfSend, isResetUnread, type SendFate } from '../weather/fate.ts'
import { platformOf } from '../world.ts'
import { missingObject, refusals } from './answers.ts'
import { isOurs, type Room } from './calls.ts'
import { commentOf } from './comments.ts'
import { type Answer, answer, cut, type GraphEnv, isRefusal } from './gate.ts'
import { addressOf, judgeSend } from './send.ts'
import { spoil } from './spoil.ts'
import type { Post } from './tally.ts'

/** An echo that leaves early has this long to be accepted before the send is answered. */
const MOMENT_MS = 500

/** A call to `/messages`, with whatever the weather makes of it. */
export async function send(room: Room, c: Context<GraphEnv>): Promise<Response> {
  const { core, tally } = room
  const { weather } = core.world
  const arrival = c.get('arrival')
  arrival.kept = false
  if (isResetUnread(weather, c.get('token').accountRef, c.get('head').send)) {
    arrival.trouble = 'resetBefore'
    return cut(c, 'reset')
  }
  const body: unknown = await c.req.json().catch(() => undefined)
  Object.assign(arrival, addressOf(body))
  const post = tally.post(arrival.contactRef, arrival.text)
  if (arrival.overLimit && weather.sends.enforce) return answer(core, c, refusals.messagingThrottled)

  const fate = fateOfSend(weather, post)
  const result = fate.keeps ? await keep(room, c, { body, post }) : {}
  if (fate.slowMs > 0) arrival.slowMs = fate.slowMs
  if (fate.slowMs > 0) await pause(fate.slowMs)
  return conclude(room, c, { fate, result, post })
}

/** What the platform itself would refuse is refused plainly: there is no answer to spoil. */
function conclude(
  { core }: Room,
  c: Context<GraphEnv>,
  { fate, result, post }: { fate: SendFate; result: Answer; post: Post },
): Response {
  if (!fate.trouble || isRefusal(result)) return answer(core, c, result)
  c.get('arrival').trouble = fate.trouble
  return spoil(core, c, { trouble: fate.trouble, post })
}

async function keep(
  { core, phone }: Room,
  c: Context<GraphEnv>,
  { body, post }: { body: unknown; post: Post },
): Promise<Answer> {
  const owner = c.req.param('owner') ?? ''
  const { accountRef } = c.get('token')
  if (!isOurs(accountRef, owner)) return missingObject('POST', owner)
  if (!mayWrite(core.world, accountRef)) return refusals.notAllowed
  const findContact = (ref: string) => core.world.contacts.get(ref)
  const findComment = (ref: string) => commentOf({ core }, c, ref)
  const platform = platformOf(core.world, accountRef)
  const { humanAgent } = core.settings
  const verdict = judgeSend({ body, accountRef, platform, findContact, findComment, humanAgent, at: core.clock() })
  if ('code' in verdict) return verdict
  const { contactRef } = verdict.contact
  if (verdict.kind === 'action') return { recipient_id: contactRef }
  const { text, attachments, metadata, commentRef } = verdict
  if (commentRef) core.record({ type: 'answered', commentRef })
  const { mid, echo } = phone.keepSent(contactRef, { text, attachments, ...(metadata !== undefined && { metadata }) })
  const echoFate = fateOfEcho(core.world.weather, post)
  Object.assign(c.get('arrival'), { contactRef, text, mid, kept: true, ...(echoFate && { echo: echoFate.kind }) })
  await followUp({ core, phone }, { mid, echo, fate: echoFate })
  return { recipient_id: contactRef, message_id: mid }
}

interface Kept {
  mid: string
  echo: (lateMs: number) => Promise<unknown>
  fate: EchoFate | undefined
}

/** The echo, under the same id, may overtake the answer: so it does with Meta. */
async function followUp({ core, phone }: Omit<Room, 'tally'>, { mid, echo, fate }: Kept): Promise<void> {
  const { echoes, echoDelayMs, readReceipts } = core.settings
  const isEchoed = echoes && fate?.kind !== 'never'
  const echoed = isEchoed ? echo(fate?.kind === 'late' ? fate.lateMs : echoDelayMs) : Promise.resolve()
  if (readReceipts) void echoed.then(() => phone.read(mid))
  if (isEchoed && fate?.kind === 'early') await Promise.race([echoed, pause(MOMENT_MS)])
}
