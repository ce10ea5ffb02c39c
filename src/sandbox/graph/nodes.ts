import type { Core } from '../core.ts'
import type { Refs } from '../refs.ts'
import { type Account, type Contact, type KeptMessage, threadOf, type World } from '../world.ts'
import { type GraphError, missingField, missingObject, refusals } from './answers.ts'
import { type Fields, pick } from './fields.ts'

/** Details are kept for this many of a thread's newest messages: https://developers.facebook.com/docs/instagram-platform/instagram-api-with-instagram-login/conversations-api */
const DETAILED_MESSAGES = 20
const ID_AND_TIME: Fields = new Map([['created_time', new Map()]])

type Reading = Pick<Core, 'world' | 'refs' | 'account'>

type Node = Record<string, unknown>

/** `/me`: `user_id` is the id that webhooks and sends use, `id` belongs to the app alone. */
export function accountNode({ accountRef, scopedRef, username, name }: Account): Node {
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
export function readNode({ world, refs, account }: Reading, ref: string, fields: Fields): Node | GraphError {
  const contact = world.contacts.get(ref)
  if (contact?.accountRef === account.accountRef) return profile(contact, fields)
  const message = world.messages.get(ref)
  if (message?.accountRef === account.accountRef) return readMessage(world, account, message, fields)
  const owner = ownerOf(world, refs, account, ref)
  if (owner) return readConversation(world, refs, owner, fields)
  return /^1\d{15}$/.test(ref) ? refusals.noProfile : missingObject('GET', ref)
}

export function listConversations(
  { world, refs, account }: Reading,
  userId: string | undefined,
  fields: Fields,
): Node | GraphError {
  const threads = [...world.contacts.values()]
    .filter(({ accountRef, contactRef }) => accountRef === account.accountRef && (!userId || contactRef === userId))
    .filter(({ contactRef }) => world.threads.has(contactRef))
  const nodes = threads
    .map((contact) => ({ contact, newest: newestOf(world, contact.contactRef) }))
    .sort((a, b) => b.newest - a.newest)
  const asked: Fields = fields.size > 0 ? fields : new Map(userId ? [] : [['updated_time', new Map()]])
  return { data: nodes.map(({ contact }) => readConversation(world, refs, contact, asked)) }
}

export function readMessages({ world, refs, account }: Reading, ref: string, fields: Fields): Node | GraphError {
  const owner = ownerOf(world, refs, account, ref)
  return owner ? messagesEdge(world, account, owner.contactRef, fields) : missingObject('GET', ref)
}

function profile(contact: Contact, fields: Fields): Node | GraphError {
  // A profile is open once the person has written: https://developers.facebook.com/docs/instagram-platform/instagram-api-with-instagram-login/messaging-api/user-profile
  if (contact.lastActionAt === undefined) return refusals.noConsent
  const { contactRef: id, name, username } = contact
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

function readConversation(world: World, refs: Refs, contact: Contact, fields: Fields): Node | GraphError {
  const account = world.accounts.get(contact.accountRef)
  if (!account) return missingObject('GET', contact.contactRef)
  const nested = fields.get('messages')
  return picked(
    {
      id: refs.conversation(contact.contactRef),
      updated_time: isoTime(newestOf(world, contact.contactRef)),
      participants: { data: [accountParty(account), contactParty(contact)] },
      messages: nested && messagesEdge(world, account, contact.contactRef, nested),
    },
    fields,
  )
}

function messagesEdge(world: World, account: Account, contactRef: string, fields: Fields): Node {
  const newestFirst = threadOf(world, contactRef)
    .filter((message) => !message.deleted)
    .reverse()
  const data = newestFirst.map((message, index) => {
    const detailed = fields.size > 0 && index < DETAILED_MESSAGES
    return pick(messageNode(world, account, message), detailed ? fields : ID_AND_TIME)
  })
  return { data }
}

function readMessage(world: World, account: Account, message: KeptMessage, fields: Fields): Node | GraphError {
  const newest = threadOf(world, message.contactRef).slice(-DETAILED_MESSAGES)
  if (message.deleted || !newest.includes(message)) return refusals.messageGone
  return picked(messageNode(world, account, message), fields)
}

function messageNode(world: World, account: Account, message: KeptMessage): Node {
  const { mid, text, at, attachments, story } = message
  const contact = world.contacts.get(message.contactRef)
  const them = contact ? contactParty(contact) : { id: message.contactRef }
  const us = accountParty(account)
  const [from, to] = message.from === 'contact' ? [them, us] : [us, them]
  return {
    id: mid,
    created_time: isoTime(at),
    from,
    to: { data: [to] },
    message: text,
    attachments: attachments.length > 0 ? { data: attachments.map(({ url }) => ({ image_data: { url } })) } : undefined,
    reply_to: undefined,
    story: story && { reply_to: story },
    shares: undefined,
  }
}

function picked(node: Node, fields: Fields): Node | GraphError {
  const result = pick(node, fields)
  return typeof result['missing'] === 'string' ? missingField(result['missing']) : result
}

function ownerOf(world: World, refs: Refs, account: Account, conversationRef: string): Contact | undefined {
  return [...world.contacts.values()].find(
    (contact) => contact.accountRef === account.accountRef && refs.conversation(contact.contactRef) === conversationRef,
  )
}

function newestOf(world: World, contactRef: string): number {
  return threadOf(world, contactRef).at(-1)?.at ?? 0
}

function accountParty({ accountRef, username }: Account): Node {
  return { id: accountRef, username }
}

function contactParty({ contactRef, username }: Contact): Node {
  return { id: contactRef, username }
}

/** `2022-07-12T19:11:07+0000`, the API's own way of writing a time. */
function isoTime(at: number): string {
  return new Date(at).toISOString().replace(/\.\d{3}Z$/, '+0000')
}
