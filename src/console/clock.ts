const formats = new Map<string, Record<'time' | 'seconds' | 'day' | 'date' | 'full', Intl.DateTimeFormat>>()
const ZONES_MAX = 200

/** A time zone from outside, or UTC when there is no such place. */
export function zoneOf(name: string | undefined): string {
  if (!name || name.length > 64) return 'UTC'
  try {
    formatsOf(name)
    return name
  } catch {
    return 'UTC'
  }
}

function formatsOf(timeZone: string) {
  const known = formats.get(timeZone)
  if (known) return known
  const format = (options: Intl.DateTimeFormatOptions) => new Intl.DateTimeFormat('en-GB', { timeZone, ...options })
  const made = {
    time: format({ hour: '2-digit', minute: '2-digit' }),
    seconds: format({ hour: '2-digit', minute: '2-digit', second: '2-digit' }),
    day: format({ weekday: 'long', day: 'numeric', month: 'long' }),
    date: format({ day: 'numeric', month: 'short' }),
    full: format({
      day: 'numeric',
      month: 'long',
      year: 'numeric',
      hour: '2-digit',
      minute: '2-digit',
      timeZoneName: 'short',
    }),
  }
  if (formats.size < ZONES_MAX) formats.set(timeZone, made)
  return made
}

/** How times read for one operator at one instant. */
export interface Clock {
  now: Date
  zone: string
}

export function timeOf(at: Date, { zone }: Clock): string {
  return formatsOf(zone).time.format(at)
}

export function secondsOf(at: Date, { zone }: Clock): string {
  return formatsOf(zone).seconds.format(at)
}

export function fullOf(at: Date, { zone }: Clock): string {
  return formatsOf(zone).full.format(at)
}

export function dateOf(at: Date, { zone }: Clock): string {
  return formatsOf(zone).date.format(at)
}

const DAY_MS = 86_400_000

/** `Today`, `Yesterday`, else the day by name. */
export function dayOf(at: Date, clock: Clock): string {
  const { day } = formatsOf(clock.zone)
  const name = day.format(at)
  if (name === day.format(clock.now)) return 'Today'
  return name === day.format(new Date(clock.now.getTime() - DAY_MS)) ? 'Yesterday' : name
}

/** As short as it is clear: the time today, else the date. */
export function shortOf(at: Date, clock: Clock): string {
  const day = dayOf(at, clock)
  if (day === 'Today') return timeOf(at, clock)
  return day === 'Yesterday' ? `Yesterday ${timeOf(at, clock)}` : `${dateOf(at, clock)} ${timeOf(at, clock)}`
}
