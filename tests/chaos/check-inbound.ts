import { groupBy, type History, type Line, line, type StoredConversation } from './history.ts'
import type { PlatformMessage } from './platform.ts'

/** So long after its acceptance, or after all was well again, a delivery may still be unread. */
export const RECEIVE_MS = 40_000

/** Whatever was answered 200 is stored; what nobody could store was refused, and accepted when it came again. */
export function accepted({ platform, messages, probes, deliveries, lostBodies, healedAt, readAt }: History): Line {
  const stored = new Set(messages.map(({ messageRef }) => messageRef))
  const digests = new Set(deliveries.map(({ digest }) => digest))
  const ours = platform.deliveries.filter(({ outcome }) => outcome === 'accepted')
  const isAllRead = deliveries.every(({ status }) => status === 'received')
  const read = ours.filter(
    ({ at, acceptedAt = at }) => isAllRead || readAt - Math.max(healedAt, acceptedAt) > RECEIVE_MS,
  )
  const lost = read.flatMap(({ id, mids }) =>
    mids
      .filter((mid) => !stored.has(mid))
      .map((mid) => `delivery ${id} was accepted, its message ${mid} is not stored`),
  )
  const faults = probes.flatMap(({ refused, acceptedLater, digest }) => [
    ...(refused.some((status) => status === 200) && !digests.has(digest)
      ? [`a probe was answered 200 and is not stored`]
      : []),
    ...(refused.every((status) => [503, 200, 0].includes(status)) ? [] : [`both stores away was answered ${refused}`]),
    ...(acceptedLater && digests.has(digest) ? [] : ['a refused probe was not accepted when it came again']),
  ])
  const bodies = lostBodies > 0 ? [`${lostBodies} jobs with the only copy of a body were given up`] : []
  return line('accepted and kept', [...lost, ...faults, ...bodies], {
    deliveries: ours.length,
    messages: new Set(ours.flatMap(({ mids }) => mids)).size,
    probes: probes.length,
    refused: probes.flatMap(({ refused }) => refused).filter((status) => status === 503).length,
  })
}

/** At most one draft waits for a conversation, and every unanswered one has a draft, a reply on its way, or a person's turn. */
export function draftedOnce(history: History): Line {
  const waiting = history.drafts.filter(({ status }) => status === 'pending_review')
  const twice = [...groupBy(waiting, ({ conversationId }) => conversationId)]
    .filter(([, drafts]) => drafts.length > 1)
    .map(([id, drafts]) => `${id} has ${drafts.length} drafts waiting`)
  const unanswered = history.conversations.filter((conversation) => isUnanswered(history, conversation))
  const forgotten = unanswered
    .filter((conversation) => !isTakenCareOf(history, conversation))
    .map(({ id, attention }) => `${id} is unanswered, and ${attention} says nothing about it`)
  return line('drafted once', [...twice, ...forgotten], { unanswered: unanswered.length, drafts: waiting.length })
}

function isUnanswered({ messages }: History, { headMessageId }: StoredConversation): boolean {
  return messages.find(({ id }) => id === headMessageId)?.direction === 'inbound'
}

function isTakenCareOf(history: History, conversation: StoredConversation): boolean {
  const { id, attention, attentionReason, headMessageId } = conversation
  const draft = history.drafts.find((one) => one.conversationId === id && one.status === 'pending_review')
  switch (attention) {
    case 'review':
      return draft?.headMessageId === headMessageId
    case 'person':
      return attentionReason !== null && draft === undefined
    case 'waiting':
      // Whether it waits too long is the last line's question.
      return draft === undefined
    default:
      return isDecided(history, conversation)
  }
}

/** Somebody approved a reply to the newest message, or said that there is nothing to answer. */
function isDecided({ decisions, entries }: History, { id, headMessageId }: StoredConversation): boolean {
  return (
    decisions.some(({ verdict, headMessageId: head }) => verdict === 'approve' && head === headMessageId) ||
    entries.some(({ action, subjectId, detail }) => {
      return action === 'conversation.dismissed' && subjectId === id && detail['headMessageId'] === headMessageId
    })
  )
}

/** Contacts' messages stand in the platform's order. */
export function inboundOrder({ platform, messages }: History): Line {
  const spoken = new Map<string, PlatformMessage>(platform.messages.map((message) => [message.mid, message]))
  const inbound = messages.filter(({ direction }) => direction === 'inbound')
  let pairs = 0
  const faults: string[] = []
  for (const [id, thread] of groupBy(inbound, ({ conversationId }) => conversationId)) {
    thread.sort((a, b) => a.sentAt - b.sentAt || (a.id < b.id ? -1 : 1))
    for (const [i, message] of thread.slice(1).entries()) {
      pairs++
      const before = spoken.get(thread[i]?.messageRef ?? '')
      const after = spoken.get(message.messageRef)
      if (before && after && before.at > after.at) faults.push(`${id}: ${before.mid} stands before ${after.mid}`)
    }
  }
  return line('inbound order', faults, { pairs, outOfOrder: faults.length })
}
