import { z } from 'zod'
import { type Commenting, createCommenting } from './commenting.ts'
import type { Core } from './core.ts'
import type { Message } from './entries.ts'
import { linkTo } from './files.ts'
import { meet } from './people.ts'
import { createSerials } from './weather/serials.ts'
import { contactItem, messageItem, messagingEnvelope } from './wire.ts'
import { type Contact, keptKey, platformOf } from './world.ts'

export interface Writing {
  text?: string
  attachments?: { type: string; url: string }[]
  story?: { id: string; url: string }
  /** The message it answers. */
  replyTo?: string
  /** Unix ms; now, when absent. */
  at?: number
  /** What went along with a send through the API, to come back with its echo. */
  metadata?: string
}

type Delivered = Promise<{ id: number; status: number }>

/** What people do on their phones: each deed is kept first and then delivered as a webhook. */
export interface Phone extends Commenting {
  /** Somebody new to an account; to the first shop unless told. */
  meet(name: string, parts?: { username?: string; accountRef?: string }): Contact
  write(contactRef: string, writing: Writing): { mid: string; delivered: Delivered }
  /** The shop's own people answering from the app, which comes to us as an echo. */
  answerFromApp(contactRef: string, writing: Writing): { mid: string; delivered: Delivered }
  /** The shop answering through the API: kept now, echoed when the caller says so. */
  keepSent(contactRef: string, writing: Writing): { mid: string; echo: (lateMs: number) => Delivered }
  unsend(mid: string): Delivered | undefined
  react(mid: string, emoji: string | undefined): Delivered | undefined
  read(mid: string): Delivered | undefined
  /** Remembers what a hand-made item says, so that its sender can be answered; gives the id of a message in it. */
  learn(accountRef: string, item: unknown): string | undefined
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
  const { account } = core
  const outgoing = createOutgoing(core)
  const { keep, say, about } = outgoing

  return {
    ...gestures(core, about),
    meet: (name, { accountRef = account.accountRef, ...named } = {}) => meet(core, { name, accountRef, ...named }),
    write: (contactRef, writing) => say(keep('contact', contactRef, writing)),
    answerFromApp: (contactRef, writing) => say(keep('account', contactRef, writing, PAGE_INBOX)),
    keepSent(contactRef, writing) {
      const message = keep('account', contactRef, writing, Number(core.appId))
      return { mid: message.mid, echo: (lateMs) => say(message, lateMs).delivered }
    },
    ...createCommenting(core),
    learn: (accountRef, item) => learn(core, accountRef, item),
  }
}

/** As the echoes of a Page name who sent them: https://developers.facebook.com/docs/messenger-platform/reference/webhook-events/message-echoes */
const PAGE_INBOX = 26_390_203_743_090

type About = (mid: string, parts: (message: Message, at: number) => Record<string, unknown>) => Delivered | undefined

function createOutgoing(core: Core) {
  const { world, account, record } = core
  const absolute = (path: string) => linkTo(path, core)
  const gestureSerials = createSerials()

  function keep(from: Message['from'], contactRef: string, writing: Writing, app?: number): Message {
    const { text = '', attachments = [], story, replyTo, metadata, at = core.tick(contactRef) } = writing
    const { accountRef } = world.contacts.get(contactRef) ?? account
    const sender = platformOf(world, accountRef) === 'messenger' && app !== undefined ? { appRef: app } : {}
    // Counted for each side, so that an id does not hang on who was quicker.
    const serial = (world.kept.get(keptKey(from, contactRef)) ?? 0) + 1
    const mid = nameMessage(core, { accountRef, contactRef, from }, serial)
    const said = {
      text,
      attachments,
      at,
      ...(story && { story }),
      ...(replyTo && { replyTo }),
      ...(metadata !== undefined && { metadata }),
    }
    const message: Message = { mid, accountRef, contactRef, from, ...said, ...sender }
    record({ type: 'message', ...message })
    return message
  }

  function say(message: Message, lateMs = 0): { mid: string; delivered: Delivered } {
    const { mid, accountRef, contactRef } = message
    const platform = platformOf(world, accountRef)
    const envelope = messagingEnvelope({ accountRef, platform }, [messageItem(message, absolute)], core.clock())
    const errand = { accountRef, thread: contactRef, about: mid, mids: [mid], lateMs }
    return { mid, delivered: core.deliver({ ...errand, envelope }) }
  }

  const about: About = (mid, parts) => {
    const message = world.messages.get(mid)
    if (!message) return undefined
    const { contactRef, accountRef } = message
    const at = core.tick(contactRef)
    const item = contactItem(message, at, parts(message, at))
    const platform = platformOf(world, accountRef)
    return core.deliver({
      accountRef,
      thread: contactRef,
      about: `gesture ${contactRef} ${gestureSerials.next(contactRef)}`,
      envelope: messagingEnvelope({ accountRef, platform }, [item], core.clock()),
    })
  }
  return { keep, say, about }
}

function gestures({ world, record }: Core, about: About): Pick<Phone, 'unsend' | 'react' | 'read'> {
  return {
    unsend(mid) {
      // Messenger tells nobody.
      if (platformOf(world, world.messages.get(mid)?.accountRef) === 'messenger') {
        record({ type: 'unsend', mid })
        return undefined
      }
      return about(mid, () => {
        record({ type: 'unsend', mid })
        return { message: { mid, is_deleted: true } }
      })
    },
    react: (mid, emoji) =>
      about(mid, ({ contactRef }, at) => {
        record({ type: 'reaction', contactRef, mid, at, ...(emoji && { emoji }) })
        return { reaction: emoji ? { mid, action: 'react', reaction: 'love', emoji } : { mid, action: 'unreact' } }
      }),
    read: (mid) =>
      about(mid, ({ accountRef, at: watermark }) => {
        record({ type: 'seen', mid })
        // Messenger names the moment up to which all is read, not the message.
        return { read: platformOf(world, accountRef) === 'messenger' ? { watermark } : { mid } }
      }),
  }
}

function nameMessage(
  { world, refs }: Core,
  thread: Pick<Message, 'accountRef' | 'contactRef' | 'from'>,
  serial: number,
) {
  const isPage = platformOf(world, thread.accountRef) === 'messenger'
  return isPage ? refs.pageMessage(thread, serial) : refs.message(thread, serial)
}

function learn(core: Core, accountRef: string, item: unknown): string | undefined {
  const { data } = HandMade.safeParse(item)
  if (!data || data.sender.id === accountRef) return undefined
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
  return message?.mid
}

function learnMessage(core: Core, accountRef: string, { sender, timestamp, message, postback }: HandMade): void {
  const mid = message?.mid ?? postback?.mid
  if (!mid || core.world.messages.has(mid)) return
  const text = message?.text ?? postback?.title ?? ''
  const at = timestamp ?? core.clock()
  core.record({ type: 'message', mid, accountRef, contactRef: sender.id, from: 'contact', text, attachments: [], at })
}
