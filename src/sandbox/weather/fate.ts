import { draw, strikes, type Weather } from './weather.ts'

export interface About {
  about: string
  serial: number
}

/** What befalls a send once it has been read, the first that strikes. */
const befalls = [
  ...(['resetAfter', 'throttle', 'throttleSilent', 'error500'] as const),
  ...(['unknownError', 'commitThenDrop', 'commitThen500'] as const),
]
export type SendTrouble = (typeof befalls)[number]

export interface SendFate {
  trouble?: SendTrouble
  /** Whether the message is kept, if it can be. */
  keeps: boolean
  slowMs: number
}

const keeping = new Set<SendTrouble>(['commitThenDrop', 'commitThen500'])

export function isResetUnread({ seed, sends }: Weather, accountRef: string, serial: number): boolean {
  return sends.resetBefore > 0 && draw(seed, { kind: 'resetBefore', about: accountRef, serial }) < sends.resetBefore
}

export function fateOfSend(weather: Weather, post: About): SendFate {
  const { seed, sends } = weather
  const trouble = befalls.find((kind) => strikes(weather, sends[kind], { kind, ...post }))
  const isSlow = strikes(weather, sends.slow, { kind: 'slow', ...post })
  return {
    ...(trouble && { trouble }),
    keeps: !trouble || keeping.has(trouble) || (trouble === 'unknownError' && flip(seed, 'unknownError keeps', post)),
    slowMs: isSlow ? Math.ceil(draw(seed, { kind: 'slow ms', ...post }) * sends.slowMsMax) : 0,
  }
}

export type EchoFate = { kind: 'early' | 'never' } | { kind: 'late'; lateMs: number }

export function fateOfEcho(weather: Weather, post: About): EchoFate | undefined {
  const { echoes, seed } = weather
  const kind = (['never', 'early', 'late'] as const).find((each) =>
    strikes(weather, echoes[each], { kind: `echo ${each}`, ...post }),
  )
  if (kind !== 'late') return kind && { kind }
  return { kind, lateMs: Math.ceil(draw(seed, { kind: 'late ms', ...post }) * echoes.lateMsMax) }
}

export interface ReadFate {
  isError: boolean
  isWordless: boolean
  slowMs: number
}

export function fateOfRead(weather: Weather, read: About): ReadFate {
  const { reads, seed } = weather
  const isSlow = strikes(weather, reads.slow, { kind: 'slow read', ...read })
  return {
    isError: strikes(weather, reads.error, { kind: 'read error', ...read }),
    isWordless: flip(seed, 'wordless read error', read),
    slowMs: isSlow ? Math.ceil(draw(seed, { kind: 'slow read ms', ...read }) * reads.slowMsMax) : 0,
  }
}

/** One of two ways, as likely as each other. */
export function flip(seed: number, kind: string, about: About): boolean {
  return draw(seed, { kind, ...about }) < 0.5
}
