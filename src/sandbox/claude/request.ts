import { z } from 'zod'

/** What the API checks of a request for a structured answer: https://platform.claude.com/docs/en/api/messages */
const Text = z.object({ type: z.literal('text'), text: z.string() })
const Content = z.union([z.string(), z.array(Text).min(1)])
const Request = z.object({
  model: z.string().min(1),
  max_tokens: z.int().positive(),
  system: Content.optional(),
  messages: z.array(z.object({ role: z.enum(['user', 'assistant']), content: Content })).min(1),
  output_config: z.object({
    effort: z.enum(['low', 'medium', 'high', 'xhigh', 'max']).nullish(),
    format: z.object({
      type: z.literal('json_schema'),
      schema: z.object({
        type: z.literal('object'),
        properties: z.record(z.string(), z.unknown()),
        additionalProperties: z.literal(false),
      }),
    }),
  }),
  metadata: z.object({ user_id: z.string().max(256).nullish() }).nullish(),
  stream: z.literal(false).nullish(),
})

export interface ReadRequest {
  model: string
  maxTokens: number
  system: string
  user: string
}

const GONE = ['temperature', 'top_p', 'top_k']

/** The request, or in words what is wrong with it. */
export function readRequest(body: unknown): ReadRequest | string {
  if (typeof body !== 'object' || body === null) return 'The request body is not valid JSON'
  const gone = GONE.find((name) => name in body)
  if (gone) return `${gone}: this parameter is no longer supported`
  const read = Request.safeParse(body)
  if (!read.success) {
    const [issue] = read.error.issues
    return `${issue?.path.join('.')}: ${issue?.message}`
  }
  const { model, max_tokens, system, messages } = read.data
  const last = messages.at(-1)
  if (last?.role !== 'user') return 'messages: the final message must be from the user'
  return { model, maxTokens: max_tokens, system: textOf(system ?? ''), user: textOf(last.content) }
}

function textOf(content: z.infer<typeof Content>): string {
  return typeof content === 'string' ? content : content.map(({ text }) => text).join('\n')
}
