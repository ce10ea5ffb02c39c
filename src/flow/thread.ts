import type { DraftCase, ThreadMessage } from '#db/drafting.ts'
import type { RuleRow } from '#db/rules.ts'
import type { DraftRequest, Turn } from '#src/domain/draft.ts'
import { unanswered } from '#src/domain/thread.ts'

/** As far back as the model reads; an unanswered tail is always read whole, within reason. */
const TURNS_WISHED = 30
export const TURNS_MAX = 80

export interface Material {
  /** Oldest first. */
  messages: ThreadMessage[]
  /** When an operator last approved a reply. */
  approvedAt: Date | undefined
  knowledge: DraftRequest['knowledge']
  /** The account's, in their order. */
  rules: readonly RuleRow[]
}

const forms: Record<ThreadMessage['form'], string | undefined> = {
  text: undefined,
  comment: 'wrote a public comment under a post of ours',
  live_comment: 'wrote a public comment under a live video of ours',
  post_mention: 'mentioned us in a public post of theirs',
  comment_mention: 'mentioned us in a public comment under a post that is not ours',
  hidden_mention: 'mentioned us in public where the platform does not show us the words',
  media: undefined,
  story_reply: 'replied to a story of ours',
  story_mention: 'mentioned us in a story',
  quick_reply: 'tapped a quick reply',
  postback: 'tapped a button',
  unsupported: 'sent something that the platform does not show us',
}

/**
 * Everything a draft is made from; undefined when there is nothing to answer. What is unanswered comes last, even when a reply
 * of ours crossed it on the way.
 */
export function toRequest(
  { conversation, account, contact }: DraftCase,
  { messages, approvedAt, knowledge }: Omit<Material, 'rules'>,
): DraftRequest | undefined {
  const tail = unanswered(messages, approvedAt)
  // An operator's wish is there, if empty, when a person asked for this draft.
  const isWished = conversation.draftInstruction !== null
  if (tail.length === 0 && !isWished) return undefined
  const settled = messages.filter((message) => !tail.includes(message))
  const turns = [...settled, ...tail].slice(-Math.max(TURNS_WISHED, tail.length)).map(toTurn)
  const instruction = conversation.draftInstruction
  return {
    conversationId: conversation.id,
    accountId: account.id,
    platform: account.platform,
    accountName: account.name,
    voice: account.voice,
    knowledge,
    contactName: contact.name ?? contact.username ?? '',
    turns,
    maskForModel: account.maskForModel,
    ...(instruction && { instruction }),
  }
}

function toTurn({ direction, text, form, attachments, sentAt }: ThreadMessage): Turn {
  const note = [forms[form], ...attachments.map(({ type, title }) => `attached: ${type}${title ? ` “${title}”` : ''}`)]
    .filter(Boolean)
    .join('; ')
  const turn = { from: direction === 'inbound' ? ('contact' as const) : ('us' as const), text, at: sentAt }
  return note === '' ? turn : { ...turn, note }
}
