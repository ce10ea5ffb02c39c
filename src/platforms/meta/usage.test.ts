import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { regainsAccessAt, usagePauses } from './usage.ts'

const US = '17841400000000001'
const now = new Date('2026-11-22T12:00:00Z')
const DAY_MS = 86_400_000

const heard = (headers: Record<string, string>, accountRef: string | undefined = US) => ({
  headers: new Headers(headers),
  accountRef,
  now,
})
const app = (usage: unknown) => ({ 'X-App-Usage': JSON.stringify(usage) })
const page = (usage: unknown) => ({ 'X-Page-Usage': JSON.stringify(usage) })
const business = (usage: unknown) => ({ 'X-Business-Use-Case-Usage': JSON.stringify(usage) })
const row = (more: object) => ({ type: 'instagram', call_count: 1, total_cputime: 1, total_time: 1, ...more })

/** `account 19m usage/95`, one for each pause. */
const read = (headers: Record<string, string>) =>
  usagePauses(heard(headers)).map(
    ({ scope, until, code }) => `${scope} ${(until.getTime() - now.getTime()) / 60_000}m ${code}`,
  )

const low = { call_count: 28, total_time: 25, total_cputime: 25 }

describe('what usage headers ask for', () => {
  it.each<[string, Record<string, string>, string[]]>([
    ['no header at all', {}, []],
    ['an app far from its limit', app(low), []],
    ['an app one under the stop', app({ ...low, call_count: 89.9 }), []],
    ['calls of the app at the stop', app({ ...low, call_count: 90 }), ['app 5m usage/90']],
    ['time of the app', app({ ...low, total_time: 97 }), ['app 5m usage/97']],
    ['processor time of the app', app({ ...low, total_cputime: 100 }), ['app 5m usage/100']],
    ['a figure that is text', app({ call_count: '95' }), ['app 5m usage/95']],
    ['a page at the stop', page({ ...low, call_count: 93 }), ['account 5m usage/93']],
    ['our row far from its limit', business({ [US]: [row({ estimated_time_to_regain_access: 0 })] }), []],
    ['our row at the stop, no time stated', business({ [US]: [row({ call_count: 95 })] }), ['account 5m usage/95']],
    [
      'our row at the stop, with its time',
      business({ [US]: [row({ total_time: 95, estimated_time_to_regain_access: 19 })] }),
      ['account 19m usage/95'],
    ],
    [
      'a time that is stated below the stop',
      business({ [US]: [row({ estimated_time_to_regain_access: 7 })] }),
      ['account 7m usage/1'],
    ],
    [
      'the longest of several rows',
      business({ [US]: [row({ estimated_time_to_regain_access: 7 }), row({ call_count: 99 }), row({})] }),
      ['account 7m usage/1'],
    ],
    ['a single row that is no list', business({ [US]: row({ call_count: 95 }) }), ['account 5m usage/95']],
    ['the row of another account', business({ 17841400000000002: [row({ call_count: 100 })] }), []],
    [
      'another account above and ours below',
      business({ 9: [row({ estimated_time_to_regain_access: 60 })], [US]: [row({ call_count: 50 })] }),
      [],
    ],
    ['Messenger', business({ [US]: [row({ type: 'messenger', call_count: 95 })] }), ['account 5m usage/95']],
    ['pages', business({ [US]: [row({ type: 'pages', call_count: 95 })] }), ['account 5m usage/95']],
    ['a type nobody has heard of', business({ [US]: [row({ type: 'new', call_count: 95 })] }), ['account 5m usage/95']],
    ['no type', business({ [US]: [{ call_count: 95 }] }), ['account 5m usage/95']],
    ['advertising', business({ [US]: [row({ type: 'ads_management', call_count: 100 })] }), []],
    [
      'app and account at once',
      { ...app({ call_count: 91 }), ...business({ [US]: [row({ call_count: 92 })] }) },
      ['app 5m usage/91', 'account 5m usage/92'],
    ],
  ])('%s', (_name, headers, pauses) => {
    expect(read(headers)).toEqual(pauses)
  })

  it('says nothing of an account while nobody knows which it is', () => {
    const headers = { ...app(low), ...business({ [US]: [row({ call_count: 100 })] }) }
    expect(usagePauses({ ...heard(headers), accountRef: undefined })).toEqual([])
  })
})

describe('how long a throttle lasts', () => {
  const waitMinutes = (scope: 'account' | 'app', headers: Record<string, string>) =>
    (regainsAccessAt(scope, heard(headers)).getTime() - now.getTime()) / 60_000

  it('is what our own row says, not what another account is told', () => {
    const both = {
      9: [row({ estimated_time_to_regain_access: 60 })],
      [US]: [row({ estimated_time_to_regain_access: 3 })],
    }
    expect(waitMinutes('account', business(both))).toBe(3)
  })

  it('is what a row under an id we do not know says, when there is no other', () => {
    expect(waitMinutes('account', business({ 9: [row({ estimated_time_to_regain_access: 60 })] }))).toBe(60)
  })

  it('is for the whole app never what one account is told', () => {
    expect(waitMinutes('app', business({ [US]: [row({ estimated_time_to_regain_access: 60 })] }))).toBe(5)
  })
})

const figure = fc.oneof(
  fc.double(),
  fc.integer(),
  fc.string(),
  fc.constantFrom(1e308, -1, 0, null, '', '9e999', [], [95], {}, true),
)
const usage = fc.record(
  {
    type: fc.oneof(fc.constantFrom('instagram', 'pages', '__proto__'), fc.jsonValue()),
    call_count: figure,
    total_time: figure,
    total_cputime: figure,
    estimated_time_to_regain_access: figure,
  },
  { requiredKeys: [] },
)
const rows = fc.oneof(fc.array(usage, { maxLength: 5 }), fc.jsonValue({ maxDepth: 3 }))
const header = fc.oneof(
  fc.dictionary(fc.constantFrom(US, '9', '__proto__', 'constructor'), rows).map((value) => JSON.stringify(value)),
  usage.map((value) => JSON.stringify(value)),
  fc.json({ maxDepth: 3 }),
  fc.constantFrom('', '{', '[', '[[', 'null', '1e999', '{"call_count":1e999}', `{"${US}":[null]}`, '['.repeat(100_000)),
  fc.string(),
)

describe('whatever stands in the headers', () => {
  it('never throws, never pauses twice for one scope, and never for longer than a day', () => {
    const accountRef = fc.constantFrom(US, '__proto__', 'constructor', undefined)
    fc.assert(
      fc.property(fc.array(header, { minLength: 4, maxLength: 4 }), accountRef, (values, ref) => {
        const names = ['X-App-Usage', 'X-Page-Usage', 'X-Business-Use-Case-Usage', 'Retry-After']
        const headers = Object.fromEntries(names.map((name, i) => [name, values[i]?.replace(/[^ -~]/g, '?') ?? '']))
        const answer = { ...heard(headers), accountRef: ref }
        const found = usagePauses(answer)
        expect(new Set(found.map(({ scope }) => scope)).size).toBe(found.length)
        const ends = [
          ...found.map(({ until }) => until),
          regainsAccessAt('account', answer),
          regainsAccessAt('app', answer),
        ]
        for (const until of ends) {
          expect(until.getTime()).toBeGreaterThan(now.getTime())
          expect(until.getTime()).toBeLessThanOrEqual(now.getTime() + DAY_MS)
        }
        for (const { code } of found) expect(code).toMatch(/^usage\/\d{1,3}$/)
      }),
      { numRuns: 500 },
    )
  })

  it('takes ten thousand rows for what they say', () => {
    const many = Array.from({ length: 10_000 }, (_, i) => row({ estimated_time_to_regain_access: i }))
    expect(read(business({ [US]: many }))).toEqual(['account 1440m usage/1'])
  })
})
