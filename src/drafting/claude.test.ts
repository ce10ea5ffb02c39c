import { expect, it } from 'vitest'
import { AppError } from '#src/domain/errors.ts'
import { Secret } from '#src/vault/secret.ts'
import {
  aClaude,
  aClosedDoor,
  aMessage,
  anAnswer,
  anEntry,
  anErrorBody,
  aRequest,
  aTurn,
  type ScriptedAnswer,
} from '#tests/support/claude.ts'
import { createDraftReply, createEstimate } from './claude.ts'
import { UNANSWERED } from './failure.ts'

const AT = new Date('2026-11-22T10:00:00.000Z')
const KEY = 'sk-ant-test-key'

async function setUp({ deadlineMs = 5000, baseUrl = '' } = {}) {
  const claude = await aClaude()
  const draftReply = createDraftReply({
    apiKey: new Secret(KEY),
    baseUrl: baseUrl || claude.url,
    model: 'claude-haiku-5-5',
    effort: 'low',
    now: () => AT,
    deadlineMs,
  })
  const draftAfter = (answer: ScriptedAnswer) => {
    claude.answers.push(answer)
    return draftReply(aRequest())
  }
  const failureAfter = async (answer: ScriptedAnswer) => {
    const error = await draftAfter(answer).catch((thrown: unknown) => thrown)
    expect(error).toBeInstanceOf(AppError)
    return error as AppError
  }
  return { ...claude, draftReply, draftAfter, failureAfter }
}

it('asks as the API wants to be asked, with the lasting parts cached and nobody named', async () => {
  const { draftReply, requests } = await setUp()
  const entry = anEntry('Shipping', 'Three days.')
  const request = aRequest({ knowledge: [entry], turns: [aTurn({ text: 'canary text' })] })
  await draftReply(request)
  const [{ headers, body }] = requests as [(typeof requests)[0]]
  expect(headers).toMatchObject({
    authorization: `Bearer ${KEY}`,
    'anthropic-version': '2026-10-21',
    'x-stainless-retry-count': '0',
  })
  expect(body).toMatchObject({
    model: 'claude-haiku-5-5',
    system: [{ cache_control: { type: 'ephemeral', ttl: '1h' } }, { cache_control: { type: 'ephemeral', ttl: '1h' } }],
    messages: [{ role: 'user', content: expect.stringContaining('canary text') }],
    output_config: { effort: 'low', format: { type: 'json_schema', schema: { additionalProperties: false } } },
    metadata: { user_id: expect.stringMatching(/^[0-9a-f]{64}$/) },
  })
  expect(Object.keys(body).sort()).toEqual(['max_tokens', 'messages', 'metadata', 'model', 'output_config', 'system'])
  expect(JSON.stringify(body['system'])).not.toContain('canary text')
  expect(JSON.stringify(body)).not.toContain(request.conversationId)
})

it('draws a new fence for each request', async () => {
  const { draftReply, requests } = await setUp()
  await draftReply(aRequest())
  await draftReply(aRequest())
  const fences = requests.map(({ body }) => /BEGIN CONVERSATION ([0-9a-f]{24})/.exec(JSON.stringify(body))?.[1])
  expect(new Set(fences).size).toBe(2)
})

it('answers with the checked reply and what it cost', async () => {
  const { draftAfter } = await setUp()
  const usage = {
    input_tokens: 100,
    output_tokens: 50,
    cache_creation_input_tokens: 2000,
    cache_read_input_tokens: 400,
    cache_creation: { ephemeral_1h_input_tokens: 1500, ephemeral_5m_input_tokens: 500 },
  }
  expect(await draftAfter({ body: aMessage({ usage }) })).toEqual({
    outcome: 'reply',
    text: 'Yes, we ship to Graz.',
    language: 'en',
    confidence: 0.9,
    rationale: 'The shop ships there.',
    citations: [],
    flags: [],
    model: 'claude-haiku-5-5',
    // 0.1 × (100 + 400/10 + 500 × 1.25 + 1500 × 2) + 0.5 × 50, rounded up
    usage: { inputTokens: 2500, outputTokens: 50, costMicros: 402 },
  })
})

it.each([
  [
    'a wish for a person',
    aMessage({ answer: anAnswer({ action: 'needs_person', reply: '', rationale: 'A legal threat.' }) }),
    'needs_person',
    'A legal threat.',
  ],
  [
    'nothing to answer',
    aMessage({ answer: anAnswer({ action: 'no_reply', reply: '' }) }),
    'no_reply',
    'The shop ships there.',
  ],
  [
    'a refusal',
    aMessage({
      content: [],
      stop_reason: 'refusal',
      stop_details: { type: 'refusal', category: 'general_harms', explanation: null },
    }),
    'refused',
    'Claude declined (general_harms)',
  ],
  ['a refusal without a category', aMessage({ content: [], stop_reason: 'refusal' }), 'refused', 'Claude declined'],
  [
    'a truncated answer',
    aMessage({ answer: '{"rationale":"The sh', stop_reason: 'max_tokens' }),
    'truncated',
    'Claude’s answer was cut off before its end',
  ],
  [
    'a full context',
    aMessage({ answer: '', stop_reason: 'model_context_window_exceeded' }),
    'truncated',
    'Claude’s answer was cut off before its end',
  ],
  [
    'broken JSON',
    aMessage({ answer: '{"rationale":' }),
    'invalid_answer',
    'Claude’s answer did not have the agreed shape',
  ],
  ['null', aMessage({ answer: 'null' }), 'invalid_answer', 'Claude’s answer did not have the agreed shape'],
  ['no text at all', aMessage({ content: [] }), 'invalid_answer', 'Claude’s answer did not have the agreed shape'],
  [
    'another shape',
    aMessage({ answer: { reply: 'Hi' } }),
    'invalid_answer',
    'Claude’s answer did not have the agreed shape',
  ],
  [
    'a reply that breaks a rule',
    aMessage({ answer: anAnswer({ reply: 'x'.repeat(1001) }) }),
    'invalid_answer',
    'The reply has 1001 bytes; Instagram takes at most 1000',
  ],
])('leaves the message to a person after %s, and counts the cost', async (_name, body, reason, note) => {
  const { draftAfter } = await setUp()
  expect(await draftAfter({ body })).toEqual({
    outcome: 'none',
    reason,
    note,
    usage: { inputTokens: 1000, outputTokens: 200, costMicros: 200 },
  })
})

it.each([
  [429, 'rate_limit_error', { error_code: 'enforced_spend_limit_reached' }, 'spend_limit'],
  [402, 'billing_error', undefined, 'spend_limit'],
  [400, 'billing_error', undefined, 'spend_limit'],
  [400, 'invalid_request_error', undefined, 'claude_rejected_request'],
  [404, 'not_found_error', undefined, 'claude_rejected_request'],
  [413, 'invalid_request_error', undefined, 'claude_rejected_request'],
  [422, 'invalid_request_error', undefined, 'claude_rejected_request'],
  [401, 'authentication_error', undefined, 'claude_rejected_key'],
  [403, 'permission_error', undefined, 'claude_rejected_key'],
] as const)('takes %i %s for something only a person can mend', async (status, type, details, reason) => {
  const { draftAfter, requests } = await setUp()
  const answer = await draftAfter({ status, body: anErrorBody(type, details) })
  expect(answer).toMatchObject({
    outcome: 'none',
    reason,
    note: expect.stringContaining('req_test'),
    usage: { costMicros: 0 },
  })
  expect(JSON.stringify(answer)).not.toContain('canary')
  expect(requests).toHaveLength(1)
})

it.each([
  ['17', 17_000],
  ['0', 0],
  [new Date(AT.getTime() + 60_000).toUTCString(), 60_000],
])('waits as long as a throttle answer asks: %s', async (retryAfter, ms) => {
  const { failureAfter } = await setUp()
  const error = await failureAfter({
    status: 429,
    headers: { 'retry-after': retryAfter },
    body: anErrorBody('rate_limit_error'),
  })
  expect(error).toMatchObject({ code: 'rate_limited', until: new Date(AT.getTime() + ms) })
})

it.each([500, 502, 503, 504, 529, 408])('takes %i for an outage that may pass, and asks once only', async (status) => {
  const { failureAfter, requests } = await setUp()
  const error = await failureAfter({ status, headers: { 'x-should-retry': 'true' }, body: anErrorBody('api_error') })
  expect(error).toMatchObject({ code: 'platform_unavailable', field: undefined })
  expect(error.message).not.toContain('canary')
  expect(error.cause).toBeUndefined()
  expect(requests).toHaveLength(1)
})

it.each([
  ['no answer in time', { hold: new Promise(() => undefined) }],
  ['an answer that never ends', { stall: true }],
  ['a cut connection', { drop: true }],
  ['a page of something else', { body: '<html>', headers: { 'content-type': 'text/html' } }],
  ['broken wire JSON', { body: '{"id":' }],
] as const)('takes %s for an outage after which nobody knows the bill', async (_name, answer) => {
  const { failureAfter } = await setUp({ deadlineMs: 1000 })
  expect(await failureAfter(answer)).toMatchObject({ code: 'platform_unavailable', field: UNANSWERED })
})

it('knows that a call nobody took was not billed', async () => {
  const { failureAfter } = await setUp({ baseUrl: await aClosedDoor() })
  expect(await failureAfter({})).toMatchObject({ code: 'platform_unavailable', field: undefined })
})

it('stops at once when the process is told to', async () => {
  const { draftReply, answers } = await setUp()
  answers.push({ hold: new Promise(() => undefined) })
  const stop = new AbortController()
  const drafting = draftReply(aRequest(), stop.signal)
  stop.abort()
  await expect(drafting).rejects.toMatchObject({ code: 'platform_unavailable' })
})

it('reserves more than a call with the same request costs', async () => {
  const { draftReply } = await setUp()
  const request = aRequest({ knowledge: [anEntry('Größen', 'ä'.repeat(2000))] })
  const answer = await draftReply(request)
  expect(createEstimate({ model: 'claude-haiku-5-5' })(request)).toBeGreaterThan(answer.usage.costMicros + 4000 * 0.2)
})
