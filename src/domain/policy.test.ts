import { readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { isAboutWords, judge, type PolicyCase, type Rule, type Verdict } from './policy.ts'
import type { CommentFacts } from './policy-case.ts'
import { policyRules, REPLIES_PER_HOUR_MAX, SAME_TEXT_CONTACTS_MAX } from './policy-rules.ts'
import { type Opener, windowEnd } from './policy-window.ts'

const at = new Date('2026-11-22T12:00:00Z')
const ms = (n: number) => new Date(at.getTime() + n)
const minutes = (n: number) => ms(n * 60_000)
const hours = (n: number) => minutes(n * 60)
const days = (n: number) => hours(n * 24)

/** A reply to somebody who wrote an hour ago; nothing speaks against it. */
function message(changed: Partial<PolicyCase> = {}): PolicyCase {
  return {
    platform: 'instagram',
    kind: 'message',
    text: 'Yes, we ship to Graz.',
    windowExpiresAt: hours(23),
    lastMessageAt: hours(-1),
    optedOutAt: undefined,
    standby: false,
    comment: undefined,
    ...changed,
  }
}

/** An hour old, below a post. */
function comment(changed: Partial<CommentFacts> = {}): CommentFacts {
  return { hidden: false, live: false, answeredPrivately: false, at: hours(-1), ...changed }
}

/** Nobody but the commenter did anything, so no thread is open. */
const onComment = (kind: PolicyCase['kind']) => {
  return (facts: Partial<CommentFacts> = {}, changed: Partial<PolicyCase> = {}) =>
    message({ kind, windowExpiresAt: undefined, lastMessageAt: undefined, comment: comment(facts), ...changed })
}
const inPublic = onComment('public_reply')
const inPrivate = onComment('private_reply')
const hide = onComment('hide')
const unhide = onComment('unhide')
const remove = onComment('delete')
/** Under somebody else's post, or such a post itself. */
const onMention = onComment('mention_reply')
const elsewhere = { elsewhere: true }

/** A reply to somebody who did this then, and wrote long before. */
function after(
  opener: Opener,
  then: Date,
  { longAds = false, ...changed }: Partial<PolicyCase> & { longAds?: boolean } = {},
) {
  const windowExpiresAt = windowEnd(opener, then, { platform: 'instagram', longAds })
  return message({ windowExpiresAt, lastMessageAt: days(-30), ...changed })
}

/** The ordinary window has been closed for a while, and the contact wrote this long ago. */
const late = (wrote: Date, changed: Partial<PolicyCase> = {}) =>
  after('message', wrote, { lastMessageAt: wrote, account: { humanAgent: true }, provenance: 'written', ...changed })

const disclosure = { sentence: 'I am an automated assistant.', gapMs: 7 * 86_400_000 }
/** A reply of an account that has to name its machine. */
const told = (text: string, lastReply: PolicyCase['lastReply'], changed: Partial<PolicyCase> = {}) =>
  message({ text, account: { disclosure }, lastReply, ...changed })
const drafted = (then: Date) => ({ at: then, by: 'draft' as const })
const byPerson = { at: hours(-1), by: 'person' as const }

const toLive = (written: Date | undefined, newest?: Date) =>
  inPrivate({ live: true, at: written, liveSeenAt: newest }, { windowExpiresAt: hours(3) })
const undated = (windowExpiresAt: Date | undefined) => inPrivate({ at: undefined }, { windowExpiresAt })

const until = (end: Date, tag?: 'HUMAN_AGENT'): Verdict => ({ allow: true, until: end, ...(tag && { tag }) })
const open = until(hours(23))
const always: Verdict = { allow: true }

type Row = [words: string, post: PolicyCase, expected: Rule | Verdict]

const window: Row[] = [
  ['a reply an hour after the contact wrote', message(), open],
  ['a reply 24 hours less a second after a message', after('message', ms(1000 - 86_400_000)), until(ms(1000))],
  ['a reply 24 hours after a message, to the instant', after('message', hours(-24)), 'reply_window'],
  ['a reply a minute after the window closed', after('message', minutes(-24 * 60 - 1)), 'reply_window'],
  ['a reply to somebody who never wrote', message({ windowExpiresAt: undefined }), 'reply_window'],
  ['a reply under a window whose end is no date', message({ windowExpiresAt: new Date(Number.NaN) }), 'reply_window'],
  ['a reply after a tap on a button', after('postback', hours(-23)), until(hours(1))],
  ['a reply a day after a tap on a button', after('postback', hours(-25)), 'reply_window'],
  ['a reply after an ig.me link into the thread', after('link', hours(-23)), until(hours(1))],
  ['a reply a day after an ig.me link into the thread', after('link', hours(-25)), 'reply_window'],
  ['a reply after a reaction to our message', after('reaction', hours(-23)), until(hours(1))],
  ['a reply a day after a reaction to our message', after('reaction', hours(-25)), 'reply_window'],
  ['a reply after an ad brought a message', after('ad_message', hours(-23)), until(hours(1))],
  ['a reply two days after an ad, no longer window given', after('ad_message', hours(-48)), 'reply_window'],
  ['a reply two days after an ad, seven given', after('ad_message', days(-2), { longAds: true }), until(days(5))],
  ['a reply seven days after an ad, seven given', after('ad_message', days(-7), { longAds: true }), 'reply_window'],
  [
    'a reply two days after a message, seven given to ads',
    after('message', days(-2), { longAds: true }),
    'reply_window',
  ],
  [
    'a message to somebody who only commented',
    message({ windowExpiresAt: undefined, lastMessageAt: undefined }),
    'reply_window',
  ],
]

const humanAgent: Row[] = [
  ['a person’s words two days after the message', late(days(-2)), until(days(5), 'HUMAN_AGENT')],
  ['a person’s edit two days after', late(days(-2), { provenance: 'edited' }), until(days(5), 'HUMAN_AGENT')],
  ['a draft as it came, two days after the message', late(days(-2), { provenance: 'drafted' }), 'reply_window'],
  ['words of nobody knows whom, two days after', without(late(days(-2)), 'provenance'), 'reply_window'],
  ['a person’s words without the feature', late(days(-2), { account: {} }), 'reply_window'],
  ['a person’s words with the feature taken away', late(days(-2), { account: { humanAgent: false } }), 'reply_window'],
  ['a person’s words of an account nothing is known of', without(late(days(-2)), 'account'), 'reply_window'],
  ['a person’s words a second before seven days', late(ms(1000 - 7 * 86_400_000)), until(ms(1000), 'HUMAN_AGENT')],
  ['a person’s words after seven days, to the instant', late(days(-7)), 'reply_window'],
  ['a person’s words after eight days', late(days(-8)), 'reply_window'],
  ['a person’s words as the ordinary window closes', late(days(-1)), until(days(6), 'HUMAN_AGENT')],
  ['a person’s words inside the ordinary window: no tag', late(hours(-23)), until(hours(1))],
  ['a person’s words, the contact’s last message unknown', without(late(days(-2)), 'lastMessageAt'), 'reply_window'],
  [
    'a person’s words two days after a tap, eight after the message',
    after('postback', days(-2), { lastMessageAt: days(-8), account: { humanAgent: true }, provenance: 'written' }),
    'reply_window',
  ],
  ['a person’s words to somebody who opted out', late(days(-2), { optedOutAt: days(-1) }), 'opt_out'],
  [
    'a person’s private reply gets no longer window',
    inPrivate({ at: undefined }, { lastMessageAt: days(-2), account: { humanAgent: true }, provenance: 'written' }),
    'reply_window',
  ],
]

const privateReplies: Row[] = [
  ['a private reply an hour after the comment', inPrivate(), until(days(7 - 1 / 24))],
  ['a private reply a second before seven days', inPrivate({ at: ms(1000 - 7 * 86_400_000) }), until(ms(1000))],
  ['a private reply after seven days, to the instant', inPrivate({ at: days(-7) }), 'private_reply_window'],
  ['a private reply after eight days', inPrivate({ at: days(-8) }), 'private_reply_window'],
  [
    'a late one, and the contact wrote since',
    inPrivate({ at: days(-8) }, { windowExpiresAt: hours(1) }),
    'private_reply_window',
  ],
  ['one to a comment whose date is none', inPrivate({ at: new Date(Number.NaN) }), 'private_reply_window'],
  ['a second private reply to a comment', inPrivate({ answeredPrivately: true }), 'private_reply_used'],
  ['a second and late one', inPrivate({ answeredPrivately: true, at: days(-8) }), 'private_reply_used'],
  ['a private reply to a hidden comment', inPrivate({ hidden: true }), until(days(7 - 1 / 24))],
  ['a private reply to a reply below a comment', inPrivate({ nested: true }), until(days(7 - 1 / 24))],
  ['a private reply to a comment that is gone', inPrivate({}, { comment: undefined }), 'no_comment'],
  ['one to a comment of unknown age, window open', undated(hours(3)), until(hours(3))],
  ['one to a comment of unknown age, window closed', undated(hours(-3)), 'reply_window'],
  ['one to a comment of unknown age, no window', undated(undefined), 'reply_window'],
]

const live: Row[] = [
  ['a private reply five minutes after the last live comment', toLive(minutes(-5)), until(minutes(5))],
  ['a private reply ten minutes after the last live comment', toLive(minutes(-10)), 'private_reply_window'],
  ['one to an old live comment, others still come', toLive(hours(-1), minutes(-1)), until(minutes(9))],
  ['one to an old live comment, the others ended', toLive(hours(-1), minutes(-11)), 'private_reply_window'],
  ['one to a live comment newer than all others', toLive(minutes(-2), hours(-1)), until(minutes(8))],
  ['one to a week-old live comment, others still come', toLive(days(-7), at), 'private_reply_window'],
  ['one as a live comment turns a week old', toLive(ms(1000 - 7 * 86_400_000), at), until(ms(1000))],
  ['one to a live comment of unknown age', toLive(undefined), 'private_reply_window'],
  ['one to a live comment of unknown age, others still come', toLive(undefined, at), 'private_reply_window'],
]

const publicReplies: Row[] = [
  ['a public reply to a comment', inPublic(), always],
  ['a public reply to an old comment', inPublic({ at: days(-400) }), always],
  ['a public reply to a comment of unknown age', inPublic({ at: undefined }), always],
  ['a public reply to one answered privately before', inPublic({ answeredPrivately: true }), always],
  ['a public reply to a reply', inPublic({ nested: true }), 'comment_nested'],
  ['a public reply to a hidden comment', inPublic({ hidden: true }), 'comment_hidden'],
  ['a public reply to a live comment', inPublic({ live: true, at: minutes(-1) }), 'comment_live'],
  ['a public reply to a hidden live comment', inPublic({ live: true, hidden: true }), 'comment_hidden'],
  ['a public reply to a comment that is gone', inPublic({}, { comment: undefined }), 'no_comment'],
]

const moderation: Row[] = [
  ['hiding a comment', hide(), always],
  ['showing a comment again', unhide({ hidden: true }), always],
  ['deleting a comment', remove(), always],
  ['hiding a comment that is gone', hide({}, { comment: undefined }), 'no_comment'],
  ['showing a comment that is gone', unhide({}, { comment: undefined }), 'no_comment'],
  ['deleting a comment that is gone', remove({}, { comment: undefined }), 'no_comment'],
  ['hiding a live comment', hide({ live: true }), always],
  ['hiding a reply below a comment', hide({ nested: true }), always],
  ['hiding what somebody who opted out wrote', hide({}, { optedOutAt: hours(-1) }), always],
  ['hiding while another app holds the thread', hide({}, { standby: true }), always],
  ['hiding, which has no words', hide({}, { text: '' }), always],
  ['deleting, with words too long for a reply', remove({}, { text: 'x'.repeat(1001) }), always],
  ['deleting after many replies', remove({}, { repliesLastHour: 1000, sameTextContacts: 1000 }), always],
]

const mentions: Row[] = [
  ['an answer to a mention elsewhere', onMention(elsewhere), always],
  ['an answer to a mention of long ago', onMention({ ...elsewhere, at: days(-400) }), always],
  ['an answer to a mention in a reply below a comment', onMention({ ...elsewhere, nested: true }), always],
  ['an answer to a mention that is gone', onMention({}, { comment: undefined }), 'no_comment'],
  ['an answer to a mention, its author opted out', onMention(elsewhere, { optedOutAt: hours(-1) }), 'opt_out'],
  ['an empty answer to a mention', onMention(elsewhere, { text: ' ' }), 'empty_text'],
  ['an answer to a mention of 1,001 bytes', onMention(elsewhere, { text: 'a'.repeat(1001) }), 'text_limit'],
  ['a bad link under a mention', onMention(elsewhere, { text: 'https://shop' }), 'bad_link'],
  ['an answer to a mention without a disclosure', onMention(elsewhere, { account: { disclosure } }), always],
  ['words under a mention too many others got', onMention(elsewhere, { sameTextContacts: 99 }), 'repeated_text'],
  ['too many answers to mentions', onMention(elsewhere, { repliesLastHour: 99 }), 'reply_rate'],
  ['a private reply to a mention elsewhere', inPrivate(elsewhere), 'foreign_post'],
  ['a private reply to one on a Page', inPrivate(elsewhere, { platform: 'messenger' }), 'foreign_post'],
  ['a reply under a post that turned out to be foreign', inPublic(elsewhere), 'foreign_post'],
  ['hiding a mention elsewhere', hide(elsewhere), 'foreign_post'],
  ['showing a mention elsewhere again', unhide({ ...elsewhere, hidden: true }), 'foreign_post'],
  ['deleting a mention elsewhere', remove(elsewhere), 'foreign_post'],
]

const standing: Row[] = [
  ['a reply to somebody who opted out', message({ optedOutAt: hours(-1) }), 'opt_out'],
  ['a reply to somebody who opted out and wrote since', message({ optedOutAt: days(-9) }), 'opt_out'],
  ['a public reply to somebody who opted out', inPublic({}, { optedOutAt: hours(-1) }), 'opt_out'],
  ['a private reply to somebody who opted out', inPrivate({}, { optedOutAt: hours(-1) }), 'opt_out'],
  ['a reply in a thread another app holds', message({ standby: true }), 'standby'],
  ['a private reply while another app holds the thread', inPrivate({}, { standby: true }), 'standby'],
  ['a public reply while another app holds the thread', inPublic({}, { standby: true }), 'standby'],
]

const texts: Row[] = [
  ['no words', message({ text: '' }), 'empty_text'],
  ['spaces and line ends', message({ text: ' \n\t\u00a0\u3000' }), 'empty_text'],
  ['signs without a shape', message({ text: '\u200b\u2060\ufeff\u00ad\ufe0f' }), 'empty_text'],
  ['signs that steer a terminal', message({ text: '\u0000\u0007\u001b\u0085' }), 'empty_text'],
  ['letters that show as nothing', message({ text: '\u3164\u115f\u2800' }), 'empty_text'],
  ['a single picture', message({ text: '👍🏽' }), open],
  ['a single heart with its variation', message({ text: '❤️' }), open],
  ['an empty public reply', inPublic({}, { text: ' ' }), 'empty_text'],
  ['an empty private reply', inPrivate({}, { text: ' ' }), 'empty_text'],
  ['1,000 bytes in 1,000 letters', message({ text: 'a'.repeat(1000) }), open],
  ['1,001 bytes in 1,001 letters', message({ text: 'a'.repeat(1001) }), 'text_limit'],
  ['1,000 bytes in 500 umlauts', message({ text: 'ä'.repeat(500) }), open],
  ['1,001 bytes in 501 letters', message({ text: `${'ä'.repeat(500)}.` }), 'text_limit'],
  ['1,000 bytes in 250 pictures', message({ text: '🙂'.repeat(250) }), open],
  ['1,004 bytes in 251 pictures', message({ text: '🙂'.repeat(251) }), 'text_limit'],
  ['a public reply of 1,001 bytes', inPublic({}, { text: 'a'.repeat(1001) }), 'text_limit'],
  ['a private reply of 1,001 bytes', inPrivate({}, { text: 'a'.repeat(1001) }), 'text_limit'],
  ['a link', message({ text: 'See https://shop.example/sizes?b=1#m.' }), open],
  ['a link in brackets', message({ text: 'The sizes (https://shop.example/sizes) are here' }), open],
  ['a link without a scheme', message({ text: 'See www.shop.example/a' }), open],
  ['a link with a space in it', message({ text: 'See https:// shop.example' }), 'bad_link'],
  ['a link that lost a slash', message({ text: 'See https:/shop.example' }), 'bad_link'],
  ['a link that lost its colon', message({ text: 'See https//shop.example' }), 'bad_link'],
  ['a link to nowhere', message({ text: 'See https://shop' }), 'bad_link'],
  ['a good link and a bad one', message({ text: 'https://a.example https://b..example' }), 'bad_link'],
  ['a link with a placeholder left open', message({ text: 'https://shop.example/{order}' }), 'bad_link'],
  ['a bad link in public', inPublic({}, { text: 'https://shop' }), 'bad_link'],
  ['a bad link in a private reply', inPrivate({}, { text: 'https://shop' }), 'bad_link'],
]

const disclosures: Row[] = [
  ['a first reply that names the machine', told('Hi! I am an automated assistant.', undefined), open],
  ['a first reply that does not', told('Hi!', undefined), 'disclosure'],
  ['a first private reply that does not', inPrivate({}, { account: { disclosure } }), 'disclosure'],
  ['a public reply that does not', inPublic({}, { account: { disclosure } }), always],
  ['a first reply where nothing is demanded', message({ lastReply: undefined }), open],
  ['the next reply', told('In May.', drafted(hours(-2))), open],
  ['a reply within the silence', told('In May.', drafted(days(-6))), open],
  ['a reply as the silence is about to be long', told('In May.', drafted(hours(1 - 7 * 24))), until(hours(1))],
  ['a reply after the silence, to the instant', told('In May.', drafted(days(-7))), 'disclosure'],
  ['a reply after a long silence', told('In May.', drafted(days(-30))), 'disclosure'],
  ['one that names the machine after it', told('I am an automated assistant. Yes.', drafted(days(-30))), open],
  ['a draft that follows a person', told('In May.', byPerson), 'disclosure'],
  ['an edited draft that follows a person', told('In May.', byPerson, { provenance: 'edited' }), 'disclosure'],
  ['a person’s words that follow a person', told('In May.', byPerson, { provenance: 'written' }), open],
  ['a person’s words at the start', told('Hi!', undefined, { provenance: 'written' }), open],
  ['a draft at the start', told('Hi!', undefined, { provenance: 'drafted' }), 'disclosure'],
  ['the sentence in capitals, broken over two lines', told('I AM AN AUTOMATED\n  ASSISTANT.', undefined), open],
  ['half the sentence', told('I am an automated', undefined), 'disclosure'],
  [
    'a demanded sentence that is blank',
    message({ account: { disclosure: { sentence: ' ', gapMs: 0 } } }),
    'disclosure',
  ],
]

const pace: Row[] = [
  ['words nobody else got', message({ sameTextContacts: 0 }), open],
  ['words all but too many others got', message({ sameTextContacts: SAME_TEXT_CONTACTS_MAX - 1 }), open],
  ['words too many others got', message({ sameTextContacts: SAME_TEXT_CONTACTS_MAX }), 'repeated_text'],
  ['public words too many others got', inPublic({}, { sameTextContacts: SAME_TEXT_CONTACTS_MAX }), 'repeated_text'],
  ['private words too many others got', inPrivate({}, { sameTextContacts: SAME_TEXT_CONTACTS_MAX }), 'repeated_text'],
  ['others that were counted to no number', message({ sameTextContacts: Number.NaN }), 'repeated_text'],
  ['the first reply within an hour', message({ repliesLastHour: 0 }), open],
  ['the last reply that an hour takes', message({ repliesLastHour: REPLIES_PER_HOUR_MAX - 1 }), open],
  ['one more than an hour takes', message({ repliesLastHour: REPLIES_PER_HOUR_MAX }), 'reply_rate'],
  ['one more in public than an hour takes', inPublic({}, { repliesLastHour: REPLIES_PER_HOUR_MAX }), 'reply_rate'],
  ['one more in private than an hour takes', inPrivate({}, { repliesLastHour: REPLIES_PER_HOUR_MAX }), 'reply_rate'],
  ['replies that were counted to no number', message({ repliesLastHour: Number.NaN }), 'reply_rate'],
]

/** Of several faults the one that no wording mends is named, and of those the one that lasts. */
const order: Row[] = [
  ['another app’s thread, opted out', message({ standby: true, optedOutAt: at }), 'standby'],
  [
    'a foreign post’s comment, answered and old',
    inPrivate({ ...elsewhere, answeredPrivately: true, at: days(-8) }),
    'foreign_post',
  ],
  [
    'after the window, too often, without words',
    message({ windowExpiresAt: at, repliesLastHour: 99, text: '' }),
    'reply_window',
  ],
  ['too often, without words', message({ repliesLastHour: 99, text: '' }), 'reply_rate'],
  ['too long, with a bad link', message({ text: `https://shop ${'a'.repeat(1000)}` }), 'text_limit'],
  ['a bad link, undisclosed', told('https://shop', undefined), 'bad_link'],
  ['undisclosed, to too many', told('Hi!', undefined, { sameTextContacts: 99 }), 'disclosure'],
]

function without(post: PolicyCase, fact: keyof PolicyCase): PolicyCase {
  return Object.fromEntries(Object.entries(post).filter(([name]) => name !== fact)) as unknown as PolicyCase
}

const table = {
  window,
  humanAgent,
  privateReplies,
  live,
  publicReplies,
  moderation,
  mentions,
  standing,
  texts,
  disclosures,
  pace,
  order,
}
const rows = Object.values(table).flat()

describe.each(Object.entries(table))('the policy on %s', (_part, part) => {
  it.each(part)('%s', (_words, post, expected) => {
    const verdict = judge(post, at)
    if (typeof expected === 'string') expect(verdict).toMatchObject({ allow: false, rule: expected })
    else expect(verdict).toEqual(expected)
  })
})

describe('the table of rules', () => {
  it('is held to 120 cases and more, each with words of its own', () => {
    expect(rows.length).toBeGreaterThanOrEqual(120)
    expect(new Set(rows.map(([words]) => words)).size).toBe(rows.length)
  })

  it.each(policyRules.map(({ name }) => name))('has a case that %s denies', (name) => {
    expect(rows.some(([, post]) => (judge(post, at) as { rule?: Rule }).rule === name)).toBe(true)
  })

  it.each(policyRules.map((rule) => [rule.name, rule] as const))('says whose rule %s is', (_name, { source }) => {
    expect(source).toMatch(/^house$|^https:\/\/developers\.facebook\.com\/(docs|documentation)\/./)
  })

  it('names each rule once', () => {
    expect(new Set(policyRules.map(({ name }) => name)).size).toBe(policyRules.length)
  })

  it('stands in the README, rule by rule and in its order', () => {
    const readme = readFileSync(new URL('./README.md', import.meta.url), 'utf8')
    const listed = [...readme.matchAll(/^\| `(\w+)`.*\| (?:house|\[Meta\]\((.+)\)) +\|$/gm)]
    expect(listed.map(([, name, source = 'house']) => [name, source])).toEqual(
      policyRules.map(({ name, source }) => [name, source]),
    )
  })
})

describe('a deny', () => {
  const reasonOf = (post: PolicyCase) => (judge(post, at) as { reason?: string }).reason

  it('tells since when', () => {
    expect(judge(message({ windowExpiresAt: minutes(-3) }), at)).toMatchObject({ since: minutes(-3) })
    expect(judge(message({ optedOutAt: minutes(-3) }), at)).toMatchObject({ since: minutes(-3) })
    expect(judge(inPrivate({ at: days(-8) }), at)).toMatchObject({ since: days(-1) })
    expect(judge(late(days(-2), { provenance: 'drafted' }), at)).toMatchObject({ since: days(-1) })
  })

  it('tells how far over the limit a text is, in the platform’s unit', () => {
    expect(reasonOf(message({ text: '🙂'.repeat(251) }))).toBe('The reply has 1004 bytes; Instagram takes at most 1000')
  })

  it('tells which link is bad', () => {
    expect(reasonOf(message({ text: 'https://a.example https://b' }))).toContain('Link 2')
  })

  it('tells a person that their own words could still go out', () => {
    expect(reasonOf(late(days(-2), { provenance: 'drafted' }))).toContain('a person wrote or edited')
    expect(reasonOf(late(days(-8), { provenance: 'drafted' }))).toBe('The reply window has closed')
  })

  it('tells a live video’s end from a comment’s age', () => {
    expect(reasonOf(inPrivate({ live: true, at: hours(-1) }))).toContain('live')
    expect(reasonOf(inPrivate({ at: days(-8) }))).toContain('seven days')
  })

  it('is about the words or about the moment', () => {
    const words = policyRules.map(({ name }) => name).filter(isAboutWords)
    expect(words).toEqual(['empty_text', 'text_limit', 'bad_link', 'disclosure', 'repeated_text'])
  })
})
