/* Loaded before a process's own code (`node --import`): its clock is off by the number of ms that a file holds. */
import { readFileSync } from 'node:fs'

const file = process.env['CHAOS_CLOCK']
const RealDate = Date
const LOOK_AGAIN_MS = 100
let offsetMs = 0

function look(): void {
  try {
    offsetMs = Number(readFileSync(file ?? '', 'utf8')) || 0
  } catch {
    offsetMs = 0
  }
}

class ShiftedDate extends RealDate {
  constructor(...given: [] | [number | string | Date]) {
    if (given.length === 0) super(RealDate.now() + offsetMs)
    else super(...(given as [number]))
  }

  static override now(): number {
    return RealDate.now() + offsetMs
  }
}

look()
setInterval(look, LOOK_AGAIN_MS).unref()
globalThis.Date = ShiftedDate as DateConstructor
