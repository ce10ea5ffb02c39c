import { AppError } from './errors.ts'
import type { DecisionId, OperatorId } from './ids.ts'
import { hasLink } from './links.ts'
import type { Provenance } from './policy-case.ts'

/** What makes a reply one that a single person may not want to answer for. */
export const riskKinds = ['refunds', 'legal', 'health', 'minors', 'press', 'threats', 'links', 'first_contact'] as const
export type RiskKind = (typeof riskKinds)[number]

export const riskNames: Record<RiskKind, string> = {
  refunds: 'refunds',
  legal: 'legal matters',
  health: 'health',
  minors: 'minors',
  press: 'the press',
  threats: 'threats and abuse',
  links: 'links in the reply',
  first_contact: 'the first reply to a contact',
}

/** What Claude calls them. */
const flagged: Partial<Record<string, RiskKind>> = {
  refund: 'refunds',
  legal: 'legal',
  health: 'health',
  minor: 'minors',
  press: 'press',
  threat: 'threats',
  abuse: 'threats',
}

/** A floor that does not rest on Claude, whom a message could talk out of a flag. Coarse on purpose: one look too many is cheap. */
const spoken: [RiskKind, RegExp][] = [
  ['refunds', /refund|money back|chargeback|r[üu]ckerstatt|erstatt|geld zur[üu]ck|rembours|reembols|rimbors/iu],
  ['legal', /\b(?:lawyer|attorney|lawsuit|legal action|solicitor|anwalt|klage|gericht|avocat|abogad[oa]|avvocato)/iu],
  ['health', /allerg|hospital|injur|poison|pregnan|verletz|krankenhaus|schwanger|vergift|blessé|enceinte/iu],
  [
    'minors',
    /\b(?:minor|underage|under age|minderj[äa]hrig|jugendlich|mineur|menor de edad)|\b(?:1[0-7]|[5-9]) (?:years? old|jahre alt)/iu,
  ],
  ['press', /journalist|reporter|newspaper|\bpress\b|\bpresse\b|zeitung|redaktion|periodista/iu],
  ['threats', /\b(?:kill|threat|bomb|rape|umbringen|bedroh|drohe|tuer|matar|amenaz)/iu],
]

interface Words {
  flags: readonly string[]
  /** What the contact said that is being answered. */
  asked: readonly string[]
  reply: string
  /** Nobody of ours ever answered this contact here. */
  isFirst: boolean
}

export function risksOf({ flags, asked, reply, isFirst }: Words): RiskKind[] {
  const found = new Set<RiskKind>()
  for (const flag of flags) {
    const kind = flagged[flag] ?? riskKinds.find((one) => one === flag)
    if (kind) found.add(kind)
  }
  const said = [...asked, reply].join('\n')
  for (const [kind, pattern] of spoken) if (pattern.test(said)) found.add(kind)
  if (hasLink(reply)) found.add('links')
  if (isFirst) found.add('first_contact')
  return riskKinds.filter((kind) => found.has(kind))
}

/** For which of its risks this account wants two people. */
export function neededFor(rule: readonly string[] | null, risks: readonly RiskKind[]): RiskKind[] {
  return risks.filter((kind) => rule?.includes(kind))
}

/** The first of two approvals, as far as it still stands. */
export interface First {
  id: DecisionId
  operatorId: OperatorId
  provenance: Provenance
  edited: boolean
  /** The kinds of post it was given for. */
  kinds: string
}

interface Turn {
  needed: readonly RiskKind[]
  first: First | undefined
  operatorId: OperatorId
  /** The words and the way are those of the first approval. */
  isSame: boolean
}

/** Whether this approval makes the posts, or is the first of two. An edit makes it the first again. Throws `forbidden` when one person would be both. */
export function turnOf({ needed, first, operatorId, isSame }: Turn): 'post' | 'endorse' {
  if (needed.length === 0) return 'post'
  if (!first || !isSame) return 'endorse'
  if (first.operatorId !== operatorId) return 'post'
  throw new AppError('forbidden', 'You approved this reply yourself; a second person has to approve it too', {
    field: 'second',
  })
}
