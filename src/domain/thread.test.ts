import fc from 'fast-check'
import { expect, it } from 'vitest'
import { type MessageId, newId } from './ids.ts'
import { unanswered } from './thread.ts'

const T0 = Date.parse('2026-11-24T08:00:00Z')
const at = (minute: number) => new Date(T0 + minute * 60_000)

function aMessage(minute: number, changed: Partial<Parameters<typeof unanswered>[0][number]> = {}) {
  const id = newId('message', at(minute))
  const place = { id, sentAt: at(minute), createdAt: at(minute), deletedAt: null }
  return { ...place, direction: 'inbound' as const, origin: 'contact' as const, ...changed }
}

const aReply = (minute: number, origin: 'elsewhere' | 'countersign') =>
  aMessage(minute, { direction: 'outbound', origin })

it('takes for answered what stands before a reply from the phone or another app', () => {
  const later = aMessage(3)
  expect(unanswered([aMessage(1), aReply(2, 'elsewhere'), later], undefined)).toEqual([later])
})

it('takes for answered what had reached us when a reply was approved, wherever that reply stands', () => {
  const crossed = aMessage(1, { createdAt: at(5) })
  expect(unanswered([aMessage(2), crossed, aReply(3, 'countersign')], at(4))).toEqual([crossed])
})

it('asks no answer to what was unsent, and none to ourselves', () => {
  expect(unanswered([aMessage(1, { deletedAt: at(2) }), aReply(3, 'countersign')], undefined)).toEqual([])
})

it('of two messages of one instant the id says which is later', () => {
  const [first, second] = ['msg_1', 'msg_2'] as MessageId[]
  const reply = { ...aReply(1, 'elsewhere'), id: first as MessageId }
  const message = aMessage(1, { id: second as MessageId })
  expect(unanswered([reply, message], undefined)).toEqual([message])
  expect(unanswered([{ ...reply, id: 'msg_3' as MessageId }, message], undefined)).toEqual([])
})

it('answers the same whatever order the messages are given in', () => {
  const said = fc.record({
    minute: fc.nat(20),
    kind: fc.constantFrom('contact', 'elsewhere', 'countersign', 'unsent'),
    came: fc.nat(20),
  })
  const rows = fc.array(said, { maxLength: 12 }).map((all) =>
    all.map(({ minute, kind, came }) => {
      if (kind === 'unsent') return aMessage(minute, { deletedAt: at(came) })
      return kind === 'contact' ? aMessage(minute, { createdAt: at(came) }) : aReply(minute, kind as 'elsewhere')
    }),
  )
  fc.assert(
    fc.property(rows, fc.option(fc.nat(20)), (messages, approved) => {
      const approvedAt = approved === null ? undefined : at(approved)
      const ids = (given: typeof messages) => unanswered(given, approvedAt).map(({ id }) => id)
      expect(ids(messages.toReversed()).sort()).toEqual(ids(messages).sort())
    }),
  )
})
