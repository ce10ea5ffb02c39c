import { commentEnvelope, type FeedVerb, feedEnvelope } from './comment-wire.ts'
import type { Core } from './core.ts'
import type { Comment } from './entries.ts'
import { createMentioning, type Mentioning as MentioningDeeds } from './mentioning.ts'
import { meet } from './people.ts'
import { createSerials } from './weather/serials.ts'
import { type KeptComment, platformOf } from './world.ts'

type Delivered = Promise<{ id: number; status: number }>

export interface Said {
  /** Somebody new, unless `contactRef` says who it is. */
  name: string
  username?: string | undefined
  contactRef?: string | undefined
  text: string
  at?: number
  /** Whose post it is; the first shop's unless told. */
  accountRef?: string | undefined
}

/** What people say in public, and what becomes of it. Facebook tells of all that, Instagram of what is said alone. */
export interface Commenting extends MentioningDeeds {
  comment(said: Said): Delivered
  /** The same person says something more under the same post, in answer to a comment. */
  commentAgain(comment: Comment, text: string): Delivered
  /** The account answering under a comment, through the API or from the app; it comes to us as a comment of its own. */
  replyInPublic(comment: Comment, text: string): { commentRef: string; delivered: Delivered }
  /** Its author changes the words. */
  rewordComment(commentRef: string, text: string): Delivered | undefined
  /** Its author takes it back. */
  removeComment(commentRef: string): Delivered | undefined
  /** The account hides, shows or deletes it. */
  moderate(commentRef: string, change: { hidden: boolean } | { deleted: true }): Delivered | undefined
}

export function createCommenting(core: Core): Commenting {
  const { world, record } = core
  const { say, tell, deliver } = createTelling(core)

  return {
    comment: (said) => say(madeBy(core, said)),
    commentAgain: ({ contactRef, username, authorRef, ...comment }, text) =>
      say(answering(core, comment, { contactRef, username, text, ...(authorRef && { authorRef }) })),
    replyInPublic(comment, text) {
      const { accountRef } = comment
      const { username, name } = world.accounts.get(accountRef) ?? core.account
      const goesBy = platformOf(world, accountRef) === 'messenger' ? name : username
      const reply = answering(core, comment, { contactRef: accountRef, username: goesBy, text })
      return { commentRef: reply.commentRef, delivered: say(reply) }
    },
    rewordComment(commentRef, text) {
      record({ type: 'reworded', commentRef, text, at: core.tick('comments') })
      return tell(commentRef, 'edited')
    },
    removeComment(commentRef) {
      record({ type: 'moderated', commentRef, deleted: true })
      return tell(commentRef, 'remove')
    },
    moderate(commentRef, change) {
      record({ type: 'moderated', commentRef, ...change })
      return tell(commentRef, 'deleted' in change ? 'remove' : change.hidden ? 'hide' : 'unhide')
    },
    ...createMentioning(core, { made: (said) => madeBy(core, said), deliver }),
  }
}

/** A comment as it would be made now, by somebody new or by whom we know. */
function madeBy(
  core: Core,
  { name, username, contactRef, text, at, accountRef = core.account.accountRef }: Said,
): Comment {
  const isPage = platformOf(core.world, accountRef) === 'messenger'
  const known = core.world.contacts.get(contactRef ?? '')
  const author = known ?? meet(core, { name, accountRef, ...(username !== undefined && { username }) })
  const mediaRef = postOf(core, accountRef)
  return {
    ...{ accountRef, mediaRef, text, at: at ?? core.tick('comments') },
    contactRef: author.contactRef,
    username: isPage ? author.name : author.username,
    ...(isPage && { authorRef: core.refs.commenter(author.contactRef) }),
    commentRef: nextRef(core, { accountRef, mediaRef }),
  }
}

function createTelling(core: Core) {
  const { world, record, settings } = core
  const serials = createSerials()

  function deliver({ accountRef, mediaRef }: Comment, about: string, envelope: unknown): Delivered {
    return core.deliver({ accountRef, thread: `comments ${mediaRef}`, about, envelope })
  }

  function say(comment: Comment): Delivered {
    record({ type: 'comment', ...comment })
    const isPage = platformOf(world, comment.accountRef) === 'messenger'
    const told = { verb: 'add' as const, named: settings.commentersNamed }
    const envelope = isPage ? feedEnvelope(comment, told, core.clock()) : commentEnvelope(comment, core.clock())
    return deliver(comment, comment.commentRef, envelope)
  }

  function tell(commentRef: string, verb: FeedVerb): Delivered | undefined {
    const comment = world.comments.find((one) => one.commentRef === commentRef)
    if (!comment || platformOf(world, comment.accountRef) !== 'messenger') return undefined
    const about = `${verb} ${commentRef} ${serials.next(commentRef)}`
    const told = { verb, named: settings.commentersNamed }
    return deliver(comment, about, feedEnvelope(comment, told, core.clock()))
  }

  return { say, tell, deliver }
}

/** A comment under another one; an answer to an answer is put under the first. */
function answering(
  core: Core,
  {
    accountRef,
    mediaRef,
    commentRef,
    parentRef = commentRef,
  }: Pick<KeptComment, 'accountRef' | 'mediaRef' | 'commentRef' | 'parentRef'>,
  said: Pick<Comment, 'contactRef' | 'username' | 'text' | 'authorRef'>,
): Comment {
  const place = { accountRef, mediaRef, parentRef, commentRef: nextRef(core, { accountRef, mediaRef }) }
  return { ...place, ...said, at: core.tick('comments') }
}

/** The post of an account that everybody comments on. */
export function postOf({ account, refs, world }: Core, accountRef: string): string {
  if (platformOf(world, accountRef) === 'messenger') return refs.pagePost(accountRef)
  return accountRef === account.accountRef ? refs.media(1) : refs.mediaOf(accountRef)
}

function nextRef({ refs, world }: Core, { accountRef, mediaRef }: Pick<Comment, 'accountRef' | 'mediaRef'>): string {
  const serial = world.comments.length + 1
  const isPage = platformOf(world, accountRef) === 'messenger'
  return isPage ? refs.pageComment(mediaRef, serial) : refs.comment(serial)
}
