import { createRoute, z } from '@hono/zod-openapi'
import { parseId } from '#src/domain/ids.ts'
import { missing, problems } from '../answers.ts'
import { readId, readPlace, writeId, writePlace } from '../cursors.ts'
import type { ApiDeps } from '../deps.ts'
import { type Api, actorOf, json } from '../env.ts'
import { paged, present } from '../paged.ts'
import {
  Conversation,
  ConversationQuery,
  Draft,
  DraftQuery,
  Mention,
  MentionQuery,
  Message,
  MessageQuery,
} from '../shapes/threads.ts'
import { NoQuery, pageOf } from '../shapes/words.ts'

const params = z.object({ id: z.string() })

const listConversations = createRoute({
  method: 'get',
  path: '/conversations',
  summary: 'Conversations, the latest word first',
  request: { query: ConversationQuery },
  responses: { 200: json(pageOf(Conversation), 'A page'), ...problems },
})

const readConversation = createRoute({
  method: 'get',
  path: '/conversations/{id}',
  summary: 'One conversation',
  request: { params, query: NoQuery },
  responses: { 200: json(Conversation, 'The conversation'), ...missing, ...problems },
})

const listMessages = createRoute({
  method: 'get',
  path: '/messages',
  summary: 'Messages and comments of both sides, the last to arrive first',
  request: { query: MessageQuery },
  responses: { 200: json(pageOf(Message), 'A page'), ...problems },
})

const listMentions = createRoute({
  method: 'get',
  path: '/mentions',
  summary: 'What people wrote to us or under our posts, the last to arrive first',
  request: { query: MentionQuery },
  responses: { 200: json(pageOf(Mention), 'A page'), ...problems },
})

const listDrafts = createRoute({
  method: 'get',
  path: '/drafts',
  summary: 'Proposed replies, the newest first; only a person approves one',
  request: { query: DraftQuery },
  responses: { 200: json(pageOf(Draft), 'A page'), ...problems },
})

const readDraft = createRoute({
  method: 'get',
  path: '/drafts/{id}',
  summary: 'One proposed reply',
  request: { params, query: NoQuery },
  responses: { 200: json(Draft, 'The draft'), ...missing, ...problems },
})

/** Conversations, what was said in them, and what is proposed to be said. */
export function addThreads(api: Api, { reads }: ApiDeps): void {
  api.openapi(listConversations, async (c) => {
    const { cursor, limit, ...filter } = c.req.valid('query')
    const page = await reads(actorOf(c).reach).conversations(filter, { after: readPlace(cursor), limit })
    return c.json(paged(c, page.items, page.next && writePlace(page.next)), 200)
  })

  api.openapi(readConversation, async (c) => {
    const id = parseId('conversation', c.req.valid('param').id)
    return c.json(present(await reads(actorOf(c).reach).conversation(id), 'conversation'), 200)
  })

  api.openapi(listMessages, async (c) => {
    const { cursor, limit, ...filter } = c.req.valid('query')
    const page = await reads(actorOf(c).reach).messages(filter, { after: readId(cursor), limit })
    return c.json(paged(c, page.items, page.next && writeId(page.next)), 200)
  })

  api.openapi(listMentions, async (c) => {
    const { cursor, limit, status: attention, ...rest } = c.req.valid('query')
    const filter = { ...rest, attention, direction: 'inbound' as const }
    const page = await reads(actorOf(c).reach).messages(filter, { after: readId(cursor), limit })
    return c.json(paged(c, page.items.map(mentionOf), page.next && writeId(page.next)), 200)
  })

  api.openapi(listDrafts, async (c) => {
    const { cursor, limit, ...filter } = c.req.valid('query')
    const page = await reads(actorOf(c).reach).drafts(filter, { after: readId(cursor), limit })
    return c.json(paged(c, page.items, page.next && writeId(page.next)), 200)
  })

  api.openapi(readDraft, async (c) => {
    const id = parseId('draft', c.req.valid('param').id)
    return c.json(present(await reads(actorOf(c).reach).draft(id), 'draft'), 200)
  })
}

function mentionOf(message: z.infer<typeof Message>): z.infer<typeof Mention> {
  const { id, accountId, platform, conversationId, contact: author, text, sentAt: time, attention: status } = message
  return { id, accountId, platform, conversationId, author, url: null, text, time, status }
}
