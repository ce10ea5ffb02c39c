import { describe, expect, it } from 'vitest'
import { failureOf } from './failure.ts'
import { isReply } from './outbox.ts'
import { policyRules } from './policy-rules.ts'

describe('a post that failed', () => {
  it.each([
    ['message', 'reply_window', false],
    ['private_reply', 'private_reply_used', false],
    ['message', 'opt_out', false],
    ['message', 'erased', false],
    ['message', 'text_limit', true],
    ['message', 'right_lost', true],
    ['message', 'not_arrived', true],
    ['message', '100/2534002', true],
    ['message', null, true],
    ['message', 'constructor', true],
    ['hide', 'right_lost', false],
  ] as const)('%s with %s may come back for a new approval: %s', (kind, outcomeCode, mayReturn) => {
    expect(failureOf({ kind, outcomeCode }).mayReturn).toBe(mayReturn)
  })

  it('has advice of its own for every rule of the policy that speaks of replies', () => {
    const general = failureOf({ kind: 'message', outcomeCode: 'no code of ours' }).advice
    const silent = policyRules
      .filter(({ on }) => on.kinds.some(isReply))
      .map(({ name }) => name)
      .filter((name) => failureOf({ kind: 'message', outcomeCode: name }).advice === general)
    expect(silent).toEqual([])
  })
})
