/*
 * Two people for a reply that has a risk the account names. The first approval is a signed decision of its own, and the draft
 * waits as `needs_second`; the second makes the posts, and its signature names the first. Other words, or another way, are a
 * new draft whose first approval this is: nobody's approval stands for words they did not see.
 */
import { appendAudit } from '#db/audit.ts'
import type { Transaction } from '#db/client.ts'
import { insertDecision, insertDraft, setAttention, settleDraft, type ThreadToAnswer } from '#db/reviews.ts'
import { findRuleRisk } from '#db/rules.ts'
import { findEndorsement, markEndorsed, readAsked } from '#db/second.ts'
import type { DraftStatus } from '#src/domain/draft.ts'
import { AppError } from '#src/domain/errors.ts'
import { may } from '#src/domain/identity.ts'
import { type DraftId, newId, type OperatorId } from '#src/domain/ids.ts'
import type { Provenance } from '#src/domain/policy-case.ts'
import type { Approval, Endorsement } from '#src/domain/review.ts'
import { type First, neededFor, type RiskKind, risksOf } from '#src/domain/second.ts'
import { textHash } from '#src/vault/hash.ts'
import { headOf } from './approve.ts'

interface Pen {
  sign: (signed: Approval | Endorsement) => string
  at: Date
}

type Draft = Parameters<typeof insertDraft>[1]

/** What in this answer asks for two people: all its risks, and those that the account's rule names. */
export async function findRisks(
  tx: Transaction,
  { account, conversation }: ThreadToAnswer,
  { reply, flags }: { reply: string; flags: readonly string[] },
): Promise<{ risks: RiskKind[]; needed: RiskKind[] }> {
  const ruled = await findRuleRisk(tx, conversation.id)
  const risks = risksOf({ ...(await readAsked(tx, conversation.id)), reply, flags: [...flags, ...ruled] })
  return { risks, needed: neededFor(account.secondFor, risks) }
}

/** The first approval of this draft while it stands: untouched since it was signed, and by somebody who may still give it. */
export async function findFirst(
  tx: Transaction,
  { id, textHash: shown, status }: { id: DraftId; textHash: string; status: DraftStatus },
  { sign }: Pick<Pen, 'sign'>,
): Promise<First | undefined> {
  if (status !== 'needs_second') return undefined
  const found = await findEndorsement(tx, id)
  if (!found || found.operator.disabledAt || !may(found.operator.role, 'decide')) return undefined
  const { decision } = found
  const endorsement = endorsementIn(decision)
  // Ed25519 signs the same bytes the same way each time.
  if (!endorsement || decision.textHash !== shown || sign(endorsement) !== decision.signature) return undefined
  const { provenance, edited, kinds } = endorsement
  return { id: decision.id, operatorId: decision.operatorId, provenance, edited, kinds }
}

type Decision = NonNullable<Awaited<ReturnType<typeof findEndorsement>>>['decision']

/** What the row says counts, not what the record beside it says of the row. */
export function endorsementIn(
  decision: Pick<
    Decision,
    'id' | 'draftId' | 'accountId' | 'conversationId' | 'textHash' | 'headMessageId' | 'operatorId'
  > & { approval: Approval | Endorsement | null },
): Endorsement | undefined {
  const { approval } = decision
  if (!approval || !('endorsed' in approval)) return undefined
  const { id, draftId, accountId, conversationId, textHash: hash, headMessageId, operatorId } = decision
  const row = { endorsed: id, draftId, accountId, conversationId, textHash: hash, headMessageId, operatorId }
  return { ...approval, ...row }
}

interface Endorsing {
  /** The draft as it waits; without an id one that nobody has proposed yet. */
  draft: Draft
  text: string
  /** These words were not proposed so, or somebody else's approval of them stands no longer. */
  isNew: boolean
  kinds: string
  needed: readonly RiskKind[]
  provenance: Provenance
  edited: boolean
  operatorId: OperatorId
  givenBy: Approval['givenBy']
}

/** Keeps the first of two approvals; nothing leaves. */
export async function endorse(tx: Transaction, thread: ThreadToAnswer, given: Endorsing, pen: Pen): Promise<void> {
  const { operatorId, needed } = given
  const { at } = pen
  const draftId = await draftToWait(tx, thread, given, at)
  const { conversation, account } = thread
  const endorsement: Endorsement = {
    endorsed: newId('decision', at),
    draftId,
    accountId: account.id,
    conversationId: conversation.id,
    kinds: given.kinds,
    textHash: textHash(given.text),
    headMessageId: headOf(conversation),
    provenance: given.provenance,
    edited: given.edited,
    operatorId,
    givenBy: given.givenBy,
    decidedAt: at.getTime(),
  }
  const { endorsed: id, edited, headMessageId, textHash: hash } = endorsement
  const place = { draftId, accountId: account.id, conversationId: conversation.id, operatorId, headMessageId }
  const record = { text: given.text, textHash: hash, edited, approval: endorsement, signature: pen.sign(endorsement) }
  await insertDecision(tx, { id, ...place, ...record, verdict: 'endorse', createdAt: at })
  await setAttention(tx, conversation.id, { attention: 'review' }, at)
  await appendAudit(tx, {
    action: 'draft.endorsed',
    actor: { kind: 'operator', id: operatorId },
    subject: { kind: 'draft', id: draftId },
    detail: { decisionId: id, textHash: hash, needed: needed.join(',') },
    at,
  })
}

async function draftToWait(tx: Transaction, thread: ThreadToAnswer, given: Endorsing, at: Date): Promise<DraftId> {
  const { draft, text, isNew } = given
  if (!isNew) {
    if (await markEndorsed(tx, draft.id, at)) return draft.id
    throw new AppError('conflict', 'Somebody else decided about this draft meanwhile', { field: 'status' })
  }
  await settleDraft(tx, draft.id, 'superseded', at)
  const id = newId('draft', at)
  await insertDraft(tx, {
    ...draft,
    id,
    waitingFor: thread.conversation.id,
    headMessageId: headOf(thread.conversation),
    text,
    textHash: textHash(text),
    // The call that wrote it was paid once.
    ...{ inputTokens: 0, outputTokens: 0, costMicros: 0, version: 1 },
    status: 'needs_second',
    createdAt: at,
    updatedAt: at,
  })
  return id
}
