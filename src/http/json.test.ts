import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { jsonFault } from './json.ts'

describe('a JSON text', () => {
  it.each([
    ['a name twice', '{"a":1,"a":2}', 'twice'],
    ['a name twice, written in two ways', '{"a":1,"\\u0061":2}', 'twice'],
    ['a name twice within', '[{"b":{"a":1,"c":[],"a":1}}]', 'twice'],
    ['a prototype', '{"__proto__":{"admin":true}}', 'prototype'],
    ['a prototype, written otherwise', '{"\\u005f_proto__":1}', 'prototype'],
    ['a constructor', '{"a":{"constructor":{"prototype":{}}}}', 'prototype'],
    ['nesting without end', `${'['.repeat(1000)}${']'.repeat(1000)}`, 'nested'],
    ['nesting that never closes', '{"a":'.repeat(100_000), 'nested'],
  ])('is refused for %s', (_what, text, fault) => {
    expect(jsonFault(text)).toBe(fault)
  })

  it.each([
    '{"a":{"x":1},"b":{"x":1}}',
    '["a","a"]',
    '{"a":"{\\"a\\":1,\\"a\\":2}"}',
    '{"say":"__proto__"}',
    '[[],[],[],{}]',
    '{"a":"\\\\","b":"\\""}',
  ])('passes when its names are its own: %s', (text) => {
    expect(jsonFault(text)).toBeUndefined()
  })

  it('passes whatever a program writes that is not nested too deeply', () => {
    const plain = fc.jsonValue({ maxDepth: 6 }).map((value) => JSON.stringify(value))
    fc.assert(
      fc.property(plain, (text) => {
        fc.pre(!/__proto__|constructor|prototype/.test(text))
        expect(jsonFault(text)).toBeUndefined()
      }),
    )
  })

  it('is looked at in no time, whatever it is', () => {
    const started = process.cpuUsage()
    for (const quoted of ['\\"', '\\\\', 'a']) jsonFault(`"${quoted.repeat(200_000)}"`)
    expect(process.cpuUsage(started).user / 1000).toBeLessThan(1000)
  })
})
