import { describe, expect, it } from 'vitest'
import { newId } from './ids.ts'
import { neededFor, riskKinds, risksOf, turnOf } from './second.ts'

const at = new Date('2026-11-24T12:00:00Z')
const plain = { flags: [], asked: ['Do you ship to Graz?'], reply: 'Yes, we do, in 2-3 days.', isFirst: false }
const [ada, bob] = [newId('operator', at), newId('operator', at)]
const first = {
  id: newId('decision', at),
  operatorId: ada,
  provenance: 'drafted',
  edited: false,
  kinds: 'message',
} as const

describe('what in a reply asks for two people', () => {
  it('is nothing in a plain answer', () => {
    expect(risksOf(plain)).toEqual([])
  })

  it.each([
    ['refunds', 'I want my money back'],
    ['refunds', 'Wo bleibt die Rückerstattung?'],
    ['legal', 'You will hear from my lawyer'],
    ['health', 'My son is allergic to nuts'],
    ['minors', 'I am 15 years old'],
    ['press', 'I am a journalist and have a question'],
    ['threats', 'I will kill you'],
  ])('%s, when the contact says: %s', (kind, said) => {
    expect(risksOf({ ...plain, asked: [said] })).toContain(kind)
  })

  it.each([
    'See https://example.org/pay',
    'Write to www.example.org',
    'Go to evil.example/pay',
    'hxxp://evil.example',
    'shop.example.com',
  ])('links, when the reply says: %s', (reply) => {
    expect(risksOf({ ...plain, reply })).toEqual(['links'])
  })

  it('is no link of the contact’s, and no number with a dot', () => {
    expect(risksOf({ ...plain, asked: ['see www.example.org'], reply: 'It costs 12.50 today.' })).toEqual([])
  })

  it('is what Claude flagged, and that nobody answered before', () => {
    const flags = ['refund', 'legal', 'health', 'minor', 'press', 'threat', 'abuse', 'complaint']
    const all = riskKinds.filter((kind) => kind !== 'links')
    expect(risksOf({ ...plain, flags, isFirst: true })).toEqual(all)
  })

  it('is needed for the kinds of the rule only', () => {
    expect(neededFor(null, ['refunds'])).toEqual([])
    expect(neededFor(['links', 'press'], ['refunds', 'links'])).toEqual(['links'])
  })
})

describe('whose turn it is', () => {
  const second = { needed: ['refunds'], first, operatorId: bob, isSame: true } as const

  it('one approval is enough without a need', () => {
    expect(turnOf({ ...second, needed: [], first: undefined })).toBe('post')
  })

  it('the first approval waits, another person’s of the same words sends', () => {
    expect(turnOf({ ...second, first: undefined })).toBe('endorse')
    expect(turnOf(second)).toBe('post')
  })

  it('the same person is refused', () => {
    expect(() => turnOf({ ...second, operatorId: ada })).toThrow('approved this reply yourself')
  })

  it('an edit begins anew, whoever makes it', () => {
    for (const operatorId of [ada, bob]) expect(turnOf({ ...second, operatorId, isSame: false })).toBe('endorse')
  })
})
