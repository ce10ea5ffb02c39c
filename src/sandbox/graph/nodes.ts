import type { Core } from '../core.ts'
import type { Account } from '../entries.ts'
import { conversationRefOf } from '../lookup.ts'
import type { Refs } from '../refs.ts'
import { type Contact, type KeptMessage, threadOf, type World } from '../world.ts'
import { type GraphError, missingField, missingObject, refusals } from './answers.ts'
import { type Fields, pick } from './fields.ts'

/** Details are kept for this many of a thread's newest messages: https://developers.facebook.com/docs/instagram-platform/instagram-api-with-instagram-login/conversations-api */
const DETAILED_MESSAGES = 20
const ID_AND_TIME: Fields = new Map([['created_time', new Map()]])

/** The account is the one whose token asks. */
export type Reading = Pick<Core, 'world' | 'refs' | 'lookup' | 'account'>

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
  const { world, refs, account } = reading
  const contact = world.contacts.get(ref)
  if (contact?.accountRef === account.accountRef) return profile(account, contact, fields)
  const message = world.messages.get(ref)
  if (message?.accountRef === account.accountRef) return readMessage(world, account, message, fields)
  const owner = ownerOf(reading, ref)
  if (owner) return readConversation(world, refs, owner, fields)
  return /^1\d{15}$/.test(ref) ? refusals.noProfile : missingObject('GET', ref)
}

export function listConversations(
  { world, refs, account }: Reading,
  userId: string | undefined,
  fields: Fields,
): Node | GraphError {
  const asked = userId ? [userId] : (world.contactsOf.get(account.accountRef) ?? [])
  const threads = asked
    .flatMap((contactRef) => world.contacts.get(contactRef) ?? [])
    .filter(({ accountRef, contactRef }) => accountRef === account.accountRef && world.threads.has(contactRef))
  const nodes = threads
    .map((contact) => ({ contact, newest: newestOf(world, contact.contactRef) }))
    .sort((a, b) => b.newest - a.newest)
  const shown: Fields = fields.size > 0 ? fields : new Map(userId ? [] : [['updated_time', new Map()]])
  return { data: nodes.map(({ contact }) => readConversation(world, refs, contact, shown)) }
}

export function readMessages(reading: Reading, ref: string, fields: Fields): Node | GraphError {
  const owner = ownerOf(reading, ref)
  return owner ? messagesEdge(reading.world, reading.account, owner.contactRef, fields) : missingObject('GET', ref)
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

function readConversation(world: World, refs: Refs, contact: Contact, fields: Fields): Node | GraphError {
  const account = world.accounts.get(contact.accountRef)
  if (!account) return missingObject('GET', contact.contactRef)
  const nested = fields.get('messages')
  return picked(
    {
      id: conversationRefOf(world, refs, contact),
      updated_time: isoTime(newestOf(world, contact.contactRef)),
      participants: { data: [accountParty(account), contactParty(account, contact)] },
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
  const them = contact ? contactParty(account, contact) : { id: message.contactRef }
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
