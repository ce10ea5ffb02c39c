import { describe, expect, it } from 'vitest'
import { newId } from '#src/domain/ids.ts'
import { anAnswer, anEntry, aRequest, aTurn } from '#tests/support/claude.ts'
import { validateReply } from './validate.ts'

const entry = anEntry(
  'Contact',
  'Visit https://shop.example.com or write to hello@shop.example.com, phone +43 316 123 456 78.',
)
const request = aRequest({
  knowledge: [entry],
  turns: [aTurn({ text: 'My number is 0664 555 01 99 and I am @jane_k, order 4455667788, jane@mail.example' })],
})

function noteOn(reply: string, changed = {}) {
  const checked = validateReply(anAnswer({ reply, ...changed }), request)
  return checked.ok ? undefined : checked.note
}

it('counts an Instagram reply in bytes, as Meta does', () => {
  expect(noteOn('🙂'.repeat(250))).toBeUndefined()
  expect(noteOn('🙂'.repeat(251))).toBe('The reply has 1004 bytes; Instagram takes at most 1000')
})

it('takes hidden characters out of a reply, so that what is shown is what is sent', () => {
  const checked = validateReply(anAnswer({ reply: ' Yes\u200b,\u{e0041} we\u202e do.\r\n❤️ ' }), request)
  expect(checked).toMatchObject({ ok: true, reply: { text: 'Yes, we do.\n❤️' } })
})

it.each([
  ['nothing', { reply: ' \u200b ' }, 'The reply is empty'],
  ['a language that does not exist', { language: 'klingon-like' }, 'The reply names no known language'],
  ['no language', { language: 'und' }, 'The reply names no known language'],
  [
    'another script',
    { language: 'de', reply: 'Да, мы доставляем в Грац.' },
    'The reply is not written in its language, de',
  ],
  ['too much confidence', { confidence: 1.2 }, 'The confidence is not between 0 and 1'],
  ['a confidence that is no number', { confidence: Number.NaN }, 'The confidence is not between 0 and 1'],
  [
    'an invented source',
    { citations: [newId('entry', new Date(0))] },
    'The reply cites a knowledge entry that was not given',
  ],
])('refuses a reply with %s', (_name, changed, note) => {
  const checked = validateReply(anAnswer(changed), request)
  expect(checked).toEqual({ ok: false, note })
})

it('accepts every common language in its own script', () => {
  const samples = {
    ja: 'はい、グラーツへ発送できます。',
    zh: '可以，我们可以寄到格拉茨那边去。',
    he: 'כן, אנחנו שולחים לגראץ.',
    hi: 'हाँ, हम ग्राज़ भेजते हैं।',
    sr: 'Da, šaljemo u Grac.',
    ko: '네, 그라츠로 배송합니다.',
    'pt-BR': 'Sim, enviamos para Graz.',
  }
  for (const [language, reply] of Object.entries(samples)) expect(noteOn(reply, { language }), language).toBeUndefined()
})

it('cites each given entry once, and marks what an operator should look at', () => {
  const checked = validateReply(
    anAnswer({ citations: [entry.id, entry.id], confidence: 0.5, flags: ['refund'] }),
    request,
  )
  expect(checked).toMatchObject({ ok: true, reply: { citations: [entry.id], flags: ['refund', 'low_confidence'] } })
})

describe('links', () => {
  it.each([
    'See https://shop.example.com/sizes?x=1.',
    'See www.shop.example.com/sizes',
    'See SHOP.EXAMPLE.COM!',
    'Write to hello@shop.example.com.',
    'We open at 10.30 Uhr, z.B. am Samstag, d.h. bald. EE.UU. también. St.Gallen auch.',
  ])('lets through: %s', (reply) => expect(noteOn(reply)).toBeUndefined())

  it.each([
    'https://evil.example/x',
    'HTTPS://evil.example',
    'https://shop.example.com@evil.example/',
    'https://shop.example.com.evil.example',
    'https://sub.shop.example.com',
    'evil.com',
    'go to evil.com/free',
    'www.evil.tattoo',
    'evil.tattoo/free',
    'ｅｖｉｌ．ｃｏｍ',
    'http://10.0.0.1/x',
    '10.0.0.1',
    'xn--80ak6aa92e.com',
    'javascript://shop.example.com/%0aalert(1)x',
    'https://[::1]/',
  ])('refuses: %s', (reply) => expect(noteOn(reply)).toMatch(/^The reply links to /))

  it('takes no link from the contact', () => {
    const asked = aRequest({ turns: [aTurn({ text: 'Is https://evil.example yours?' })] })
    expect(validateReply(anAnswer({ reply: 'Yes, https://evil.example is ours.' }), asked).ok).toBe(false)
  })
})

describe('other people’s data', () => {
  it.each([
    'Call us: +43 316 12345678.',
    'Call us: 0316/123 456 78',
    'We will call 0664 5550199.',
    'Your order 4455667788 is on its way, @jane_k.',
    'We wrote to jane@mail.example.',
    'Open 01.12. - 24.12.2026, 10.00 - 18.00, or 2026-12-01 to 2026-12-24.',
    'It costs 1.299 € or 49,90 €.',
  ])('lets through: %s', (reply) => expect(noteOn(reply)).toBeUndefined())

  it.each([
    ['Call +43 660 999 88 77.', 'number'],
    ['Call 01.23.45.67.89.', 'number'],
    ['Your order 1122334455 is on its way.', 'number'],
    ['Pay to DE89 3704 0044 0532 0130 00.', 'number'],
    ['Write to bob@mail.example.', 'e-mail'],
    ['Ask @somebody.else about it.', 'account'],
  ])('refuses: %s', (reply, what) => expect(noteOn(reply)).toContain(what))
})

it.each([
  `sk-ant-api03-${'a'.repeat(40)}`,
  `IGAA${'x'.repeat(40)}`,
  `EAA${'x'.repeat(40)}`,
  `gAAAAA${'x'.repeat(60)}==`,
  `Bearer ${'x'.repeat(30)}`,
  `eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxMjM0In0.${'x'.repeat(20)}`,
])('refuses what looks like a secret, and does not repeat it: %#', (secret) => {
  const note = noteOn(`The key is ${secret}.`)
  expect(note).toBe('The reply contains what looks like a secret')
})
