import { z } from 'zod'
import { type Language, languageOf, wordsOf } from './language.ts'
import { phrases } from './phrases.ts'
import { isAbout, type Topic, topicOf } from './topics.ts'

const Turn = z.object({ from: z.enum(['contact', 'us']), text: z.string(), note: z.string().optional() })
type Turn = z.infer<typeof Turn>
const Entry = z.object({ id: z.string(), title: z.string(), body: z.string() })
type Entry = z.infer<typeof Entry>

const TITLE_WEIGHT = 3
const MATCH_MIN = 3
const STEM = 5
const WORD_MIN = 4
const PASSAGE_CHARS_MAX = 420
const WISH = /An operator of the business wishes for this draft: (".*")/

/** The draft a careful trainee would write: from the thread and the knowledge it was given, the same each time. */
export function answerThread(system: string, user: string): Record<string, unknown> {
  const tail = tailOf(linesOf(user, Turn))
  const text = tail.map((turn) => turn.text).join('\n')
  const topic = topicOf(
    text,
    tail.some(({ note }) => note?.includes('attached')),
  )
  const language = languageOf(text)
  const common = { language, citations: [], flags: [] }
  if (tail.length === 0)
    return {
      ...common,
      action: 'no_reply',
      reply: '',
      confidence: 0.9,
      rationale: 'Sandbox: everything has been answered.',
    }
  if (topic === 'orders' || topic === 'person') {
    const [flag, why] =
      topic === 'orders'
        ? ['instructions_in_message', 'gives orders to the drafter']
        : ['complaint', 'complains or asks for money back']
    return {
      ...common,
      action: 'needs_person',
      reply: '',
      confidence: 0.9,
      flags: [flag],
      rationale: `Sandbox: the contact ${why}; a person should answer.`,
    }
  }
  const entry = bestEntry(linesOf(system, Entry), text, topic)
  const wish = wishIn(user)
  return {
    ...common,
    action: 'reply',
    reply: `${write({ topic, language, entry, wish })} ${phrases[language].mark}`,
    confidence: confidenceOf(topic, entry),
    citations: entry ? [entry.id] : [],
    flags: entry || ['thanks', 'greeting'].includes(topic) ? [] : ['not_in_knowledge'],
    rationale: `Sandbox: read as ${topic}${entry ? `, answered from “${entry.title}”` : ''}${wish ? ', following the operator’s wish' : ''}.`,
  }
}

interface Writing {
  topic: Exclude<Topic, 'orders' | 'person'>
  language: Language
  entry: Entry | undefined
  wish: string | undefined
}

function write({ topic, language, entry, wish }: Writing): string {
  const { lead, close, replies } = phrases[language]
  const isShort = wish !== undefined && /short|brief|kurz|knapp|corto|breve|court/i.test(wish)
  if (!entry || languageOf(entry.body) !== language) {
    const reply = replies[topic]
    return isShort ? firstSentences(reply, 1) : wish === undefined ? reply : `${reply} ${close}`
  }
  const passage = firstSentences(entry.body.replace(/\s+/g, ' ').trim(), isShort ? 1 : 4)
  return isShort ? passage : `${lead} ${passage} ${close}`
}

function confidenceOf(topic: Topic, entry: Entry | undefined): number {
  if (entry) return 0.93
  if (topic === 'thanks' || topic === 'greeting') return 0.9
  return topic === 'other' || topic === 'picture' ? 0.55 : 0.72
}

function tailOf(turns: Turn[]): Turn[] {
  return turns.slice(turns.findLastIndex(({ from }) => from === 'us') + 1)
}

function bestEntry(entries: Entry[], text: string, topic: Topic): Entry | undefined {
  const asked = stemsOf(text)
  const score = ({ title, body }: Entry) =>
    (overlap(asked, stemsOf(title)) + (isAbout(title, topic) ? 1 : 0)) * TITLE_WEIGHT +
    overlap(asked, stemsOf(body)) +
    (isAbout(body, topic) ? 1 : 0)
  const [best] = entries.map((entry) => ({ entry, score: score(entry) })).sort((a, b) => b.score - a.score)
  return best && best.score >= MATCH_MIN ? best.entry : undefined
}

function stemsOf(text: string): Set<string> {
  return new Set(wordsOf(text).flatMap((word) => (word.length >= WORD_MIN ? [word.slice(0, STEM)] : [])))
}

function overlap(a: Set<string>, b: Set<string>): number {
  return [...a].filter((stem) => b.has(stem)).length
}

function firstSentences(text: string, count: number): string {
  const sentences = text.match(/[^.!?…]+[.!?…]+(?=\s|$)|[^.!?…]+$/gu) ?? [text]
  const chosen = sentences.slice(0, count).join('').trim()
  return chosen.length <= PASSAGE_CHARS_MAX ? chosen : `${chosen.slice(0, PASSAGE_CHARS_MAX).replace(/\s+\S*$/, '')}…`
}

function wishIn(user: string): string | undefined {
  const quoted = WISH.exec(user)?.[1]
  return quoted === undefined ? undefined : z.string().safeParse(parsed(quoted)).data
}

/** The JSON lines of one shape in a prompt. */
function linesOf<T>(prompt: string, shape: z.ZodType<T>): T[] {
  return prompt.split('\n').flatMap((line) => {
    const read = line.startsWith('{') ? shape.safeParse(parsed(line)) : undefined
    return read?.success ? [read.data] : []
  })
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}
