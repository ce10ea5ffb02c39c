import type { Context, Hono, Next } from 'hono'
import { z } from 'zod'
import { postOf } from '../commenting.ts'
import type { Core } from '../core.ts'
import { type KeptMention, platformOf } from '../world.ts'
import { missingField, missingObject, refusals } from './answers.ts'
import { fieldsOf, isOurs, type Room } from './calls.ts'
import { bodyOf } from './comments.ts'
import { parseFields, pick } from './fields.ts'
import { type Answer, answer, type GraphEnv } from './gate.ts'
import { isoTime } from './nodes.ts'

type Call = Context<GraphEnv>

/** Where the account of the token was named elsewhere; undefined for what is gone. */
function mentionOf({ world }: Core, c: Call, isIt: (mention: KeptMention) => boolean): KeptMention | undefined {
  const { accountRef } = c.get('token')
  return world.mentions.find((mention) => mention.accountRef === accountRef && !mention.deleted && isIt(mention))
}

/** What an account can do about mentions; whatever is not about one is left to the others. */
export function addMentions(app: Hono<GraphEnv>, room: Room, version: string): void {
  const { core } = room
  const isPage = (c: Call) => platformOf(core.world, c.get('token').accountRef) === 'messenger'
  const say = (c: Call, result: Answer) => answer(core, c, result)

  app.post(`${version}/:owner/mentions`, async (c, next) => {
    if (isPage(c) || !isOurs(c.get('token').accountRef, c.req.param('owner'))) return next()
    return say(c, await answerMention(core, c))
  })
  app.on(['GET', 'POST'], `${version}/:ref/comments`, async (c, next) => {
    const mention = isPage(c) ? mentionOf(core, c, ({ commentRef }) => commentRef === c.req.param('ref')) : undefined
    if (!mention) return next()
    return say(c, c.req.method === 'GET' ? listAnswers(mention) : await commentThere(core, c, mention))
  })
  app.get(`${version}/:ref`, (c, next) => (isPage(c) ? readPageMention(core, c, next) : readMention(core, c, next)))
}

const Reply = z.object({ message: z.string().trim().min(1) })
const Where = z.object({ media_id: z.string(), comment_id: z.string().optional() })

/** https://developers.facebook.com/documentation/instagram-platform/instagram-graph-api/reference/ig-user/mentions */
async function answerMention(core: Core, c: Call): Promise<Answer> {
  const where = Where.safeParse(await bodyOf(c))
  if (!where.success) return refusals.bodyInvalid
  const { media_id, comment_id = media_id } = where.data
  const isIt = ({ mediaRef, commentRef }: KeptMention) => mediaRef === media_id && commentRef === comment_id
  const mention = mentionOf(core, c, isIt)
  return mention ? commentThere(core, c, mention) : missingObject('POST', comment_id)
}

async function commentThere(core: Core, c: Call, mention: KeptMention): Promise<Answer> {
  const body = Reply.safeParse(await bodyOf(c))
  if (!body.success) return refusals.bodyInvalid
  const { refs, world, record } = core
  const { commentRef, mediaRef } = mention
  const serial = 2_000_000 + world.mentions.reduce((count, { answers }) => count + answers.length, 1)
  const ref =
    platformOf(world, mention.accountRef) === 'messenger' ? refs.pageComment(mediaRef, serial) : refs.comment(serial)
  record({ type: 'mention answer', commentRef, ref, text: body.data.message, at: core.tick('comments') })
  Object.assign(c.get('arrival'), { text: body.data.message, mid: ref, kept: true })
  return { id: ref }
}

function listAnswers({ answers, accountRef }: KeptMention): Answer {
  const nodes = answers.map(({ ref, text, at }) => ({
    ...{ id: ref, message: text, created_time: isoTime(at) },
    from: { id: accountRef },
  }))
  return { data: nodes.reverse() }
}

/** A post or comment of somebody who named the Page. */
function readPageMention(core: Core, c: Call, next: Next) {
  const mention = mentionOf(core, c, ({ commentRef }) => commentRef === c.req.param('ref'))
  if (!mention) return next()
  const { commentRef: id, contactRef, authorRef = contactRef, username: name, text, at, isClosed } = mention
  if (isClosed) return Promise.resolve(answer(core, c, refusals.permissionMissing))
  const times = { created_time: isoTime(at), permalink_url: `https://www.facebook.com/${id}` }
  const node = pick({ id, message: text, from: { id: authorRef, name }, ...times }, fieldsOf(c))
  return Promise.resolve(answer(core, c, checked(node)))
}

/** An own post; or, asked of the account itself, what stands at a mention. */
function readMention(core: Core, c: Call, next: Next) {
  const { accountRef } = c.get('token')
  const ref = c.req.param('ref')
  if (ref === postOf(core, accountRef)) {
    const post = { id: ref, owner: { id: accountRef }, permalink: permalinkOf(ref), caption: 'New glazes' }
    return Promise.resolve(answer(core, c, checked(pick(post, fieldsOf(c)))))
  }
  const asked = /^mentioned_(comment|media)\.(?:comment|media)_id\((\d+)\)\{(.*)\}$/.exec(c.req.query('fields') ?? '')
  if (!asked || !isOurs(accountRef, ref)) return next()
  return Promise.resolve(answer(core, c, shownAt(core, c, asked)))
}

/**
 * https://developers.facebook.com/documentation/instagram-platform/instagram-graph-api/reference/ig-user/mentioned_comment
 * https://developers.facebook.com/documentation/instagram-platform/instagram-graph-api/reference/ig-user/mentioned_media
 */
function shownAt(core: Core, c: Call, [, what, id = '', fields = '']: RegExpExecArray): Answer {
  const isPost = what === 'media'
  const mention = mentionOf(core, c, (one) => one.commentRef === id && (one.isPost === true) === isPost)
  if (!mention || mention.isClosed) return missingObject('GET', id)
  const { text, username, at, mediaRef } = mention
  const said = { id, username, timestamp: isoTime(at), like_count: 0 }
  const wanted = parseFields(fields)
  const media = pick(
    { id: mediaRef, permalink: permalinkOf(mediaRef), caption: 'Our week' },
    wanted.get('media') ?? new Map(),
  )
  const node = isPost ? { ...said, caption: text, permalink: permalinkOf(mediaRef) } : { ...said, text, media }
  const shown = checked(pick(node, wanted))
  return 'code' in shown ? shown : { [`mentioned_${what}`]: shown, id: mention.accountRef }
}

function permalinkOf(mediaRef: string): string {
  return `https://www.instagram.com/p/${Buffer.from(mediaRef).toString('base64url')}/`
}

function checked(node: ReturnType<typeof pick>): Answer {
  return typeof node['missing'] === 'string' ? missingField(node['missing']) : node
}
