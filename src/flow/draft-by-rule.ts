import { newId } from '#src/domain/ids.ts'
import { textHash } from '#src/vault/hash.ts'
import type { Hands, Try } from './draft.ts'
import { denialOf, type Moment, withDisclosure } from './draft-policy.ts'
import { end, endWithout } from './drafted.ts'
import type { Material } from './thread.ts'

/** The rule's template becomes the draft, as far as it could be sent; or a person writes the answer. */
export async function endByRule(
  hands: Hands & Pick<Moment, 'db'>,
  attempt: Try,
  { rules }: Pick<Material, 'rules'>,
): Promise<object> {
  const { answer } = attempt.ruling
  if (answer?.by !== 'template') return endPerson(hands, attempt, `The rule “${answer?.title}” says so`)
  const body = rules.find(({ id }) => id === answer.id)?.templateBody
  if (!body) return endPerson(hands, attempt, `The template of the rule “${answer.title}” is gone`)
  const moment = { db: hands.db, at: hands.now() }
  const text = await withDisclosure(body, attempt.found, moment)
  const denial = await denialOf(attempt.found, { ...moment, text })
  if (denial) return endPerson(hands, attempt, `The template of the rule “${answer.title}” cannot be sent: ${denial}`)
  const draft = draftOf(attempt, { text, title: answer.title, at: moment.at })
  const { isHeld } = await end(hands, attempt, { outcome: { attention: 'review' }, draft })
  return { drafted: isHeld, rule: answer.id }
}

function endPerson(hands: Hands, attempt: Try, note: string): Promise<object> {
  return endWithout(hands, attempt, { attention: 'person', reason: 'by_rule', note })
}

function draftOf({ found, lease, ruling }: Try, { text, title, at }: { text: string; title: string; at: Date }) {
  return {
    id: newId('draft', at),
    accountId: found.account.id,
    conversationId: lease.conversationId,
    headMessageId: lease.headMessageId,
    author: 'rule' as const,
    text,
    textHash: textHash(text),
    rationale: `The rule “${title}” puts this template here. Nobody has looked at whether it fits.`,
    citations: [],
    flags: ruling.risk ? [ruling.risk.kind] : [],
  }
}
