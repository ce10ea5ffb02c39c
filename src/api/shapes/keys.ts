import { z } from '@hono/zod-openapi'
import { scopes } from '#src/domain/identity.ts'
import { id, moment, time } from './words.ts'

const Uses = z.strictObject({ route: z.string(), uses: z.number().int(), lastAt: time })

const own = {
  id: id('key'),
  name: z.string(),
  hint: z.string().openapi({ description: 'The first characters of the key', example: 'cs_live_Xw3bQ1' }),
  environment: z.enum(['live', 'test']),
  scopes: z.array(z.enum(scopes)),
  accountIds: z.array(z.string()).nullable().openapi({ description: 'Null for all accounts' }),
  createdAt: time,
  expiresAt: time.nullable(),
  lastUsedAt: time.nullable(),
  rotateBy: time,
}

export const OwnKey = z.strictObject(own).openapi('OwnKey')

export const Key = z
  .strictObject({
    ...own,
    createdBy: z.string(),
    revokedAt: time.nullable(),
    replacedBy: z.string().nullable(),
    uses: z.array(Uses),
  })
  .openapi('Key')

export const MadeKey = z
  .strictObject({ id: id('key'), key: z.string().openapi({ description: 'Shown this once' }) })
  .openapi('MadeKey')

export const NewKey = z
  .strictObject({
    name: z.string().max(255),
    scopes: z.array(z.enum(scopes)).max(scopes.length),
    accountIds: z.array(z.string()).max(100).optional(),
    expiresAt: moment.optional(),
  })
  .openapi('NewKey')

export const Rotation = z.strictObject({ overlapHours: z.number().min(0).max(720).default(168) }).openapi('Rotation')
