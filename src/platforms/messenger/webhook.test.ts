import { readdirSync, readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { parseMessengerDelivery } from './webhook.ts'

const folder = new URL('../../../tests/fixtures/messenger/', import.meta.url)
const parse = (name: string) =>
  parseMessengerDelivery(readFileSync(new URL(`${name}.json`, folder))).map(({ item }) => item)

const us = '200000000000001'
const eva = '7000000000000001'
const dm = { accountRef: us, contactRef: eva, at: new Date(1763799999000) }
const odd = (reason: string) => [{ kind: 'unrecognised', reason }]
const message = (messageRef: string, form: string, rest: object = {}) => [
  { kind: 'message', ...dm, messageRef, form, ...rest },
]
const echo = (messageRef: string, rest: object) => [
  { kind: 'echo', accountRef: us, contactRef: eva, messageRef, self: false, ...rest },
]
const comment = {
  kind: 'comment',
  accountRef: us,
  contactRef: '3000000000000001',
  at: new Date(1763800099000),
  commentRef: '55_66',
  mediaRef: `${us}_55`,
  text: 'Open on Sunday?',
  live: false,
  own: false,
  key: ['comment', us, 'feed', '55_66'],
}
const enforcement = { kind: 'enforcement', accountRef: us, at: new Date(1763800000000) }
const mark = (kind: string, at: number) => [
  { kind, accountRef: us, contactRef: eva, at: new Date(at), key: [kind, us, eva, String(at)] },
]

const table: Record<string, object[]> = {
  text: message('m_A1', 'text', { text: 'Do you ship to Graz?', key: ['message', us, 'm_A1'] }),
  'quick-reply': message('m_Q1', 'quick_reply', { text: 'hello', replyToRef: 'm_A0' }),
  image: message('m_A2', 'media', { attachments: [{ type: 'image', url: 'https://scontent.example/1' }] }),
  sticker: message('m_A3', 'media', { attachments: [{ type: 'sticker', url: 'https://scontent.example/s' }] }),
  'shared-post': message('m_A4', 'media', {
    attachments: [{ type: 'post', url: 'https://facebook.example/p', title: 'Winter coats' }],
  }),
  link: message('m_A5', 'text', {
    text: 'see https://youtu.example/x',
    attachments: [{ type: 'fallback', url: 'https://youtu.example/x', title: 'Video' }],
  }),
  'link-without-payload': message('m_A5b', 'text', { attachments: [{ type: 'fallback' }] }),
  appointment: message('m_A6', 'media', { attachments: [{ type: 'appointment_booking' }] }),
  product: message('m_A7', 'media', { attachments: [{ type: 'template' }] }),
  advertisement: message('m_A8', 'text', { referral: 'r1' }),
  'empty-message': odd('Message without text or attachment'),
  echo: echo('m_OUT1', {
    text: 'Yes, 2-3 days.',
    appRef: '1517776481860111',
    correlation: 'pst_01j0000000000000000000000a',
    key: ['echo', us, 'm_OUT1'],
  }),
  'echo-inbox': echo('m_OUT2', { appRef: '26390203743090' }),
  'echo-bare': echo('m_OUT3', { text: 'Hi!' }),
  'echo-attachment': echo('m_OUT4', { appRef: '26390203743090', attachments: [{ type: 'image' }] }),
  edit: [{ kind: 'edit', ...dm, messageRef: 'm_A1', text: 'Do you ship to Linz?', editCount: 1 }],
  delivery: mark('delivered', 1763800051000),
  'delivery-without-mids': mark('delivered', 1763800051000),
  read: mark('seen', 1763800052000),
  'read-without-watermark': odd('Read: watermark is missing or odd'),
  reaction: [{ kind: 'reaction', ...dm, messageRef: 'm_OUT1', emoji: '😀' }],
  unreaction: [{ kind: 'reaction', messageRef: 'm_OUT1', at: new Date(1763800001000) }],
  postback: message('m_PB1', 'postback', { at: new Date(1763800070000), text: 'Get started', referral: 'r2' }),
  'postback-standby': message('m_PB2', 'postback', { at: new Date(1763800070000), standby: true }),
  'postback-user-ref': odd('The sender is known to a plugin alone'),
  referral: [{ kind: 'referral', ...dm, ref: 'spring' }],
  optin: odd('Items with optin are not used'),
  'policy-block': [{ ...enforcement, action: 'block', reason: 'The Page was blocked for misuse of message tags.' }],
  'policy-unblock': [{ ...enforcement, action: 'unblock', key: ['enforcement', us, 'unblock', '1763800000000'] }],
  'policy-odd': odd('Policy enforcement: action is missing or odd'),
  handover: odd('Items with pass_thread_control are not used'),
  feedback: odd('Items with response_feedback are not used'),
  standby: message('m_SB1', 'text', { standby: true }),
  unsend: [{ kind: 'unsend', ...dm, messageRef: 'm_A1' }],
  comment: [comment],
  'comment-reply': [{ ...comment, commentRef: '55_67', parentRef: '55_66', text: 'Yes?', key: expect.anything() }],
  'comment-own': [{ kind: 'comment', own: true, contactRef: us, parentRef: '55_66' }],
  'comment-nameless': odd('Comment: from is missing or odd'),
  'comment-hidden': odd('A comment that is hidden'),
  'comment-edited': [
    { kind: 'edit', messageRef: '55_66', onComment: true, text: 'Open on Monday?', editCount: 1_763_800_200 },
  ],
  'comment-removed': [{ kind: 'unsend', messageRef: '55_66', onComment: true }],
  'comment-hide': [{ kind: 'visibility', commentRef: '55_66', hidden: true }],
  'comment-unhide': [{ kind: 'visibility', commentRef: '55_66', hidden: false }],
  'visitor-post': odd('Feed items with post and add are not used'),
  'feed-reaction': odd('Feed items with reaction and add are not used'),
  'feed-future': odd('Feed item of an unknown kind'),
  mention: [
    {
      ...{ kind: 'mention', accountRef: us, mediaRef: '400000000000004_90', commentRef: '90_91', text: 'see @Alpine' },
      ...{ contactRef: '3000000000000001', name: 'Eva', link: { url: 'https://www.facebook.com/90_91' } },
      at: new Date(1_763_800_099_000),
    },
  ],
  'mention-in-post': [
    { kind: 'mention', mediaRef: '3000000000000001_95', key: ['mention', us, '3000000000000001_95', ''] },
  ],
  'mention-nameless': [{ kind: 'mention_notice', mediaRef: '400000000000004_90', commentRef: '90_91' }],
  'mention-at-home': odd('A mention under a post of the Page itself, which comes as a comment too'),
  'mention-own': odd('A mention by the account itself'),
  'mention-edited': [{ kind: 'edit', messageRef: '90_91', onComment: true, text: 'see @Alpine again' }],
  'mention-removed': [{ kind: 'unsend', messageRef: '90_91', onComment: true }],
  ratings: odd('Field ratings is not used'),
  'message-as-change': message('m_C1', 'text', { text: 'as a change' }),
  'test-message': odd('A test event of the dashboard'),
  'other-object': odd('The delivery is not about a Page'),
  'changed-fields': odd('Entry without values: “Include values” is off'),
  list: [...message('m_L1', 'text'), ...message('m_L2', 'text')],
  mixed: [
    ...message('m_MIX1', 'text'),
    ...odd('Messaging item is not an object'),
    ...odd('Messaging item of an unknown kind'),
    ...odd('Message: mid is missing or odd'),
    ...odd('Item with message: sender is missing or odd'),
    ...mark('seen', 1763800052000),
    { ...enforcement, action: 'warning' },
    ...message('m_MIX4', 'text', { standby: true }),
    comment,
    ...odd('Change of an unknown field'),
    ...odd('Change is not an object'),
    ...odd('An entry is not an object'),
    ...odd('Entry: id is missing or odd'),
    ...odd('Entry: messaging is not a list'),
    ...message('m_MIX5', 'text'),
  ],
}

describe('parseMessengerDelivery', () => {
  it.each(Object.keys(table))('reads the shape %s', (name) => {
    const items = parse(name)
    expect(items).toMatchObject(table[name] ?? [])
    expect(items).toHaveLength(table[name]?.length ?? 0)
  })

  it('is shown every fixture there is', () => {
    const names = readdirSync(folder).map((file) => file.replace(/\.json$/, ''))
    expect(names.sort()).toEqual(Object.keys(table).sort())
  })

  it('says nothing of an app or a correlation that an echo does not name', () => {
    for (const name of ['appRef', 'correlation']) expect(parse('echo-bare')[0]).not.toHaveProperty(name)
    expect(parse('echo-attachment')[0]).not.toHaveProperty('correlation')
  })

  it('takes no comment below the post itself for an answer to one', () => {
    expect(parse('comment')[0]).not.toHaveProperty('parentRef')
  })
})
