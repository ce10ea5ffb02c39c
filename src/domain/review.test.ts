import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { newId } from './ids.ts'
import { type Approval, approvalBytes, cleanReply, type DraftToDecide, decide, type ReviewDecision } from './review.ts'

const at = new Date('2026-11-22T12:00:00Z')
const head = newId('message', at)
const policy = {
  platform: 'instagram',
  windowExpiresAt: new Date(at.getTime() + 60_000),
  optedOutAt: undefined,
  standby: false,
  kind: 'message',
  comment: undefined,
} as const

function aDraft(changed: Partial<DraftToDecide> = {}): DraftToDecide {
  return {
    status: 'pending_review',
    author: 'claude',
    text: 'Yes, we do.',
    textHash: 'h1',
    headMessageId: head,
    currentHeadId: head,
    ...changed,
  }
}

function approve(text: string): ReviewDecision {
  return { verdict: 'approve', text, seen: { textHash: 'h1', headMessageId: head } }
}

describe('a decision', () => {
  it('approves exactly the words the operator saw', () => {
    expect(decide(aDraft(), approve('Yes, we do.'), [policy], at)).toEqual({
      status: 'approved',
      text: 'Yes, we do.',
      edited: false,
      provenance: 'drafted',
      verdicts: [{ allow: true, until: policy.windowExpiresAt }],
    })
  })

  it('knows whose words they are', () => {
    const provenance = (changed: Partial<DraftToDecide>, text: string) =>
      decide(aDraft(changed), approve(text), [policy], at)
    expect(provenance({}, 'Yes, we do!')).toMatchObject({ edited: true, provenance: 'drafted' })
    expect(provenance({}, 'Yes, we can do.')).toMatchObject({ provenance: 'edited' })
    expect(provenance({ author: 'operator' }, 'Yes, we do.')).toMatchObject({ provenance: 'written' })
  })

  it('knows that the operator changed the words', () => {
    expect(decide(aDraft(), approve('No.'), [policy], at)).toMatchObject({ text: 'No.', edited: true })
  })

  it('does not call a browser’s line ends an edit', () => {
    expect(decide(aDraft({ text: 'a\nb' }), approve('a\r\nb\r\n'), [policy], at)).toMatchObject({
      text: 'a\nb',
      edited: false,
    })
  })

  it.each(['approved', 'rejected', 'superseded', 'expired'] as const)(
    'is refused when the draft is already %s',
    (status) => {
      expect(() => decide(aDraft({ status, decidedBy: 'Ada' }), approve('x'), [policy], at)).toThrow(
        `already ${status} by Ada`,
      )
    },
  )

  it('is refused when a newer message has arrived', () => {
    const currentHeadId = newId('message', at)
    expect(() => decide(aDraft({ currentHeadId }), approve('x'), [policy], at)).toThrow('A newer message')
  })

  it('is refused when the draft is not the one shown', () => {
    expect(() => decide(aDraft({ textHash: 'h2' }), approve('x'), [policy], at)).toThrow('changed since')
  })

  it('is refused for a text the platform would refuse, naming the rule', () => {
    expect(() => decide(aDraft(), approve('🙂'.repeat(251)), [policy], at)).toThrow(
      expect.objectContaining({ code: 'invalid_input', field: 'text_limit' }),
    )
  })

  it('is refused once the window has closed, naming the rule', () => {
    expect(() => decide(aDraft(), approve('x'), [{ ...policy, windowExpiresAt: at }], at)).toThrow(
      expect.objectContaining({ code: 'conflict', field: 'reply_window' }),
    )
  })

  it('is refused for a link that leads nowhere: 422, for the words can be mended', () => {
    expect(() => decide(aDraft(), approve('See https://shop'), [policy], at)).toThrow(
      expect.objectContaining({ code: 'invalid_input', field: 'bad_link' }),
    )
  })

  it.each([
    ['another word', 'Yes, we do.', 'Yes, and gladly.'],
    ['another number', 'From 9 to 5.', 'From 9 to 6.'],
    ['another vowel of a script that writes it as a mark', 'की', 'का'],
  ])('after the window takes a person’s words where Meta lets the account: %s', (_change, text, changed) => {
    const late = { ...policy, windowExpiresAt: at, lastMessageAt: at, account: { humanAgent: true } }
    expect(decide(aDraft({ text }), approve(changed), [late], at)).toMatchObject({ status: 'approved' })
  })

  it('after the window takes no comma, no capitals and no picture for a person’s words', () => {
    const late = { ...policy, windowExpiresAt: at, lastMessageAt: at, account: { humanAgent: true } }
    for (const text of ['Yes, we do.', 'YES we do!', ' Yes,  we do. 🙂'])
      expect(() => decide(aDraft(), approve(text), [late], at)).toThrow('a person wrote or edited')
  })

  it('rejects although the window has closed', () => {
    const decision: ReviewDecision = {
      verdict: 'reject',
      reason: ' wrong tone ',
      seen: { textHash: 'h1', headMessageId: head },
    }
    expect(decide(aDraft(), decision, [{ ...policy, windowExpiresAt: at }], at)).toEqual({
      status: 'rejected',
      reason: 'wrong tone',
    })
  })
})

it('gives clean words back unchanged, however often', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'binary' }), (text) => {
      expect(cleanReply(cleanReply(text))).toBe(cleanReply(text))
    }),
  )
})

it('gives two different approvals different bytes', () => {
  const field = fc.string({ unit: fc.constantFrom('a', ':', '\n', '1', 'ü'), maxLength: 6 })
  const approval = fc.record({ recipientRef: field, textHash: field, operatorId: field })
  const bytes = (part: object) => Buffer.from(approvalBytes({ ...anApproval, ...part } as Approval)).toString('hex')
  fc.assert(
    fc.property(approval, approval, (a, b) => {
      expect(bytes(a) === bytes(b)).toBe(JSON.stringify(a) === JSON.stringify(b))
    }),
  )
})

const anApproval: Approval = {
  decisionId: newId('decision', at),
  draftId: newId('draft', at),
  postId: newId('post', at),
  accountId: newId('account', at),
  conversationId: newId('conversation', at),
  platform: 'instagram',
  kind: 'message',
  recipientRef: '1',
  textHash: 'h',
  headMessageId: head,
  policyVersion: 1,
  provenance: 'drafted',
  operatorId: newId('operator', at),
  givenBy: 'console',
  decidedAt: at.getTime(),
}
