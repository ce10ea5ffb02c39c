import { LosslessNumber, parse, stringify } from 'lossless-json'

/**
 * Numbers stay as they were written: some of Meta's ids are JSON numbers beyond 2^53.
 * Throws on anything that is not JSON in UTF-8; of a name that is given twice the last counts, as with `JSON.parse`.
 */
export function readJson(body: Uint8Array): unknown {
  const text = new TextDecoder('utf-8', { fatal: true }).decode(body)
  return parse(text, null, {
    parseNumber: (digits) => new LosslessNumber(digits),
    onDuplicateKey: ({ newValue }) => newValue,
  })
}

/** The value's JSON with every digit of its numbers. */
export function writeJson(value: unknown): string {
  return stringify(value) ?? ''
}
