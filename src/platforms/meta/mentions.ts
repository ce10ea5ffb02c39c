import type { MentionItem, MentionNoticeItem } from '#src/domain/inbox.ts'
import type { MentionPlace } from '../adapter.ts'
import type { Ask, Question } from './client.ts'
import { graphErrorIn, meaningOf } from './errors.ts'
import { given, NO_MOMENT, type Place } from './words.ts'

/** A mention of which the platform names no more than where it stands. */
export function noticeOf({ mediaRef, commentRef }: MentionPlace, { accountRef, sentAt }: Place): MentionNoticeItem {
  return {
    kind: 'mention_notice',
    accountRef,
    at: sentAt ?? NO_MOMENT,
    key: keyOf({ accountRef, mediaRef, ...given({ commentRef }) }),
    mediaRef,
    ...given({ commentRef }),
  }
}

/** A mention with its words. */
export function mentionOf(
  { mediaRef, commentRef, accountRef, at }: MentionPlace & { accountRef: string; at: Date },
  said: Pick<MentionItem, 'contactRef' | 'text' | 'username' | 'name' | 'link'>,
): MentionItem {
  const place = { accountRef, mediaRef, ...given({ commentRef }) }
  return { kind: 'mention', ...place, at, key: keyOf(place), ...said }
}

/** The same whoever tells of it and how often. */
function keyOf({ accountRef, mediaRef, commentRef }: MentionPlace & { accountRef: string }): string[] {
  return ['mention', accountRef, mediaRef, commentRef ?? '']
}

type Reader = Parameters<Ask>[2]

/** The answer to a question about what is not the account's own; undefined when the platform refuses just that. */
export async function askAbroad(ask: Ask, path: string, question: Question, as: Reader): Promise<unknown> {
  const { answer, body } = await ask(path, question, as)
  const error = answer.kind === 'answered' ? graphErrorIn(answer.answer.body) : undefined
  const meaning = error && answer.kind === 'answered' ? meaningOf(error, answer.answer.status).kind : undefined
  return meaning === 'refused' || meaning === 'stop_account' ? undefined : body()
}
