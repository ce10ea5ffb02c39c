import type { Step } from './reminder.ts'

/** What is told of one account at one step. It holds no word of a contact. */
export interface Telling {
  step: Step
  accountName: string
  /** How many conversations have come to this step. */
  waiting: number
  /** The first of them. */
  closesAt: Date
}

const MINUTE_MS = 60_000

/** One line, for a mail's subject, a chat and an alert alike. */
export function reminderText({ step, accountName, waiting, closesAt }: Telling, at: Date): string {
  const many = waiting > 1
  const who = `${oneLine(accountName)}: ${many ? `${waiting} conversations` : '1 conversation'}`
  const when = `${closesAt.toISOString().slice(0, 16).replace('T', ' ')} UTC`
  if (step === 'expire' || closesAt <= at) {
    return `${who} went unanswered until the reply window closed${many ? `, the first at ${when}` : ` at ${when}`}`
  }
  const share = step === 'remind' ? 'half' : 'three quarters'
  const left = timeLeft(closesAt.getTime() - at.getTime())
  return `${who} waiting with ${share} of the reply time gone; ${many ? 'the first ' : ''}${left} left, until ${when}`
}

function timeLeft(ms: number): string {
  const minutes = Math.floor(ms / MINUTE_MS)
  if (minutes < 60) return `${minutes} min`
  return minutes % 60 === 0 ? `${minutes / 60} h` : `${Math.floor(minutes / 60)} h ${minutes % 60} min`
}

function oneLine(name: string): string {
  return name
    .replace(/[\p{Cc}\p{Cf}\s]+/gu, ' ')
    .trim()
    .slice(0, 80)
}
