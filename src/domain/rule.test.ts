import { describe, expect, it } from 'vitest'
import { newId } from './ids.ts'
import { checkRule, hitsIn, type Rule, rule } from './rule.ts'

const at = new Date('2026-11-24T12:00:00Z')

function aRule(changed: Partial<Rule> = {}): Rule {
  const does = { assigneeId: null, label: null, isUrgent: false, risk: null, answer: null, templateId: null }
  return { id: newId('rule', at), title: 'Money', phrases: 'refund*', isOn: true, ...does, ...changed }
}

describe('rules', () => {
  it('give of each kind of action what the first rule that matches has to give', () => {
    const [first, second] = [aRule({ label: 'Money' }), aRule({ label: 'Later', answer: 'person', isUrgent: true })]
    expect(rule([first, second], ['A refund please'])).toEqual({
      label: { id: first.id, text: 'Money' },
      urgent: { id: second.id },
      answer: { id: second.id, title: 'Money', templateId: null, by: 'person' },
    })
    expect(rule([second, first], ['A refund please']).label).toEqual({ id: second.id, text: 'Later' })
  })

  it('say nothing while they are off or nothing matches', () => {
    expect(rule([aRule({ isOn: false, label: 'x' })], ['refund'])).toEqual({})
    expect(rule([aRule({ label: 'x' })], ['hello', 'there'])).toEqual({})
  })

  it('do not join what was said in two messages', () => {
    const one = aRule({ phrases: 'money back', label: 'x' })
    expect(rule([one], ['money', 'back'])).toEqual({})
    expect(rule([one], ['hello', 'my money back'])).toMatchObject({ label: { text: 'x' } })
  })

  it('can be tried while they are off, and say by which phrase they match', () => {
    const off = aRule({ isOn: false, phrases: 'lawyer\nrefund*', label: 'x' })
    expect(hitsIn([off], ['two refunds'])).toMatchObject([{ rule: off, phrase: { line: 'refund*' } }])
  })

  it.each([
    [{ phrases: ' ?!\n ' }, 'phrases'],
    [{ phrases: 'word\n'.repeat(41) }, 'phrases'],
    [{ phrases: 'x'.repeat(1001) }, 'phrases'],
    [{ answer: 'template' as const }, 'templateId'],
    [{ label: null }, 'answer'],
  ])('are refused when they cannot work: %j', (changed, field) => {
    expect(() => checkRule(aRule({ label: 'x', ...changed }))).toThrow(expect.objectContaining({ field }))
    expect(() => checkRule(aRule({ label: 'x' }))).not.toThrow()
  })
})
