import { describe, expect, it } from 'vitest'
import type { Outcome } from '#src/domain/outbox.ts'
import { graphError } from '#tests/support/fake-graph.ts'
import { errorTable } from './error-table.ts'
import { classifyGraphAnswer } from './errors.ts'

const now = new Date('2026-11-22T12:00:00Z')

function classify(
  body: unknown,
  { status = 400, headers = {} }: { status?: number; headers?: Record<string, string> } = {},
) {
  return classifyGraphAnswer({ status, body, headers: new Headers(headers), now })
}

/** Meta's table, code by code, as an operator's handbook would print it. */
const handbook: [Outcome['kind'] | `refused:${string}` | `wait:${string}`, string[]][] = [
  ['uncertain', ['1', '1/99', '1/1357046', '-1', '-2', '-2/2207003', '506']],
  ['retry', ['2', '2/1545133']],
  ['wait:app', ['4', '341']],
  ['wait:account', ['17', '17/2446079', '32', '613', '613/1996', '613/2534040', '80001', '80002', '80006']],
  ['refused:reply_window', ['10/2018278', '10/2534022', '10/2018065']],
  [
    'refused:recipient',
    ['10/2018108', '100/2018001', '100/2534014', '100/2534025', '200/1545041', '551', '551/1545041', '230', '9010'],
  ],
  [
    'refused:content',
    [
      '10/1404170',
      '10/1893015',
      '4/2018354',
      '613/1893016',
      '9/2018352',
      '100',
      '100/2534015',
      '100/2018008',
      '100/2018047',
      '100/2018074',
      '100/2018109',
      '100/2018294',
      '100/2018014',
      '100/2018164',
      '100/2018320',
      '100/2018328',
      '1609005',
      '100/2534068',
    ],
  ],
  ['refused:thread', ['100/2534037', '100/2018300', '100/2018321', '100/2534001', '9000001']],
  [
    'reauthorise',
    ['102', '190', '190/458', '190/459', '190/460', '190/463', '190/464', '190/467', '190/492', '10/2534077'],
  ],
  [
    'stop_account',
    [
      '3',
      '10',
      '10/1893063',
      '100/33',
      '100/2534013',
      '100/2534029',
      '200',
      '203',
      '299',
      '200/2018021',
      '200/2018027',
      '200/2018028',
      '200/2534041',
      '2/2018344',
      '368',
      '613/2018338',
      '2022',
      '36103',
    ],
  ],
]

function read(outcome: Outcome): string {
  if (outcome.kind === 'refused') return `refused:${outcome.about}`
  return outcome.kind === 'wait' ? `wait:${outcome.scope}` : outcome.kind
}

describe('what a Graph error means', () => {
  it.each(handbook.flatMap(([meaning, codes]) => codes.map((code) => [code, meaning])))('%s is %s', (text, meaning) => {
    const [code, subcode] = text.split('/').map(Number)
    const outcome = classify(graphError(code ?? 0, subcode))
    expect(read(outcome)).toBe(meaning)
    expect('code' in outcome && outcome.code).toBe(text)
  })

  it('has every row of the table in the handbook above', () => {
    const printed = new Set(handbook.flatMap(([, codes]) => codes))
    const missing = Object.keys(errorTable).filter((key) => !printed.has(key.replace('*/', '100/')))
    expect(missing).toEqual([])
  })

  it('finds the error in a 200 and in codes written as text', () => {
    expect(classify({ error: { code: '190', error_subcode: '463' } }, { status: 200 })).toMatchObject({
      kind: 'reauthorise',
      code: '190/463',
    })
  })

  it('never goes by the words', () => {
    const liar = { error: { message: 'Rate limit reached, retry', type: 'OAuthException', code: 100 } }
    expect(classify(liar).kind).toBe('refused')
  })
})

describe('what else an answer may be', () => {
  it('is sent only with an id in a success', () => {
    expect(classify({ recipient_id: '1', message_id: 'mid.1' }, { status: 200 })).toEqual({
      kind: 'sent',
      messageRef: 'mid.1',
    })
    expect(classify({ id: 'mid.2' }, { status: 200 })).toEqual({ kind: 'sent', messageRef: 'mid.2' })
    for (const body of [{}, undefined, 'ok', { message_id: '' }, { message_id: 7 }, { message_id: 'x'.repeat(256) }]) {
      expect(classify(body, { status: 200 }).kind).toBe('uncertain')
    }
    expect(classify({ message_id: 'mid.3' }, { status: 302 }).kind).toBe('uncertain')
  })

  it('is uncertain without a readable body, and behind every 5xx that does not name a cause', () => {
    for (const status of [400, 404, 500, 502, 503, 504]) expect(classify(undefined, { status }).kind).toBe('uncertain')
    expect(classify(graphError(2), { status: 503 }).kind).toBe('uncertain')
    expect(classify(graphError(77_777), { status: 500 }).kind).toBe('uncertain')
    expect(classify(graphError(190, 463), { status: 500 }).kind).toBe('reauthorise')
  })

  it('refuses an unknown code behind a 4xx for good, unless Meta calls it transient', () => {
    expect(classify(graphError(77_777))).toMatchObject({ kind: 'refused', code: '77777' })
    expect(classify(graphError(77_777, undefined, { is_transient: true })).kind).toBe('uncertain')
  })

  it('waits on 429, with or without a code it knows', () => {
    expect(classify(undefined, { status: 429 }).kind).toBe('wait')
    expect(classify(graphError(77_777), { status: 429 }).kind).toBe('wait')
  })
})

describe('how long a throttle lasts', () => {
  const waitMs = (headers: Record<string, string>) => {
    const outcome = classify(graphError(80_002), { headers })
    return outcome.kind === 'wait' ? outcome.until.getTime() - now.getTime() : undefined
  }
  const usage = (...minutes: unknown[]) => ({
    'X-Business-Use-Case-Usage': JSON.stringify({
      '17841400000000001': minutes.map((estimated) => ({
        type: 'instagram',
        call_count: 100,
        estimated_time_to_regain_access: estimated,
      })),
    }),
  })

  it('is what the usage header estimates, the longest of several', () => {
    expect(waitMs(usage(19))).toBe(19 * 60_000)
    expect(waitMs(usage(0, 7, 3))).toBe(7 * 60_000)
  })

  it('is what Retry-After asks for, when it is there', () => {
    expect(waitMs({ 'Retry-After': '90' })).toBe(90_000)
    expect(waitMs({ 'Retry-After': 'Sun, 22 Nov 2026 12:02:00 GMT' })).toBe(120_000)
  })

  it('is five minutes when nothing readable is said, and never more than a day', () => {
    for (const headers of [
      {},
      usage('soon'),
      usage(0),
      { 'X-Business-Use-Case-Usage': '{' },
      { 'Retry-After': 'later' },
    ]) {
      expect(waitMs(headers)).toBe(300_000)
    }
    expect(waitMs(usage(1e9))).toBe(86_400_000)
  })
})
