import { createHmac } from 'node:crypto'
import type { Platform } from '#src/domain/platform.ts'
import type { Message } from './entries.ts'

/** One item of `entry[].messaging[]`: https://developers.facebook.com/docs/instagram-platform/webhooks/examples */
export interface MessagingItem {
  sender: { id: string }
  recipient: { id: string }
  timestamp: number
  [key: string]: unknown
}

export function messageItem(message: Message, absolute: (path: string) => string): MessagingItem {
  const { mid, text, attachments, story, replyTo, appRef, metadata } = message
  return {
    ...parties(message),
    timestamp: message.at,
    message: {
      mid,
      ...(text && { text }),
      ...(attachments.length > 0 && {
        attachments: attachments.map(({ type, url }) => ({ type, payload: { url: absolute(url) } })),
      }),
      ...(story && { reply_to: { story: { id: story.id, url: absolute(story.url) } } }),
      ...(replyTo && { reply_to: { mid: replyTo } }),
      // Every send comes back under `messages`, ours and the phone's alike.
      ...(message.from === 'account' && { is_echo: true }),
      // Messenger tells besides which app sent it, and hands back what that sent along.
      ...(appRef !== undefined && { app_id: appRef }),
      ...(metadata !== undefined && { metadata }),
    },
  }
}

export function contactItem(message: Message, at: number, parts: Record<string, unknown>): MessagingItem {
  return { sender: { id: message.contactRef }, recipient: { id: message.accountRef }, timestamp: at, ...parts }
}

function parties({ accountRef, contactRef, from }: Message): Pick<MessagingItem, 'sender' | 'recipient'> {
  const [account, contact] = [{ id: accountRef }, { id: contactRef }]
  return from === 'contact' ? { sender: contact, recipient: account } : { sender: account, recipient: contact }
}

const objects = { instagram: 'instagram', messenger: 'page' } as const satisfies Record<Platform, string>

export function messagingEnvelope(
  { accountRef, platform }: { accountRef: string; platform: Platform },
  items: readonly unknown[],
  at: number,
): unknown {
  return { object: objects[platform], entry: [{ id: accountRef, time: at, messaging: items }] }
}

/** Meta sends everything beyond ASCII as lower-case escapes, and signs exactly those bytes: https://developers.facebook.com/documentation/business-messaging/messenger-platform/webhooks */
export function encodeBody(value: unknown): string {
  return JSON.stringify(value).replace(
    /[\u0080-\uffff]/g,
    (unit) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, '0')}`,
  )
}

export function signBody(body: string, appSecret: string): string {
  return `sha256=${createHmac('sha256', appSecret).update(body, 'utf8').digest('hex')}`
}
