import { setTimeout as pause } from 'node:timers/promises'
import type { Context, MiddlewareHandler } from 'hono'
import { fateOfRead, type ReadFate } from '../weather/fate.ts'
import { refusals } from './answers.ts'
import type { Room } from './calls.ts'
import { answer, type GraphEnv } from './gate.ts'
import { brokenServer } from './spoil.ts'
import { kindOf } from './tally.ts'

const unharmed: ReadFate = { isError: false, isWordless: false, slowMs: 0 }

/** Refuses what passes the limit of the Conversations API, and spoils reads when the weather is bad. */
export function weatherReads({ core, tally }: Omit<Room, 'phone'>): MiddlewareHandler<GraphEnv> {
  return async (c, next) => {
    const arrival = c.get('arrival')
    if (arrival.overLimit && kindOf(arrival) === 'read') return answer(core, c, refusals.messagingThrottled)
    const { isError, isWordless, slowMs } = fate(c)
    if (slowMs > 0) {
      arrival.slowMs = slowMs
      await pause(slowMs)
    }
    if (!isError) return next()
    arrival.trouble = 'readError'
    return brokenServer(core, c, isWordless)
  }

  function fate(c: Context<GraphEnv>) {
    const { weather } = core.world
    const isFair = c.req.method !== 'GET' || (weather.reads.error === 0 && weather.reads.slow === 0)
    return isFair ? unharmed : fateOfRead(weather, tally.read(c.get('arrival'), c.req.query('user_id') ?? ''))
  }
}
