import { parseId } from '#src/domain/ids.ts'
import { PACE_MS, QUICK } from '#src/domain/pace.ts'
import { operatorOf, type Visit } from './env.ts'
import type { Reads } from './reads.ts'
import type { PostView } from './views.ts'

/** What a form post came to; a redirect carries the word, never the text. */
const words = {
  rejected: 'Draft rejected. The conversation waits for an answer by hand.',
  dismissed: 'Nothing to answer here. The conversation left the queue.',
  noted: 'Noted. Only colleagues see it.',
  'note-removed': 'The note is removed.',
  snoozed: 'Put aside. It comes back at its time, or as soon as somebody writes.',
  'taken-up': 'Back in the queue.',
  assigned: 'Handed over.',
  unassigned: 'With nobody now.',
  'opted-out': 'Noted. Nothing is sent to this contact until they write again.',
  redraft: 'Claude is drafting anew.',
  undone: 'Taken back. The reply did not go out.',
  returned: 'It waits for review again. It leaves only with a new approval.',
  arrived: 'Noted: the reply arrived.',
  'not-arrived': 'Noted: the reply did not arrive.',
  saved: 'Saved.',
  proposed: 'Proposed. It holds once another admin has agreed.',
  endorsed: 'You approved it. It leaves once a second person has approved it too.',
  removed: 'Removed.',
  stopped: 'Stopped. What is queued stays queued.',
  resumed: 'Resumed.',
  revoked: 'Revoked. No process takes the key any more.',
  connected: 'Connected.',
  reconnected: 'Connected again. Everything the account had is still here.',
  erasing: 'This person is being erased. Nothing of it can be undone; within seconds nothing is left here.',
  'passkey-added': 'Added. It works from the next sign-in on.',
  'passkey-removed': 'Removed. Every other session of yours has ended.',
  'password-changed': 'Your password is changed. Every other session of yours has ended.',
  'session-ended': 'Ended. That browser has to sign in again.',
  'sessions-ended': 'Ended, every one but this.',
  withdrawn: 'Withdrawn. The link opens nothing any more.',
  'role-changed': 'Their role is changed, from this moment on.',
  disabled: 'Disabled and signed out. Nothing they approved leaves any more.',
  'signed-out': 'Signed out everywhere.',
  enabled: 'Enabled. They sign in as before.',
} as const

export type Done = keyof typeof words

export type Notice = { kind: 'done'; text: string } | { kind: 'post'; post: PostView; quick?: number }

/** What the last form came to, as the address of this page tells it. */
export async function noticeOf(c: Visit, reads: Reads, at: Date): Promise<Notice | undefined> {
  const done = c.req.query('done')
  if (done && done in words) return { kind: 'done', text: words[done as Done] }
  const approved = c.req.query('approved')
  if (!approved) return undefined
  const post = await reads.post(parseId('post', approved))
  const quick = await reads.approvalsSince(operatorOf(c).id, new Date(at.getTime() - PACE_MS))
  return post && { kind: 'post', post, ...(quick >= QUICK && { quick }) }
}

/** The address with what came of the form; only our own words and ids go in. */
export function withNotice(path: string, notice: { done: Done } | { approved: string }): string {
  const url = new URL(path, 'http://console')
  url.searchParams.delete('done')
  url.searchParams.delete('approved')
  for (const [name, value] of Object.entries(notice)) url.searchParams.set(name, value)
  return url.pathname + url.search + url.hash
}
