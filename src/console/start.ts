import { getCookie, setCookie } from 'hono/cookie'
import { operatorOf, type Room, type Visit } from './env.ts'

export const startSteps = ['you', 'account', 'claude', 'voice', 'reply'] as const
export type StartStep = (typeof startSteps)[number]

/** What one operator has left out of the first steps, and whether they are to be spoken of at all. */
export interface Tour {
  isOn: boolean
  skipped: ReadonlySet<StartStep>
}

const OVER = 'over'
const YEAR_S = 31_536_000

/** How far somebody is stands in what they did; the browser keeps only what they chose not to do, each operator's for themselves. */
export function tourOf(c: Visit): Tour {
  const words = getCookie(c, cookieOf(c))?.split('.') ?? []
  return { isOn: !words.includes(OVER), skipped: new Set(startSteps.filter((step) => words.includes(step))) }
}

/** Somebody came by the one-time link, and has not left the steps since. */
export function hasTour(c: Visit): boolean {
  return getCookie(c, cookieOf(c)) !== undefined && tourOf(c).isOn
}

export function keepTour(c: Visit, { config }: Room, { isOn, skipped }: Tour): void {
  const value = [...skipped, isOn ? 'on' : OVER].join('.')
  const secure = new URL(config.publicUrl).protocol === 'https:'
  setCookie(c, cookieOf(c), value, { path: '/', maxAge: YEAR_S, sameSite: 'Lax', httpOnly: true, secure })
}

const cookieOf = (c: Visit) => `start_${operatorOf(c).id}`
