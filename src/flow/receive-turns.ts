import { dedupeKeyOf, type StoredEvent } from '#db/inbox.ts'
import { type NewMessage, RECENT_MAX, type Recent } from '#db/messages.ts'
import { attentionColumns } from '#db/reviews.ts'
import { newId } from '#src/domain/ids.ts'
import type { MessageItem } from '#src/domain/inbox.ts'
import { isAfter } from '#src/domain/thread.ts'
import { attentionFor } from './attention.ts'
import { lockKey } from './receive-arrivals.ts'
import type { Arrival } from './receive-item.ts'
import type { Thread } from './receive-thread.ts'
import { openerOf, turnAfter } from './receive-window.ts'

export type MessageArrival = Arrival & { item: MessageItem }

/** What a contact has newly said, oldest first. */
export interface Turns {
  thread: Thread
  arrivals: MessageArrival[]
  oldest: Date
}

/** The same, said: the conversation as it is now, and whether its reply is asked for anew. */
export interface Taken extends Thread {
  isAsked: boolean
  spoken: { arrival: MessageArrival; row: Spoken }[]
}

type Spoken = NewMessage & Recent

export function turnsOf(arrivals: readonly MessageArrival[], threads: ReadonlyMap<string, Thread>): Turns[] {
  const turns = new Map<string, MessageArrival[]>()
  for (const arrival of arrivals) {
    const key = lockKey(arrival.item)
    const said = turns.get(key)
    if (said) said.push(arrival)
    else turns.set(key, [arrival])
  }
  return [...turns].map(([key, said]) => {
    const thread = threads.get(key)
    const [first] = said.sort((a, b) => a.item.at.getTime() - b.item.at.getTime())
    if (!thread || !first) throw new TypeError('A conversation was neither found nor made')
    return { thread, arrivals: said, oldest: first.item.at }
  })
}

/** One message after the other, by the rules that hold for each alone; `newer` is what stands behind the oldest of them. */
export function takeTurns({ thread, arrivals }: Turns, newer: Recent[], at: Date): Taken {
  const { account } = thread
  const spoken = arrivals.map((arrival) => ({ arrival, row: rowOf(arrival.item, thread, at) }))
  let { conversation } = thread
  let recent = newer
  let isAsked = false
  for (const { arrival, row } of spoken) {
    recent = [row, ...recent].sort((a, b) => (isAfter(a, b) ? -1 : 1)).slice(0, RECENT_MAX)
    const { item } = arrival
    const turn = { recent, message: row, standby: item.standby === true, opener: openerOf(item) }
    const { moved, isAnswered } = turnAfter({ account, conversation }, turn, at)
    conversation = { ...conversation, ...moved }
    if (isAnswered) continue
    isAsked = true
    conversation = { ...conversation, ...attentionColumns(attentionFor({ account, conversation }, recent, at)) }
  }
  return { account, conversation, isAsked, spoken }
}

function rowOf(item: MessageItem, { account, conversation }: Thread, at: Date): Spoken {
  const { messageRef, form, text, attachments, replyToRef, at: sentAt } = item
  return {
    id: newId('message', at),
    accountId: account.id,
    conversationId: conversation.id,
    messageRef,
    direction: 'inbound',
    origin: 'contact',
    form,
    text,
    attachments,
    replyToRef: replyToRef ?? null,
    sentAt,
    deletedAt: null,
    createdAt: at,
  }
}

/** The messages with the events that brought them. */
export function rowsOf(taken: readonly Taken[], at: Date): { events: StoredEvent[]; messages: NewMessage[] } {
  const spoken = taken.flatMap((turns) => turns.spoken)
  const events = spoken.map(({ arrival: { item, index, deliveryId, source }, row }) => ({
    id: newId('event', at),
    source,
    dedupeKey: dedupeKeyOf(item.key),
    deliveryId,
    itemIndex: index,
    kind: item.kind,
    accountRef: item.accountRef,
    accountId: row.accountId,
    conversationId: row.conversationId,
    messageRef: item.messageRef,
    occurredAt: item.at,
    createdAt: at,
  }))
  return { events, messages: spoken.map(({ row }) => row) }
}
