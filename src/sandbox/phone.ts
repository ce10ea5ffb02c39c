import { z } from 'zod'
import type { Core } from './core.ts'
import type { Message } from './entries.ts'
import { commentEnvelope, contactItem, type MessagingItem, messageItem, messagingEnvelope } from './wire.ts'
import type { Contact } from './world.ts'

export interface Writing {
  text?: string
  attachments?: { type: string; url: string }[]
  story?: { id: string; url: string }
  /** Unix ms; now, when absent. */
  at?: number
}

type Delivered = Promise<{ id: number; status: number }>

/** What people do on their phones: each deed is kept first and then delivered as a webhook. */
export interface Phone {
  meet(name: string, username?: string): Contact
  write(contactRef: string, writing: Writing): { mid: string; delivered: Delivered }
  /** The shop's own people answering from the app, which comes to us as an echo. */
  answerFromApp(contactRef: string, writing: Writing): { mid: string; delivered: Delivered }
  /** The shop answering through the API: kept now, echoed when the caller says so. */
  keepSent(contactRef: string, writing: Writing): { mid: string; echo: () => Delivered }
  unsend(mid: string): Delivered | undefined
  react(mid: string, emoji: string | undefined): Delivered | undefined
  read(mid: string): Delivered | undefined
  comment(comment: { name: string; username: string; text: string; at?: number }): Delivered
  /** Remembers what a hand-made item says, so that its sender can be answered. */
  learn(accountRef: string, item: unknown): void
}

const HandMade = z.object({
  sender: z.object({ id: z.string() }),
  timestamp: z.number().optional(),
  message: z.object({ mid: z.string(), text: z.string().optional(), is_deleted: z.boolean().optional() }).optional(),
  postback: z.object({ mid: z.string().optional(), title: z.string().optional() }).optional(),
  message_edit: z.object({ mid: z.string(), text: z.string() }).optional(),
  reaction: z.object({ mid: z.string(), emoji: z.string().optional() }).optional(),
})
type HandMade = z.infer<typeof HandMade>

export function createPhone(core: Core): Phone {
  const { refs, account, record } = core
  const outgoing = createOutgoing(core)
  const { keep, say, about } = outgoing

  return {
    ...gestures(core, about),
    meet: (name, username = usernameOf(name)) => meet(core, name, username),
    write: (contactRef, writing) => say(keep('contact', contactRef, writing)),
    answerFromApp: (contactRef, writing) => say(keep('account', contactRef, writing)),
    keepSent(contactRef, writing) {
      const message = keep('account', contactRef, writing)
      return { mid: message.mid, echo: () => say(message).delivered }
    },
    comment({ name, username, text, at = core.tick() }) {
      const { accountRef } = account
      const { contactRef } = meet(core, name, username)
      const commentRef = refs.comment(core.world.comments.length + 1)
      const comment = { accountRef, contactRef, username, text, at, commentRef, mediaRef: refs.media(1) }
      record({ type: 'comment', ...comment })
      return core.deliver(`comments ${comment.mediaRef}`, commentEnvelope(comment, core.clock()))
    },
    learn: (accountRef, item) => learn(core, accountRef, item),
  }
}

type About = (mid: string, parts: (message: Message, at: number) => Record<string, unknown>) => Delivered | undefined

function createOutgoing(core: Core) {
  const { world, refs, account, record } = core
  const { accountRef } = account
  const absolute = (path: string) => new URL(path, core.baseUrl).href
  const send = (thread: string, item: MessagingItem) =>
    core.deliver(thread, messagingEnvelope(accountRef, [item], core.clock()))

  function keep(from: Message['from'], contactRef: string, writing: Writing): Message {
    const { text = '', attachments = [], story, at = core.tick() } = writing
    const mid = refs.message(world.messages.size + 1)
    const message: Message = { mid, accountRef, contactRef, from, text, attachments, at, ...(story && { story }) }
    record({ type: 'message', ...message })
    return message
  }

  function say(message: Message): { mid: string; delivered: Delivered } {
    return { mid: message.mid, delivered: send(message.contactRef, messageItem(message, absolute)) }
  }

  const about: About = (mid, parts) => {
    const message = world.messages.get(mid)
    if (!message) return undefined
    const at = core.tick()
    return send(message.contactRef, contactItem(message, at, parts(message, at)))
  }
  return { keep, say, about }
}

function gestures({ record }: Core, about: About): Pick<Phone, 'unsend' | 'react' | 'read'> {
  return {
    unsend: (mid) =>
      about(mid, () => {
        record({ type: 'unsend', mid })
        return { message: { mid, is_deleted: true } }
      }),
    react: (mid, emoji) =>
      about(mid, ({ contactRef }, at) => {
        record({ type: 'reaction', contactRef, mid, at, ...(emoji && { emoji }) })
        return { reaction: emoji ? { mid, action: 'react', reaction: 'love', emoji } : { mid, action: 'unreact' } }
      }),
    read: (mid) =>
      about(mid, () => {
        record({ type: 'seen', mid })
        return { read: { mid } }
      }),
  }
}

function meet({ account, refs, world, record }: Core, name: string, username: string): Contact {
  const contactRef = refs.contact(world.contacts.size + 1)
  const contact: Contact = { accountRef: account.accountRef, contactRef, name, username }
  record({ type: 'contact', ...contact })
  return contact
}

function learn(core: Core, accountRef: string, item: unknown): void {
  const { data } = HandMade.safeParse(item)
  if (!data || data.sender.id === accountRef) return
  const contactRef = data.sender.id
  if (!core.world.contacts.has(contactRef)) {
    const name = `Guest ${contactRef.slice(-4)}`
    core.record({ type: 'contact', accountRef, contactRef, name, username: `guest_${contactRef.slice(-6)}` })
  }
  const { message, message_edit: edit, reaction, timestamp: at = core.clock() } = data
  if (message?.is_deleted) core.record({ type: 'unsend', mid: message.mid })
  else if (reaction) core.record({ type: 'reaction', contactRef, at, ...reaction })
  else if (edit) core.record({ type: 'edit', mid: edit.mid, text: edit.text })
  else learnMessage(core, accountRef, data)
}

function learnMessage(core: Core, accountRef: string, { sender, timestamp, message, postback }: HandMade): void {
  const mid = message?.mid ?? postback?.mid
  if (!mid || core.world.messages.has(mid)) return
  const text = message?.text ?? postback?.title ?? ''
  const at = timestamp ?? core.clock()
  core.record({ type: 'message', mid, accountRef, contactRef: sender.id, from: 'contact', text, attachments: [], at })
}

function usernameOf(name: string): string {
  const plain = name.normalize('NFKD').replace(/\p{M}/gu, '').toLowerCase()
  return plain.replace(/[^a-z0-9]+/g, '.').replace(/^\.|\.$/g, '') || 'guest'
}
