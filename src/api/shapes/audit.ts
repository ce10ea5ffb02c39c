import { z } from '@hono/zod-openapi'
import { auditActions } from '#src/domain/audit.ts'
import { moment, paging, time, word } from './words.ts'

const Named = z.strictObject({ kind: z.string(), id: z.string() })

export const AuditEntry = z
  .strictObject({
    seq: z.number().int(),
    action: z.enum(auditActions),
    actor: Named,
    subject: Named,
    /** The account it is about, where it is about one. */
    accountId: z.string().nullish(),
    detail: z.record(z.string(), z.union([z.string(), z.number(), z.boolean(), z.null()])),
    at: time,
    previousHash: z.string(),
    hash: z.string(),
  })
  .openapi('AuditEntry')

export const AuditQuery = z.strictObject({
  action: z.enum(auditActions).optional(),
  actorId: word.optional(),
  subjectId: word.optional(),
  since: moment.optional(),
  ...paging,
})
