import { describe, expect, it } from 'vitest'
import { judge, type PolicyCase } from './policy.ts'

const at = new Date('2026-11-22T12:00:00Z')
const minutes = (n: number) => new Date(at.getTime() + n * 60_000)

function aReply(changed: Partial<PolicyCase> = {}): PolicyCase {
  return {
    platform: 'instagram',
    text: 'Yes, we ship to Graz.',
    windowExpiresAt: minutes(1),
    optedOutAt: undefined,
    standby: false,
    kind: 'message',
    comment: undefined,
    ...changed,
  }
}

describe('the policy', () => {
  it('allows a reply inside its window', () => {
    expect(judge(aReply(), at)).toEqual({ allow: true })
  })

  it.each([
    ['the window has closed', { windowExpiresAt: minutes(-1) }, 'reply_window'],
    ['the window closes this very instant', { windowExpiresAt: at }, 'reply_window'],
    ['no window was ever opened', { windowExpiresAt: undefined }, 'reply_window'],
    ['the contact opted out', { optedOutAt: minutes(-60) }, 'opt_out'],
    ['another app holds the thread', { standby: true }, 'standby'],
    ['nothing is said', { text: ' \n\t' }, 'empty_text'],
    ['the text is a byte too long', { text: `${'ä'.repeat(500)}.` }, 'text_limit'],
    ['it would answer a comment', { kind: 'public_reply' }, 'no_comment'],
  ] as const)('denies when %s, and names the rule', (_case, changed, rule) => {
    expect(judge(aReply(changed), at)).toMatchObject({ allow: false, rule })
  })

  it('tells how far over the limit a text is, in the platform’s unit', () => {
    const verdict = judge(aReply({ text: '🙂'.repeat(251) }), at)
    expect(verdict).toMatchObject({ reason: 'The reply has 1004 bytes; instagram takes at most 1000' })
  })
})
