import { describe, expect, it } from 'vitest'
import { browserOf, isFullySignedIn, isRecent } from './session.ts'

const at = new Date('2026-11-24T12:00:00.000Z')

describe('a session', () => {
  it.each([
    [true, at, true, true],
    [true, at, false, true],
    [true, null, true, false],
    [true, null, false, false],
    [false, null, false, true],
    [false, null, true, false],
  ])('counts with factor %s given at %s where one is required: %s → %s', (hasFactor, factorAt, isRequired, counts) => {
    expect(isFullySignedIn({ hasFactor, factorAt }, isRequired)).toBe(counts)
  })

  it('is proven for ten minutes', () => {
    const ago = (ms: number) => new Date(at.getTime() - ms)
    expect([ago(0), ago(599_999), ago(600_000), null].map((then) => isRecent(then, at))).toEqual([
      true,
      true,
      false,
      false,
    ])
  })
})

describe('a browser', () => {
  it.each([
    [
      'Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/131.0 Safari/537.36 Edg/131.0',
      'Edge on Windows',
    ],
    [
      'Mozilla/5.0 (iPhone; CPU iPhone OS 18_1 like Mac OS X) AppleWebKit/605.1 (KHTML, like Gecko) Version/18.1 Mobile/15E148 Safari/604.1',
      'Safari on iPhone',
    ],
    [
      'Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/131.0 Safari/537.36',
      'Chrome on Mac',
    ],
    [
      'Mozilla/5.0 (Linux; Android 15) AppleWebKit/537.36 (KHTML, like Gecko) SamsungBrowser/27.0 Chrome/125.0 Mobile Safari/537.36',
      'Samsung Internet on Android',
    ],
    ['curl/8.5.0', 'Unknown browser'],
    ['', 'Unknown browser'],
  ])('is told by its kind: %s', (agent, words) => {
    expect(browserOf(agent)).toBe(words)
  })
})
