/*
 * What goes wrong and when: drawn from the seed alone. The first deeds are one of each kind, the worst ones first, so that
 * a short plan still holds what breaks most; whatever else there is room for is drawn at random.
 */
import { createDice, type Dice } from './dice.ts'

export const processNames = ['web-1', 'web-2', 'drafting-1', 'drafting-2', 'sending-1', 'sending-2', 'sandbox'] as const
export type ProcessName = (typeof processNames)[number]
type Part = Exclude<ProcessName, 'sandbox'>
export type StoreName = 'mysql' | 'redis'
/** Where a process's connections lead; the platform's server plays Claude too. */
export type Wire = StoreName | 'platform'

export type Deed =
  | { kind: 'kill'; process: ProcessName }
  | { kind: 'drain'; process: Part }
  | { kind: 'freeze'; process: Part; ms: number }
  | { kind: 'flush' }
  | { kind: 'restart'; store: StoreName; signal: 'SIGTERM' | 'SIGKILL' }
  /** The wire takes everything and passes nothing on. */
  | { kind: 'swallow'; process: Part; wire: Wire; ms: number }
  /** Connections end, and new ones are refused. */
  | { kind: 'cut'; process: Part; wire: Wire; ms: number }
  /** Both stores at once, for everybody. */
  | { kind: 'away'; ms: number }
  | { kind: 'clock'; process: 'drafting-2' | 'sending-2' | 'sandbox'; offsetMs: number; ms: number }
  | { kind: 'token'; account: number; ms: number }
  /** Everything is held for a while, so that a pile of posts is due at one instant. */
  | { kind: 'hold'; ms: number }
  /** Redis is emptied when most is in it: deliveries that nobody has read yet, or posts of which the first have just left. */
  | { kind: 'pile'; of: 'deliveries' | 'posts'; ms: number }
  | { kind: 'tamper'; how: 'edit' | 'edit with hash' | 'replay' | 'again' | 'queue' }

export type Step = Deed & { atMs: number }

export interface PlanOptions {
  minutes: number
  events: number
}

/** Longer than a sender's lease on a post, which is 30 s. */
export const LONG_FREEZE_MS = 32_000
/** Longer than the sweep's lease of 15 s, and than the queue's lock of 5 s. */
const SWEEP_FREEZE_MS = 17_000
const LOCK_FREEZE_MS = 7000
const GRID_MS = 50
const TRIES = 200

const webs = ['web-1', 'web-2'] as const
const drafters = ['drafting-1', 'drafting-2'] as const
const senders = ['sending-1', 'sending-2'] as const
const parts = [...webs, ...drafters, ...senders] as const

type Draw = (dice: Dice) => Deed

/** One of each kind, in the order in which a plan takes them up. */
const first: Draw[] = [
  (dice) => ({ kind: 'freeze', process: dice.pick(senders), ms: LONG_FREEZE_MS }),
  (dice) => ({ kind: 'kill', process: dice.pick(senders) }),
  (dice) => ({ kind: 'away', ms: dice.between(3000, 6000) }),
  () => ({ kind: 'tamper', how: 'edit' }),
  () => ({ kind: 'flush' }),
  (dice) => ({ kind: 'kill', process: dice.pick(webs) }),
  () => ({ kind: 'tamper', how: 'replay' }),
  () => ({ kind: 'restart', store: 'mysql', signal: 'SIGKILL' }),
  (dice) => ({ kind: 'kill', process: dice.pick(drafters) }),
  () => ({ kind: 'restart', store: 'redis', signal: 'SIGKILL' }),
  (dice) => ({ kind: 'hold', ms: dice.between(4000, 8000) }),
  (dice) => ({ kind: 'pile', of: 'deliveries', ms: dice.between(2000, 4000) }),
  (dice) => ({ kind: 'pile', of: 'posts', ms: dice.between(4000, 8000) }),
  (dice) => ({ kind: 'swallow', process: dice.pick(senders), wire: 'platform', ms: dice.between(3000, 6000) }),
  (dice) => ({ kind: 'freeze', process: dice.pick(drafters), ms: SWEEP_FREEZE_MS }),
  () => ({ kind: 'kill', process: 'sandbox' }),
  (dice) => ({ kind: 'clock', process: 'sending-2', offsetMs: offset(dice, 30_000), ms: dice.between(5000, 15_000) }),
  (dice) => ({ kind: 'token', account: dice.between(0, 2), ms: dice.between(4000, 8000) }),
  () => ({ kind: 'tamper', how: 'queue' }),
  () => ({ kind: 'tamper', how: 'edit with hash' }),
  () => ({ kind: 'tamper', how: 'again' }),
  () => ({ kind: 'restart', store: 'redis', signal: 'SIGTERM' }),
  () => ({ kind: 'restart', store: 'mysql', signal: 'SIGTERM' }),
  (dice) => ({ kind: 'drain', process: dice.pick(senders) }),
  (dice) => ({ kind: 'swallow', process: dice.pick(parts), wire: 'mysql', ms: dice.between(3000, 8000) }),
  (dice) => ({ kind: 'swallow', process: dice.pick(parts), wire: 'redis', ms: dice.between(3000, 8000) }),
  (dice) => ({ kind: 'clock', process: 'drafting-2', offsetMs: offset(dice, 30_000), ms: dice.between(5000, 15_000) }),
  (dice) => ({ kind: 'freeze', process: dice.pick(webs), ms: LOCK_FREEZE_MS }),
  (dice) => ({ kind: 'drain', process: dice.pick([...webs, ...drafters]) }),
  (dice) => ({ kind: 'cut', process: dice.pick(senders), wire: 'platform', ms: dice.between(500, 4000) }),
  (dice) => ({
    kind: 'cut',
    process: dice.pick(parts),
    wire: dice.pick(['mysql', 'redis']),
    ms: dice.between(200, 3000),
  }),
  (dice) => ({ kind: 'swallow', process: dice.pick(drafters), wire: 'platform', ms: dice.between(3000, 6000) }),
  (dice) => ({ kind: 'clock', process: 'sandbox', offsetMs: offset(dice, 5000), ms: dice.between(5000, 15_000) }),
]

const kill: Draw = (dice) => ({ kind: 'kill', process: dice.pick(parts) })
const freeze: Draw = (dice) => ({
  kind: 'freeze',
  process: dice.pick(parts),
  ms: dice.pick([LOCK_FREEZE_MS, LOCK_FREEZE_MS, SWEEP_FREEZE_MS, LONG_FREEZE_MS]),
})
/** Later deeds: mostly killing, which costs little time and meets every line of the code in the end. */
const later: [Draw, ...Draw[]] = [kill, kill, kill, kill, kill, freeze, freeze, ...first]

/** The steps of one run by time. The same seed and options give the same plan. */
export function planOf(seed: number, { minutes, events }: PlanOptions): Step[] {
  const dice = createDice(seed, 'plan')
  const lengthMs = Math.round(minutes * 60_000)
  const steps: Step[] = []
  for (let i = 0; i < events; i++) {
    const draw = first[i] ?? dice.pick(later)
    const step = place(draw(dice), { dice, lengthMs, steps })
    if (step) steps.push(step)
  }
  return steps.sort((a, b) => a.atMs - b.atMs)
}

function offset(dice: Dice, maxMs: number): number {
  return dice.between(Math.round(maxMs / 6), maxMs) * (dice.chance(0.5) ? 1 : -1)
}

interface Placing {
  dice: Dice
  lengthMs: number
  steps: readonly Step[]
}

/** A moment at which nothing else happens to the same parts and after which there is still time for it; undefined when there is none. */
function place(deed: Deed, { dice, lengthMs, steps }: Placing): Step | undefined {
  const room = lengthMs - durationOf(deed)
  if (room < 0) return undefined
  for (let tries = 0; tries < TRIES; tries++) {
    const step = { ...deed, atMs: Math.floor((dice.roll() * room) / GRID_MS) * GRID_MS }
    if (steps.every((other) => !collide(step, other))) return step
  }
  return undefined
}

/** What is killed takes a moment to be there again. */
const RECOVERY_MS = 1500

export function durationOf(deed: Deed): number {
  return 'ms' in deed ? deed.ms : RECOVERY_MS
}

function collide(a: Step, b: Step): boolean {
  const apart = a.atMs >= b.atMs + durationOf(b) || b.atMs >= a.atMs + durationOf(a)
  return !apart && touched(a).some((part) => touched(b).includes(part))
}

/** What a step takes for itself while it lasts. */
function touched(deed: Deed): string[] {
  switch (deed.kind) {
    case 'kill':
    case 'drain':
    case 'freeze':
    case 'clock':
    case 'swallow':
    case 'cut':
      return [deed.process]
    case 'restart':
    case 'away':
    case 'flush':
      return ['stores']
    case 'tamper':
      return ['tamper', 'stores']
    case 'pile':
      return deed.of === 'posts' ? ['hold', 'stores'] : [...drafters, 'stores']
    case 'token':
    case 'hold':
      return [deed.kind]
  }
}

/** One step for a person to read. */
export function describeStep(step: Step): string {
  const { kind, atMs, ...rest } = step
  return [`${(atMs / 1000).toFixed(2).padStart(7)} s`, kind.padEnd(8), ...Object.values(rest).map(wordOf)].join('  ')
}

function wordOf(value: string | number): string {
  return typeof value === 'number' && Math.abs(value) >= 1000 ? `${value / 1000} s` : String(value)
}
