import { createHmac } from 'node:crypto'

/** Ids and tokens in the shapes Meta gives them, the same for the same seed and serial number. */
export interface Refs {
  account(serial: number): { accountRef: string; scopedRef: string }
  /** A Page goes by one id. */
  page(serial: number): { accountRef: string; scopedRef: string }
  /** Whoever connected the account, as the app knows them. */
  owner(accountRef: string): string
  visitor(accountRef: string, serial: number): string
  /** As Messenger names messages and threads, and Facebook tokens. */
  pageMessage(thread: { contactRef: string; from: string }, serial: number): string
  pageConversation(contactRef: string): string
  pageToken(accountRef: string, serial: number): string
  /** Of an account that was opened later; the first shop's are `guest`s. */
  contact(accountRef: string, serial: number): string
  guest(serial: number): string
  message(thread: { contactRef: string; from: string }, serial: number): string
  comment(serial: number): string
  media(serial: number): string
  /** Of an account that was opened later. */
  mediaOf(accountRef: string): string
  /** What stands on a Page: `{page}_{post}`, and under it `{post}_{comment}`. */
  pagePost(accountRef: string): string
  pageComment(postRef: string, serial: number): string
  /** What somebody else has posted. */
  foreignPost(authorRef: string, serial: number): string
  /** As Facebook names somebody who comments, which is another id than that of their messages. */
  commenter(contactRef: string): string
  conversation(contactRef: string): string
  token(accountRef: string, serial: number): string
  trace(serial: number): string
}

export function createRefs(seed: string): Refs {
  const bytes = (label: string) => createHmac('sha256', `sandbox ${seed}`).update(label).digest()
  const digits = (label: string, count: number) =>
    (bytes(label).readBigUInt64BE() % 10n ** BigInt(count)).toString().padStart(count, '0')
  const word = (label: string) => bytes(label).toString('base64url')

  return {
    account: (serial) => ({
      accountRef: `178414${digits(`account ${serial}`, 11)}`,
      scopedRef: `25${digits(`scoped ${serial}`, 15)}`,
    }),
    page: (serial) => {
      const accountRef = `10${digits(`page ${serial}`, 13)}`
      return { accountRef, scopedRef: accountRef }
    },
    owner: (accountRef) => `122${digits(`owner ${accountRef}`, 14)}`,
    visitor: (accountRef, serial) => `7${digits(`visitor ${accountRef} ${serial}`, 15)}`,
    pageMessage: ({ contactRef, from }, serial) =>
      `m_${word(`message ${from} ${contactRef} ${serial}`)}${word(`message tail ${from} ${contactRef} ${serial}`)}`,
    pageConversation: (contactRef) => `t_${digits(`conversation ${contactRef}`, 16)}`,
    pageToken: (accountRef, serial) =>
      `EAAG${word(`token ${accountRef} ${serial}`)}${word(`token tail ${accountRef} ${serial}`)}`,
    contact: (accountRef, serial) => `1${digits(`contact ${accountRef} ${serial}`, 15)}`,
    guest: (serial) => `1${digits(`contact ${serial}`, 15)}`,
    message: ({ contactRef, from }, serial) => `aWdfZAG1faXRlbTox${word(`message ${from} ${contactRef} ${serial}`)}`,
    comment: (serial) => `180${digits(`comment ${serial}`, 14)}`,
    media: (serial) => `179${digits(`media ${serial}`, 14)}`,
    mediaOf: (accountRef) => `179${digits(`media of ${accountRef}`, 14)}`,
    pagePost: (accountRef) => `${accountRef}_12${digits(`post ${accountRef}`, 13)}`,
    pageComment: (postRef, serial) => `${postRef.split('_')[1]}_9${digits(`comment ${postRef} ${serial}`, 14)}`,
    foreignPost: (authorRef, serial) => `${authorRef}_12${digits(`foreign post ${authorRef} ${serial}`, 13)}`,
    commenter: (contactRef) => `3${digits(`commenter ${contactRef}`, 15)}`,
    conversation: (contactRef) => `aWdfZAG06MTpJR01lc3NhZA2VUaHJlYWQ6${word(`conversation ${contactRef}`)}`,
    token: (accountRef, serial) =>
      `IGAA${word(`token ${accountRef} ${serial}`)}${word(`token tail ${accountRef} ${serial}`)}`,
    trace: (serial) => `A${word(`trace ${serial}`).slice(0, 22)}`,
  }
}
