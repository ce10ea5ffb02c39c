import type { Core } from '../core.ts'
import type { Account } from '../entries.ts'
import { linkTo } from '../files.ts'
import { conversationRefOf } from '../lookup.ts'
import { type Contact, type KeptMessage, threadOf, type World } from '../world.ts'
import { type GraphError, missingField, missingObject, refusals } from './answers.ts'
import { type Fields, pick } from './fields.ts'

/** Details are kept for this many of a thread's newest messages: https://developers.facebook.com/docs/instagram-platform/instagram-api-with-instagram-login/conversations-api */
const DETAILED_MESSAGES = 20
const ID_AND_TIME: Fields = new Map([['created_time', new Map()]])

/** The account is the one whose token asks. */
export type Reading = Pick<Core, 'world' | 'refs' | 'lookup' | 'account' | 'baseUrl' | 'clock'>

type Node = Record<string, unknown>

/** `/me`: `user_id` is the id that webhooks and sends use, `id` belongs to the app alone. */
export function accountNode({ accountRef, scopedRef, username, name, platform }: Account): Node {
  // A Page has one id.
  if (platform === 'messenger') return { id: accountRef, name, username, category: 'Shop' }
  return {
    id: scopedRef,
    user_id: accountRef,
    username,
    name,
    account_type: 'BUSINESS',
    profile_picture_url: undefined,
  }
}

/** Whatever one id stands for: a contact, a thread or a message. */
export function readNode(reading: Reading, ref: string, fields: Fields): Node | GraphError {
  const { world, account } = reading
  const contact = world.contacts.get(ref)
  if (contact?.accountRef === account.accountRef) return profile(account, contact, fields)
  const message = world.messages.get(ref)
  if (message?.accountRef === account.accountRef) return readMessage(reading, message, fields)
  const owner = ownerOf(reading, ref)
  if (owner) return readConversation(reading, owner, fields)
  return /^1\d{15}$/.test(ref) ? refusals.noProfile : missingObject('GET', ref)
}

/** What `limit` and `after` ask for. */
export interface Cut {
  limit: number
  after: number
}

/** The conversation with one person, or those of the account, the newest first and page by page. */
export function listConversations(
  reading: Reading,
  { userId, fields, cut }: { userId: string | undefined; fields: Fields; cut: Cut },
): Node | GraphError {
  const { world, account } = reading
  const asked = userId ? [userId] : (world.contactsOf.get(account.accountRef) ?? [])
  const threads = asked
    .flatMap((contactRef) => world.contacts.get(contactRef) ?? [])
    .filter(({ accountRef, contactRef }) => accountRef === account.accountRef && world.threads.has(contactRef))
    .map((contact) => ({ contact, newest: newestOf(world, contact.contactRef) }))
    .sort((a, b) => b.newest - a.newest)
  const shown: Fields = fields.size > 0 ? fields : new Map(userId ? [] : [['updated_time', new Map()]])
  return pageOf(threads, cut, ({ contact }) => readConversation(reading, contact, shown))
}

/** One page of a list, with the way to the next one. https://developers.facebook.com/docs/graph-api/results */
export function pageOf<T>(
  list: readonly T[],
  { limit, after }: Cut,
  show: (one: T) => Node | GraphError,
): Node | GraphError {
  const nodes = list.slice(after, after + limit).map(show)
  const refused = nodes.find((node): node is GraphError => typeof node['code'] === 'number')
  if (refused) return refused
  const end = after + limit
  const cursor = Buffer.from(String(end)).toString('base64url')
  return { data: nodes, ...(end < list.length && { paging: { cursors: { after: cursor }, next: `?after=${cursor}` } }) }
}

export function readMessages(reading: Reading, ref: string, fields: Fields): Node | GraphError {
  const owner = ownerOf(reading, ref)
  return owner ? messagesEdge(reading, owner.contactRef, fields) : missingObject('GET', ref)
}

function profile({ platform }: Account, contact: Contact, fields: Fields): Node | GraphError {
  // A profile is open once the person has written: https://developers.facebook.com/docs/instagram-platform/instagram-api-with-instagram-login/messaging-api/user-profile
  if (contact.lastActionAt === undefined) return refusals.noConsent
  const { contactRef: id, name, username } = contact
  if (platform === 'messenger') return picked(visitorNode(contact), fields)
  return picked(
    {
      id,
      name,
      username,
      profile_pic: undefined,
      follower_count: 0,
      is_verified_user: false,
      is_user_follow_business: true,
      is_business_follow_user: false,
    },
    fields,
  )
}

/** https://developers.facebook.com/docs/messenger-platform/identity/user-profile */
function visitorNode({ contactRef: id, name }: Contact): Node {
  const [first_name, ...rest] = name.split(' ')
  return { id, name, first_name, last_name: rest.join(' ') || undefined, profile_pic: undefined }
}

function readConversation(reading: Reading, contact: Contact, fields: Fields): Node | GraphError {
  const { world, refs, account } = reading
  const nested = fields.get('messages')
  return picked(
    {
      id: conversationRefOf(world, refs, contact),
      updated_time: isoTime(newestOf(world, contact.contactRef)),
      participants: { data: [accountParty(account), contactParty(account, contact)] },
      messages: nested && messagesEdge(reading, contact.contactRef, nested),
    },
    fields,
  )
}

function messagesEdge(reading: Reading, contactRef: string, fields: Fields): Node {
  const newestFirst = threadOf(reading.world, contactRef)
    .filter((message) => !message.deleted)
    .reverse()
  const data = newestFirst.map((message, index) => {
    const detailed = fields.size > 0 && index < DETAILED_MESSAGES
    return pick(messageNode(reading, message), detailed ? fields : ID_AND_TIME)
  })
  return { data }
}

function readMessage(reading: Reading, message: KeptMessage, fields: Fields): Node | GraphError {
  const newest = threadOf(reading.world, message.contactRef).slice(-DETAILED_MESSAGES)
  if (message.deleted || !newest.includes(message)) return refusals.messageGone
  return picked(messageNode(reading, message), fields)
}

function messageNode({ world, account, baseUrl, clock }: Reading, message: KeptMessage): Node {
  const { mid, text, at, attachments, story, replyTo } = message
  const absolute = (path: string) => linkTo(path, { baseUrl, clock })
  const contact = world.contacts.get(message.contactRef)
  const them = contact ? contactParty(account, contact) : { id: message.contactRef }
  const us = accountParty(account)
  const [from, to] = message.from === 'contact' ? [them, us] : [us, them]
  return {
    id: mid,
    created_time: isoTime(at),
    from,
    to: { data: [to] },
    message: text,
    attachments: attachments.length > 0 ? { data: attachments.map((one) => fileNode(one, absolute)) } : undefined,
    reply_to: replyTo ? { mid: replyTo } : undefined,
    story: story && { reply_to: { id: story.id, link: absolute(story.url) } },
    sticker: undefined,
    is_unsupported: undefined,
    shares: undefined,
  }
}

function fileNode({ type, url }: KeptMessage['attachments'][number], absolute: (path: string) => string): Node {
  if (type === 'image' || type === 'video') return { [`${type}_data`]: { url: absolute(url) } }
  return { mime_type: type === 'audio' ? 'audio/mpeg' : 'application/pdf', file_url: absolute(url) }
}

function picked(node: Node, fields: Fields): Node | GraphError {
  const result = pick(node, fields)
  return typeof result['missing'] === 'string' ? missingField(result['missing']) : result
}

function ownerOf({ lookup, account }: Reading, conversationRef: string): Contact | undefined {
  const contact = lookup.contactOf(conversationRef)
  return contact?.accountRef === account.accountRef ? contact : undefined
}

function newestOf(world: World, contactRef: string): number {
  return threadOf(world, contactRef).at(-1)?.at ?? 0
}

function accountParty({ accountRef, username, name, platform }: Account): Node {
  return platform === 'messenger' ? { id: accountRef, name } : { id: accountRef, username }
}

function contactParty({ platform }: Account, { contactRef, username, name }: Contact): Node {
  return platform === 'messenger' ? { id: contactRef, name } : { id: contactRef, username }
}

/** `2022-07-12T19:11:07+0000`, the API's own way of writing a time. */
export function isoTime(at: number): string {
  return new Date(at).toISOString().replace(/\.\d{3}Z$/, '+0000')
}
