import { setImmediate as breathe } from 'node:timers/promises'
import type { World } from './world.ts'

/** So many rows are written in one go, so that calls which arrive meanwhile are not kept from being timed. */
const ROWS_AT_ONCE = 500

/** What came in, what was said and what was delivered, as one JSON text in pieces. */
export function recordStream(
  { arrivals, messages, deliveries }: World,
  { since, isWhole }: { since: number; isWhole: boolean },
): ReadableStream<Uint8Array> {
  async function* text() {
    yield '{"arrivals":['
    yield* rows(arrivals.slice(since))
    if (isWhole) {
      yield '],"messages":['
      const said = [...messages.values()]
      yield* rows(said, ({ mid, accountRef, contactRef, from, text, at }) => ({
        mid,
        accountRef,
        contactRef,
        from,
        text,
        at,
      }))
      yield '],"deliveries":['
      yield* rows([...deliveries.values()])
    }
    yield ']}'
  }
  return ReadableStream.from(text()).pipeThrough(new TextEncoderStream())
}

async function* rows<Row>(list: readonly Row[], shown: (row: Row) => unknown = (row) => row): AsyncGenerator<string> {
  for (let from = 0; from < list.length; from += ROWS_AT_ONCE) {
    const part = list.slice(from, from + ROWS_AT_ONCE).map((row) => JSON.stringify(shown(row)))
    yield `${from > 0 ? ',' : ''}${part.join(',')}`
    await breathe()
  }
}
