import { isReply, type PostKind } from './outbox.ts'

interface Failure {
  /** What a person can do about it, in a sentence. */
  advice: string
  /** Whether the same words may wait for a new approval. */
  mayReturn: boolean
}

const again = (advice: string): Failure => ({ advice, mayReturn: true })
const never = (advice: string): Failure => ({ advice, mayReturn: false })

const CLOSED = never('Nothing can be sent here until they write again; the window opens with their next message.')
const WORDS = again('Bring it back, change the words, and approve it anew.')

/** By the code a post rests with: a rule of the policy, a gate of the sender, or what a person settled. */
const failures: Partial<Record<string, Failure>> = {
  reply_window: CLOSED,
  private_reply_window: never('A private answer is no longer possible; answer under the comment instead.'),
  private_reply_used: never('One private answer to a comment is all there is; it was given before.'),
  opt_out: never('They asked for no more messages. Once they write again, they can be answered.'),
  erased: never('Nothing of this person is kept any more.'),
  standby: again('Another app holds this thread. Once it lets go, bring the reply back.'),
  no_comment: never('The comment is gone; there is nothing left to answer.'),
  comment_nested: never('Only the comment at the top can be answered so; answer from the conversation.'),
  comment_hidden: again('Show the comment again first, then bring the reply back.'),
  comment_live: never('Comments on a live video are answered in private only.'),
  foreign_post: never('Under somebody else’s post there is only an answer in place; write it from the conversation.'),
  reply_rate: again('Too many replies within the hour. Wait a little, then bring it back.'),
  repeated_text: WORDS,
  text_limit: WORDS,
  empty_text: WORDS,
  bad_link: WORDS,
  disclosure: again('Bring it back and add the sentence that says a machine helps.'),
  right_lost: again('Somebody who may approve replies has to approve it anew.'),
  second_missing: again('It takes two people. Bring it back, and let both approve it.'),
  answered_elsewhere: again(
    'Somebody answered from the phone or another app. Read the thread before you bring it back.',
  ),
  approval_invalid: again('Its approval does not cover it any more. Look at the alert, then approve it anew.'),
  not_arrived: again('Look once more in the platform’s own app; if it is not there, bring it back.'),
}

const REFUSED = again('The platform refused it as it was. Change what it names, then approve it anew.')
const DEED = never('Try it again from the conversation.')

/** What to do about a post that did not go out, or certainly did not arrive. An uncertain one is none of these. */
export function failureOf({ kind, outcomeCode }: { kind: PostKind; outcomeCode: string | null }): Failure {
  if (!isReply(kind)) return DEED
  const known = Object.hasOwn(failures, outcomeCode ?? '') ? failures[outcomeCode ?? ''] : undefined
  return known ?? REFUSED
}
