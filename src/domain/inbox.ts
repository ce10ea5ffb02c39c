/** A file, picture, share or mention that came with a message. `type` is an open list: Meta adds to it. */
export interface Attachment {
  type: string
  /** A signed link that expires within days. */
  url?: string
  title?: string
}

interface Item {
  /** The platform's id of the account that the item belongs to. */
  accountRef: string
  /** The platform's own time of the event. */
  at: Date
  /** Parts that make the item itself again when it is delivered again; see `dedupeParts`. */
  key: readonly string[]
  /** Another app holds the thread: stored and shown, never answered. */
  standby?: boolean
}

interface FromContact {
  contactRef: string
}

export interface MessageItem extends Item, FromContact {
  kind: 'message'
  messageRef: string
  /** What it is, for a reader: a text, a tap on a button, a reply to a story, something the platform will not show us. */
  form: 'text' | 'media' | 'story_reply' | 'story_mention' | 'quick_reply' | 'postback' | 'unsupported'
  text: string
  attachments: Attachment[]
  replyToRef?: string
  /** Advertisement or link the contact came through. */
  referral?: string
  /** It is what came of a click on an advertisement. */
  fromAd?: true
}

/** Something our account said, from us, from the phone or from another app. */
export interface EchoItem extends Item, FromContact {
  kind: 'echo'
  messageRef: string
  text: string
  attachments: Attachment[]
  /** The account wrote to itself. */
  self: boolean
  /** What was sent along with it and comes back unread by anybody, where the platform has such a thing. */
  correlation?: string
  /** The platform's id of the app that sent it, where the platform names one. */
  appRef?: string
}

export interface UnsendItem extends Item, FromContact {
  kind: 'unsend'
  messageRef: string
  /** It is about a comment, which alone tells the thread: who did it may be left out. */
  onComment?: true
}

export interface EditItem extends Item, FromContact {
  kind: 'edit'
  messageRef: string
  onComment?: true
  text: string
  editCount: number
}

export interface ReactionItem extends Item, FromContact {
  kind: 'reaction'
  messageRef: string
  /** Absent when the reaction was taken back. */
  emoji?: string
}

/** The contact has read what we wrote, up to the item's moment. */
export interface SeenItem extends Item, FromContact {
  kind: 'seen'
  /** Absent where the platform names the moment alone. */
  messageRef?: string
}

/** What we wrote has reached the contact's device, up to the item's moment. */
export interface DeliveredItem extends Item, FromContact {
  kind: 'delivered'
}

/** The platform has warned or blocked the account, or lifts a block. */
export interface EnforcementItem extends Item {
  kind: 'enforcement'
  action: 'warning' | 'block' | 'unblock'
  /** The platform's own words. */
  reason?: string
}

export interface ReferralItem extends Item, FromContact {
  kind: 'referral'
  ref: string
}

/** Comments under a live video have rules of their own. */
export type CommentForm = 'comment' | 'live_comment'

export interface CommentItem extends Item, FromContact {
  kind: 'comment'
  commentRef: string
  mediaRef: string
  parentRef?: string
  username?: string
  /** As the person calls themselves, where the platform says that with the comment. */
  name?: string
  text: string
  live: boolean
  /** Our own public reply coming back. */
  own: boolean
}

/** Others see a comment, or no longer do. */
export interface VisibilityItem extends Item {
  kind: 'visibility'
  commentRef: string
  hidden: boolean
}

/** The account was named in somebody else's post, or in a comment under one; or so we are told, and are shown neither words nor author. */
export type MentionForm = 'post_mention' | 'comment_mention' | 'hidden_mention'

/** Somebody named the account where it is not at home. */
export interface MentionItem extends Item, FromContact {
  kind: 'mention'
  mediaRef: string
  /** Absent when the post itself names the account. */
  commentRef?: string
  username?: string
  name?: string
  text: string
  /** Where people read it, and what the post says that the comment stands under. */
  link?: { url: string; title?: string }
  /** The platform keeps the words to itself. */
  hidden?: true
}

/** The same told by ids alone: who said what, the platform has to be asked. */
export interface MentionNoticeItem extends Item {
  kind: 'mention_notice'
  mediaRef: string
  commentRef?: string
}

export interface UnrecognisedItem extends Item {
  kind: 'unrecognised'
  /** In plain words, for an operator: what was odd. Carries no customer text. */
  reason: string
}

/** One item of a webhook delivery. */
export type InboundItem =
  | MessageItem
  | EchoItem
  | UnsendItem
  | EditItem
  | ReactionItem
  | SeenItem
  | DeliveredItem
  | EnforcementItem
  | ReferralItem
  | CommentItem
  | VisibilityItem
  | MentionItem
  | MentionNoticeItem
  | UnrecognisedItem

/** An item with its own JSON text, which is kept when the item is unrecognised. */
export interface ParsedItem {
  item: InboundItem
  raw: string
}
