/* What the policy says of a draft that is not there yet: whether any answer could go out, and what its words must not lack. */
import type { Database } from '#db/client.ts'
import { findCommentToAnswer } from '#db/comments.ts'
import type { DraftCase } from '#db/drafting.ts'
import { readThreadFacts } from '#db/policy-facts.ts'
import type { PostKind } from '#src/domain/outbox.ts'
import { isAboutWords, judge, type Verdict } from '#src/domain/policy.ts'
import { type Past, policyCase } from '#src/domain/policy-case.ts'
import type { ThreadKind } from '#src/domain/thread.ts'

const ways: Record<ThreadKind, readonly PostKind[]> = {
  direct: ['message'],
  comment: ['public_reply', 'private_reply'],
  mention: ['mention_reply'],
}
/** Stands for words that nothing is wrong with. */
const ANY_WORDS = '.'

export interface Moment {
  db: Database
  at: Date
}

/** Why no reply could go out now, whatever a person made of the draft, or none with this text; undefined when one could. */
export async function denialOf(
  found: DraftCase,
  { db, at, text }: Moment & { text?: string },
): Promise<string | undefined> {
  const past = await pastOf(db, found)
  const kinds = ways[found.conversation.kind]
  const verdicts = kinds.map((kind) => verdictOf(found, past, { kind, text: text ?? ANY_WORDS, at }))
  const denials = verdicts.flatMap((verdict) =>
    verdict.allow || (text === undefined && isAboutWords(verdict.rule)) ? [] : [verdict.reason],
  )
  return denials.length === kinds.length ? denials[0] : undefined
}

/** The text with the sentence that the account owes its contacts, when it is due and missing. */
export async function withDisclosure(text: string, found: DraftCase, { db, at }: Moment): Promise<string> {
  const { disclosure } = found.account
  if (!disclosure) return text
  const verdict = verdictOf(found, await pastOf(db, found), { kind: 'message', text, at })
  return verdict.allow || verdict.rule !== 'disclosure' ? text : `${disclosure}\n\n${text}`
}

/** As a person could still make it: a draft that only they can send is worth drafting. */
function verdictOf(
  found: DraftCase,
  past: Past,
  { kind, text, at }: { kind: PostKind; text: string; at: Date },
): Verdict {
  return judge({ ...policyCase(found, past), kind, text, provenance: 'edited' }, at)
}

async function pastOf(db: Database, { conversation, account }: DraftCase): Promise<Past> {
  const { id, kind } = conversation
  const comment = kind !== 'direct' ? (await findCommentToAnswer(db, id))?.facts : undefined
  return { comment, ...(await readThreadFacts(db, { id, account })) }
}
