import type { Context } from 'hono'
import { z } from 'zod'
import type { Core } from '../core.ts'
import { type KeptComment, platformOf, type World } from '../world.ts'
import { type GraphError, missingField, missingObject, refusals } from './answers.ts'
import type { Room } from './calls.ts'
import { type Fields, pick } from './fields.ts'
import type { Answer, GraphEnv } from './gate.ts'
import { isoTime } from './nodes.ts'

const Reply = z.object({ message: z.string().refine((text) => text.trim() !== '') })
const Flag = z.union([z.boolean(), z.enum(['true', 'false'])])
const Hiding = { instagram: z.object({ hide: Flag }), messenger: z.object({ is_hidden: Flag }) }

/** The comment of this id that stands under a post of the account whose token asks; undefined when it does not, or is gone. */
export function commentOf({ core }: Pick<Room, 'core'>, c: Context<GraphEnv>, ref: string): KeptComment | undefined {
  const found = core.world.comments.find(({ commentRef }) => commentRef === ref)
  return found?.accountRef === c.get('token').accountRef && !found.deleted ? found : undefined
}

/**
 * A public reply: only to what is not hidden. It comes back as a comment of the account's own.
 * https://developers.facebook.com/documentation/instagram-platform/comment-moderation
 * https://developers.facebook.com/documentation/pages-api/comments-mentions
 */
export async function replyTo(room: Room, comment: KeptComment, c: Context<GraphEnv>): Promise<Answer> {
  const body = Reply.safeParse(await bodyOf(c))
  if (!body.success) return refusals.bodyInvalid
  if (comment.hidden) return refusals.bodyInvalid
  const { commentRef } = room.phone.replyInPublic(comment, body.data.message)
  Object.assign(c.get('arrival'), { text: body.data.message, mid: commentRef, kept: true })
  return { id: commentRef }
}

export async function hide({ core, phone }: Room, comment: KeptComment, c: Context<GraphEnv>): Promise<Answer> {
  const body = Hiding[platformOf(core.world, comment.accountRef)].safeParse(await bodyOf(c))
  if (!body.success) return refusals.bodyInvalid
  const [flag] = Object.values(body.data)
  void phone.moderate(comment.commentRef, { hidden: String(flag) === 'true' })
  return { success: true }
}

export function remove({ core, phone }: Room, c: Context<GraphEnv>): Answer {
  const ref = c.req.param('ref') ?? ''
  const comment = commentOf({ core }, c, ref)
  if (!comment) return missingObject('DELETE', ref)
  void phone.moderate(ref, { deleted: true })
  return { success: true }
}

export function readComment({ world }: Core, comment: KeptComment, fields: Fields): Answer {
  return picked(world, comment, fields)
}

/** The newest first, as far as they still stand. */
export function listReplies({ core: { world } }: Room, comment: KeptComment, fields: Fields): Answer {
  return listed(
    world,
    standing(world, ({ parentRef }) => parentRef === comment.commentRef),
    fields,
  )
}

/** Comments that are still there, the newest first. */
export function standing(world: World, isWanted: (comment: KeptComment) => boolean): KeptComment[] {
  return world.comments.filter((comment) => !comment.deleted && isWanted(comment)).reverse()
}

/** The nodes of these comments, or what is wrong with the fields that were asked for. */
export function listed(world: World, comments: readonly KeptComment[], fields: Fields): Answer {
  const nodes = comments.map((comment) => picked(world, comment, fields))
  return nodes.find((node): node is GraphError => typeof node['code'] === 'number') ?? { data: nodes }
}

export function picked(world: World, comment: KeptComment, fields: Fields): Answer {
  const isPage = platformOf(world, comment.accountRef) === 'messenger'
  const edge = isPage ? 'comments' : 'replies'
  const nested = fields.get(edge)
  const isUnder = ({ parentRef }: KeptComment) => parentRef === comment.commentRef
  const replies = nested && listed(world, standing(world, isUnder), nested)
  if (replies && 'code' in replies) return replies
  const node = pick({ ...(isPage ? pageNode(comment) : shopNode(comment)), [edge]: replies }, fields)
  return typeof node['missing'] === 'string' ? missingField(node['missing']) : node
}

function shopNode({ commentRef, contactRef, username, parentRef, text, at, hidden = false, mediaRef }: KeptComment) {
  return {
    ...{ id: commentRef, text, username, hidden, parent_id: parentRef, media: { id: mediaRef } },
    from: { id: contactRef, username },
    timestamp: isoTime(at),
  }
}

/** https://developers.facebook.com/docs/graph-api/reference/comment */
function pageNode(comment: KeptComment) {
  const { commentRef, contactRef, authorRef = contactRef, username, parentRef, text, at, hidden = false } = comment
  return {
    ...{ id: commentRef, message: text, is_hidden: hidden, created_time: isoTime(at) },
    from: { id: authorRef, name: username },
    parent: parentRef ? { id: parentRef } : undefined,
    can_reply_privately: !comment.answered,
  }
}

/** Parameters may come as JSON, as a form, or in the address. */
export async function bodyOf(c: Context<GraphEnv>): Promise<unknown> {
  const isJson = c.req.header('content-type')?.includes('json')
  const body: unknown = await (isJson ? c.req.json() : c.req.parseBody()).catch(() => ({}))
  return typeof body === 'object' ? { ...c.req.query(), ...body } : body
}
