import { format, inspect } from 'node:util'
import { serialize } from 'node:v8'
import { expect, it } from 'vitest'
import { Secret } from './secret.ts'

const CANARY = 'IGAA-canary-0123456789'
const secret = new Secret(CANARY)

const ways: Record<string, (value: unknown) => unknown> = {
  'String()': (value) => String(value),
  'a template': (value) => `${value}`,
  'adding to a text': (value) => `a${value as string}`,
  JSON: (value) => JSON.stringify({ value, list: [value] }),
  'inspect with everything shown': (value) =>
    inspect({ value }, { showHidden: true, depth: Number.POSITIVE_INFINITY, getters: true }),
  'inspect without custom inspection': (value) =>
    inspect(value, { customInspect: false, showHidden: true, getters: true }),
  'format %s %o %O %j': (value) => format('%s %o %O %j', value, value, value, value),
  'Object.entries': (value) => JSON.stringify(Object.entries(value as object)),
  'own keys': (value) => Reflect.ownKeys(value as object).map((key) => String(Reflect.get(value as object, key))),
  spread: (value) => inspect({ ...(value as object) }, { showHidden: true }),
  'Object.assign': (value) => inspect(Object.assign({}, value), { showHidden: true }),
  structuredClone: (value) => inspect(structuredClone(value), { showHidden: true }),
  serialize: (value) => serialize(value).toString('latin1'),
  'an error’s cause': (value) => inspect(new Error('failed', { cause: value }), { showHidden: true, depth: 9 }),
  'an error’s message': (value) => inspect(new Error(`failed with ${value}`)),
}

it.each(Object.keys(ways))('does not show its value through %s', (way) => {
  expect(JSON.stringify(ways[way]?.(secret)) ?? '').not.toContain('canary')
})

it('shows its value to whoever asks for it on purpose', () => {
  expect(secret.reveal()).toBe(CANARY)
})

it('cannot be given another way to print itself', () => {
  expect(() => Object.assign(secret, { toString: () => secret.reveal() })).toThrow(TypeError)
})
