/** What can happen in the sandbox, as it stands in the journal. All times are ms since 1970. */
export type Entry =
  | { type: 'account'; accountRef: string; scopedRef: string; username: string; name: string }
  | { type: 'token'; accountRef: string; serial: number; at: number }
  | { type: 'contact'; accountRef: string; contactRef: string; name: string; username: string }
  | ({ type: 'message' } & Message)
  | { type: 'unsend'; mid: string }
  | { type: 'edit'; mid: string; text: string }
  | { type: 'reaction'; contactRef: string; mid: string; emoji?: string | undefined; at: number }
  | { type: 'seen'; mid: string }
  | ({ type: 'comment' } & Comment)
  | ({ type: 'arrival' } & Arrival)
  | { type: 'delivery'; id: number; thread: string; body: string; at: number }
  | { type: 'delivered'; id: number; attempts: number; outcome: 'accepted' | 'dropped'; at: number }
  /** The conversations of a first start went out. */
  | { type: 'told'; at: number }

export interface Message {
  mid: string
  accountRef: string
  contactRef: string
  from: 'contact' | 'account'
  text: string
  attachments: { type: string; url: string }[]
  /** The story it answers. */
  story?: { id: string; url: string }
  at: number
}

export interface Comment {
  commentRef: string
  accountRef: string
  contactRef: string
  username: string
  mediaRef: string
  text: string
  at: number
}

/** One call to the Graph API, as it came in and as it was answered. Carries no token. */
export interface Arrival {
  /** When the request arrived, by the machine's clock: what limits are judged by. */
  at: number
  method: string
  path: string
  status: number
  /** `10/2534022`; absent when the call was answered with success. */
  code?: string
  accountRef?: string
  /** For a post: to whom, what, and under which id it was kept, even when the answer said otherwise. */
  contactRef?: string
  text?: string
  mid?: string
}
