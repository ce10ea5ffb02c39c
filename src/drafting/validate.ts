import type { DraftRequest } from '#src/domain/draft.ts'
import type { EntryId } from '#src/domain/ids.ts'
import { fitsPlatform, measure, platformRules } from '#src/domain/platform.ts'
import { cleanReply } from '#src/domain/review.ts'
import { isLanguage, looksLike } from './language.ts'
import { findLeak } from './leaks.ts'
import { clip, plainText } from './plain.ts'
import type { Answer } from './schema.ts'

const RATIONALE_CHARS_MAX = 2000
/** Below this an operator is told to look closely. */
const CONFIDENCE_LOW = 0.7
const TAG_CHARS_MAX = 32

export interface CheckedReply {
  text: string
  language: string
  confidence: number
  rationale: string
  citations: EntryId[]
  flags: string[]
}

export type Checked = { ok: true; reply: CheckedReply } | { ok: false; note: string }

/** Holds a proposed reply to our own rules: the API promises its shape and nothing else. */
export function validateReply(answer: Answer, request: DraftRequest): Checked {
  const text = cleanReply(plainText(answer.reply))
  const language = answer.language.trim()
  const fault = findFault(answer, { text, language, request })
  if (fault !== undefined) return { ok: false, note: clip(plainText(fault), 255) }
  const known = new Set<EntryId>(request.knowledge.map(({ id }) => id))
  return {
    ok: true,
    reply: {
      text,
      language,
      confidence: answer.confidence,
      rationale: clip(plainText(answer.rationale).trim(), RATIONALE_CHARS_MAX),
      citations: [...known].filter((id) => answer.citations.includes(id)),
      flags: flagsOf(answer),
    },
  }
}

function findFault(
  { confidence, citations }: Answer,
  { text, language, request }: { text: string; language: string; request: DraftRequest },
): string | undefined {
  const { platform, knowledge } = request
  if (text === '') return 'The reply is empty'
  if (!fitsPlatform(text, platform)) {
    const { max, unit } = platformRules[platform].textLimit
    return `The reply has ${measure(text, platform)} ${unit}; ${platformRules[platform].name} takes at most ${max}`
  }
  if (language.length > TAG_CHARS_MAX || !isLanguage(language)) return 'The reply names no known language'
  if (!looksLike(text, language)) return `The reply is not written in its language, ${language}`
  if (!(confidence >= 0 && confidence <= 1)) return 'The confidence is not between 0 and 1'
  const given = new Set<string>(knowledge.map(({ id }) => id))
  if (citations.some((id) => !given.has(id))) return 'The reply cites a knowledge entry that was not given'
  return findLeak(text, sourcesOf(request))
}

function sourcesOf({ voice, accountName, knowledge, turns, contactName }: DraftRequest) {
  return {
    ours: [voice, ...knowledge.flatMap(({ title, body }) => [title, body])],
    thread: [contactName, accountName, ...turns.map(({ text }) => text)],
  }
}

function flagsOf({ flags, confidence }: Answer): string[] {
  const given = new Set<string>(flags)
  if (confidence < CONFIDENCE_LOW) given.add('low_confidence')
  return [...given]
}
