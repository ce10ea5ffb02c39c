import { z } from '@hono/zod-openapi'
import { attentions, draftAuthors, draftStatuses } from '#src/domain/draft.ts'
import { platforms } from '#src/domain/platform.ts'
import { id, moment, paging, time } from './words.ts'

const place = { id: z.string(), accountId: id('account'), platform: z.enum(platforms) }

const Contact = z
  .strictObject({ id: id('contact'), name: z.string().nullable(), username: z.string().nullable() })
  .openapi('Contact')

export const Conversation = z
  .strictObject({
    ...place,
    id: id('conversation'),
    kind: z.enum(['direct', 'comment', 'mention']),
    contact: Contact,
    attention: z.enum(attentions).openapi({ description: '`review` and `person` wait for an operator' }),
    attentionReason: z.string().nullable(),
    headMessageId: id('message').nullable(),
    headAt: time.nullable(),
    lastInboundAt: time.nullable(),
    windowExpiresAt: time.nullable().openapi({ description: 'Until when the platform lets us answer' }),
    createdAt: time,
    updatedAt: time,
  })
  .openapi('Conversation')

export const Message = z
  .strictObject({
    ...place,
    id: id('message'),
    conversationId: id('conversation'),
    kind: z.enum(['direct', 'comment', 'mention']),
    direction: z.enum(['inbound', 'outbound']),
    origin: z.enum(['contact', 'countersign', 'elsewhere']),
    form: z.string(),
    contact: Contact,
    attention: z.enum(attentions).openapi({ description: 'Of the conversation' }),
    text: z.string(),
    sentAt: time,
    editedAt: time.nullable(),
    deletedAt: time.nullable(),
    hiddenAt: time.nullable(),
    postId: id('post').nullable(),
    createdAt: time,
  })
  .openapi('Message')

export const Mention = z
  .strictObject({
    ...place,
    id: id('message'),
    conversationId: id('conversation'),
    author: Contact,
    url: z.string().nullable().openapi({ description: 'Meta names no address of a message, so it is null there' }),
    text: z.string(),
    time,
    status: z.enum(attentions),
  })
  .openapi('Mention')

export const Draft = z
  .strictObject({
    ...place,
    id: id('draft'),
    conversationId: id('conversation'),
    author: z.enum(draftAuthors),
    text: z.string(),
    language: z.string().nullable(),
    confidence: z.number().nullable(),
    rationale: z.string().nullable(),
    citations: z.array(z.string()),
    flags: z.array(z.string()),
    model: z.string().nullable(),
    costMicros: z.number(),
    status: z.enum(draftStatuses),
    createdAt: time,
    updatedAt: time,
  })
  .openapi('Draft')

const of = { accountId: id('account').optional(), platform: z.enum(platforms).optional() }
const ofThread = { ...of, conversationId: id('conversation').optional() }

export const ConversationQuery = z.strictObject({ ...of, attention: z.enum(attentions).optional(), ...paging })
export const MessageQuery = z.strictObject({
  ...ofThread,
  direction: z.enum(['inbound', 'outbound']).optional(),
  since: moment.optional(),
  ...paging,
})
export const MentionQuery = z.strictObject({
  ...of,
  status: z.enum(attentions).optional(),
  since: moment.optional(),
  ...paging,
})
export const DraftQuery = z.strictObject({ ...ofThread, status: z.enum(draftStatuses).optional(), ...paging })
