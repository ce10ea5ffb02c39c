import type { Context } from 'hono'
import { z } from 'zod'
import type { Core } from '../core.ts'
import { fieldsOf, scopesOf, subscribable } from '../permits.ts'
import { platformOf } from '../world.ts'
import { missingObject, refusals } from './answers.ts'
import { isOurs } from './calls.ts'
import type { Answer, GraphEnv } from './gate.ts'

const Body = z.looseObject({ subscribed_fields: z.union([z.string(), z.array(z.string())]) })

/** Without it nobody is told of an account: https://developers.facebook.com/docs/graph-api/reference/page/subscribed_apps */
const SCOPE = { instagram: 'instagram_business_basic', messenger: 'pages_manage_metadata' } as const
const NEIGHBOUR = { id: '2417776481860222', name: 'Postplan', category: 'Business', link: 'https://postplan.example/' }

/** Reads, changes or ends what the app of the token is told about its account. */
export async function subscribedApps(core: Core, c: Context<GraphEnv>): Promise<Answer> {
  const { accountRef } = c.get('token')
  const owner = c.req.param('owner') ?? ''
  const platform = platformOf(core.world, accountRef)
  if (!isOurs(accountRef, owner)) return missingObject(c.req.method, owner)
  if (!scopesOf(core.world, accountRef).includes(SCOPE[platform])) return refusals.permissionMissing
  switch (c.req.method) {
    case 'GET':
      return { data: listApps(core, accountRef) }
    case 'DELETE':
      core.record({ type: 'subscription', accountRef, fields: [] })
      return { success: true }
    default: {
      const fields = await askedFields(c)
      const known: readonly string[] = subscribable[platform]
      if (fields.length === 0 || !fields.every((field) => known.includes(field))) return refusals.fieldsInvalid
      core.record({ type: 'subscription', accountRef, fields })
      // Meta's own page shows the word for a Page, the value elsewhere.
      return { success: platform === 'messenger' ? 'true' : true }
    }
  }
}

function listApps({ world, appId }: Core, accountRef: string): unknown[] {
  const app = { id: appId, name: 'Countersign', category: 'Business', link: 'https://countersign.example/' }
  const apps = [
    { ...app, subscribed_fields: fieldsOf(world, accountRef) },
    { ...NEIGHBOUR, subscribed_fields: world.neighbours.get(accountRef) ?? [] },
  ]
  return apps.filter(({ subscribed_fields }) => subscribed_fields.length > 0)
}

async function askedFields(c: Context<GraphEnv>): Promise<string[]> {
  const body = Body.safeParse(await c.req.json().catch(() => undefined)).data?.subscribed_fields
  const given = c.req.query('subscribed_fields') ?? body ?? ''
  const fields = typeof given === 'string' ? given.split(',') : given
  return [...new Set(fields.map((field) => field.trim()).filter(Boolean))]
}
