import { z } from 'zod'
import { platforms } from '#src/domain/platform.ts'

/** Queue names; a job carries ids only. */
export const queueNames = {
  inbox: 'inbox',
  draft: 'draft',
  reconcile: 'reconcile',
  contacts: 'contacts',
  mentions: 'mentions',
  credentials: 'credentials',
  subscriptions: 'subscriptions',
  sweep: 'sweep',
  media: 'media',
} as const

/** One per group of deliveries that were committed together. */
export const InboxJob = z.union([
  z.strictObject({ deliveryIds: z.array(z.int().positive()).min(1) }),
  // The one exception to ids only: MySQL was away, so Redis keeps the bytes until it is back.
  z.strictObject({
    bodies: z
      .array(
        z.strictObject({
          source: z.enum(platforms),
          digest: z.string().regex(/^[0-9a-f]{64}$/),
          secretLabel: z.string().max(32),
          bodyBase64: z.string(),
          acceptedAt: z.int(),
        }),
      )
      .min(1),
  }),
])
export type InboxJob = z.infer<typeof InboxJob>
export type KeptBody = Extract<InboxJob, { bodies: unknown }>['bodies'][number]

export const DraftJob = z.strictObject({ conversationId: z.string() })
export const ReconcileJob = z.strictObject({ postId: z.string() })
export const ContactJob = z.strictObject({ contactId: z.string() })
export const MentionJob = z.strictObject({ eventId: z.string() })
export const MediaJob = z.strictObject({ mediaId: z.string() })
/** Without an account: look at all of them. */
export const CredentialJob = z.strictObject({ accountId: z.string().optional() })
