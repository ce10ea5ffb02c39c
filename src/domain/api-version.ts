import { type Found, found } from './diagnoses.ts'

/**
 * When each version of the Graph API ends; null while Meta has not said.
 * https://developers.facebook.com/docs/graph-api/changelog, as of 2026-11
 */
export const versionEnds: Readonly<Record<string, string | null>> = {
  'v20.0': '2026-09-24',
  'v21.0': '2027-01-21',
  'v22.0': '2027-05-20',
  'v23.0': '2027-10-08',
  'v24.0': '2028-02-18',
  'v25.0': '2028-07-29',
  'v26.0': null,
}

const DAY_MS = 86_400_000
/** Time enough to try the next version before the old one goes. */
const WARN_DAYS = 60

export function versionFaults(version: string, at: Date): Found[] {
  const end = versionEnds[version]
  if (end === undefined)
    return [isOlderThanAll(version) ? found('version_ended', version) : found('version_unknown', version)]
  if (end === null) return []
  const days = (Date.parse(end) - at.getTime()) / DAY_MS
  if (days <= 0) return [found('version_ended', `${version} on ${end}`)]
  return days <= WARN_DAYS ? [found('version_ends', `${version} on ${end}`)] : []
}

function isOlderThanAll(version: string): boolean {
  const number = (text: string) => Number(text.slice(1))
  return Object.keys(versionEnds).every((known) => number(version) < number(known))
}
