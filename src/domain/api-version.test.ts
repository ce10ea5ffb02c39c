import { expect, it } from 'vitest'
import { versionEnds, versionFaults } from './api-version.ts'

it.each([
  ['v21.0', '2026-11-21T23:59:00Z', []],
  ['v21.0', '2026-11-22T00:00:00Z', ['version_ends']],
  ['v21.0', '2027-01-20T23:59:00Z', ['version_ends']],
  ['v21.0', '2027-01-21T00:00:00Z', ['version_ended']],
  ['v19.0', '2026-01-01T00:00:00Z', ['version_ended']],
  ['v2.12', '2026-01-01T00:00:00Z', ['version_ended']],
  ['v26.0', '2040-01-01T00:00:00Z', []],
  ['v27.0', '2026-01-01T00:00:00Z', ['version_unknown']],
])('%s at %s comes to %j', (version, at, codes) => {
  expect(versionFaults(version, new Date(at)).map(({ code }) => code)).toEqual(codes)
})

it('a later version ends later, and the newest has no end yet', () => {
  const ends = Object.values(versionEnds)
  expect(ends.at(-1)).toBeNull()
  const known = ends.slice(0, -1)
  expect(known).toEqual([...known].sort())
})
