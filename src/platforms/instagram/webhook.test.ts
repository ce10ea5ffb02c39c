import { readdirSync, readFileSync } from 'node:fs'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { parseInstagramDelivery } from './webhook.ts'

const folder = new URL('../../../tests/fixtures/instagram/', import.meta.url)
const fixture = (name: string) => readFileSync(new URL(`${name}.json`, folder))
const parse = (value: unknown) => parseInstagramDelivery(new TextEncoder().encode(JSON.stringify(value)))

const us = '17841400000000001'
const anna = '1000000000000001'
const sent = new Date(1763799999000)
const dm = { accountRef: us, contactRef: anna, at: sent }
const comment = {
  kind: 'comment',
  accountRef: us,
  contactRef: '1000000000000009',
  at: new Date(1763800080000),
  commentRef: '18000000000000010',
  mediaRef: '18000000000000011',
  username: 'berta.example',
  text: 'price?',
  live: false,
  own: false,
}
const odd = (reason: string) => [{ kind: 'unrecognised', reason }]
const message = (messageRef: string, form: string, rest: object = {}) => [
  { kind: 'message', ...dm, messageRef, form, ...rest },
]

const table: Record<string, object[]> = {
  text: message('aWdfTEXT1', 'text', {
    text: 'Do you ship to Graz?',
    attachments: [],
    key: ['message', us, 'aWdfTEXT1'],
  }),
  image: message('aWdfIMG1', 'media', {
    text: '',
    attachments: [{ type: 'image', url: 'https://lookaside.example/a1' }],
  }),
  'future-attachment': message('aWdfNEW1', 'media', {
    attachments: [{ type: 'hologram', url: 'https://lookaside.example/h1' }],
  }),
  'shared-post': message('aWdfPOST1', 'media', {
    attachments: [{ type: 'ig_post', title: 'Winter coats', url: 'https://lookaside.example/p1' }],
  }),
  'shared-reel': message('aWdfREEL1', 'media', {
    attachments: [{ type: 'ig_reel', title: 'How it is made', url: 'https://lookaside.example/r1' }],
  }),
  'view-once': message('aWdfEPH1', 'media', { attachments: [{ type: 'ephemeral' }] }),
  'story-mention': message('aWdfSM1', 'story_mention', {
    attachments: [{ type: 'story_mention', url: 'https://lookaside.example/s1' }],
  }),
  'story-reply': message('aWdfR2', 'story_reply', {
    text: 'love it',
    attachments: [{ type: 'story', url: 'https://lookaside.example/st' }],
  }),
  'inline-reply': message('aWdfR1', 'text', { text: 'this one', replyToRef: 'aWdfTEXT0' }),
  'quick-reply': message('aWdfQ1', 'quick_reply', { text: 'Red' }),
  advertisement: message('aWdfAD1', 'text', { text: 'hi', referral: 'r1', fromAd: true }),
  product: message('aWdfPR1', 'text', { referral: '12000000000000077' }),
  unsupported: message('aWdfUNS1', 'unsupported', { text: '' }),
  'empty-message': odd('Message without text or attachment'),
  postback: message('aWdfPB1', 'postback', {
    at: new Date(1763800070000),
    text: 'Opening hours',
    key: ['postback', us, 'aWdfPB1'],
  }),
  'postback-without-mid': [
    {
      kind: 'message',
      form: 'postback',
      messageRef: expect.stringMatching(/^postback\.[0-9a-f]{40}$/),
      key: ['postback', us, anna, 'HOURS', '1763800070000'],
    },
  ],
  reaction: [
    {
      kind: 'reaction',
      ...dm,
      messageRef: 'aWdfOUT1',
      emoji: '❤️',
      key: ['reaction', us, 'aWdfOUT1', anna, 'react', 'love', '1763799999000'],
    },
  ],
  unreaction: [{ kind: 'reaction', messageRef: 'aWdfOUT1', at: new Date(1763800001000) }],
  seen: [{ kind: 'seen', ...dm, messageRef: 'aWdfOUT1', key: ['seen', us, anna, 'aWdfOUT1'] }],
  referral: [{ kind: 'referral', ...dm, ref: 'spring', key: ['referral', us, anna, '1763799999000', 'spring'] }],
  edit: [
    {
      kind: 'edit',
      ...dm,
      messageRef: 'aWdfTEXT1',
      text: 'Do you ship to Linz?',
      editCount: 1,
      key: ['edit', us, 'aWdfTEXT1', '1'],
    },
  ],
  'edit-zero': message('aWdfTEXT9', 'text', { text: 'Hello', key: ['message', us, 'aWdfTEXT9'] }),
  unsend: [
    {
      kind: 'unsend',
      contactRef: anna,
      messageRef: 'aWdfTEXT1',
      at: new Date(1763800060000),
      key: ['unsend', us, 'aWdfTEXT1'],
    },
  ],
  echo: [
    {
      kind: 'echo',
      accountRef: us,
      contactRef: anna,
      messageRef: 'aWdfOUT1',
      text: 'Yes, 2-3 days.',
      self: false,
      key: ['echo', us, 'aWdfOUT1'],
    },
  ],
  'echo-unflagged': [{ kind: 'echo', contactRef: anna, messageRef: 'aWdfOUT2', self: false }],
  self: [{ kind: 'echo', contactRef: us, messageRef: 'aWdfSELF1', self: true }],
  standby: message('aWdfSB1', 'text', { standby: true, key: ['message', us, 'aWdfSB1'] }),
  'comment-changes': [
    { ...comment, parentRef: '18000000000000009', key: ['comment', us, 'comments', '18000000000000010'] },
  ],
  'comment-changes-comment-id': [comment],
  'comment-flat': [comment],
  'comment-live': [{ ...comment, live: true, key: ['comment', us, 'live_comments', '18000000000000010'] }],
  'comment-own': [{ kind: 'comment', own: true, contactRef: us, parentRef: '18000000000000009' }],
  'comment-own-scoped': [{ kind: 'comment', own: true }],
  'mention-comment': [
    { kind: 'mention_notice', accountRef: us, mediaRef: '18000000000000020', commentRef: '18000000000000021' },
  ],
  'mention-caption': [
    { kind: 'mention_notice', mediaRef: '18000000000000020', key: ['mention', us, '18000000000000020', ''] },
  ],
  'story-insights': odd('Field story_insights is not used'),
  optin: odd('Items with optin are not used'),
  handover: odd('Items with pass_thread_control are not used'),
  'policy-enforcement': odd('Items with policy_enforcement are not used'),
  'test-message': odd('A test event of the dashboard'),
  'test-change': odd('A test event of the dashboard'),
  'message-as-change': message('aWdfTEXT3', 'text', { text: 'as a change' }),
  'changed-fields': odd('Entry without values: “Include values” is off'),
  list: [...message('aWdfL1', 'text'), ...message('aWdfL2', 'text')],
  'no-entries': [],
  'other-object': odd('The delivery is not about Instagram'),
  'big-numbers': [
    { kind: 'message', accountRef: us, contactRef: '1000000000000000019', at: sent, messageRef: 'aWdfBIG1' },
    ...odd('Messaging item of an unknown kind'),
  ],
  mixed: [
    ...message('aWdfMIX1', 'text'),
    ...odd('Messaging item is not an object'),
    ...odd('Messaging item of an unknown kind'),
    ...odd('Message: mid is missing or odd'),
    ...odd('Item with message: sender is missing or odd'),
    { kind: 'unsend', messageRef: 'aWdfMIX3' },
    ...odd('Messaging item of an unknown kind'),
    ...message('aWdfMIX4', 'text', { standby: true }),
    { ...comment, at: new Date(1763800000123) },
    ...odd('Change of an unknown field'),
    ...odd('Change is not an object'),
    ...odd('An entry is not an object'),
    ...odd('Entry: id is missing or odd'),
    ...odd('Entry: messaging is not a list'),
    ...message('aWdfMIX5', 'text'),
  ],
}

describe('parseInstagramDelivery', () => {
  it.each(Object.keys(table))('reads the shape %s', (name) => {
    expect(parseInstagramDelivery(fixture(name)).map(({ item }) => item)).toMatchObject(table[name] ?? [])
  })

  it('is shown every fixture there is', () => {
    const names = readdirSync(folder).map((file) => file.replace(/\.json$/, ''))
    expect(names.sort()).toEqual(Object.keys(table).sort())
  })

  it('loses no digit of a number beyond 2^53', () => {
    expect(parseInstagramDelivery(fixture('big-numbers'))[1]?.raw).toContain('"mood":18000000000000000003')
  })

  it('drops the reaction when it was taken back', () => {
    expect(parseInstagramDelivery(fixture('unreaction'))[0]?.item).not.toHaveProperty('emoji')
  })

  it.each([
    ['no bytes', new Uint8Array()],
    ['text', new TextEncoder().encode('hello')],
    ['half a body', new TextEncoder().encode('{"object":"instagram","entry":[')],
    ['bytes that are not UTF-8', Uint8Array.from([0x22, 0xff, 0xfe, 0x22])],
    ['a very deep body', new TextEncoder().encode('['.repeat(200_000))],
  ])('calls %s one unrecognised item', (_name, body) => {
    expect(parseInstagramDelivery(body)).toMatchObject([
      { item: { kind: 'unrecognised', reason: 'The delivery is not JSON' } },
    ])
  })

  it('never puts what a contact wrote into a reason', () => {
    const body = parse({
      object: 'instagram',
      entry: [{ id: us, messaging: [{ sender: 'canary', message: { text: 'canary' }, canary: 1 }] }],
    })
    expect(body).toMatchObject([{ item: { kind: 'unrecognised' } }])
    expect(JSON.stringify(body[0]?.item)).not.toContain('canary')
  })

  it('takes the last of a name that is given twice, and keeps the neighbours', () => {
    const twice = `{"object":"instagram","entry":[{"id":"${us}","id":"${us}","messaging":[{"sender":{"id":"1"},"sender":{"id":"2"},"recipient":{"id":"${us}"},"timestamp":1763799999000,"message":{"mid":"m","text":"t"}}]}]}`
    expect(parseInstagramDelivery(new TextEncoder().encode(twice))).toMatchObject([
      { item: { kind: 'message', contactRef: '2' } },
    ])
  })
})

const shapes = Object.keys(table).flatMap((name) => {
  const json: unknown = JSON.parse(fixture(name).toString())
  return (Array.isArray(json) ? json : [json]).flatMap((envelope: { object: string; entry: unknown[] }) =>
    envelope.object === 'instagram' ? envelope.entry : [],
  )
})
const entries = fc.array(fc.oneof(fc.constantFrom(...shapes), fc.jsonValue()), { maxLength: 8 })
const keysOf = (list: unknown[]) =>
  parse({ object: 'instagram', entry: list }).map(({ item }) => JSON.stringify(item.key))

describe('whatever is delivered', () => {
  it('is never thrown at: any bytes', () => {
    fc.assert(fc.property(fc.uint8Array({ maxLength: 512 }), (body) => parseInstagramDelivery(body).length > 0))
  })

  it('leaves something to see even when it is an empty list', () => {
    expect(parse([])).toMatchObject([{ item: { kind: 'unrecognised', reason: 'The delivery is an empty list' } }])
  })

  it('is never thrown at: any JSON, in any place', () => {
    const place = fc.constantFrom('top', 'entry', 'messaging', 'standby', 'changes', 'message')
    fc.assert(
      fc.property(fc.jsonValue(), place, (value, where) => {
        const inside: Record<string, unknown> = {
          top: value,
          entry: { object: 'instagram', entry: value },
          messaging: { object: 'instagram', entry: [{ id: us, messaging: value }] },
          standby: { object: 'instagram', entry: [{ id: us, standby: [value] }] },
          changes: { object: 'instagram', entry: [{ id: us, changes: [value] }] },
          message: {
            object: 'instagram',
            entry: [{ id: us, messaging: [{ sender: { id: '1' }, recipient: { id: us }, message: value }] }],
          },
        }
        for (const { item } of parse(inside[where])) expect(item.key.length).toBeGreaterThan(0)
      }),
      { numRuns: 2000 },
    )
  })

  it('keeps every neighbour of an odd entry', () => {
    fc.assert(
      fc.property(entries, fc.jsonValue(), fc.nat(), (list, rubbish, at) => {
        const cut = at % (list.length + 1)
        const mixed = keysOf([...list.slice(0, cut), rubbish, ...list.slice(cut)])
        for (const key of keysOf(list)) expect(mixed).toContain(key)
      }),
    )
  })

  it('means the same in any order and any repetition', () => {
    fc.assert(
      fc.property(
        entries.chain((list) =>
          fc.tuple(
            fc.constant(list),
            fc.shuffledSubarray([...list, ...list], { minLength: list.length * 2, maxLength: list.length * 2 }),
          ),
        ),
        ([list, again]) => {
          expect(new Set(keysOf(again))).toEqual(new Set(keysOf(list)))
        },
      ),
    )
  })
})
