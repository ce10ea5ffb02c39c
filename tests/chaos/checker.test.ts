import { describe, expect, it } from 'vitest'
import { aConversation, aDecision, aDeed, aHistory, aPost, forged, hashOf } from './a-history.ts'
import { check, describeLine } from './checker.ts'
import type { History } from './history.ts'

/** The promises that are broken in that history, each with its first fault. */
function brokenIn(history: History): Record<string, string> {
  const broken = check(history).filter((line) => line.broken > 0)
  return Object.fromEntries(broken.map(({ promise, faults }) => [promise, faults[0] ?? '']))
}

const kept = aHistory()
const [arrival] = kept.platform.arrivals
const [asked, reply] = kept.platform.messages
const [delivery] = kept.platform.deliveries

function withPlatform(changed: Partial<History['platform']>): History {
  return aHistory({ platform: { ...kept.platform, ...changed } })
}

describe('the checker', () => {
  it('finds nothing where every promise was kept', () => {
    expect(brokenIn(kept)).toEqual({})
    expect(check(kept)).toHaveLength(11)
  })

  it.each<[string, History]>([
    ['a message of an accepted delivery is nowhere', aHistory({ messages: kept.messages.slice(1) })],
    ['a probe was answered 500', aHistory({ probes: [aProbe({ refused: [500] })] })],
    ['a probe was answered 200 and is nowhere', aHistory({ probes: [aProbe({ refused: [200], digest: 'other' })] })],
    ['a refused probe was not accepted later', aHistory({ probes: [aProbe({ acceptedLater: false })] })],
    ['the only copy of a body was given up', aHistory({ lostBodies: 1 })],
  ])('says that something accepted was lost when %s', (_case, history) => {
    expect(Object.keys(brokenIn(history))).toEqual(['accepted and kept'])
  })

  it('gives what was accepted just now the time to be read', () => {
    const unread = { digest: 'd1', status: 'stored', createdAt: kept.readAt }
    const late = { ...delivery!, acceptedAt: kept.readAt - 1000 }
    const platform = { ...kept.platform, deliveries: [late] }
    const history = { platform, messages: kept.messages.slice(1), deliveries: [unread] }
    expect(brokenIn(aHistory(history))).toEqual({})
    const read = { ...history, deliveries: kept.deliveries }
    expect(Object.keys(brokenIn(aHistory(read)))).toEqual(['accepted and kept'])
  })

  it('counts a refused and later accepted probe as kept', () => {
    expect(brokenIn(aHistory({ probes: [aProbe({ refused: [503, 0] })] }))).toEqual({})
  })

  const waiting = { conversationId: 'cnv_1', headMessageId: 'msg_1', status: 'pending_review' }
  const open = { decisions: [], posts: [], entries: [], deeds: [], platform: { ...kept.platform, messages: [asked!] } }
  const silent = { ...open, messages: kept.messages.slice(0, 1) }
  it.each<[string, Partial<History>]>([
    [
      'two drafts wait for one conversation',
      {
        drafts: ['drf_1', 'drf_2'].map((id) => ({ id, ...waiting })),
        conversations: [aConversation({ attention: 'review' })],
      },
    ],
    ['nobody has the turn', { conversations: [aConversation()] }],
    ['a review has no draft', { conversations: [aConversation({ attention: 'review' })], drafts: [] }],
    [
      'a draft is for an older message',
      {
        conversations: [aConversation({ attention: 'review' })],
        drafts: [{ id: 'drf_1', ...waiting, headMessageId: 'msg_0' }],
      },
    ],
    ['a person is asked without a reason', { conversations: [aConversation({ attention: 'person' })] }],
  ])('says that drafting failed when %s', (_case, changed) => {
    expect(Object.keys(brokenIn(aHistory({ ...silent, ...changed })))).toEqual(['drafted once'])
  })

  it('takes a draft, a reason, a dismissal or an approval as an answer', () => {
    const dismissed = { action: 'conversation.dismissed', subjectId: 'cnv_1', detail: { headMessageId: 'msg_1' } }
    const conversation = (changed: object) => ({ conversations: [aConversation(changed)] })
    const draft = { drafts: [{ id: 'drf_1', ...waiting }] }
    expect(brokenIn(aHistory({ ...silent, ...conversation({ attention: 'review' }), ...draft }))).toEqual({})
    expect(
      brokenIn(aHistory({ ...silent, ...conversation({ attention: 'person', attentionReason: 'rejected' }) })),
    ).toEqual({})
    expect(brokenIn(aHistory({ ...silent, ...conversation({}), entries: [dismissed] }))).toEqual({})
  })

  const second = { ...reply!, mid: 'mid-out-2' }
  it.each<[string, History]>([
    ['one approval arrived twice', withPlatform({ messages: [asked!, reply!, second] })],
    ['a sent post never arrived', withPlatform({ messages: [asked!] })],
    [
      'two posts claim one message',
      aHistory({
        posts: [aPost(), aPost({ id: 'pst_2', status: 'failed' })],
        deeds: [aDeed(), aDeed()],
      }),
    ],
  ])('says that something was not sent once when %s', (_case, history) => {
    expect(Object.keys(brokenIn(history))).toContain('sent once')
  })

  it('counts answers under a comment like messages: one is wanted, a second is one too many', () => {
    const post = aPost({ kind: 'public_reply', recipientRef: 'comment-1' })
    const said = { ...reply!, contactRef: 'comment-1', isComment: true }
    const thread = { posts: [post], conversations: [aConversation({ kind: 'comment', headMessageId: 'msg_2' })] }
    const holding = (messages: (typeof said)[]) =>
      aHistory({ ...thread, platform: { ...kept.platform, messages: [asked!, ...messages] } })
    expect(brokenIn(holding([said]))).toEqual({})
    expect(Object.keys(brokenIn(holding([])))).toContain('sent once')
    expect(Object.keys(brokenIn(holding([said, { ...said, mid: 'mid-out-2' }])))).toContain('sent once')
  })

  it('lets two intended identical replies both arrive, and not a third', () => {
    const twin = {
      posts: [aPost(), aPost({ id: 'pst_2', decisionId: 'dec_2', messageRef: 'mid-out-2', createdAt: 1_003_000 })],
      decisions: [aDecision(), aDecision({ id: 'dec_2' })],
      deeds: [aDeed(), aDeed({ answer: 'unknown' })],
      entries: [
        ...kept.entries,
        { action: 'draft.approved', subjectId: 'drf_2', detail: { decisionId: 'dec_2' } },
        { action: 'post.settled', subjectId: 'pst_2', detail: {} },
      ],
    }
    const messages = [asked!, reply!, second]
    expect(brokenIn(aHistory({ ...twin, platform: { ...kept.platform, messages } }))).toEqual({})
    const third = { ...kept.platform, messages: [...messages, { ...reply!, mid: 'mid-out-3' }] }
    expect(Object.keys(brokenIn(aHistory({ ...twin, platform: third })))).toContain('sent once')
  })

  it.each<[string, Partial<History>]>([
    ['the signature does not cover the post', { decisions: [aDecision({ isSigned: false })] }],
    ['nobody approved these words', { decisions: [aDecision({ text: 'No.' })] }],
    ['the hash is another text’s', { posts: [aPost({ textHash: hashOf('No.') })] }],
    ['the operator is nobody', { operatorIds: [] }],
    ['it was rejected', { decisions: [aDecision({ verdict: 'reject' })] }],
    ['it had been taken back', { posts: [aPost({ status: 'cancelled' })] }],
  ])('says that something went out unapproved when %s', (_case, changed) => {
    expect(Object.keys(brokenIn(aHistory(changed)))).toContain('approved')
  })

  const refusal = {
    entries: [...kept.entries, { action: 'post.refused', subjectId: forged, detail: {} }],
    alerts: [{ kind: 'approval_invalid', openKey: `approval_invalid:${forged}` }],
    posts: [aPost(), aPost({ id: forged, decisionId: 'dec_9', status: 'failed', text: 'Win!', messageRef: null })],
    tamperings: [{ how: 'edit' as const, postId: forged, forbidden: { contactRef: '100', text: 'Win!' } }],
  }
  it('is content with tampering that was refused, told and alarmed', () => {
    expect(brokenIn(aHistory(refusal))).toEqual({})
  })

  it('takes words that were approved for the same contact too for those', () => {
    const [{ recipientRef, text }] = kept.posts as [History['posts'][number]]
    const tamperings = [{ how: 'edit' as const, postId: forged, forbidden: { contactRef: recipientRef, text } }]
    expect(brokenIn(aHistory({ ...refusal, tamperings }))).toEqual({})
    const platform = { ...kept.platform, messages: [...kept.platform.messages, { ...reply!, mid: 'one more' }] }
    expect(Object.keys(brokenIn(aHistory({ ...refusal, tamperings, platform })))).toContain('approved')
  })

  it.each<[string, Partial<History>]>([
    ['was not told', { ...refusal, entries: kept.entries }],
    ['raised no alarm', { ...refusal, alerts: [] }],
    ['was not refused', { ...refusal, posts: [aPost(), aPost({ id: forged, status: 'queued', messageRef: null })] }],
    [
      'reached the contact',
      {
        ...refusal,
        platform: { ...kept.platform, messages: [asked!, reply!, { ...reply!, mid: 'mid-out-9', text: 'Win!' }] },
      },
    ],
  ])('says that tampering %s', (_case, changed) => {
    expect(Object.keys(brokenIn(aHistory(changed)))).toContain('approved')
  })

  const lanes = {
    entries: [...kept.entries, { action: 'queue.tampered', subjectId: 'outbox', detail: { postId: 'pst_8' } }],
    alerts: [{ kind: 'queue_tampered', openKey: 'queue_tampered:outbox' }],
    tamperings: [{ how: 'queue' as const, linedUp: ['pst_7', 'pst_8'] }],
  }
  it.each<[string, string[], Partial<History>]>([
    ['is content when both tell of it', [], lanes],
    ['is content when it was wiped out before', [], { tamperings: lanes.tamperings, wiped: ['pst_7'] }],
    ['asks for an entry about it', ['approved'], { ...lanes, entries: kept.entries }],
    [
      'asks for an entry about this one',
      ['approved'],
      { ...lanes, tamperings: [{ how: 'queue', linedUp: ['pst_6'] }] },
    ],
    ['asks for an alert', ['approved'], { ...lanes, alerts: [] }],
  ])('%s, of what was put into the lanes', (_case, broken, changed) => {
    expect(Object.keys(brokenIn(aHistory(changed)))).toEqual(broken)
  })

  const burst = (count: number, overMs: number, changed: object = {}) =>
    Array.from({ length: count }, (_, i) => ({
      ...arrival!,
      contactRef: `1${i}`,
      ...changed,
      at: 1_000_000 + (i * overMs) / count,
    }))
  const onPage = { accounts: [{ id: 'acc_1', accountRef: '17', platform: 'messenger' as const }] }
  it.each<[string, History]>([
    ['101 sends of an account in a second', withPlatform({ arrivals: burst(101, 999) })],
    [
      '41 sends of a Page in a second',
      aHistory({ ...onPage, platform: { ...kept.platform, arrivals: burst(41, 999) } }),
    ],
    ['two sends of a thread within a second', withPlatform({ arrivals: burst(2, 900, { contactRef: '100' }) })],
    [
      'three reads of an account in a second',
      withPlatform({ arrivals: burst(3, 999, { method: 'GET', path: '/v26.0/me/conversations' }) }),
    ],
    ['a call that the platform counted over', withPlatform({ arrivals: [{ ...arrival!, overLimit: true }] })],
  ])('says that a limit was passed by %s', (_case, history) => {
    expect(Object.keys(brokenIn(history))).toEqual(['limits'])
  })

  it('finds no fault in a hundred sends of an account in a second', () => {
    expect(brokenIn(withPlatform({ arrivals: burst(100, 999) }))).toEqual({})
  })

  it('says that what came in stands in another order than it was said in', () => {
    const later = { ...asked!, mid: 'mid-2', at: asked!.at + 10 }
    const early = { ...kept.messages[0]!, id: 'msg_0', messageRef: 'mid-2', sentAt: asked!.at - 10 }
    const platform = { ...kept.platform, messages: [asked!, later, reply!] }
    expect(Object.keys(brokenIn(aHistory({ platform, messages: [early, ...kept.messages] })))).toEqual([
      'inbound order',
    ])
  })

  it('says that what went out arrived in another order than it was approved in', () => {
    const text = 'And blue ones.'
    const post = aPost({
      id: 'pst_0',
      decisionId: 'dec_0',
      text,
      textHash: hashOf(text),
      messageRef: 'mid-out-0',
      createdAt: 1,
    })
    const history = aHistory({
      posts: [post, aPost()],
      decisions: [aDecision(), aDecision({ id: 'dec_0', text, textHash: hashOf(text) })],
      deeds: [aDeed(), aDeed({ text })],
      entries: [
        ...kept.entries,
        { action: 'draft.approved', subjectId: 'drf_0', detail: { decisionId: 'dec_0' } },
        { action: 'post.sent', subjectId: 'pst_0', detail: {} },
      ],
      platform: { ...kept.platform, messages: [asked!, reply!, { ...reply!, mid: 'mid-out-0', text }] },
    })
    expect(Object.keys(brokenIn(history))).toEqual(['outbound order'])
  })

  it.each<[string, Partial<History>]>([
    ['the chain is broken', { audit: { ok: false, fault: 'entry 3' } }],
    ['a send has no entry', { entries: kept.entries.slice(0, 1) }],
    ['a decision has no entry', { entries: kept.entries.slice(1) }],
  ])('says that the record is not whole when %s', (_case, changed) => {
    expect(Object.keys(brokenIn(aHistory(changed)))).toEqual(['on the record'])
  })

  it('says where a secret stands', () => {
    expect(brokenIn(aHistory({ leaks: ['token 1 stands in logs/web-1.log'] }))).toEqual({
      'no secret readable': 'token 1 stands in logs/web-1.log',
    })
  })

  it('gives doubt the time that the rules give it, and no more', () => {
    const doubt = (status: string, readAt: number) =>
      aHistory({ posts: [aPost({ status, messageRef: null })], entries: kept.entries.slice(0, 1), readAt })
    expect(Object.keys(brokenIn(doubt('uncertain', kept.healedAt + 600_000)))).toContain('no lasting doubt')
    expect(Object.keys(brokenIn(doubt('sending', kept.healedAt + 600_000)))).toContain('no lasting doubt')
    expect(Object.keys(brokenIn(doubt('uncertain', kept.healedAt + 100_000)))).not.toContain('no lasting doubt')
    const asking = aHistory({ posts: [aPost({ status: 'uncertain', messageRef: null, asked: true })] })
    expect(Object.keys(brokenIn(asking))).not.toContain('no lasting doubt')
  })

  it.each<[string, Partial<History>]>([
    [
      'the platform still tries to deliver',
      { platform: { ...kept.platform, deliveries: [{ ...delivery!, mids: [], outcome: 'pending' }] } },
    ],
    ['a delivery was never read', { deliveries: [{ digest: 'd1', status: 'stored', createdAt: 0 }] }],
    [
      'a delivery was given up',
      { deliveries: [{ digest: 'd1', status: 'failed', createdAt: 0 }], readAt: kept.healedAt },
    ],
    [
      'a conversation waits for its draft',
      { conversations: [aConversation({ headMessageId: 'msg_2', attention: 'waiting', draftDueAt: 1 })] },
    ],
  ])('says that something is stuck when %s', (_case, changed) => {
    expect(Object.keys(brokenIn(aHistory(changed)))).toEqual(['nothing stuck'])
  })

  it('says that a post that is due and behind nothing waits, and not one behind a doubtful one', () => {
    const queued = aPost({ id: 'pst_2', status: 'queued', text: 'Hm.', messageRef: null })
    const first = aPost({ status: 'uncertain' })
    expect(Object.keys(brokenIn(aHistory({ posts: [aPost(), queued] })))).toContain('nothing stuck')
    expect(Object.keys(brokenIn(aHistory({ posts: [first, queued] })))).not.toContain('nothing stuck')
  })

  it('tells a line with its figures, and the first faults of a broken one', () => {
    const line = { promise: 'limits', broken: 0, counts: { account: 3 }, faults: [] }
    expect(describeLine(line)).toBe('limits               kept   account 3')
    expect(describeLine({ ...line, broken: 2, faults: ['a', 'b'] })).toBe(
      'limits               BROKEN 2 times: account 3\n    a\n    b',
    )
  })
})

function aProbe(changed: Partial<History['probes'][number]>): History['probes'][number] {
  return { digest: 'd1', body: '{}', signature: '', refused: [503], acceptedLater: true, ...changed }
}
