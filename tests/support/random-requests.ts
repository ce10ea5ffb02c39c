import { createHmac } from 'node:crypto'
import fc from 'fast-check'
import { newId } from '#src/domain/ids.ts'

/** Stands in most bodies. */
export const CANARY = 'canary-in-the-body'

/** What a page would send, under every name that a form or a query of ours knows; so most of a random request makes sense. */
const everyField: Readonly<Record<string, string>> = {
  ...{
    kind: 'hide',
    verdict: 'approve',
    text: CANARY,
    reason: CANARY,
    arrived: 'yes',
    hours: '1',
    sure: 'yes',
    keys: 'on',
  },
  ...{ voice: CANARY, seenVoice: '', quietSeconds: '4', undoSeconds: '10', budgetDollars: '5', disclosureHours: '24' },
  ...{
    disclosure: '',
    humanAgent: 'yes',
    longAds: 'yes',
    maskForModel: 'yes',
    title: CANARY,
    body: CANARY,
    forAll: 'yes',
  },
  ...{ email: 'a@b.c', password: 'x', name: 'Ada', scope: 'read', days: '', overlapHours: '1', token: 'open' },
  ...{ accessToken: 'IGAAcanary', code: '123456', seed: 'sealed', current: 'x', role: 'viewer', kinds: 'links' },
  ...{
    instruction: '',
    assignee: '',
    pick: '',
    way: 'message',
    version: '1',
    entryId: '',
    templateId: '',
    template: '',
  },
  ...{
    account: '',
    action: '',
    person: '',
    since: '',
    until: '',
    to: '/queue',
    back: '/queue',
    operator: '',
    note: CANARY,
  },
  ...{ c: '', q: '', show: 'sent', after: '', before: '', cursor: '', limit: '20', state: '', error: '', accounts: '' },
}
const names = Object.keys(everyField)

/** Ends of ranges, other people's syntax, and what a parser may choke on. */
const odd = [
  ...['', ' ', '\u0000', '\ud800', '\ufeff', '\u202e', '%', '%00', '%ff', '+', ',', ';', '&=', '\r\n', '[]', '{}', '"'],
  ...['0', '-1', '1e309', '0.0000001', '1,5', '999999999', '4294967296', '99999999999999999999', 'NaN', 'Infinity'],
  ...['null', 'undefined', 'true', '__proto__', 'constructor', 'toString', '../../etc/passwd', "' or 1=1 -- "],
  ...[
    '2026-11-24',
    '2026-02-30',
    '0000-00-00',
    '0001-01-01T00:00Z',
    '9999-12-31T23:59:59.999Z',
    '+275760-09-13T00:00Z',
  ],
  ...['-000001-01-01', '2026-13-45T99:99Z', '1970-01-01T00:00:00.000+14:00', 'https://[::1', '//evil.example', 'a@b'],
  ...['x'.repeat(300), 'x'.repeat(5000), '😀'.repeat(600), 'ß'.repeat(256), 'a\u0301'.repeat(200), 'a'.repeat(64)],
  ...['approve', 'reject', 'delete', 'admin', 'no', 'off', 'private_reply', 'press', '72', '3', 'sent', 'eyJpZCI6MX0'],
]

interface RandomRequest {
  path: string
  init: RequestInit
}

interface World {
  /** Ids of what is there, by the kind of their prefix. */
  there: Readonly<Record<string, readonly string[]>>
  /** Signs webhooks and signed requests. */
  secret: string
}

/** A request to a route of an access table: its parameters, its query and its body made up, now and then sensible. */
export function aRequest(route: string, world: World): fc.Arbitrary<RandomRequest> {
  const [method = '', path = ''] = route.split(' ')
  const words = fc.oneof(fc.constantFrom(...odd), fc.string({ unit: 'binary', maxLength: 40 }), idsOf(world))
  const query = fc.dictionary(fc.constantFrom(...names), words, { maxKeys: 3 })
  return fc
    .record({
      path: filled(path, world, words),
      query: fc.option(query, { freq: 2, nil: {} }),
      sent: bodyOf(path, words),
    })
    .map(({ path: at, query: asked, sent: { body, type } }) => {
      const search = new URLSearchParams(asked).toString()
      const isBare = method === 'GET' || method === 'DELETE'
      const headers = { 'content-type': type, ...(path.startsWith('/webhooks/') && signatureOf(body, world.secret)) }
      return { path: search ? `${at}?${search}` : at, init: isBare ? { method } : { method, headers, body } }
    })

  function bodyOf(at: string, word: fc.Arbitrary<string>): fc.Arbitrary<{ body: string; type: string }> {
    if (at.startsWith('/compliance/')) return signedRequests(word, world.secret)
    const isJson = at.startsWith('/api/') || at.startsWith('/webhooks/')
    const right = isJson ? 'application/json' : 'application/x-www-form-urlencoded'
    const type = fc.oneof(
      { weight: 20, arbitrary: fc.constant(right) },
      {
        weight: 1,
        arbitrary: fc.constantFrom('multipart/form-data; boundary=x', 'multipart/form-data', 'text/plain', 'x'),
      },
    )
    const shaped = isJson ? jsonOf(word) : formOf(word)
    const wild = fc.oneof(
      fc.json(),
      fc.string({ unit: 'binary' }),
      fc.constantFrom('['.repeat(1000), '{"a":1,"a":2}', ''),
    )
    return fc.record({ body: fc.oneof({ weight: 9, arbitrary: shaped }, { weight: 1, arbitrary: wild }), type })
  }
}

function idsOf({ there }: World): fc.Arbitrary<string> {
  return fc.constantFrom(...Object.values(there).flat())
}

/** `:id` is mostly of the kind that belongs there, of something that is there or not. */
function filled(path: string, { there }: World, word: fc.Arbitrary<string>): fc.Arbitrary<string> {
  const parts = path.split('/').map((part, i, all): fc.Arbitrary<string> => {
    if (!part.startsWith(':')) return fc.constant(part)
    const room = all[i - 1] ?? ''
    const known = part === ':platform' ? ['instagram', 'messenger'] : [...(there[room] ?? there['conversations'] ?? [])]
    const fresh = fc.constantFrom('account', 'conversation', 'draft', 'post', 'operator', 'key', 'entry', 'media')
    return fc.oneof(
      { weight: 5, arbitrary: fc.constantFrom(...known) },
      { weight: 1, arbitrary: fresh.map((kind) => newId(kind as 'draft', new Date(0))) },
      { weight: 2, arbitrary: word.map((text) => encodeURIComponent(wellFormed(text)).slice(0, 2000) || '%20') },
      { weight: 1, arbitrary: fc.constantFrom('%', '%ff', '%00', '..', '%2e%2e', '%2f') },
    )
  })
  return fc.tuple(...parts).map((all) => all.join('/'))
}

/** Half of a pair of surrogates stands for nothing, and cannot be encoded. */
function wellFormed(text: string): string {
  return Buffer.from(text).toString()
}

function formOf(word: fc.Arbitrary<string>): fc.Arbitrary<string> {
  const changed = fc.dictionary(fc.constantFrom(...names), word, { maxKeys: 4 })
  return fc.tuple(changed, fc.subarray(names, { maxLength: 2 }), fc.boolean()).map(([odds, left, isTwice]) => {
    const form = new URLSearchParams({ ...everyField, ...odds })
    for (const name of left) form.delete(name)
    if (isTwice) for (const [name, value] of Object.entries(odds)) form.append(name, value)
    return form.toString()
  })
}

function jsonOf(word: fc.Arbitrary<string>): fc.Arbitrary<string> {
  const value = fc.oneof(word, fc.double(), fc.maxSafeInteger(), fc.array(word, { maxLength: 3 }), fc.jsonValue())
  const sensible = { name: 'till', scopes: ['read'], accountIds: ['acc'], expiresAt: '2030-01-01T00:00:00Z' }
  const key = fc
    .tuple(fc.subarray(Object.keys(sensible)), fc.dictionary(fc.constantFrom(...Object.keys(sensible)), value))
    .map(([kept, odds]) => ({
      ...Object.fromEntries(Object.entries(sensible).filter(([n]) => kept.includes(n))),
      ...odds,
    }))
  const rotation = value.map((overlapHours) => ({ overlapHours }))
  const delivery = fc
    .record({ object: fc.oneof(fc.constantFrom('instagram', 'page'), value), entry: fc.array(value, { maxLength: 3 }) })
    .map((delivered) => delivered as object)
  return fc.oneof(key, rotation, delivery).map((body) => JSON.stringify(body))
}

function signatureOf(body: string, secret: string): Record<string, string> {
  return { 'x-hub-signature-256': `sha256=${createHmac('sha256', secret).update(body).digest('hex')}` }
}

/** Meta's way of telling about a person, signed as it would be. */
function signedRequests(word: fc.Arbitrary<string>, secret: string): fc.Arbitrary<{ body: string; type: string }> {
  const value = fc.oneof(word, fc.maxSafeInteger(), fc.jsonValue())
  const said = fc.record({
    algorithm: fc.oneof({ weight: 5, arbitrary: fc.constant<unknown>('HMAC-SHA256') }, { weight: 1, arbitrary: value }),
    user_id: fc.oneof(
      fc.bigInt({ min: 0n, max: 10n ** 63n }).map((n) => String(n)),
      value,
    ),
    issued_at: fc.oneof(fc.integer({ min: 0, max: 2 ** 31 - 1 }), fc.constantFrom(0, 99_999_999_999), value),
    expires: fc.oneof(fc.constant(0), value),
  })
  return said.map((payload) => {
    const text = Buffer.from(JSON.stringify(payload)).toString('base64url')
    const signature = createHmac('sha256', secret).update(text).digest('base64url')
    const body = new URLSearchParams({ signed_request: `${signature}.${text}` }).toString()
    return { body, type: 'application/x-www-form-urlencoded' }
  })
}
