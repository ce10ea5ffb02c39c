import type { Context } from 'hono'
import { z } from 'zod'
import type { KeptComment } from '../world.ts'
import { type GraphError, missingField, missingObject, refusals } from './answers.ts'
import { fieldsOf, type Room } from './calls.ts'
import { type Fields, pick } from './fields.ts'
import type { Answer, GraphEnv } from './gate.ts'

const Reply = z.object({ message: z.string().refine((text) => text.trim() !== '') })
const Hiding = z.object({ hide: z.union([z.boolean(), z.enum(['true', 'false'])]) })

/** The comment of this id that stands under a post of the account whose token asks; undefined when it does not, or is gone. */
export function commentOf({ core }: Pick<Room, 'core'>, c: Context<GraphEnv>, ref: string): KeptComment | undefined {
  const found = core.world.comments.find(({ commentRef }) => commentRef === ref)
  return found?.accountRef === c.get('token').accountRef && !found.deleted ? found : undefined
}

/** A public reply: only to what is not hidden. It comes back as a comment of the account's own. https://developers.facebook.com/documentation/instagram-platform/comment-moderation */
export async function replyTo(room: Room, c: Context<GraphEnv>): Promise<Answer> {
  const ref = c.req.param('comment') ?? ''
  const comment = commentOf(room, c, ref)
  if (!comment) return missingObject('POST', ref)
  const body = Reply.safeParse(await bodyOf(c))
  if (!body.success) return refusals.bodyInvalid
  if (comment.hidden) return refusals.bodyInvalid
  const { commentRef } = room.phone.replyInPublic(comment, body.data.message)
  Object.assign(c.get('arrival'), { text: body.data.message, mid: commentRef, kept: true })
  return { id: commentRef }
}

export async function hide({ core }: Room, comment: KeptComment, c: Context<GraphEnv>): Promise<Answer> {
  const body = Hiding.safeParse(await bodyOf(c))
  if (!body.success) return refusals.bodyInvalid
  core.record({ type: 'moderated', commentRef: comment.commentRef, hidden: String(body.data.hide) === 'true' })
  return { success: true }
}

export function remove({ core }: Room, c: Context<GraphEnv>): Answer {
  const ref = c.req.param('ref') ?? ''
  const comment = commentOf({ core }, c, ref)
  if (!comment) return missingObject('DELETE', ref)
  core.record({ type: 'moderated', commentRef: ref, deleted: true })
  return { success: true }
}

export function readComment(comment: KeptComment, fields: Fields): Answer {
  return picked(comment, fields)
}

/** The newest first, as far as they still stand. */
export function listReplies({ core }: Room, c: Context<GraphEnv>): Answer {
  const ref = c.req.param('comment') ?? ''
  if (!commentOf({ core }, c, ref)) return missingObject('GET', ref)
  const replies = core.world.comments.filter(({ parentRef, deleted }) => parentRef === ref && !deleted).reverse()
  const nodes = replies.map((reply) => picked(reply, fieldsOf(c)))
  return nodes.find((node): node is GraphError => 'code' in node) ?? { data: nodes }
}

function picked(comment: KeptComment, fields: Fields): Answer {
  const { commentRef, contactRef, username, parentRef, text, at, hidden = false, mediaRef } = comment
  const node = pick(
    {
      id: commentRef,
      text,
      username,
      from: { id: contactRef, username },
      parent_id: parentRef,
      media: { id: mediaRef },
      timestamp: new Date(at).toISOString().replace(/\.\d+Z$/, '+0000'),
      hidden,
    },
    fields,
  )
  return typeof node['missing'] === 'string' ? missingField(node['missing']) : node
}

/** Parameters may come as JSON, as a form, or in the address. */
async function bodyOf(c: Context<GraphEnv>): Promise<unknown> {
  const isJson = c.req.header('content-type')?.includes('json')
  const body: unknown = await (isJson ? c.req.json() : c.req.parseBody()).catch(() => ({}))
  return typeof body === 'object' ? { ...c.req.query(), ...body } : body
}
