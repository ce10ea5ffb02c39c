// How long something still lasts, in words and in a tone. Pages and scripts share this file.

const MINUTE = 60_000
const HOUR = 60 * MINUTE
const DAY = 24 * HOUR

/** @param {number} ms */
export function inWords(ms) {
  if (ms < MINUTE) return `${Math.max(0, Math.ceil(ms / 1000))} s`
  if (ms < HOUR) return `${Math.floor(ms / MINUTE)} min`
  if (ms < DAY) return withRest(Math.floor(ms / HOUR), 'h', Math.floor((ms % HOUR) / MINUTE), 'min')
  return withRest(Math.floor(ms / DAY), 'd', Math.floor((ms % DAY) / HOUR), 'h')
}

function withRest(whole, unit, rest, smaller) {
  return rest === 0 || whole >= 10 ? `${whole} ${unit}` : `${whole} ${unit} ${rest} ${smaller}`
}

/** @param {number} ms */
export function toneOf(ms) {
  if (ms <= 0) return 'closed'
  if (ms <= HOUR) return 'urgent'
  return ms <= 4 * HOUR ? 'soon' : 'calm'
}
