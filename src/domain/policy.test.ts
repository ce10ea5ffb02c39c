import { describe, expect, it } from 'vitest'
import { type CommentFacts, judge, type PolicyCase } from './policy.ts'

const at = new Date('2026-11-22T12:00:00Z')
const minutes = (n: number) => new Date(at.getTime() + n * 60_000)

const aComment: CommentFacts = { hidden: false, live: false, answeredPrivately: false }

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
    ['the comment is gone', { kind: 'public_reply' }, 'no_comment'],
    ['the comment is hidden', { kind: 'public_reply', comment: { ...aComment, hidden: true } }, 'comment_hidden'],
    [
      'the comment is under a live video',
      { kind: 'public_reply', comment: { ...aComment, live: true } },
      'comment_live',
    ],
    [
      'the comment has had its private reply',
      { kind: 'private_reply', comment: { ...aComment, answeredPrivately: true } },
      'private_reply_used',
    ],
    [
      'a week has passed since the comment',
      { kind: 'private_reply', comment: aComment, windowExpiresAt: at },
      'reply_window',
    ],
    ['a comment that is gone would be hidden', { kind: 'hide' }, 'no_comment'],
  ] as const)('denies when %s, and names the rule', (_case, changed, rule) => {
    expect(judge(aReply(changed), at)).toMatchObject({ allow: false, rule })
  })

  it.each([
    ['in public, whenever', { kind: 'public_reply', windowExpiresAt: undefined }],
    [
      'in public, although it was answered privately',
      { kind: 'public_reply', comment: { ...aComment, answeredPrivately: true } },
    ],
    ['privately, although it is hidden', { kind: 'private_reply', comment: { ...aComment, hidden: true } }],
    ['by hiding it, without words and whoever opted out', { kind: 'hide', text: '', optedOutAt: at }],
  ] as const)('lets a comment be answered %s', (_case, changed) => {
    expect(judge(aReply({ comment: aComment, ...changed }), at)).toEqual({ allow: true })
  })

  it('tells how far over the limit a text is, in the platform’s unit', () => {
    const verdict = judge(aReply({ text: '🙂'.repeat(251) }), at)
    expect(verdict).toMatchObject({ reason: 'The reply has 1004 bytes; instagram takes at most 1000' })
  })
})
