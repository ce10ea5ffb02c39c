import type { Usage } from '#src/domain/draft.ts'

/** US dollars per million tokens, which is millionths of a dollar per token. */
interface Price {
  input: number
  output: number
  /** Share of the input price that a token read from the cache costs. */
  cacheRead: number
  /** The price of a longer prompt. */
  above?: { promptTokens: number; price: Price }
}

const opus: Price = { input: 5, output: 25, cacheRead: 0.1 }
/** For a model that is not listed: dear enough that a budget holds. */
const UNKNOWN: Price = { input: 10, output: 50, cacheRead: 0.1 }

// https://platform.claude.com/docs/en/about-claude/pricing (November 2026)
const prices: Record<string, Price> = {
  'claude-haiku-5-5': {
    input: 0.1,
    output: 0.5,
    cacheRead: 0.1,
    above: { promptTokens: 100_000, price: { input: 0.5, output: 2.5, cacheRead: 0.1 } },
  },
  'claude-haiku-4-5': { input: 1, output: 5, cacheRead: 0.1 },
  'claude-sonnet-5-5': { input: 2, output: 10, cacheRead: 0.05 },
  'claude-sonnet-5': { input: 2, output: 10, cacheRead: 0.1 },
  'claude-sonnet-4-6': { input: 3, output: 15, cacheRead: 0.1 },
  'claude-opus-5-5': { input: 4, output: 20, cacheRead: 0.05 },
  'claude-opus-5': opus,
  'claude-opus-4-8': opus,
  'claude-opus-4-7': opus,
  'claude-opus-4-6': opus,
  'claude-fable-5-1': { input: 10, output: 50, cacheRead: 0.025 },
  'claude-fable-5': { input: 10, output: 50, cacheRead: 0.1 },
}

const CACHE_WRITE_5M = 1.25
const CACHE_WRITE_1H = 2

export interface Tokens {
  input: number
  output: number
  cacheRead: number
  cacheWrite5m: number
  cacheWrite1h: number
}

/** What a call cost, rounded up. */
export function usageOf(model: string, tokens: Tokens): Usage {
  const inputTokens = tokens.input + tokens.cacheRead + tokens.cacheWrite5m + tokens.cacheWrite1h
  const { input, output, cacheRead } = priceOf(model, inputTokens)
  const billed =
    tokens.input +
    tokens.cacheRead * cacheRead +
    tokens.cacheWrite5m * CACHE_WRITE_5M +
    tokens.cacheWrite1h * CACHE_WRITE_1H
  return { inputTokens, outputTokens: tokens.output, costMicros: Math.ceil(billed * input + tokens.output * output) }
}

/** The most a call can cost. */
export function costMaxMicros(model: string, promptTokensMax: number, answerTokensMax: number): number {
  const none = { input: 0, cacheRead: 0, cacheWrite5m: 0 }
  return usageOf(model, { ...none, cacheWrite1h: promptTokensMax, output: answerTokensMax }).costMicros
}

function priceOf(model: string, promptTokens: number): Price {
  const price = prices[model.replace(/-\d{8}$/, '')] ?? UNKNOWN
  return price.above && promptTokens > price.above.promptTokens ? price.above.price : price
}
