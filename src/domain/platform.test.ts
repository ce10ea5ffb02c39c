import { expect, it } from 'vitest'
import { fitsPlatform, measure } from './platform.ts'

it('counts Instagram text in bytes, as Meta does', () => {
  expect(measure('a', 'instagram')).toBe(1)
  expect(measure('ü', 'instagram')).toBe(2)
  expect(measure('🙂', 'instagram')).toBe(4)
  expect(fitsPlatform('🙂'.repeat(250), 'instagram')).toBe(true)
  expect(fitsPlatform(`${'🙂'.repeat(250)}a`, 'instagram')).toBe(false)
})

it('counts Messenger text in characters, as Meta does', () => {
  expect(measure('🙂', 'messenger')).toBe(1)
  expect(fitsPlatform('ü'.repeat(2000), 'messenger')).toBe(true)
  expect(fitsPlatform('ü'.repeat(2001), 'messenger')).toBe(false)
})
