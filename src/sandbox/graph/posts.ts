import type { Context } from 'hono'
import { postOf } from '../commenting.ts'
import type { Core } from '../core.ts'
import { type KeptComment, platformOf } from '../world.ts'
import { missingField } from './answers.ts'
import { fieldsOf } from './calls.ts'
import { picked, standing } from './comments.ts'
import { type Fields, pick } from './fields.ts'
import type { Answer, GraphEnv } from './gate.ts'
import { type Cut, isoTime, pageOf } from './nodes.ts'

/** More are not shown at once: https://developers.facebook.com/docs/instagram-platform/reference/ig-media/comments */
const COMMENTS_SHOWN = 50

/** What an account has posted, with what stands under it: its `media` on Instagram, the `feed` of a Page. */
export function listPosts(core: Core, c: Context<GraphEnv>): Answer {
  const { world } = core
  const { accountRef } = c.get('token')
  const fields = fieldsOf(c)
  const nested = fields.get('comments')
  const cut = { limit: COMMENTS_SHOWN, after: 0 }
  const isStream = (c.req.query('fields') ?? '').includes('.filter(stream)')
  const comments = nested && listUnder(core, { accountRef, isStream }, { fields: nested, cut })
  if (comments && 'code' in comments) return comments
  const time = platformOf(world, accountRef) === 'messenger' ? 'created_time' : 'timestamp'
  const node = pick({ id: postOf(core, accountRef), [time]: isoTime(core.clock()), comments }, fields)
  return typeof node['missing'] === 'string' ? missingField(node['missing']) : { data: [node] }
}

interface Under {
  accountRef: string
  /** Answers stand beside the comments, which a Page alone can show; otherwise under them. */
  isStream: boolean
}

/** What stands under the post, the newest first. */
export function listUnder({ world }: Core, under: Under, { fields, cut }: { fields: Fields; cut: Cut }): Answer {
  const { accountRef, isStream } = under
  const isFlat = isStream && platformOf(world, accountRef) === 'messenger'
  const isShown = (one: KeptComment) => one.accountRef === accountRef && (isFlat || one.parentRef === undefined)
  const limit = Math.min(cut.limit, COMMENTS_SHOWN)
  return pageOf(standing(world, isShown), { ...cut, limit }, (one) => picked(world, one, fields))
}
