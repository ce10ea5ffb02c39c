import { inWords, toneOf } from '../assets/remaining.js'
import { type Clock, fullOf, shortOf, timeOf } from '../clock.ts'
import { Icon } from './icons.tsx'

/** A moment, as short as it is clear; the full date is in its title. */
export function When({ at, clock, form = 'short' }: { at: Date; clock: Clock; form?: 'short' | 'time' | 'full' }) {
  const text = { short: shortOf, time: timeOf, full: fullOf }[form](at, clock)
  return (
    <time datetime={at.toISOString()} title={fullOf(at, clock)}>
      {text}
    </time>
  )
}

/** How long the reply window stays open: in words and in colour, counted on by a script where there is one. */
export function Window({ expiresAt, clock, long = false }: { expiresAt: Date | null; clock: Clock; long?: boolean }) {
  if (!expiresAt) return <span class="window tone-none">{long ? 'No reply window is open' : 'No window'}</span>
  const ms = expiresAt.getTime() - clock.now.getTime()
  return (
    <time
      class={`window tone-${toneOf(ms)}`}
      datetime={expiresAt.toISOString()}
      title={`The reply window closes ${fullOf(expiresAt, clock)}`}
      data-until={expiresAt.getTime()}
      data-suffix={long ? ' left to reply' : ''}
      data-over={long ? 'Reply window closed' : 'Closed'}
    >
      <Icon name="clock" />
      <span data-words>
        {ms <= 0 ? (long ? 'Reply window closed' : 'Closed') : `${inWords(ms)}${long ? ' left to reply' : ''}`}
      </span>
    </time>
  )
}

/** Seconds until something happens by itself. */
export function Seconds({ until, clock, over }: { until: Date; clock: Clock; over: string }) {
  const ms = until.getTime() - clock.now.getTime()
  return (
    <time class="seconds" datetime={until.toISOString()} data-until={until.getTime()} data-suffix="" data-over={over}>
      <span data-words>{ms <= 0 ? over : inWords(ms)}</span>
    </time>
  )
}
