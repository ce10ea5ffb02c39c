import { createHash, randomBytes } from 'node:crypto'
import Anthropic from '@anthropic-ai/sdk'
import { zodOutputFormat } from '@anthropic-ai/sdk/helpers/zod'
import type { DraftReply, DraftRequest } from '#src/domain/draft.ts'
import type { Secret } from '#src/vault/secret.ts'
import { readAnswer } from './answer.ts'
import { readFailure } from './failure.ts'
import { costMaxMicros } from './price.ts'
import { ANSWER_TOKENS_MAX, buildPrompt, type Prompt } from './prompt.ts'
import { Answer } from './schema.ts'
import { withhold } from './withheld.ts'

const PRODUCTION_URL = 'https://api.anthropic.com'
const DEADLINE_MS = 45_000
/** What the API adds to a prompt by itself: the schema and its instructions. */
const ADDED_TOKENS_MAX = 3000
const FENCE_BYTES = 12
const format = zodOutputFormat(Answer)
const encoder = new TextEncoder()

export type Effort = 'low' | 'medium' | 'high' | 'xhigh' | 'max'

interface ClaudeOptions {
  apiKey: Secret
  baseUrl?: string
  model: string
  effort: Effort
  fetch?: typeof fetch
  now?: () => Date
  deadlineMs?: number
}

/** Every outcome that trying again cannot mend is a value; see `failure.ts` for the rest. One request, no retries: the queue retries. */
export function createDraftReply(options: ClaudeOptions): DraftReply {
  const { model, effort, now = () => new Date(), deadlineMs = DEADLINE_MS } = options
  const client = openClient(options)
  return async (request, signal) => {
    const withheld = withhold(request)
    const prompt = buildPrompt(withheld.request, randomBytes(FENCE_BYTES).toString('hex'))
    const deadline = AbortSignal.timeout(deadlineMs)
    try {
      const message: unknown = await client.messages.create(
        {
          model,
          max_tokens: ANSWER_TOKENS_MAX,
          system: prompt.system.map((text) => ({
            type: 'text',
            text,
            cache_control: { type: 'ephemeral', ttl: '1h' },
          })),
          messages: [{ role: 'user', content: prompt.user }],
          output_config: { effort, format },
          metadata: { user_id: opaque(request.conversationId) },
        },
        { signal: signal ? AbortSignal.any([signal, deadline]) : deadline },
      )
      return readAnswer(message, { request, model, putBack: withheld.putBack })
    } catch (error) {
      return readFailure(error, now())
    }
  }
}

/** The most that a call for this request can cost; a token has at least one byte. */
export function createEstimate({ model }: { model: string }): (request: DraftRequest) => number {
  return (request) => {
    const { system, user }: Prompt = buildPrompt(withhold(request).request, '0'.repeat(FENCE_BYTES * 2))
    const bytes = encoder.encode([...system, user].join('')).length
    return costMaxMicros(model, bytes + ADDED_TOKENS_MAX, ANSWER_TOKENS_MAX)
  }
}

function openClient({ apiKey, baseUrl = PRODUCTION_URL, fetch }: ClaudeOptions): Anthropic {
  return new Anthropic({
    // As a function: the key is in clear only while a request is being built.
    apiKey: async () => apiKey.reveal(),
    baseURL: baseUrl,
    maxRetries: 0,
    logLevel: 'off',
    ...(fetch && { fetch }),
  })
}

function opaque(conversationId: DraftRequest['conversationId']): string {
  return createHash('sha256').update(`countersign:${conversationId}`).digest('hex')
}
