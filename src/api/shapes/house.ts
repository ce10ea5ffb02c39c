import { z } from '@hono/zod-openapi'
import { credentialStatuses } from '#src/domain/credential.ts'
import { postKinds, postStatuses } from '#src/domain/outbox.ts'
import { platforms } from '#src/domain/platform.ts'
import { id, paging, time } from './words.ts'

export const Post = z
  .strictObject({
    id: id('post'),
    accountId: id('account'),
    platform: z.enum(platforms),
    conversationId: id('conversation'),
    kind: z.enum(postKinds),
    text: z.string(),
    status: z.enum(postStatuses),
    notBefore: time,
    waitUntil: time.nullable(),
    attempts: z.number().int(),
    outcomeCode: z.string().nullable(),
    outcomeNote: z.string().nullable(),
    messageRef: z.string().nullable(),
    draftId: id('draft').nullable(),
    approvedBy: z.string().nullable(),
    sentAt: time.nullable(),
    createdAt: time,
    updatedAt: time,
  })
  .openapi('Post')

export const Account = z
  .strictObject({
    id: id('account'),
    platform: z.enum(platforms),
    accountRef: z.string(),
    name: z.string(),
    credentialStatus: z.enum(credentialStatuses),
    tokenExpiresAt: time.nullable(),
    tokenError: z.string().nullable(),
    dailyBudgetMicros: z.number().int(),
    stoppedAt: time.nullable(),
    stoppedReason: z.string().nullable(),
    createdAt: time,
    updatedAt: time,
  })
  .openapi('Account')

const severities = ['info', 'warning', 'critical'] as const

export const Alert = z
  .strictObject({
    id: id('alert'),
    kind: z.string(),
    severity: z.enum(severities),
    accountId: id('account').nullable(),
    text: z.string(),
    count: z.number().int(),
    createdAt: time,
    lastAt: time,
    resolvedAt: time.nullable(),
    acknowledgedAt: time.nullable(),
    acknowledgedBy: z.string().nullable(),
  })
  .openapi('Alert')

const count = z.number().int().openapi({ description: 'Counting stops at 100' })

export const Status = z
  .strictObject({
    status: z.enum(['ok', 'stopped']).openapi({ description: '`stopped` while an operator holds all sending' }),
    at: time,
    sendingStoppedAt: time.nullable(),
    queue: count,
    openAlerts: count,
    deliveriesStored: count,
    deliveriesFailed: count,
    unrecognised: count,
    waitingForDraft: count,
    oldestDueAt: time.nullable(),
    queued: count,
    sending: count,
    uncertain: count,
    lastDeliveryAt: time.nullable(),
  })
  .openapi('Status')

export const PostQuery = z.strictObject({
  accountId: id('account').optional(),
  platform: z.enum(platforms).optional(),
  conversationId: id('conversation').optional(),
  status: z.enum(postStatuses).optional(),
  ...paging,
})

export const AlertQuery = z.strictObject({
  open: z
    .enum(['true', 'false'])
    .transform((word) => word === 'true')
    .optional()
    .openapi({ type: 'boolean' }),
  severity: z.enum(severities).optional(),
  ...paging,
})
