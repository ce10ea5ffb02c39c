import fc from 'fast-check'
import { expect, it } from 'vitest'
import { chooseKeys, isGoing, keyNames, keysOf } from './keys.ts'

it('keeps what differs from the usual keys, an action without a key among it', () => {
  const choice = chooseKeys({ approve: 'Y', note: '', next: 'j' }, true)
  expect(choice).toEqual({ on: true, own: { approve: 'y', note: '' } })
  expect(keysOf(choice)).toMatchObject({ approve: 'y', note: '', next: 'j', 'go-accounts': 'a' })
})

it('refuses one key for two actions and names both', () => {
  expect(() => chooseKeys({ approve: 'E' }, true)).toThrow(
    'E is taken twice: “Approve and send what the editor shows” and “Edit the reply”',
  )
  expect(() => chooseKeys({ 'go-outbox': 'q' }, true)).toThrow('“To the queue” and “To the outbox”')
})

it.each(['ab', ' j k', '\u200b', '\u0007', 'é́'])('refuses %j, which is no key', (typed) => {
  expect(() => chooseKeys({ note: typed }, true)).toThrow('“Write a note to colleagues” takes one key, or none')
})

it('never leaves a key with two meanings, whatever was typed', () => {
  const key = fc.oneof(
    fc.constantFrom('', 'a', 'A', 'j', 'ß', '?', 'я', 'İ'),
    fc.string({ unit: 'grapheme', maxLength: 2 }),
  )
  fc.assert(
    fc.property(fc.dictionary(fc.constantFrom(...keyNames), key), (typed) => {
      try {
        const keys = keysOf(chooseKeys(typed, true))
        for (const goes of [true, false]) {
          const used = keyNames.filter((name) => isGoing(name) === goes && keys[name] !== '').map((name) => keys[name])
          expect(new Set(used).size).toBe(used.length)
        }
      } catch (error) {
        expect(error).toMatchObject({ code: 'invalid_input' })
      }
    }),
  )
})

it('takes no notice of a stored choice that contradicts itself', () => {
  expect(keysOf({ on: true, own: { approve: 'e' } })).toMatchObject({ approve: 'a', edit: 'e' })
  expect(keysOf(null)).toMatchObject({ approve: 'a' })
})
