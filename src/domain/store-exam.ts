import { type Found, found } from './diagnoses.ts'

export interface DatabaseFacts {
  isMariadb: boolean
  /** Such as 10.11. */
  version: { major: number; minor: number }
  charset: string
  /** How far a session's time is from UTC, in seconds. */
  zoneSeconds: number
  packetBytes: number
}

export interface RedisFacts {
  major: number
  /** Such as `noeviction`; absent where the server does not say. */
  policy?: string | undefined
  /** Whether anything is written to disk; absent where the server does not show its settings. */
  isKept?: boolean | undefined
}

const OLDEST = { mysql: { major: 8, minor: 4 }, mariadb: { major: 10, minor: 11 } }
/** The largest statement is a group of webhooks of 5 MiB, written out as hex. */
const PACKET_MIN_BYTES = 12 * 1024 * 1024
const REDIS_MIN = 7

export function databaseFaults({ isMariadb, version, charset, zoneSeconds, packetBytes }: DatabaseFacts): Found[] {
  const oldest = OLDEST[isMariadb ? 'mariadb' : 'mysql']
  const isOld = version.major < oldest.major || (version.major === oldest.major && version.minor < oldest.minor)
  const name = `${isMariadb ? 'MariaDB' : 'MySQL'} ${version.major}.${version.minor}`
  return [
    ...(isOld ? [found('database_old', name)] : []),
    ...(charset === 'utf8mb4' ? [] : [found('database_charset', charset)]),
    ...(zoneSeconds === 0 ? [] : [found('database_zone', `${zoneSeconds} s from UTC`)]),
    ...(packetBytes < PACKET_MIN_BYTES ? [found('database_packet', `max_allowed_packet is ${packetBytes}`)] : []),
  ]
}

export function redisFaults({ major, policy, isKept }: RedisFacts): Found[] {
  return [
    ...(major < REDIS_MIN ? [found('redis_old', `Redis ${major}`)] : []),
    ...(policy !== undefined && policy !== 'noeviction' ? [found('redis_evicts', policy)] : []),
    ...(isKept === false ? [found('redis_forgets')] : []),
  ]
}
