import { expect, it } from 'vitest'
import { lackingFields, neededFields } from './subscription.ts'

it('misses every field that a Page is not told, and none that Instagram tells anyway', () => {
  expect(lackingFields('messenger', neededFields.messenger)).toEqual([])
  for (const field of neededFields.messenger) {
    const told = neededFields.messenger.filter((one) => one !== field)
    expect(lackingFields('messenger', [...told, 'leadgen'])).toEqual([field])
  }
  expect(lackingFields('instagram', ['story_insights'])).toEqual([])
  expect(lackingFields('instagram', [])).toEqual(neededFields.instagram)
})
