import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { postKinds } from './outbox.ts'
import { type Platform, platformRules } from './platform.ts'
import { judge, type PolicyCase, type Verdict } from './policy.ts'
import type { AccountFacts, CommentFacts } from './policy-case.ts'
import { REPLIES_PER_HOUR_MAX, SAME_TEXT_CONTACTS_MAX } from './policy-rules.ts'
import { type Opener, openers, windowEnd } from './policy-window.ts'

const at = new Date('2026-11-22T12:00:00Z')
const MINUTE = 60_000
const DAY = 1440 * MINUTE
const SENTENCE = 'I am automated.'
const plus = (date: Date, ms: number) => new Date(date.getTime() + ms)

// Close to every edge that a rule knows, on both sides of it.
const edges = [0, MINUTE, 10 * MINUTE, DAY, 7 * DAY, 8 * DAY].flatMap((ms) => [ms - 1, ms, ms + 1])
const moment = fc.constantFrom(...edges.flatMap((ms) => [plus(at, ms), plus(at, -ms)]))
const maybe = <T>(arbitrary: fc.Arbitrary<T>) => fc.option(arbitrary, { nil: undefined })
const count = (max: number) => fc.constantFrom(0, max - 1, max, max + 1)
const platform = fc.constantFrom(...(Object.keys(platformRules) as Platform[]))

const words = fc.oneof(
  fc.constantFrom('', ' ', 'Hi!', SENTENCE, `Hi! ${SENTENCE}`, 'https://shop.example', 'https://shop'),
  fc.constantFrom('a'.repeat(1000), 'a'.repeat(1001), '🙂'.repeat(250), '🙂'.repeat(251)),
  fc.string({ unit: 'binary' }),
)

const comment: fc.Arbitrary<CommentFacts> = fc.record(
  {
    hidden: fc.boolean(),
    live: fc.boolean(),
    answeredPrivately: fc.boolean(),
    at: maybe(moment),
    liveSeenAt: maybe(moment),
    nested: fc.boolean(),
    elsewhere: fc.boolean(),
  },
  { requiredKeys: ['hidden', 'live', 'answeredPrivately'] },
)

const account: fc.Arbitrary<AccountFacts> = fc.record(
  {
    humanAgent: fc.boolean(),
    disclosure: maybe(fc.constantFrom({ sentence: SENTENCE, gapMs: DAY }, { sentence: '', gapMs: 0 })),
  },
  { requiredKeys: [] },
)

const aCase: fc.Arbitrary<PolicyCase> = fc.record(
  {
    platform,
    kind: fc.constantFrom(...postKinds),
    text: words,
    windowExpiresAt: maybe(moment),
    optedOutAt: fc.option(moment, { nil: undefined, freq: 1 }),
    standby: fc.boolean(),
    comment: maybe(comment),
    account,
    provenance: fc.constantFrom('drafted' as const, 'edited' as const, 'written' as const),
    lastMessageAt: maybe(moment),
    lastReply: maybe(fc.record({ at: moment, by: fc.constantFrom('person' as const, 'draft' as const) })),
    sameTextContacts: count(SAME_TEXT_CONTACTS_MAX),
    repliesLastHour: count(REPLIES_PER_HOUR_MAX),
  },
  { requiredKeys: ['platform', 'kind', 'text', 'windowExpiresAt', 'optedOutAt', 'standby', 'comment'] },
)

/** Most cases are denied for several reasons at once; this leaves those that hang on the time and the words. */
const aCalmCase = fc.tuple(aCase, fc.boolean()).map(
  ([post, isPlain]): PolicyCase => ({
    ...post,
    text: isPlain ? `Hi! ${SENTENCE}` : post.text,
    comment: post.comment && { ...post.comment, elsewhere: false, answeredPrivately: false },
    optedOutAt: undefined,
    standby: false,
    sameTextContacts: 0,
    repliesLastHour: 0,
  }),
)

const runs = { numRuns: 500 }

/** Each makes a case worse in one respect, or leaves it as bad as it is. */
const restrictions: Record<string, (post: PolicyCase) => PolicyCase> = {
  'the contact opts out': (post) => ({ ...post, optedOutAt: post.optedOutAt ?? at }),
  'another app takes the thread': (post) => ({ ...post, standby: true }),
  'the window closes a day earlier': (post) => ({
    ...post,
    windowExpiresAt: post.windowExpiresAt && plus(post.windowExpiresAt, -DAY),
  }),
  'the window was never open': (post) => ({ ...post, windowExpiresAt: undefined }),
  'the contact wrote a day earlier': (post) => ({
    ...post,
    lastMessageAt: post.lastMessageAt && plus(post.lastMessageAt, -DAY),
  }),
  'the contact never wrote': (post) => ({ ...post, lastMessageAt: undefined }),
  'the words are Claude’s after all': (post) => ({ ...post, provenance: 'drafted' }),
  'the account loses the feature': (post) => ({ ...post, account: { ...post.account, humanAgent: false } }),
  'the account demands a disclosure': (post) => ({
    ...post,
    account: { ...post.account, disclosure: post.account?.disclosure ?? { sentence: SENTENCE, gapMs: DAY } },
  }),
  'the disclosure is due sooner': (post) => {
    const disclosure = post.account?.disclosure
    return { ...post, account: { ...post.account, disclosure: disclosure && { ...disclosure, gapMs: 0 } } }
  },
  'nothing was said before': (post) => ({ ...post, lastReply: undefined }),
  'a person spoke last': (post) => ({ ...post, lastReply: { at, by: 'person' } }),
  'the same words go to more': (post) => ({ ...post, sameTextContacts: (post.sameTextContacts ?? 0) + 1 }),
  'more replies left': (post) => ({ ...post, repliesLastHour: (post.repliesLastHour ?? 0) + 1 }),
  'the words are taken out': (post) => ({ ...post, text: '' }),
  'a bad link is added': (post) => ({ ...post, text: `${post.text} https://shop` }),
  'the text grows past every limit': (post) => ({ ...post, text: post.text + 'a'.repeat(10_000) }),
  'the comment goes': (post) => ({ ...post, comment: undefined }),
  'the comment is hidden': ofComment(() => ({ hidden: true })),
  'the comment is below another': ofComment(() => ({ nested: true })),
  'the post is somebody else’s': ofComment(() => ({ elsewhere: true })),
  'the comment was answered privately': ofComment(() => ({ answeredPrivately: true })),
  'the comment is on a live video': ofComment(() => ({ live: true })),
  'the comment is a day older': ofComment((facts) => ({ at: facts.at && plus(facts.at, -DAY) })),
  'the live video went quiet': ofComment(() => ({ liveSeenAt: undefined })),
}

function ofComment(worse: (facts: CommentFacts) => Partial<CommentFacts>): (post: PolicyCase) => PolicyCase {
  return (post) => ({ ...post, comment: post.comment && { ...post.comment, ...worse(post.comment) } })
}

/** The same facts, told in another order. */
function retold<T>(value: T, seed: number): T {
  if (typeof value !== 'object' || value === null || value instanceof Date) return value
  const entries = Object.entries(value).map(([key, inner]) => [key, retold(inner, seed)] as const)
  const turn = entries.length === 0 ? 0 : seed % entries.length
  return Object.fromEntries([...entries.slice(turn), ...entries.slice(0, turn)].reverse()) as T
}

describe('the policy, whatever the case', () => {
  it('answers the same in whatever order the facts are told', () => {
    fc.assert(
      fc.property(aCase, fc.nat(20), (post, seed) => {
        expect(judge(retold(post, seed), at)).toEqual(judge(post, at))
      }),
      runs,
    )
  })

  it.each(Object.entries(restrictions))('allows nothing more once %s', (_words, restrict) => {
    fc.assert(
      fc.property(fc.oneof(aCase, aCalmCase, aCalmCase), (post) => {
        fc.pre(!judge(post, at).allow)
        expect(judge(restrict(post), at).allow).toBe(false)
      }),
      runs,
    )
  })

  it('allowed at an instant what it allows then at every earlier one since the window opened', () => {
    const opener = fc.constantFrom(...(Object.keys(openers) as Opener[]))
    const waits = fc.array(fc.integer({ min: 0, max: 8 * DAY }), { minLength: 2, maxLength: 2 })
    fc.assert(
      fc.property(aCalmCase, opener, fc.boolean(), waits, (calm, opened, longAds, [one = 0, other = 0]) => {
        const windowExpiresAt = windowEnd(opened, at, { platform: calm.platform, longAds })
        const post = { ...calm, windowExpiresAt, lastMessageAt: calm.lastMessageAt && at }
        fc.pre(judge(post, plus(at, Math.max(one, other))).allow)
        expect(judge(post, plus(at, Math.min(one, other)))).toMatchObject({ allow: true })
      }),
      runs,
    )
  })

  it('holds to an allowance until the instant it names, and not beyond', () => {
    const within = fc.double({ min: 0, max: 1, noNaN: true })
    fc.assert(
      fc.property(aCalmCase, within, (post, part) => {
        const verdict = judge(post, at)
        fc.pre(verdict.allow && verdict.until !== undefined)
        const end = (verdict as { until: Date }).until
        const before = plus(at, Math.floor((end.getTime() - at.getTime() - 1) * part))
        expect(judge(post, before)).toEqual(verdict)
        expect(judge(post, end)).not.toEqual(verdict)
      }),
      runs,
    )
  })

  it('never changes its mind about an allowance without an end', () => {
    fc.assert(
      fc.property(aCalmCase, fc.integer({ min: 0, max: 400 * DAY }), (post, wait) => {
        const verdict = judge(post, at)
        fc.pre(verdict.allow && !verdict.until)
        expect(judge(post, plus(at, wait))).toEqual(verdict)
      }),
      runs,
    )
  })

  it('sends as a human agent only what a person wrote or edited, within seven days, where Meta lets it', () => {
    let tagged = 0
    fc.assert(
      fc.property(aCalmCase, (post) => {
        const verdict = judge(post, at)
        if (!verdict.allow || !verdict.tag) return
        tagged++
        const { kind, provenance = 'drafted', lastMessageAt = new Date(0), account: facts } = post
        expect([verdict.tag, kind, provenance === 'drafted', facts?.humanAgent]).toEqual([
          'HUMAN_AGENT',
          'message',
          false,
          true,
        ])
        expect(plus(lastMessageAt, 7 * DAY).getTime()).toBeGreaterThan(at.getTime())
      }),
      { numRuns: 5000 },
    )
    expect(tagged).toBeGreaterThan(5)
  })

  it('counts an Instagram text as Node counts its bytes', () => {
    const texts = fc.oneof(
      fc.string({ unit: 'binary', minLength: 200, maxLength: 1100 }),
      fc.nat(400).map((n) => '🙂'.repeat(n)),
      fc.integer({ min: 995, max: 1005 }).map((n) => 'a'.repeat(n)),
    )
    fc.assert(
      fc.property(texts, (text) => {
        const post: PolicyCase = { platform: 'instagram', kind: 'message', text: `.${text}`, ...standing }
        const isLong = ruleOf(judge(post, at)) === 'text_limit'
        expect(isLong).toBe(Buffer.byteLength(post.text) > 1000)
      }),
    )
  })

  it('gives a reason that fits its column and repeats nothing of the text', () => {
    fc.assert(
      fc.property(aCase, (post) => {
        const verdict = judge({ ...post, text: `${post.text} Zwölfkäsehoch https://zwölfkäsehoch` }, at)
        fc.pre(!verdict.allow)
        const { reason } = verdict as { reason: string }
        expect(reason.length).toBeLessThanOrEqual(120)
        expect(reason).not.toMatch(/zw|xn--/i)
      }),
      runs,
    )
  })
})

const standing = { windowExpiresAt: plus(at, DAY), optedOutAt: undefined, standby: false, comment: undefined }

function ruleOf(verdict: Verdict): string | undefined {
  return verdict.allow ? undefined : verdict.rule
}
