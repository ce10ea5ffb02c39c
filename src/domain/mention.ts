import type { MentionForm } from './inbox.ts'

export const mentionForms: readonly MentionForm[] = ['post_mention', 'comment_mention', 'hidden_mention']

export function isMentionForm(form: string): form is MentionForm {
  return (mentionForms as readonly string[]).includes(form)
}

/** What a mention answers to as a message: the comment, or the post itself. */
export function mentionRefOf({ mediaRef, commentRef }: { mediaRef: string; commentRef?: string | null }): string {
  return commentRef ?? mediaRef
}

/** Whether a text names this user, with the sign before the name or without: the platform takes it away in some places. */
export function namesUser(text: string, username: string): boolean {
  const name = username.toLowerCase()
  const said = text.toLowerCase()
  for (let at = said.indexOf(name); name !== '' && at >= 0; at = said.indexOf(name, at + 1)) {
    const [before, after] = [said.slice(0, at), said.slice(at + name.length)]
    // Names hold letters, digits, underscores and full stops, but none ends with a full stop.
    if (!/[\p{L}\p{N}_.]$/u.test(before) && !/^(?:[\p{L}\p{N}_]|\.+[\p{L}\p{N}_])/u.test(after)) return true
  }
  return false
}
