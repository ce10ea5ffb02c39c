import { execFileSync } from 'node:child_process'
import { createHmac } from 'node:crypto'
import { readFileSync } from 'node:fs'
import fc from 'fast-check'
// @ts-expect-error the oracle comes without types
import oracle from 'fernet'
import { describe, expect, it } from 'vitest'
import { type FernetKey, open, parseFernetKey, seal } from './fernet.ts'
import { generateFernetKey } from './keyring.ts'

interface Vector {
  desc?: string
  token: string
  now: string
  iv?: number[]
  src: string
  secret: string
}

const vectors = (name: string): Vector[] =>
  JSON.parse(readFileSync(new URL(`../../tests/fixtures/fernet/${name}.json`, import.meta.url), 'utf8'))

const aKey = (text = generateFernetKey()): FernetKey => parseFernetKey(text) ?? expect.unreachable('not a key')
const bytes = (text: string) => Buffer.from(text, 'utf8')
const NOW = 1_795_000_000

describe('the vectors of the Fernet specification', () => {
  it.each(vectors('generate'))('seals $src as the specification does', ({ token, now, iv, src, secret }) => {
    expect(seal(bytes(src), aKey(secret), Date.parse(now) / 1000, Uint8Array.from(iv ?? []))).toBe(token)
  })

  it.each(vectors('verify'))('opens the token of $src', ({ token, src, secret }) => {
    expect(open(token, [aKey(secret)])?.toString('utf8')).toBe(src)
  })

  const timed = ['far-future TS (unacceptable clock skew)', 'expired TTL']
  it.each(vectors('invalid').filter(({ desc = '' }) => !timed.includes(desc)))(
    'refuses a token with $desc',
    (vector) => {
      expect(open(vector.token, [aKey(vector.secret)])).toBeUndefined()
    },
  )

  it.each(vectors('invalid').filter(({ desc = '' }) => timed.includes(desc)))(
    'opens a token whose only fault is its time ($desc), because what we seal does not expire',
    ({ token, secret }) => expect(open(token, [aKey(secret)])?.length).toBe(0),
  )
})

describe('sealing', () => {
  it('gives back any bytes, from none to many', () => {
    const key = aKey()
    const message = fc.uint8Array({ maxLength: 200 })
    fc.assert(
      fc.property(message, (plain) => Buffer.from(plain).equals(open(seal(plain, key, NOW), [key]) ?? bytes('-'))),
    )
    const long = Buffer.alloc(10_240, 'ü')
    expect(open(seal(long, key, NOW), [key])?.equals(long)).toBe(true)
  })

  it('makes a different token each time', () => {
    const key = aKey()
    expect(seal(bytes('same'), key, NOW)).not.toBe(seal(bytes('same'), key, NOW))
  })

  it('opens with any of several keys, and with none of the others', () => {
    const [old, present, foreign] = [aKey(), aKey(), aKey()]
    const token = seal(bytes('kept'), old, NOW)
    expect(open(token, [present, old])?.toString()).toBe('kept')
    expect(open(token, [present, foreign])).toBeUndefined()
  })

  it('refuses a token in which any single bit was turned', () => {
    const key = aKey()
    const raw = Buffer.from(seal(bytes('a token of some length'), key, NOW), 'base64url')
    for (let bit = 0; bit < raw.length * 8; bit++) {
      const turned = Buffer.from(raw)
      turned[bit >> 3] = (turned[bit >> 3] ?? 0) ^ (1 << (bit & 7))
      const token = turned.toString('base64').replaceAll('+', '-').replaceAll('/', '_')
      expect(open(token, [key]), `bit ${bit}`).toBeUndefined()
    }
  })

  it('refuses every other spelling of a token', () => {
    const key = aKey()
    const token = seal(bytes('hello'), key, NOW)
    const spellings = [
      `${token}\n`,
      ` ${token}`,
      token.replace(/=+$/, ''),
      `${token}=`,
      token.slice(0, -4),
      `${token}AAAA`,
      '',
    ]
    // The last letter before the padding carries bits that no byte has.
    const withStrayBits = token.replace(/.==$/, (end) => `${String.fromCharCode(end.charCodeAt(0) + 1)}==`)
    expect(Buffer.from(withStrayBits, 'base64url').equals(Buffer.from(token, 'base64url'))).toBe(true)
    spellings.push(withStrayBits)
    for (const spelling of spellings) expect(open(spelling, [key]), JSON.stringify(spelling)).toBeUndefined()
  })

  it('refuses a version it does not know, though the key vouches for it', () => {
    const key = aKey()
    const signed = Buffer.from(seal(bytes('hello'), key, NOW), 'base64url').subarray(0, -32)
    signed[0] = 0x81
    const mac = createHmac('sha256', key.signing).update(signed).digest()
    const token = Buffer.concat([signed, mac]).toString('base64').replaceAll('+', '-').replaceAll('/', '_')
    expect(open(token, [key])).toBeUndefined()
  })

  it('takes a key of 32 bytes and nothing else for one', () => {
    const key = generateFernetKey()
    expect(key).toMatch(/^[\w-]{43}=$/)
    expect(parseFernetKey(key)).toBeDefined()
    for (const text of ['', 'x'.repeat(32), key.slice(0, -1), `${key}=`, key.repeat(2)])
      expect(parseFernetKey(text)).toBeUndefined()
  })
})

const texts = ['', 'a', 'IGAAQ·Grüße·🙂', 'x'.repeat(10_240)]

describe('the npm package fernet, as an independent oracle', () => {
  it('opens what we seal and seals what we open', () => {
    const text = generateFernetKey()
    const secret = new oracle.Secret(text)
    for (const plain of texts.filter((plain) => plain !== '')) {
      // Its default is a life of 60 s.
      const theirs = new oracle.Token({ secret, token: seal(bytes(plain), aKey(text), NOW), ttl: 0 })
      expect(theirs.decode()).toBe(plain)
      const sealed = new oracle.Token({ secret, time: Date.now(), iv: undefined, ttl: 0 }).encode(plain)
      expect(open(sealed, [aKey(text)])?.toString('utf8')).toBe(plain)
    }
  })
})

const python = 'import sys,json;from cryptography.fernet import Fernet;q=json.load(sys.stdin);f=Fernet(q["key"]);'
const ask = (code: string, question: object): string[] =>
  JSON.parse(
    execFileSync('python3', ['-c', `${python}print(json.dumps(${code}))`], {
      input: JSON.stringify(question),
    }).toString(),
  )
const hasPython = canRunPython()

function canRunPython(): boolean {
  try {
    execFileSync('python3', ['-c', 'import cryptography.fernet'], { stdio: 'ignore' })
    return true
  } catch {
    return false
  }
}

describe(`Python's cryptography, as an independent oracle${hasPython ? '' : ' (NOT CHECKED: there is no python3 with cryptography here)'}`, () => {
  it.skipIf(!hasPython)('opens what we seal and seals what we open', () => {
    const key = generateFernetKey()
    const tokens = texts.map((text) => seal(bytes(text), aKey(key), NOW))
    expect(ask('[f.decrypt(t.encode()).decode() for t in q["tokens"]]', { key, tokens })).toEqual(texts)
    const theirs = ask('[f.encrypt(t.encode()).decode() for t in q["texts"]]', { key, texts })
    expect(theirs.map((token) => open(token, [aKey(key)])?.toString('utf8'))).toEqual(texts)
  })
})
