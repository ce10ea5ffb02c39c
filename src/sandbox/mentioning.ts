import { commentEnvelope, mentionEnvelope, mentionNotice } from './comment-wire.ts'
import type { Said } from './commenting.ts'
import type { Core } from './core.ts'
import type { Comment, Mention } from './entries.ts'
import { platformOf } from './world.ts'

type Delivered = Promise<{ id: number; status: number }>

export interface SaidElsewhere extends Said {
  /** The post itself says it. */
  isPost?: boolean | undefined
  /** Told as other logins are told: by ids alone. */
  idsOnly?: boolean | undefined
  /** No app may read it. */
  isClosed?: boolean | undefined
}

/** People naming the account where it is not at home. */
export interface Mentioning {
  /** Under a post that is not the account's, or in one of theirs. */
  mention(said: SaidElsewhere): Delivered
  /** Its author takes it back, which Facebook alone tells. */
  removeMention(commentRef: string): Delivered | undefined
}

interface Means {
  /** What is said as it would stand under the account's own post. */
  made(said: Said): Comment
  deliver(comment: Comment, about: string, envelope: unknown): Delivered
}

export function createMentioning(core: Core, { made, deliver }: Means): Mentioning {
  const { world, record } = core
  return {
    mention(said) {
      const comment = made(said)
      const flags = { ...(said.isPost && { isPost: true as const }), ...(said.isClosed && { isClosed: true as const }) }
      const mention = { ...comment, ...placeOf(core, comment, said.isPost === true), ...flags }
      record({ type: 'mention', ...mention })
      return deliver(mention, `mention ${mention.commentRef}`, envelopeOf(core, mention, said))
    },
    removeMention(commentRef) {
      const mention = world.mentions.find((one) => one.commentRef === commentRef)
      record({ type: 'moderated', commentRef, deleted: true })
      if (!mention || platformOf(world, mention.accountRef) !== 'messenger') return undefined
      const envelope = mentionEnvelope(mention, { named: false, verb: 'remove' }, core.clock())
      return deliver(mention, `remove ${commentRef}`, envelope)
    },
  }
}

/** Every post that names the account is one of its own; the comments are all below the same. */
function placeOf({ refs, world }: Core, comment: Comment, isPost: boolean): Pick<Mention, 'mediaRef' | 'commentRef'> {
  const serial = world.mentions.length + 1
  if (platformOf(world, comment.accountRef) === 'messenger') {
    const mediaRef = isPost
      ? refs.foreignPost(comment.authorRef ?? comment.contactRef, serial)
      : refs.foreignPost('4', 0)
    return { mediaRef, commentRef: isPost ? mediaRef : refs.pageComment(mediaRef, serial) }
  }
  const mediaRef = refs.media(isPost ? 1000 + serial : 999)
  return { mediaRef, commentRef: isPost ? mediaRef : refs.comment(1_000_000 + serial) }
}

/** Instagram tells of comments with their words, of captions by ids alone. */
function envelopeOf({ world, settings, clock }: Core, mention: Mention, { idsOnly = false }: SaidElsewhere): unknown {
  if (platformOf(world, mention.accountRef) === 'messenger')
    return mentionEnvelope(mention, { named: settings.commentersNamed && !idsOnly }, clock())
  return mention.isPost || idsOnly ? mentionNotice(mention, clock()) : commentEnvelope(mention, clock())
}
