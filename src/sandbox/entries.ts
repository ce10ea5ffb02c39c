import type { Grant } from './grants.ts'
import type { Weather } from './weather/weather.ts'

/** What can happen in the sandbox, as it stands in the journal. All times are ms since 1970. */
export type Entry =
  | ({ type: 'account' } & Account)
  | { type: 'token'; accountRef: string; serial: number; at: number }
  /** All tokens of the account up to this one died. */
  | { type: 'death'; accountRef: string; serial: number; code?: number | undefined }
  /** That token is taken again. */
  | { type: 'revival'; accountRef: string; serial: number }
  | ({ type: 'grant'; accountRef: string } & Grant)
  /** What our app is told about the account from now on; nothing when empty. */
  | { type: 'subscription'; accountRef: string; fields: readonly string[] }
  /** The same of somebody else's app. */
  | { type: 'neighbour'; accountRef: string; fields: readonly string[] }
  | { type: 'contact'; accountRef: string; contactRef: string; name: string; username: string }
  | ({ type: 'message' } & Message)
  | { type: 'unsend'; mid: string }
  | { type: 'edit'; mid: string; text: string }
  | { type: 'reaction'; contactRef: string; mid: string; emoji?: string | undefined; at: number }
  | { type: 'seen'; mid: string }
  | ({ type: 'comment' } & Comment)
  /** Its author changed the words. */
  | { type: 'reworded'; commentRef: string; text: string; at: number }
  | { type: 'moderated'; commentRef: string; hidden?: boolean; deleted?: true }
  /** The one private reply to a comment was sent. */
  | { type: 'answered'; commentRef: string }
  | ({ type: 'mention' } & Mention)
  /** The account answered where it was mentioned. */
  | ({ type: 'mention answer'; commentRef: string } & MentionAnswer)
  | ({ type: 'arrival' } & Arrival)
  | ({ type: 'delivery' } & Delivery)
  /** A try that was not answered with 200. */
  | { type: 'tried'; id: number; attempts: number }
  | { type: 'delivered'; id: number; attempts: number; outcome: 'accepted' | 'dropped'; at: number }
  /** It is not sent, unless it is released. */
  | { type: 'withheld' | 'released'; id: number }
  /** The conversations of a first start went out. */
  | { type: 'told'; at: number }
  | { type: 'weather'; weather: Weather }

export interface Account {
  accountRef: string
  scopedRef: string
  username: string
  name: string
  /** Absent: Instagram. */
  platform?: 'messenger'
}

export interface Message {
  mid: string
  accountRef: string
  contactRef: string
  from: 'contact' | 'account'
  text: string
  attachments: { type: string; url: string }[]
  /** Of a Page's own: the app that sent it, and what that sent along. */
  appRef?: number
  metadata?: string
  /** The story it answers. */
  story?: { id: string; url: string }
  /** The message it answers. */
  replyTo?: string
  at: number
}

export interface Comment {
  commentRef: string
  accountRef: string
  contactRef: string
  /** What its author goes by: an Instagram username, a Facebook name. */
  username: string
  /** Under which its author is named here, where that is not the id of their messages: on Facebook. */
  authorRef?: string
  mediaRef: string
  /** The comment it stands under. */
  parentRef?: string
  text: string
  at: number
}

/** Somebody names the account elsewhere: in a comment under another's post, or in a post, which then is the comment too. */
export interface Mention extends Comment {
  isPost?: true
  /** The words are for people, not for apps. */
  isClosed?: true
}

export interface MentionAnswer {
  ref: string
  text: string
  at: number
}

/** One call to the Graph API, as it came in and as it was answered. Carries no token. */
export interface Arrival {
  /** When the head of the request arrived, by the machine's clock, with fractions: what limits are judged by. */
  at: number
  method: string
  path: string
  /** 0 when the connection was cut instead. */
  status: number
  /** `10/2534022`; absent when the call was answered with success. */
  code?: string
  accountRef?: string
  /** For a post: to whom, what, and under which id it was kept, even when the answer said otherwise. */
  contactRef?: string
  text?: string
  mid?: string
  /** For a post whose body was read or cut off: whether the contact has it. */
  kept?: boolean
  /** The trouble the weather (its own word) or a rule (`rule`) made of it. */
  trouble?: string
  /** What the weather held the answer back by. */
  slowMs?: number
  /** What the weather does to the echo of a kept post. */
  echo?: 'early' | 'late' | 'never'
  /** The wait a throttle answer stated. */
  waitMs?: number
  /** It came when the account had used up the platform's limit for its kind. */
  overLimit?: true
}

/** One body on its way to the product, with all that a restart needs to send it on. */
export interface Delivery {
  id: number
  /** Deliveries of one thread leave one after another, unless `aside`. */
  thread: string
  body: string
  at: number
  /** Whose door it goes to; Instagram's when absent. */
  door?: 'messenger' | undefined
  /** The messages in it. */
  mids?: string[]
  /** Not before this time, by the machine's clock. */
  dueAt?: number
  /** It waits for nobody in its thread, and nobody waits for it. */
  aside?: true
  /** It leaves once a later one of its thread has gone, and at `dueAt` at the latest. */
  held?: true
  trouble?: string
}
