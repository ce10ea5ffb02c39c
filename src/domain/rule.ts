import { AppError } from './errors.ts'
import type { OperatorId, RuleId, TemplateId } from './ids.ts'
import { type Phrase, phrasesIn, search, wordsOf } from './phrase.ts'
import type { RiskKind } from './second.ts'

/** What a rule can say of the reply itself: who drafts it. A rule never sends, and never approves. */
export const ruleAnswers = ['claude', 'template', 'person'] as const
export type RuleAnswer = (typeof ruleAnswers)[number]

/** Kinds of risk that a message alone can show. */
export const ruleRisks = ['refunds', 'legal', 'health', 'minors', 'press', 'threats'] as const satisfies RiskKind[]

/** When somebody writes one of these phrases, then this; what is empty is left to later rules. */
export interface Rule {
  id: RuleId
  title: string
  /** One a line; any of them is enough. */
  phrases: string
  isOn: boolean
  assigneeId: OperatorId | null
  label: string | null
  isUrgent: boolean
  risk: RiskKind | null
  answer: RuleAnswer | null
  /** Of the answer `template`. */
  templateId: TemplateId | null
}

export const RULES_MAX = 40
const PHRASES_MAX = 40
const PHRASES_CHARS_MAX = 1000

/** Of each kind of action the first rule that has one to give. */
export interface Ruling {
  assignee?: Pick<Rule, 'id'> & { operatorId: OperatorId }
  label?: Pick<Rule, 'id'> & { text: string }
  urgent?: Pick<Rule, 'id'>
  risk?: Pick<Rule, 'id'> & { kind: RiskKind }
  answer?: Pick<Rule, 'id' | 'title' | 'templateId'> & { by: RuleAnswer }
}

/** A rule that a message matches, and by which of its phrases. */
export interface Hit<R extends Rule = Rule> {
  rule: R
  phrase: Phrase
}

/** The rules that these messages match, in their order, whether they are on or off. */
export function hitsIn<R extends Rule>(rules: readonly R[], texts: readonly string[]): Hit<R>[] {
  const said = texts.map(wordsOf)
  return rules.flatMap((rule) => {
    const phrase = phrasesIn(rule.phrases).find((one) => said.some((words) => search(words, one).found))
    return phrase ? [{ rule, phrase }] : []
  })
}

/** What the rules that are on say of these messages. */
export function rule(rules: readonly Rule[], texts: readonly string[]): Ruling {
  const ruling: Ruling = {}
  for (const { rule } of hitsIn(
    rules.filter(({ isOn }) => isOn),
    texts,
  )) {
    Object.assign(ruling, { ...sayOf(rule), ...ruling })
  }
  return ruling
}

function sayOf({ id, title, assigneeId, label, isUrgent, risk, answer, templateId }: Rule): Ruling {
  return {
    ...(assigneeId && { assignee: { id, operatorId: assigneeId } }),
    ...(label && { label: { id, text: label } }),
    ...(isUrgent && { urgent: { id } }),
    ...(risk && { risk: { id, kind: risk } }),
    ...(answer && { answer: { id, title, templateId, by: answer } }),
  }
}

/** Throws `invalid_input` for a rule that could never match, or would do nothing. */
export function checkRule({ phrases, ...does }: Omit<Rule, 'id'>): void {
  const fault = (field: string, message: string) => new AppError('invalid_input', message, { field })
  const found = phrasesIn(phrases)
  if (found.length === 0) throw fault('phrases', 'Please give at least one word to look for')
  if (found.length > PHRASES_MAX) throw fault('phrases', `A rule has at most ${PHRASES_MAX} phrases`)
  if (phrases.length > PHRASES_CHARS_MAX) {
    throw fault('phrases', `The phrases have ${phrases.length} characters; at most ${PHRASES_CHARS_MAX} fit`)
  }
  if (does.answer === 'template' && !does.templateId) throw fault('templateId', 'Please choose a template')
  const says = sayOf({ ...does, id: '' as RuleId, phrases })
  if (Object.keys(says).length === 0) throw fault('answer', 'Please say what the rule does')
}
