/*
 * The newest conversations and comments of an account. Lists come newest first, so reading ends at the first page that
 * reaches back far enough. However much has happened, a look costs no more calls than the two bounds below allow.
 */
import type { Platform } from '#src/domain/platform.ts'
import type { Recent, Shown } from '../adapter.ts'
import { fieldOf } from './graph.ts'
import { type Read, timeOf } from './read-back.ts'
import { listOf, messagingOf, tell, textOf, type Words } from './shown.ts'

const THREADS_A_PAGE = 10
const THREAD_PAGES_MAX = 40
const POSTS_A_PAGE = 10
const COMMENTS_A_PAGE = 50
/** Further pages of comments, of all posts together. */
const COMMENT_PAGES_MAX = 10
/** Details are shown for so many of a thread's newest messages: https://developers.facebook.com/docs/messenger-platform/conversations */
const DETAILED_MESSAGES = 20

interface Wanted {
  platform: Platform
  accountRef: string
  /** `me`, or an id. */
  owner: string
  /** The edge where its posts are. */
  posts: 'media' | 'feed'
  /** Fields of a message besides those that all have. */
  messageFields: string
  commentFields: string
  /** Says more about the comments that are wanted. */
  commentsAs?: Record<string, string>
  words: Words
}

/** What has been said since. */
export async function readRecent(wanted: Wanted, since: Date, read: Read): Promise<Recent> {
  const { threads, complete } = await readThreads(wanted, since, read)
  const comments = await readComments(wanted, since, read)
  return { threads, comments: comments.said, complete: complete && comments.complete }
}

async function readThreads(wanted: Wanted, since: Date, read: Read) {
  const { owner, platform, messageFields } = wanted
  const fields = `updated_time,participants,messages.limit(${DETAILED_MESSAGES}){id,created_time,from,to,message,${messageFields}}`
  const threads: Shown[][] = []
  let after: string | undefined
  for (let page = 0; page < THREAD_PAGES_MAX; page++) {
    const query = { platform, fields, limit: String(THREADS_A_PAGE), ...(after && { after }) }
    const body = await read(`${owner}/conversations`, query)
    const listed = listOf(body)
    const fresh = listed.filter((one) => !isOlder(fieldOf(one, 'updated_time'), since))
    for (const one of fresh) threads.push(threadOf(wanted, one))
    after = nextOf(body)
    if (fresh.length < listed.length || !after) return { threads, complete: true }
  }
  return { threads, complete: false }
}

/** Oldest first. From the first message without details on nothing is known; so it is when the contact cannot be told. */
function threadOf({ accountRef, words }: Wanted, conversation: unknown): Shown[] {
  const detailed: unknown[] = []
  for (const message of listOf(fieldOf(conversation, 'messages'))) {
    if (!idOf(fieldOf(message, 'from'))) break
    detailed.push(message)
  }
  const parties = [conversation, ...detailed].flatMap(partiesOf)
  const [contactRef, ...others] = new Set(parties.filter((ref) => ref !== accountRef))
  if (!contactRef || others.length > 0) return []
  return detailed.reverse().flatMap((message) => {
    const at = timeOf(fieldOf(message, 'created_time'))
    const isOurs = idOf(fieldOf(message, 'from')) !== contactRef
    const entry = messagingOf(message, { accountRef, contactRef, isOurs })
    return (at && tell(words, accountRef, { at, entry })) ?? []
  })
}

function partiesOf(value: unknown): string[] {
  const named = [fieldOf(value, 'from'), ...listOf(fieldOf(value, 'to')), ...listOf(fieldOf(value, 'participants'))]
  return named.flatMap((party) => idOf(party) ?? [])
}

async function readComments(wanted: Wanted, since: Date, read: Read): Promise<{ said: Shown[]; complete: boolean }> {
  const { owner, posts, commentFields, commentsAs = {} } = wanted
  const as = Object.entries(commentsAs).map(([name, value]) => `.${name}(${value})`)
  const fields = `id,comments${as.join('')}.limit(${COMMENTS_A_PAGE}){${commentFields}}`
  const found = listOf(await read(`${owner}/${posts}`, { fields, limit: String(POSTS_A_PAGE) }))
  const said: Shown[] = []
  const more = { read, since, pagesLeft: COMMENT_PAGES_MAX, complete: true }
  for (const post of found) {
    const postRef = idOf(post)
    if (!postRef) continue
    for await (const comment of commentsOf(wanted, { postRef, edge: fieldOf(post, 'comments') }, more)) {
      said.push(...commentsIn(wanted, comment, { postRef }))
    }
  }
  return { said, complete: more.complete }
}

interface More {
  read: Read
  since: Date
  /** How many further pages may still be read. */
  pagesLeft: number
  complete: boolean
}

/** What stands under a post, page by page, until it is older than what is wanted. */
async function* commentsOf(
  { commentFields, commentsAs }: Wanted,
  { postRef, edge }: { postRef: string; edge: unknown },
  more: More,
): AsyncGenerator<unknown> {
  for (let page = edge; ; more.pagesLeft--) {
    const listed = listOf(page)
    yield* listed
    const after = nextOf(page)
    if (!after || listed.some((one) => isOlder(timeIn(one), more.since))) return
    if (more.pagesLeft === 0) {
      more.complete = false
      return
    }
    const query = { fields: commentFields, limit: String(COMMENTS_A_PAGE), after, ...commentsAs }
    page = await more.read(`${encodeURIComponent(postRef)}/comments`, query)
  }
}

/** The comment, and the answers that are shown under it. */
function commentsIn(wanted: Wanted, comment: unknown, place: { postRef: string; parentRef?: string }): Shown[] {
  const { words, accountRef } = wanted
  const { postRef } = place
  const at = timeOf(timeIn(comment))
  const parentRef = textOf(comment, 'parent_id') ?? idOf(fieldOf(comment, 'parent')) ?? place.parentRef
  if (!at) return []
  const change = (moment: Date) => words.commentChange(comment, { postRef, parentRef, at: moment })
  const entry = (moment: Date) => ({ changes: [change(moment)] })
  const shown = change(at) === undefined ? undefined : tell(words, accountRef, { at, entry })
  const ref = idOf(comment)
  const answers = listOf(fieldOf(comment, 'replies'))
  return [
    ...(shown ? [shown] : []),
    ...(ref ? answers.flatMap((answer) => commentsIn(wanted, answer, { postRef, parentRef: ref })) : []),
  ]
}

function timeIn(comment: unknown): unknown {
  return fieldOf(comment, 'timestamp') ?? fieldOf(comment, 'created_time')
}

/** Without a time it may be new. */
function isOlder(time: unknown, since: Date): boolean {
  const at = timeOf(time)
  return at !== undefined && at < since
}

function nextOf(edge: unknown): string | undefined {
  const paging = fieldOf(edge, 'paging')
  return fieldOf(paging, 'next') === undefined ? undefined : textOf(fieldOf(paging, 'cursors'), 'after')
}

function idOf(value: unknown): string | undefined {
  const id = fieldOf(value, 'id')
  return typeof id === 'number' ? String(id) : textOf(value, 'id')
}
