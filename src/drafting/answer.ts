import * as z from 'zod'
import type { DraftAnswer, DraftRequest, NoDraftReason, Usage } from '#src/domain/draft.ts'
import { clip, plainText } from './plain.ts'
import { usageOf } from './price.ts'
import { Answer } from './schema.ts'
import { validateReply } from './validate.ts'

const count = z
  .int()
  .nonnegative()
  .nullish()
  .transform((value) => value ?? 0)

/** The parts of a message that we read; anything else may come and go. https://platform.claude.com/docs/en/api/messages */
const Message = z.object({
  stop_reason: z.string().nullish(),
  stop_details: z.object({ category: z.string().nullish() }).nullish(),
  content: z.array(z.object({ type: z.string(), text: z.string().optional() })),
  usage: z.object({
    input_tokens: count,
    output_tokens: count,
    cache_read_input_tokens: count,
    cache_creation_input_tokens: count,
    cache_creation: z.object({ ephemeral_5m_input_tokens: count }).nullish(),
  }),
})
type Message = z.infer<typeof Message>

/** Throws what `readFailure` takes for an unreadable answer when this is no message at all. */
export function readAnswer(
  message: unknown,
  { request, model, putBack }: { request: DraftRequest; model: string; putBack: (reply: string) => string | undefined },
): DraftAnswer {
  const read = Message.parse(message)
  const usage = readUsage(read, model)
  const none = (reason: NoDraftReason, note: string): DraftAnswer => ({
    outcome: 'none',
    reason,
    note: clip(plainText(note).trim(), 255),
    usage,
  })
  switch (read.stop_reason) {
    case 'refusal':
      return none('refused', `Claude declined${read.stop_details?.category ? ` (${read.stop_details.category})` : ''}`)
    case 'max_tokens':
    case 'model_context_window_exceeded':
      return none('truncated', 'Claude’s answer was cut off before its end')
  }
  const answer = parseText(read)
  if (!answer) return none('invalid_answer', 'Claude’s answer did not have the agreed shape')
  if (answer.action !== 'reply') return none(answer.action, answer.rationale)
  const reply = putBack(answer.reply)
  if (reply === undefined) return none('invalid_answer', 'The reply names something that Claude was never given')
  const checked = validateReply({ ...answer, reply }, request)
  if (!checked.ok) return none('invalid_answer', checked.note)
  return { outcome: 'reply', ...checked.reply, model, usage }
}

function parseText({ content }: Message): Answer | undefined {
  const text = content.flatMap((block) => (block.type === 'text' ? [block.text ?? ''] : [])).join('')
  try {
    return Answer.safeParse(JSON.parse(text)).data
  } catch {
    return undefined
  }
}

function readUsage({ usage }: Message, model: string): Usage {
  const cacheWrite5m = usage.cache_creation?.ephemeral_5m_input_tokens ?? 0
  return usageOf(model, {
    input: usage.input_tokens,
    output: usage.output_tokens,
    cacheRead: usage.cache_read_input_tokens,
    cacheWrite5m,
    cacheWrite1h: Math.max(0, usage.cache_creation_input_tokens - cacheWrite5m),
  })
}
