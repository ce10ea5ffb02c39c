import { expect, it } from 'vitest'
import { closingLine, needsOf } from './test-plan.mjs'

it('prepares everything for all tests', () => {
  expect(needsOf([], {})).toEqual({ dist: true, stores: ['redis', 'mysql'], chromium: true })
})

it('prepares nothing for unit tests', () => {
  expect(needsOf(['--project', 'unit', 'src/vault'], {})).toEqual({ dist: false, stores: [], chromium: false })
  expect(needsOf(['--project=unit'], {})).toEqual({ dist: false, stores: [], chromium: false })
})

it('starts no server whose address is given, and no browser for integration tests', () => {
  const env = { TEST_DATABASE_URL: 'mysql://x', TEST_REDIS_URL: 'redis://x' }
  expect(needsOf(['--project', 'integration'], env)).toEqual({ dist: true, stores: [], chromium: false })
})

it('closes with a line that counts', () => {
  expect(closingLine({ numPassedTests: 3, numFailedTests: 1, testResults: [] })).toBe('3 passed, 1 failed')
  expect(closingLine({ numPassedTests: 3, numFailedTests: 0, numPendingTests: 2 })).toBe(
    '3 passed, 0 failed, 2 skipped',
  )
})

it('counts a file that could not be loaded as a failure', () => {
  const testResults = [{ status: 'failed', assertionResults: [] }]
  expect(closingLine({ numPassedTests: 0, numFailedTests: 0, testResults })).toBe('0 passed, 1 failed')
})
